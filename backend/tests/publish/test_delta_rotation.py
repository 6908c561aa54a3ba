from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest

from app.market.models import Changes
from app.publish import delta_rotation
from app.publish.channels import Channel
from app.publish.data_publisher import DataPublisher
from app.publish.frame_sink import WriteBatch
from app.publish.wire_frame import WireFrame
from app.telemetry.metrics import Metrics
from tests.publish.fakes import FakeClock, FakeFrameSink, FakeMarketReader, open_client


def join(publisher: DataPublisher, channel: Channel = Channel.MARKET, **options: Any) -> FakeFrameSink:
    sink = FakeFrameSink()
    open_client(publisher, sink, channel, mode="delta", **options)
    return sink


def trade(market: FakeMarketReader, publisher: DataPublisher, price: int) -> None:
    market.prices["VCB"].last_price = price
    publisher.mark_changed(Changes(prices={"VCB"}))


def prices(sink: FakeFrameSink) -> list[int]:
    return [delta["data"]["prices"]["VCB"]["last_price"] for delta in sink.of_type("delta")]


async def test_rotation_sends_at_each_pace_what_changed_since(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    quick, slow = join(publisher), join(publisher, interval_s=0.5)
    for number in range(100):
        trade(market, publisher, 60_000 + number)
        await clock.advance(0.01)
    await clock.advance(1)
    assert len(prices(quick)) == pytest.approx(10, abs=1)
    assert len(prices(slow)) == pytest.approx(2, abs=1)
    assert prices(quick)[-1] == prices(slow)[-1] == 60_099
    for sink in (quick, slow):
        (snapshot,), deltas = sink.of_type("snapshot"), sink.of_type("delta")
        assert [delta["prev"] for delta in deltas] == [snapshot["seq"], *[d["seq"] for d in deltas[:-1]]]


async def test_rotation_after_a_quiet_while_sends_at_once(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sinks = [join(publisher) for _ in range(40)]
    await clock.advance(5)
    trade(market, publisher, 61_300)
    await clock.advance(0.001)
    assert len({id(sink.frames[-1]) for sink in sinks}) == 1
    assert all(prices(sink) == [61_300] for sink in sinks)


async def test_rotation_sleeps_when_all_have_been_served(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock, metrics: Metrics
) -> None:
    join(publisher)
    trade(market, publisher, 61_300)
    await clock.advance(10)
    slots = metrics.registry.get_sample_value("ws_publish_seconds_count", {"channel": "delta"})
    await clock.advance(10)
    assert metrics.registry.get_sample_value("ws_publish_seconds_count", {"channel": "delta"}) == slots


async def test_rotation_period_grows_with_the_clients_and_writes_are_spread(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sinks = [join(publisher) for _ in range(10_000)]  # 10,000 x 12 us / 0.6 = 200 ms
    await clock.advance(1)
    most = 0
    for number in range(120):
        before = sum(len(sink.frames) for sink in sinks)
        trade(market, publisher, 60_000 + number)
        await clock.advance(0.005)
        most = max(most, sum(len(sink.frames) for sink in sinks) - before)
    assert most <= 1_500  # a few slots' shares, never everybody
    counts = [len(sink.of_type("delta")) for sink in sinks]
    assert 2 <= min(counts) <= max(counts) <= 4
    await clock.advance(1)
    assert all(prices(sink)[-1] == 60_119 for sink in sinks[::97])


async def test_rotation_passes_over_who_is_behind_and_gives_all_it_missed_later(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock, metrics: Metrics
) -> None:
    sink = join(publisher, buffer_bytes_max=100)
    sink.is_stuck = True
    trade(market, publisher, 61_300)  # taken: nothing waited
    await clock.advance(1)
    market.prices["FPT"].low = 97_000
    publisher.mark_changed(Changes(prices={"FPT"}))
    await clock.advance(1)
    trade(market, publisher, 61_400)
    await clock.advance(1)
    assert len(sink.waiting) == 1
    sink.unstick()
    await clock.advance(0.2)
    last = sink.of_type("delta")[-1]
    assert last["data"]["prices"] == {"VCB": {"last_price": 61_400}, "FPT": {"low": 97_000}}
    assert last["prev"] == sink.of_type("delta")[0]["seq"]
    assert metrics.registry.get_sample_value("ws_frames_skipped_total", {"channel": "market"}) > 1


async def test_of_a_clients_channels_the_first_may_put_it_behind_for_the_others(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = FakeFrameSink()
    client, _ = open_client(publisher, sink, Channel.MARKET, mode="delta", buffer_bytes_max=100)
    publisher.open_view(client, Channel.INDEX, "delta")
    await clock.advance(1)
    sink.is_stuck = True
    market.indices["VN30"].value = 1_900.0
    trade(market, publisher, 61_300)
    publisher.mark_changed(Changes(indices={"VN30"}))
    await clock.advance(1)
    assert len(sink.waiting) == 1, "both are in one batch"
    sink.unstick()
    await clock.advance(1)
    assert {delta["channel"] for delta in sink.of_type("delta")} == {"market", "index"}


async def test_nothing_of_a_group_changed_sends_it_nothing(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = join(publisher, group=frozenset({"FPT"}))
    trade(market, publisher, 61_300)
    await clock.advance(1)
    assert sink.of_type("delta") == []
    market.prices["FPT"].low = 97_000
    publisher.mark_changed(Changes(prices={"FPT"}))
    await clock.advance(1)
    (delta,) = sink.of_type("delta")
    assert delta["prev"] == sink.of_type("snapshot")[0]["seq"]


async def test_one_socket_several_channels_and_resync(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = FakeFrameSink()
    client, leave = open_client(publisher, sink, Channel.MARKET, mode="delta")
    publisher.open_view(client, Channel.INDEX, "delta")
    market.indices["VN30"].value = 1_900.0
    publisher.mark_changed(Changes(indices={"VN30"}))
    await clock.advance(1)
    assert {delta["channel"] for delta in sink.of_type("delta")} == {"market", "index"}
    publisher.resync(client, Channel.INDEX)
    assert [snapshot["channel"] for snapshot in sink.of_type("snapshot")] == ["market", "index", "index"]
    publisher.close_view(client, Channel.MARKET)
    trade(market, publisher, 61_300)
    await clock.advance(1)
    assert len(sink.of_type("delta")) == 2
    leave(1000)
    assert client.views == {}


async def test_change_between_two_slices_of_a_slot_reaches_everybody(
    publisher: DataPublisher,
    market: FakeMarketReader,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delta_rotation, "VIEWS_PER_LOOK", 1)
    monkeypatch.setattr(delta_rotation, "SLICE_S", -1.0)  # each view is a slice of its own
    first, second = join(publisher), join(publisher)
    write = first.write

    def write_and_trade(frame: WireFrame) -> None:
        write(frame)
        first.write = write  # type: ignore[method-assign]
        asyncio.get_running_loop().call_soon(trade, market, publisher, 61_400)

    first.write = write_and_trade  # type: ignore[method-assign]
    trade(market, publisher, 61_300)
    await clock.advance(1)
    assert prices(first) == [61_300, 61_400]
    assert prices(second)[-1] == 61_400, "the last word of the day, perhaps"


async def test_frames_are_never_old_when_there_are_more_clients_than_time(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta_rotation, "VIEWS_PER_LOOK", 2)
    ages_s: list[float] = []

    class SlowSink(FakeFrameSink):
        def write_with(self, batch: WriteBatch, frame: WireFrame) -> None:
            super().write_with(batch, frame)
            clock.spend(0.002)
            built_at = datetime.fromisoformat(json.loads(frame.payload)["ts"])
            ages_s.append((clock.now() - built_at).total_seconds())

    sinks = [SlowSink() for _ in range(300)]
    for sink in sinks:
        open_client(publisher, sink, Channel.MARKET, mode="delta")
    await clock.advance(2)
    ages_s.clear()

    async def trade_on() -> None:
        for number in range(200):  # before every slot: with nothing new a frame may be kept for the next
            trade(market, publisher, 60_000 + number)
            await clock.sleep(0.005)

    trading = asyncio.create_task(trade_on())
    while not trading.done():
        await clock.advance(0.1)
    old_s = max(ages_s)
    await clock.advance(2)
    assert all(prices(sink)[-1] == 60_199 for sink in sinks)
    assert old_s <= delta_rotation.SLOT_WORK_S + 2 * 0.002, "built anew rather than written late"


async def test_quick_client_does_not_wait_for_the_pace_of_a_slow_one(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    join(publisher, interval_s=10.0)
    await clock.advance(11)
    trade(market, publisher, 61_300)
    await clock.advance(0.2)
    trade(market, publisher, 61_400)
    await clock.advance(0.2)
    quick = join(publisher)
    trade(market, publisher, 61_500)
    await clock.advance(0.3)
    assert prices(quick) == [61_500]


async def test_change_of_symbols_nobody_watches_waits_until_somebody_does(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    narrow = join(publisher, group=frozenset({"FPT"}))
    trade(market, publisher, 61_300)
    await clock.advance(1)
    assert narrow.of_type("delta") == []
    wide = join(publisher)
    (snapshot,) = wide.of_type("snapshot")
    assert snapshot["data"]["prices"]["VCB"]["last_price"] == 61_300
    trade(market, publisher, 61_400)
    market.prices["FPT"].low = 97_000
    publisher.mark_changed(Changes(prices={"FPT"}))
    await clock.advance(1)
    assert narrow.of_type("delta")[-1]["data"]["prices"] == {"FPT": {"low": 97_000}}
    assert wide.of_type("delta")[-1]["data"]["prices"] == {
        "VCB": {"last_price": 61_400},
        "FPT": {"low": 97_000},
    }
