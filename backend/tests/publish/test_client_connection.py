from __future__ import annotations

from app.publish.channels import Channel
from app.publish.wire_frame import WireFrame
from tests.publish.fakes import FakeFrameSink, make_client


def test_offer_state_behind_is_skipped_and_counted() -> None:
    sink = FakeFrameSink()
    client = make_client(sink, Channel.MARKET)
    sink.is_stuck = True
    assert client.offer_state(WireFrame(b"x" * 70_000))  # larger than the bound, but nothing waited
    assert client.is_behind
    assert not client.offer_state(WireFrame(b"y"))
    assert client.frames_skipped == 1
    sink.unstick()
    assert client.offer_state(WireFrame(b"z"))
    assert (client.frames_sent, client.bytes_sent) == (2, 70_001)


def test_offer_event_of_a_state_channel_over_the_limit_waits() -> None:
    sink = FakeFrameSink()
    client = make_client(sink, Channel.INDEX, buffer_bytes_max=10)
    sink.is_stuck = True
    assert client.offer_event(WireFrame(b"12345678"))
    assert not client.offer_event(WireFrame(b"12345678"))
    assert sink.close_code is None
