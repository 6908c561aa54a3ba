"""C4 and C5, the messages: withheld, repeated, of another day, late or broken. All counted, nothing poisoned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest

from app.market.gap_ledger import LATE_START
from app.market.models import Changes, ClassifiedTrade, Phase, TradeType
from tests.conftest import Measured
from tests.integration.conftest import ControlOf, StartSimulator
from tests.integration.control import Control
from tests.integration.processes import SimulatorChild
from tests.integration.running_app import LongestCallback, RunningApp, running_app
from tests.integration.waiting import DEADLINE_S, is_steady, until

THIN = (
    "--speed",
    "600",
    "--activity",
    "0.05",
    "--start",
    "08:44:30",
)  # ten minutes of the market in a second
BUSY = (
    "--speed",
    "30",
    "--activity",
    "1",
    "--start",
    "09:16:50",
)  # a delay of 1 s matters when much happens in one
TRADES_AND_QUOTES = ["X-TRADE:ALL", "X-QUOTE:ALL", "R:ALL", "MI:ALL", "F:ALL"]
COMBINED = ["X:ALL", "R:ALL", "MI:ALL", "F:ALL"]
SIDES = {"BU": TradeType.ACTIVE_BUY, "SD": TradeType.ACTIVE_SELL}


@pytest.fixture
def simulator(request: pytest.FixtureRequest, start_simulator: StartSimulator) -> Iterator[SimulatorChild]:
    """A market of its own for each test: they change what it sends from the start."""
    child = start_simulator("--seed", "9", "--hold", *getattr(request, "param", THIN))
    yield child
    child.end()


@pytest.fixture
def control(control_of: ControlOf, simulator: SimulatorChild) -> Control:
    return control_of(simulator)


class Market:
    """An application on this market, and each print it classified."""

    def __init__(self, app: RunningApp, control: Control) -> None:
        self.app = app
        self.control = control
        self.trades: list[ClassifiedTrade] = []
        # traded before the first message that was seen: nobody's fault, and not counted as missed
        self.late_volume = 0
        self.rejected_so_far: dict[str, int] = {}
        app.application.processor.subscribe(self._keep)

    def _keep(self, changes: Changes) -> None:
        self.trades += changes.trades
        self.late_volume += sum(gap.volume for gap in changes.gaps if gap.cause == LATE_START)

    async def time(self) -> str:
        return str((await self.control.clock())["time"])[11:19]

    async def reaches(self, time_of_day: str, deadline_s: float = 2 * DEADLINE_S) -> None:
        async def is_there() -> bool:
            return await self.time() >= time_of_day

        await until(is_there, time_of_day, deadline_s)

    async def trades_on(self, minutes: int = 35) -> None:
        """Wait until the application has seen the market go on for so long."""
        processor = self.app.application.processor
        until_s = processor.market_time_s + minutes * 60
        await until(lambda: processor.market_time_s >= until_s, f"{minutes} minutes later", 2 * DEADLINE_S)

    def figures(self) -> bytes:
        """Return the whole market as bytes, to be compared."""
        snapshot = self.app.application.processor.get_market_snapshot()
        return msgspec.json.encode([snapshot, self.app.application.processor.get_foreign_detail()])

    async def stands_still(self, are_all_counted: bool = True) -> dict[str, Any]:
        """Pause the market, read everything it sent, and return the truth per symbol."""
        await self.control.pause()
        if are_all_counted:
            await self.app.has_read_all(self.control)
        else:  # broken frames are counted by us and not as sent, those cut off the other way round
            await is_steady(lambda: self.app.messages, "nothing more is read")
        truth = await self.control.truth()
        processor = self.app.application.processor
        # the last tick moves the windows once more
        await until(lambda: processor.market_time_s >= truth["time_s"], "the paused clock is read")
        symbols: dict[str, Any] = truth["symbols"]
        return {symbol: truth for symbol, truth in symbols.items() if truth["prints"]}

    def assert_totals_equal(self, truths: dict[str, Any]) -> None:
        stats = self.app.application.processor.get_session_stats()
        assert {symbol: stats[symbol].total_volume for symbol in truths} == {
            symbol: truth["total_volume"] for symbol, truth in truths.items()
        }
        for row in stats.values():
            assert row.mua_chu_dong_volume + row.ban_chu_dong_volume + row.neutral_volume == row.total_volume
        prices = self.app.application.processor.get_prices()
        assert {symbol: prices[symbol].total_value for symbol in truths} == {
            symbol: truth["total_value"] for symbol, truth in truths.items()
        }


@pytest.fixture(params=[TRADES_AND_QUOTES], ids=["X-TRADE"])
async def market(
    request: pytest.FixtureRequest,
    simulator: SimulatorChild,
    control: Control,
    held: LongestCallback,
    measured: Measured,
) -> AsyncIterator[Market]:
    async with running_app(simulator.url, ssi_channels=request.param) as app:
        market = Market(app, control)
        await app.live()
        yield market
        await app.assert_every_route_answers()
        assert (await control.connections())["max"] == 1
        measured("longest callback ms", held.ms)


@pytest.mark.parametrize("market", [TRADES_AND_QUOTES, COMBINED], ids=["X-TRADE", "X"], indirect=True)
async def test_prints_withheld_are_missed_volume_exactly(market: Market, measured: Measured) -> None:
    await market.control.fault("withhold", fraction=0.2)
    await market.reaches("09:40:00")
    await market.control.clear_faults()
    before = (await market.control.truth())["symbols"]
    await market.reaches("10:10:00")
    truths = await market.stands_still()
    # what was withheld shows in the TotalVol of the next print: without one it is nobody's to see
    shown = {symbol: truth for symbol, truth in truths.items() if truth["prints"] > before[symbol]["prints"]}
    assert len(shown) >= len(truths) - 2
    market.assert_totals_equal(shown)
    stats = market.app.application.processor.get_session_stats()
    withheld = {symbol: truth["withheld_volume"] for symbol, truth in shown.items()}
    assert {symbol: stats[symbol].missed_volume for symbol in shown} == withheld
    assert sum(withheld.values()) > 0
    missed = (await market.app.metrics())["missed_volume_total", ""]
    assert missed + market.late_volume == sum(row.missed_volume for row in stats.values())
    measured(
        "withheld and missed",
        f"{sum(truth['withheld_prints'] for truth in truths.values())} prints, {missed:,.0f}",
    )


@pytest.mark.parametrize("market", [TRADES_AND_QUOTES, COMBINED], ids=["X-TRADE", "X"], indirect=True)
async def test_prints_sent_twice_count_once(market: Market, measured: Measured) -> None:
    await market.control.fault("duplicate", copies=2)
    await market.reaches("09:25:00")
    truths = await market.stands_still()
    market.assert_totals_equal(truths)
    assert len(market.trades) == sum(truth["prints"] for truth in truths.values())
    assert {row.missed_volume for row in market.app.application.processor.get_session_stats().values()} == {0}
    rejected = await market.app.rejected()
    measured("rejected", rejected)
    if "X-TRADE:ALL" in market.app.application._settings.ssi_channels:
        assert rejected["repeat"] >= 0.9 * len(market.trades)


async def test_messages_of_an_older_day_change_nothing(market: Market, measured: Measured) -> None:
    await market.control.fault("stale_day", every=2)
    await market.reaches("09:25:00")
    await market.control.fault("drop")  # and what is replayed on subscribing is of that day, too

    async def is_connected_again() -> bool:
        return int((await market.control.connections())["opened"]) == 2

    await until(is_connected_again, "a second connection")
    await market.trades_on()  # 35 minutes of the market, however long the way back took
    truths = await market.stands_still(are_all_counted=False)
    market.assert_totals_equal(truths)
    session = market.app.application.processor.get_session()
    assert session.trading_date is not None
    assert session.trading_date.isoformat() == (await market.control.clock())["trading_date"]
    rejected = await market.app.rejected()
    assert rejected["older_date"] > 1000
    measured("rejected", rejected)


@pytest.mark.parametrize("simulator", [BUSY], indirect=True)
async def test_sides_fall_as_quotes_come_later(market: Market, measured: Measured) -> None:
    delays_s = {17: 0.0, 18: 0.01, 19: 1.0}  # by minute after nine
    for minute, delay_s in delays_s.items():
        await market.control.fault("quote_delay", seconds=delay_s)
        await market.reaches(f"09:{minute}:58")
    await market.stands_still()
    shares: list[float] = []
    for minute, delay_s in delays_s.items():
        compared = [
            trade
            for trade in market.trades
            if (trade.timestamp.minute, trade.phase) == (minute, Phase.CONTINUOUS)
            and 5 <= trade.timestamp.second < 55
            and trade.exchange_side
        ]
        agreed = sum(
            trade.trade_type is SIDES[trade.exchange_side] for trade in compared if trade.exchange_side
        )
        shares.append(agreed / len(compared))
        measured(
            f"sides at {delay_s * 1000:.0f} ms", f"{agreed} of {len(compared)} = {100 * shares[-1]:.2f} %"
        )
    in_time, at_10_ms, at_1_s = shares
    assert in_time >= 0.99
    assert at_10_ms >= 0.98
    assert 0.6 < at_1_s < min(in_time, at_10_ms) - 0.02


# What each kind is counted as on X-TRADE. None: sound enough to be read, and then a repeat; or it says nothing.
COUNTED_AS = {
    "frame_not_json": "bad_frame", "frame_truncated": "bad_frame", "frame_array": "bad_frame",
    "frame_number": "bad_frame", "frame_null": "bad_frame", "frame_blank": "bad_frame",
    "frame_messages_null": "bad_frame", "frame_messages_number": "bad_frame", "frame_entry_null": "bad_frame",
    "frame_unknown_keys": None, "frame_server_error": None, "frame_deep": None, "frame_1mb": "repeat",
    "frame_binary": "bad_frame", "frame_not_utf8": None,
    "argument_not_json": "bad_json", "argument_number": "bad_frame", "argument_null": "bad_frame",
    "argument_object": "bad_frame", "argument_empty": "bad_json", "arguments_none": "bad_frame",
    "arguments_two": "bad_frame", "argument_no_content": "missing_field", "argument_no_type": "missing_field",
    "argument_lower_case": "repeat", "argument_unknown_type": "unknown_channel",
    "hub_unknown_method": "bad_frame", "hub_unknown_hub": "bad_json", "hub_error": None, "hub_error_object": None,
    "content_not_json": "bad_json", "content_truncated": "bad_json", "content_object": "repeat",
    "content_array": "not_an_object", "content_null": "not_an_object", "content_empty": "missing_field",
    "content_nulls": "missing_field", "content_no_symbol": "missing_field", "content_no_date": "missing_field",
    "content_no_numbers": "missing_field", "symbol_number": "wrong_type", "symbol_unknown": "unknown_symbol",
    "symbol_nul": "bad_symbol", "symbol_long": "bad_symbol", "date_impossible": "bad_time",
    "date_iso": "bad_time", "time_impossible": "bad_time", "price_text": "wrong_type",
    "price_nan": "not_finite", "price_infinity": "not_finite", "price_1e308": "absurd",
    "price_negative": "negative", "price_list": "wrong_type", "price_bool": "wrong_type",
    "volume_text": "wrong_type", "volume_nan_text": "not_finite", "volume_negative": "negative",
    "volume_huge": "absurd", "volume_fraction": "pre_open", "volume_object": "wrong_type",
}  # fmt: skip


async def test_malformed_kinds_are_counted_by_reason_and_change_nothing(
    market: Market, measured: Measured
) -> None:
    await market.reaches("09:20:00")
    await market.stands_still()
    await is_steady(market.figures, "the windows of market time stand still, too")
    assert set(await market.control.malformed_kinds()) == set(COUNTED_AS)
    opened = (await market.control.connections())["opened"]
    for kind, reason in COUNTED_AS.items():
        before = market.figures()
        assert (kind, await _send(market, "X-TRADE", kind)) == (kind, {} if reason is None else {reason: 1})
        assert market.figures() == before, kind
    for channel in ("X-QUOTE", "R", "MI"):
        for kind in COUNTED_AS:
            before = market.figures()
            if await _send(market, channel, kind):
                assert market.figures() == before, (channel, kind)
    measured("kinds", f"{len(COUNTED_AS)} on 4 channels")
    measured("rejected", await market.app.rejected())
    await market.app.assert_every_route_answers()
    await market.control.pause(False)
    await market.reaches("09:50:00")
    market.assert_totals_equal(await market.stands_still(are_all_counted=False))
    assert (await market.control.connections())["opened"] == opened, "a malformed frame cost the connection"


async def _send(market: Market, channel: str, kind: str) -> dict[str, int]:
    """Send a broken frame and behind it one whose reason is known; return what was counted between."""
    before = market.rejected_so_far or await market.app.rejected()
    await market.control.fault("malformed", kind=kind, channel=channel)
    await market.control.fault("malformed", kind="argument_unknown_type", channel=channel)
    known = before.get("unknown_channel", 0) + (2 if kind == "argument_unknown_type" else 1)
    await until(lambda: _known(market) == known, f"{kind} is read")
    after = await market.app.rejected()
    market.rejected_so_far = dict(after)
    after["unknown_channel"] -= 1
    return {
        reason: count - before.get(reason, 0)
        for reason, count in after.items()
        if count > before.get(reason, 0)
    }


def _known(market: Market) -> int:
    feed = market.app.application.feed
    assert feed is not None
    return feed.counters().rejected.get("unknown_channel", 0)
