from __future__ import annotations

import asyncio
import json

import pytest

from app.market.models import (
    Changes,
    FeedSource,
    FeedState,
    FeedStatus,
    ForeignInvestorData,
    IndexData,
    Phase,
    PriceData,
    SessionEvent,
)
from app.publish import full_stream
from app.publish.channels import Channel
from app.publish.close_codes import CloseCode
from app.publish.data_publisher import DataPublisher
from app.publish.messages import PING
from app.publish.wire_frame import WireFrame
from app.telemetry.metrics import Metrics
from tests.publish.fakes import (
    OPENING,
    FakeClock,
    FakeFeed,
    FakeFrameSink,
    FakeMarketReader,
    make_alert,
    open_client,
    send_state,
    settle,
)


def join(publisher: DataPublisher, channel: Channel, symbols: frozenset[str] | None = None) -> FakeFrameSink:
    sink = FakeFrameSink()
    open_client(publisher, sink, channel, symbols)
    return sink


def trade(market: FakeMarketReader, publisher: DataPublisher, price: int, symbol: str = "VCB") -> None:
    market.prices[symbol] = PriceData(last_price=price)
    publisher.mark_changed(Changes(prices={symbol}))


@pytest.mark.parametrize("channel", list(Channel))
async def test_welcome_any_channel_sends_status_then_state_at_once(
    publisher: DataPublisher, channel: Channel
) -> None:
    sink = join(publisher, channel)
    status, state = sink.messages
    assert status == {
        "type": "status",
        "connected": True,
        "source": "simulator",
        "state": "live",
        "since": "2026-11-20T09:15:00+07:00",
        "ages": {"X-TRADE": 0.2},
        "muted_channels": [],
        "reason": None,
    }
    match channel:
        case Channel.MARKET:
            assert set(state) == {
                "quotes", "prices", "indices", "foreign", "derivatives", "session", "feed",
            }  # fmt: skip
            assert state["feed"]["source"] == "simulator"
        case Channel.FOREIGN:
            assert [row["symbol"] for row in state["top_buy"]] == ["VCB"]
        case Channel.INDEX:
            assert set(state) == {"VN30", "HNX", "VNMidcap"}
        case Channel.ALERTS:
            assert state["channel"] == "alerts"
            assert [alert["id"] for alert in state["data"]] == ["alert-2", "alert-1"]


async def test_welcome_before_any_data_sends_an_empty_state(feed: FakeFeed, clock: FakeClock) -> None:
    publisher = DataPublisher(FakeMarketReader(), feed.status, clock, Metrics())
    assert join(publisher, Channel.INDEX).states == [{}]
    assert join(publisher, Channel.MARKET).states[0]["prices"] == {}


async def test_first_frame_carries_intraday_of_the_four_and_later_frames_none(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sinks = [join(publisher, Channel.INDEX), join(publisher, Channel.MARKET)]
    market.indices["VN30"].value = 1_900.0
    publisher.mark_changed(Changes(indices={"VN30"}))
    await clock.advance(1)
    for sink, path in zip(sinks, ((), ("indices",)), strict=True):
        first, later = sink.states
        for key in path:
            first, later = first[key], later[key]
        assert {key for key, row in first.items() if "intraday" in row} == {"VN30", "HNX"}
        assert not any("intraday" in row for row in later.values())
        assert later["VN30"]["value"] == 1_900.0


async def test_mark_changed_first_change_is_sent_at_once(
    publisher: DataPublisher, market: FakeMarketReader
) -> None:
    sink = join(publisher, Channel.MARKET)
    trade(market, publisher, 61_300)
    await settle()
    assert sink.states[-1]["prices"]["VCB"]["last_price"] == 61_300


async def test_mark_changed_many_changes_within_the_interval_send_the_last_once(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = join(publisher, Channel.MARKET)
    for price in range(61_300, 61_400, 10):
        trade(market, publisher, price)
        await clock.advance(0.04)
    assert len(sink.states) == 2  # the welcome, and the first change
    await clock.advance(0.5)
    assert [state["prices"]["VCB"]["last_price"] for state in sink.states] == [61_200, 61_300, 61_390]


async def test_mark_changed_late_timer_does_not_fire_twice(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = join(publisher, Channel.MARKET)
    for second in range(10):  # every wake-up is long overdue
        trade(market, publisher, 61_000 + second)
        await clock.advance(3)
    assert len(sink.states) == 1 + 10


async def test_mark_changed_without_clients_builds_nothing(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    publisher.mark_changed(Changes(alerts=[make_alert(3)]))
    trade(market, publisher, 61_300)
    await clock.advance(5)
    assert market.tables_read == 0


async def test_mark_changed_of_another_channel_sends_nothing(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = join(publisher, Channel.FOREIGN)
    trade(market, publisher, 61_300)
    await clock.advance(5)
    assert len(sink.messages) == 2


async def test_market_group_is_narrowed_to_its_symbols(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = join(publisher, Channel.MARKET, frozenset({"FPT"}))
    trade(market, publisher, 99_000, "FPT")
    await clock.advance(1)
    assert [list(state["prices"]) for state in sink.states] == [["FPT"], ["FPT"]]
    assert list(sink.states[-1]["quotes"]) == ["FPT"]
    assert set(sink.states[-1]["indices"]) == {"VN30", "HNX", "VNMidcap"}


async def test_push_shares_one_frame_among_a_group(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sinks = [join(publisher, Channel.MARKET) for _ in range(450)]  # more than two slices
    trade(market, publisher, 61_300)
    await clock.advance(1)
    assert len({id(frame) for sink in sinks for frame in sink.frames[2:] if frame is not PING}) == 1
    assert all(len(sink.states) == 2 for sink in sinks)


async def test_slow_client_skips_and_is_given_the_last_state_though_the_market_is_quiet(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock, metrics: Metrics
) -> None:
    slow, quick = join(publisher, Channel.MARKET), join(publisher, Channel.MARKET)
    slow.is_stuck = True
    market.prices |= {f"S{number:04}": PriceData() for number in range(400)}  # a frame over 64 KiB
    publisher.mark_changed(Changes(prices=set(market.prices)))
    await clock.advance(1)
    for price in (61_300, 61_400, 61_500):
        trade(market, publisher, price)
        await clock.advance(1)
    assert len(slow.waiting) == 1
    assert [state["prices"]["VCB"]["last_price"] for state in quick.states[2:]] == [61_300, 61_400, 61_500]
    slow.unstick()
    await clock.advance(1)
    assert slow.states[-1] == quick.states[-1]
    assert len(slow.states) == 3
    assert metrics.registry.get_sample_value("ws_frames_skipped_total", {"channel": "market"}) >= 3
    frames = len(quick.states)
    await clock.advance(10)
    assert len(quick.states) == frames  # nothing is owed any more


async def test_alert_client_over_the_limit_is_closed_4408(publisher: DataPublisher, clock: FakeClock) -> None:
    stuck, other = FakeFrameSink(), FakeFrameSink()
    for sink in (stuck, other):
        open_client(publisher, sink, Channel.ALERTS, buffer_bytes_max=2_000)
    stuck.is_stuck = True
    for number in range(20):
        publisher.mark_changed(Changes(alerts=[make_alert(number)]))
        await clock.advance(0.1)
    assert stuck.close_code == CloseCode.TOO_SLOW
    assert stuck.unsent_bytes <= 2_000
    assert [message["data"]["data"]["volume"] for message in other.of_type("alert")] == list(range(20))


async def test_alert_before_joining_is_in_the_snapshot_and_not_sent_again(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    join(publisher, Channel.ALERTS)
    market.alerts.insert(0, make_alert(3))
    publisher.mark_changed(Changes(alerts=[make_alert(3)]))
    late = join(publisher, Channel.ALERTS)
    await clock.advance(1)
    assert late.messages[1]["data"][0]["id"] == "alert-3"
    assert late.of_type("alert") == []


async def test_mark_feed_change_is_told_to_every_channel_once(
    publisher: DataPublisher, feed: FakeFeed, clock: FakeClock
) -> None:
    sinks = [join(publisher, channel) for channel in Channel]
    feed.current = FeedStatus(FeedSource.SIMULATOR, FeedState.PARTIAL, OPENING, True, {"R": 31.0}, ["R"])
    publisher.mark_feed(feed.current)
    publisher.mark_feed(feed.current)
    await clock.advance(1)
    for sink in sinks:
        assert [status["state"] for status in sink.of_type("status")] == ["live", "partial"]
        assert sink.of_type("status")[-1]["muted_channels"] == ["R"]
    assert sinks[0].states[-1]["feed"]["state"] == "partial"


async def test_mark_feed_mere_ages_tell_nobody(
    publisher: DataPublisher, feed: FakeFeed, clock: FakeClock
) -> None:
    sink = join(publisher, Channel.INDEX)
    publisher.mark_feed(
        FeedStatus(FeedSource.SIMULATOR, FeedState.LIVE, OPENING, connected=True, ages={"X-TRADE": 3.0})
    )
    await clock.advance(1)
    assert len(sink.messages) == 2


async def test_session_event_is_told_to_every_channel(publisher: DataPublisher, clock: FakeClock) -> None:
    sinks = [join(publisher, channel) for channel in Channel]
    event = SessionEvent("phase", OPENING.date(), OPENING, "HOSE", Phase.ATC)
    publisher.mark_changed(Changes(session_events=[event]))
    await clock.advance(1)
    for sink in sinks:
        assert sink.of_type("session") == [
            {
                "type": "session",
                "event": "phase",
                "trading_date": "2026-11-20",
                "timestamp": "2026-11-20T09:15:00+07:00",
                "exchange": "HOSE",
                "phase": "atc",
            }
        ]


async def test_mark_changed_everything_sends_the_new_state_of_every_channel(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sinks = {channel: join(publisher, channel) for channel in Channel}
    market.prices, market.quotes = {"HPG": PriceData()}, {}
    market.indices = {"VN30": IndexData("VN30")}
    market.foreign = {"HPG": ForeignInvestorData("HPG", net_value=1)}
    publisher.mark_changed(Changes(everything=True))
    await clock.advance(1)
    assert list(sinks[Channel.MARKET].states[-1]["prices"]) == ["HPG"]
    assert sinks[Channel.FOREIGN].states[-1]["top_buy"][0]["symbol"] == "HPG"
    assert list(sinks[Channel.INDEX].states[-1]) == ["VN30"]


async def test_dismiss_all_says_bye_then_closes_4410(publisher: DataPublisher) -> None:
    sinks = [join(publisher, channel) for channel in Channel]
    publisher.dismiss_all()
    assert publisher.is_closing
    for sink in sinks:
        assert sink.messages[-1] == {"type": "bye", "reconnect_in_ms": [500, 3_500]}
        assert sink.close_code == CloseCode.SHUTTING_DOWN


async def test_heartbeat_spreads_its_pings_over_the_interval(
    publisher: DataPublisher, clock: FakeClock
) -> None:
    sinks = [join(publisher, Channel.FOREIGN) for _ in range(600)]
    await clock.advance(15)
    pinged = sum(bool(sink.of_type("ping")) for sink in sinks)
    assert 280 <= pinged <= 320


async def test_heartbeat_every_interval_pings_who_is_not_behind(
    publisher: DataPublisher, clock: FakeClock, market: FakeMarketReader
) -> None:
    sinks = [join(publisher, Channel.FOREIGN) for _ in range(250)]
    sinks[0].is_stuck = True
    sinks[0].waiting.append(sinks[0].frames[0].__class__(b" " * 70_000))
    await clock.advance(60)
    assert [len(sink.of_type("ping")) for sink in sinks[1:]] == [2] * 249
    assert len(sinks[0].waiting) == 1


async def test_client_closed_but_not_yet_gone_is_given_nothing_more(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock
) -> None:
    sink = FakeFrameSink()
    client, _ = open_client(publisher, sink, Channel.MARKET)
    client.close(CloseCode.TOO_MANY)
    client.close(CloseCode.TOO_SLOW)
    trade(market, publisher, 61_300)
    await clock.advance(1)
    assert client.offer_event(sink.frames[0])
    assert sink.close_code == CloseCode.TOO_MANY
    send_state(client, sink.frames[1])
    assert len(sink.frames) == 2


async def test_unregister_twice_counts_one_close(publisher: DataPublisher, metrics: Metrics) -> None:
    _, unregister = open_client(publisher, FakeFrameSink(), Channel.INDEX)
    unregister(4_999)
    unregister(4_999)
    assert publisher.managers[Channel.INDEX].client_count == 0
    assert metrics.registry.get_sample_value("ws_closes_total", {"code": "other"}) == 1
    assert metrics.registry.get_sample_value("ws_connections_active", {"channel": "index"}) == 0


async def test_state_client_over_the_limit_gets_its_events_later(
    publisher: DataPublisher, feed: FakeFeed, clock: FakeClock
) -> None:
    sink = FakeFrameSink()
    open_client(publisher, sink, Channel.INDEX, buffer_bytes_max=4_000)
    sink.is_stuck = True
    sink.waiting.append(sink.frames[0].__class__(b" " * 40_000))
    feed.current = FeedStatus(FeedSource.SIMULATOR, FeedState.STALLED, OPENING)
    publisher.mark_feed(feed.current)
    await clock.advance(1)
    assert sink.close_code is None
    sink.waiting.clear()
    sink.is_stuck = False
    await clock.advance(1)
    assert [json.loads(frame.payload)["state"] for frame in sink.frames if b'"status"' in frame.payload] == [
        "live",
        "stalled",
    ]


async def test_full_state_does_not_follow_who_turned_to_deltas_in_the_middle_of_a_push(
    publisher: DataPublisher, market: FakeMarketReader, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_stream, "CLIENTS_PER_SLICE", 1)
    first, second = FakeFrameSink(), FakeFrameSink()
    open_client(publisher, first, Channel.MARKET)
    client, _ = open_client(publisher, second, Channel.MARKET)
    await clock.advance(1)
    write = first.write

    def write_and_turn(frame: WireFrame) -> None:
        write(frame)
        first.write = write  # type: ignore[method-assign]
        asyncio.get_running_loop().call_soon(publisher.open_view, client, Channel.MARKET, "delta")

    first.write = write_and_turn  # type: ignore[method-assign]
    before = len(second.frames)
    market.prices["VCB"].last_price = 61_300
    publisher.mark_changed(Changes(prices={"VCB"}))
    await clock.advance(2)
    assert [message.get("type") for message in second.messages[before:]] == ["snapshot"]
