from __future__ import annotations

from app.publish.channels import Channel
from app.publish.wire_frame import WireFrame
from tests.publish.fakes import FakeFrameSink, make_client, send_state


def test_client_with_much_to_take_is_behind() -> None:
    sink = FakeFrameSink()
    client = make_client(sink, Channel.MARKET)
    sink.is_stuck = True
    assert not client.is_behind
    send_state(client, WireFrame(b"x" * 70_000))
    assert client.is_behind
    sink.unstick()
    assert not client.is_behind
    send_state(client, WireFrame(b"z"))
    assert (client.frames_sent, client.bytes_sent) == (2, 70_001)


def test_offer_event_of_a_state_channel_over_the_limit_waits() -> None:
    sink = FakeFrameSink()
    client = make_client(sink, Channel.INDEX, buffer_bytes_max=10)
    sink.is_stuck = True
    assert client.offer_event(WireFrame(b"12345678"))
    assert not client.offer_event(WireFrame(b"12345678"))
    assert sink.close_code is None
