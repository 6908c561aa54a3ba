"""CandleRepair over a real database: when it asks, what wins, what stays open and why, and that nothing is doubled."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import asyncpg
import pytest

from app.history.backfill import MinutesUnavailableError
from app.history.candle_repair import CandleRepair
from app.history.candles import Interval, RepairedMinute
from app.history.gap_recorder import GapRecorder
from app.history.gap_repository import GapRepository, StoredGap
from app.history.paging import time_range
from app.history.pool import DatabasePool
from app.history.stored_history import Bar, StoredHistory
from app.history.tables import GAPS, TRADES, gap_row, insert_rows, trade_row
from app.market.models import Gap, Phase, TradeType
from tests.feed.fake_clock import FakeClock
from tests.history.builders import DAY, at, make_trade

NEXT_DAY = DAY + timedelta(days=1)
FUTURE = "41I1G3000"


class Provider:
    """SSI's IntradayOhlc: what it has of each symbol, and the faults a test asks for."""

    def __init__(self) -> None:
        self.bars: dict[str, list[RepairedMinute]] = {}
        self.asked: list[tuple[str, date]] = []
        self.broken: set[str] = set()
        self.dies_at: str | None = None

    def has(self, symbol: str, clock: str, volume: int, *, price: float = 60_000, day: date = DAY) -> None:
        bar = RepairedMinute(symbol, at(clock, day), price, price + 100, price - 100, price, volume)
        self.bars.setdefault(symbol, []).append(bar)

    async def __call__(self, symbol: str, first: date, last: date) -> Sequence[RepairedMinute]:
        assert first == last
        self.asked.append((symbol, first))
        if symbol == self.dies_at:
            raise KeyboardInterrupt  # killed half-way
        if symbol in self.broken:
            raise MinutesUnavailableError("HTTP 500")
        return [bar for bar in self.bars.get(symbol, []) if bar.timestamp.date() == first]


class Rig:
    """A repair whose market time, tracked symbols and provider are the test's."""

    def __init__(self, pool: DatabasePool, connection: asyncpg.Connection) -> None:
        self.pool, self.connection = pool, connection
        self.clock, self.provider = FakeClock(), Provider()
        self.now = at("10:30:00")
        self.tracked: set[str] | None = {"VCB", "FPT"}
        self.is_stored = True
        self.start()

    def start(self) -> None:
        """Begin a new life of the process."""
        self.ledger = GapRecorder(
            lambda _table, _rows: None,
            market_time_s=self.time_s,
            trading_date=lambda: DAY,
            is_live_between=lambda _from_s, _until_s: True,
        )
        self.repair = CandleRepair(
            self.pool,
            self.clock,
            self.provider,
            ledger=self.ledger,
            tracked=lambda: self.tracked,
            market_time_s=self.time_s,
            is_stored=lambda: self.is_stored,
        )

    def time_s(self) -> float:
        return self.now.timestamp()

    async def round(self, clock: str | None = None, day: date = DAY) -> None:
        if clock is not None:
            self.now = at(clock, day)
        await self.repair.repair_now()

    async def trades(self, *prints: tuple[str, str, int, int], **changes: object) -> None:
        """Store prints: symbol, time, volume, total after it."""
        rows = [
            trade_row(make_trade(symbol, clock, total, volume=volume, **changes))
            for symbol, clock, volume, total in prints
        ]
        await insert_rows(self.connection, TRADES, rows)

    async def gap(
        self, symbol: str, begun: str | None, ended: str | None, volume: int = 0, **changes: object
    ) -> str:
        day = changes.get("day", DAY)
        cause = changes.get("cause", "total_volume_jump" if volume else "disconnect")
        moments = [moment and at(moment, day) for moment in (begun, ended)]
        row = gap_row(Gap(symbol, moments[0], moments[1], volume, cause), day)
        await insert_rows(self.connection, GAPS, [row])
        return str(row[0])

    async def gaps(self) -> dict[str, StoredGap]:
        page = await GapRepository(self.pool).fetch(DAY - timedelta(days=60), NEXT_DAY, limit=100)
        return {gap.id: gap for gap in page.data}

    async def bars(self, symbol: str, interval: Interval = Interval.ONE_MINUTE) -> list[Bar]:
        return (
            await StoredHistory(self.pool).bars(symbol, interval, time_range(None, None), 1_000, None)
        ).data


@pytest.fixture
def rig(pool: DatabasePool, connection: asyncpg.Connection) -> Rig:
    return Rig(pool, connection)


async def test_gap_of_a_symbol_gets_the_providers_minutes_and_closes(rig: Rig) -> None:
    await rig.trades(
        ("VCB", "10:00:10", 100, 100), ("VCB", "10:02:10", 100, 900), trade_type=TradeType.ACTIVE_BUY
    )
    name = await rig.gap("VCB", "10:00:10", "10:02:10", 700)
    for clock, volume in (("10:00", 300), ("10:01", 400), ("10:02", 200), ("10:03", 50)):
        rig.provider.has("VCB", clock, volume)
    await rig.round()
    assert [(f"{bar.timestamp:%H:%M}", bar.volume, bar.origin) for bar in await rig.bars("VCB")] == [
        ("10:00", 300, "repair"), ("10:01", 400, "repair"), ("10:02", 200, "repair"),
    ]  # fmt: skip
    first = (await rig.bars("VCB"))[0]
    assert (first.mua_chu_dong_volume, first.neutral_volume, first.high) == (100, 200, 60_100)
    repaired = (await rig.gaps())[name]
    assert (repaired.repaired_at, repaired.volume) == (at("10:30:00"), 700)
    assert rig.ledger.open_gaps == 0
    await rig.round("10:40:00")
    assert len(rig.provider.asked) == 1


async def test_minutes_are_asked_for_when_they_are_final(rig: Rig) -> None:
    await rig.gap("VCB", "10:00:10", "10:02:10", 700)
    rig.provider.has("VCB", "10:01", 700)
    await rig.round("10:04:29")
    assert rig.provider.asked == []
    assert rig.ledger.open_gaps == 1
    await rig.round("10:04:30")
    assert rig.provider.asked == [("VCB", DAY)]
    assert rig.ledger.open_gaps == 0


async def test_minutes_wait_until_our_own_prints_are_stored(rig: Rig) -> None:
    await rig.gap("VCB", "10:00:10", "10:02:10", 700)
    rig.provider.has("VCB", "10:01", 700)
    rig.is_stored = False
    await rig.round()
    assert rig.provider.asked == []


async def test_gaps_of_a_symbol_and_day_are_one_request(rig: Rig) -> None:
    for minute in range(5):
        await rig.gap("VCB", f"10:0{minute}:00", f"10:0{minute}:30", 100)
        rig.provider.has("VCB", f"10:0{minute}", 100)
    await rig.round()
    assert rig.provider.asked == [("VCB", DAY)]
    assert all(gap.is_repaired for gap in (await rig.gaps()).values())


async def test_prints_that_arrive_after_the_repair_double_nothing(rig: Rig) -> None:
    await rig.gap(FUTURE, "09:00:00", "09:00:10", 700)
    rig.provider.has(FUTURE, "09:00", 800, price=1_900.5)
    await rig.round()
    await rig.trades((FUTURE, "09:00:05", 300, 300), price=1_900.5, phase=Phase.ATO)
    assert [bar.volume for bar in await rig.bars(FUTURE)] == [800]
    await rig.gap(FUTURE, "09:00:10", "09:00:40", 100)  # the same minute again, which has a phase now
    await rig.round()
    for interval in Interval:
        assert [bar.volume for bar in await rig.bars(FUTURE, interval)] == [800], interval


async def test_minutes_the_provider_lacks_are_ours_still(rig: Rig) -> None:
    await rig.trades(("VCB", "10:00:10", 100, 100))
    await rig.gap("VCB", "10:00:10", "10:02:10", 700)
    rig.provider.has("VCB", "10:02", 800)
    await rig.round()
    assert [(bar.volume, bar.origin) for bar in await rig.bars("VCB")] == [(100, None), (800, "repair")]


async def test_gap_whose_volume_the_bars_lack_stays_open_and_says_so(rig: Rig) -> None:
    await rig.trades(("VCB", "10:00:10", 100, 100), ("VCB", "10:01:10", 100, 900))
    name = await rig.gap("VCB", "10:00:10", "10:01:10", 700)
    rig.provider.has("VCB", "10:00", 600)
    await rig.round()
    gap = (await rig.gaps())[name]
    assert (gap.is_repaired, gap.repair_note) == (False, "the provider's bars lack 300")
    assert rig.ledger.open_gaps == 1
    await rig.round()
    assert len(rig.provider.asked) == 1, "not at once again"
    rig.clock.elapsed_s += 60
    rig.provider.has("VCB", "10:01", 300)
    await rig.round()
    gap = (await rig.gaps())[name]
    assert (gap.is_repaired, gap.repair_note) == (True, None)
    assert [bar.volume for bar in await rig.bars("VCB")] == [600, 300]


async def test_provider_that_has_less_than_we_saw_replaces_nothing(rig: Rig) -> None:
    await rig.trades(("VCB", "09:30:00", 5_000, 5_000), ("VCB", "10:00:10", 100, 5_800))
    name = await rig.gap("VCB", "09:30:00", "10:00:10", 700)
    rig.provider.has("VCB", "09:45", 900)
    await rig.round()
    gap = (await rig.gaps())[name]
    assert gap.repair_note == f"the provider's bars hold 900 of the 5100 we were shown ({DAY})"
    assert {bar.origin for bar in await rig.bars("VCB")} == {None}
    rig.provider.bars.clear()
    rig.clock.elapsed_s += 60
    await rig.round()
    assert (await rig.gaps())[name].repair_note == f"no bars ({DAY})"


async def test_prints_at_the_edge_of_a_minute_may_be_in_the_providers_next_one(rig: Rig) -> None:
    await rig.trades(("VCB", "10:02:59", 500, 500), ("VCB", "10:05:10", 100, 1_300))
    name = await rig.gap("VCB", "10:03:00", "10:05:10", 700)
    rig.provider.has("VCB", "10:03", 500)
    rig.provider.has("VCB", "10:05", 800)
    await rig.round()
    assert (await rig.gaps())[name].is_repaired


async def test_gap_of_the_feed_closes_when_every_tracked_symbol_is_repaired(rig: Rig) -> None:
    await rig.trades(("VCB", "09:59:00", 100, 100), ("HPG", "09:30:00", 100, 100))
    name = await rig.gap("*", "10:00:00", "10:05:00")
    for symbol in ("VCB", "HPG"):
        rig.provider.has(symbol, "09:59" if symbol == "VCB" else "09:30", 100)
        rig.provider.has(symbol, "10:04", 900)  # revealed by no later print
    rig.tracked = None
    await rig.round()
    assert rig.provider.asked == [], "it is not known yet what is tracked"
    rig.tracked = {"VCB", "FPT"}
    rig.provider.broken = {"VCB"}
    await rig.round()
    gap = (await rig.gaps())[name]
    assert (gap.is_repaired, gap.repair_note) == (False, "VCB: HTTP 500")
    assert {symbol for symbol, _ in rig.provider.asked} == {"VCB", "FPT", "HPG"}, (
        "what traded that day as well"
    )
    rig.provider.broken = set()
    rig.provider.asked.clear()
    rig.clock.elapsed_s += 60
    await rig.round()
    assert rig.provider.asked == [("VCB", DAY)]
    assert (await rig.gaps())[name].is_repaired
    for symbol in ("VCB", "HPG"):
        assert [(bar.volume, bar.origin) for bar in await rig.bars(symbol)] == [(100, None), (900, "repair")]
    assert await rig.bars("FPT") == []


async def test_feed_that_is_away_is_waited_for_and_a_gap_nobody_ended_is_closed(rig: Rig) -> None:
    abandoned = await rig.gap("*", "10:00:00", None)
    rig.tracked = set()
    await rig.round("10:02:00")
    assert not (await rig.gaps())[abandoned].is_repaired
    await rig.round("10:20:15")
    gap = (await rig.gaps())[abandoned]
    assert (gap.is_repaired, gap.to_time) == (True, at("10:18:00"))
    assert rig.ledger.open_gaps == 0


async def test_gap_of_a_past_day_is_repaired_after_a_restart(rig: Rig) -> None:
    past = DAY - timedelta(days=3)
    await rig.trades(("VCB", "13:59:00", 100, 100), trading_date=past)
    name = await rig.gap("*", "14:00:00", "15:00:00", day=past, cause="restart")
    older = await rig.gap("VCB", "14:00:00", "15:00:00", 5, day=DAY - timedelta(days=31))
    for clock, volume in (("13:59", 100), ("14:20", 500), ("14:45", 900)):
        rig.provider.has("VCB", clock, volume, day=past)
    rig.tracked = {"VCB"}
    await rig.round("08:30:00")
    assert rig.provider.asked == [("VCB", past)]
    gaps = await rig.gaps()
    assert gaps[name].is_repaired
    assert not gaps[older].is_repaired, "SSI has no minutes that old"
    assert [(bar.volume, bar.origin) for bar in await rig.bars("VCB")] == [
        (100, None), (500, "repair"), (900, "repair"),
    ]  # fmt: skip
    assert [bar.volume for bar in await rig.bars("VCB", Interval.ONE_DAY)] == [1_500]
    assert f"{(await rig.bars('VCB', Interval.THIRTY_MINUTES))[-1].timestamp:%H:%M}" == "14:45"


async def test_late_start_is_filled_and_never_counts(rig: Rig) -> None:
    await rig.trades(("VCB", "10:00:10", 100, 900))
    name = await rig.gap("VCB", None, "10:00:10", 800, cause="late_start")
    rig.provider.has("VCB", "09:15", 800)
    rig.provider.has("VCB", "10:00", 100)
    await rig.round("10:01:00")
    assert rig.ledger.open_gaps == 0
    await rig.round("10:05:00")
    assert (await rig.gaps())[name].is_repaired
    assert [bar.volume for bar in await rig.bars("VCB")] == [800, 100]


async def test_repair_that_was_killed_half_way_is_done_again_to_the_same_end(rig: Rig) -> None:
    for symbol in ("FPT", "VCB"):
        await rig.trades((symbol, "09:59:00", 100, 100))
        rig.provider.has(symbol, "09:59", 100)
        rig.provider.has(symbol, "10:04", 900)
    feed = await rig.gap("*", "10:00:00", "10:05:00")
    single = await rig.gap("FPT", "09:59:00", "10:05:00", 900, cause="restart")
    rig.provider.dies_at = "VCB"
    with pytest.raises(KeyboardInterrupt):
        await rig.round()
    half = await rig.gaps()
    assert (half[single].is_repaired, half[feed].is_repaired) == (True, False)
    rig.start()
    rig.provider.dies_at = None
    await rig.round()
    done = await rig.gaps()
    assert done[feed].is_repaired
    assert done[single] == half[single]
    assert [bar.volume for bar in await rig.bars("FPT")] == [100, 900]
    assert [bar.volume for bar in await rig.bars("VCB")] == [100, 900]


async def test_provider_that_gives_nothing_is_left_in_peace_longer_each_time(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    symbols = [f"S{n}" for n in range(6)]
    for symbol in symbols:
        await rig.gap(symbol, "10:00:00", "10:01:00", 100)
        rig.provider.has(symbol, "10:00", 100)
    rig.provider.broken = set(symbols)
    with caplog.at_level(logging.INFO):
        await rig.round()
        assert len(rig.provider.asked) == 3
        rig.clock.elapsed_s += 29
        await rig.round()
        assert len(rig.provider.asked) == 3, "30 s"
        rig.clock.elapsed_s += 1
        await rig.round()
        assert len(rig.provider.asked) == 6
        rig.clock.elapsed_s += 59
        await rig.round()
        assert len(rig.provider.asked) == 6, "60 s"
        rig.provider.broken = set()
        rig.clock.elapsed_s += 1_000
        await rig.round()
    assert all(gap.is_repaired for gap in (await rig.gaps()).values())
    assert [message for message in caplog.messages if "provider" in message] == [
        "repair: paused, the provider gives nothing (HTTP 500)",
        "repair: the provider answers again",
    ]


async def test_database_that_goes_away_is_survived(
    rig: Rig, pool: DatabasePool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = await rig.gap("VCB", "10:00:10", "10:02:10", 700)
    rig.provider.has("VCB", "10:01", 700)
    original: Callable[..., object] = pool.fetch
    calls = 0

    async def lose_some(sql: str, *arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls in {2, 4}:
            raise asyncpg.InternalClientError("gone")
        return await original(sql, *arguments)

    monkeypatch.setattr(pool, "fetch", lose_some)

    async def end_when_done(_delay_s: float) -> None:
        if (await rig.gaps())[name].is_repaired:
            raise KeyboardInterrupt

    monkeypatch.setattr(rig.clock, "sleep", end_when_done)
    with pytest.raises(KeyboardInterrupt):
        await rig.repair.run()
    assert "repair: interrupted (gone)" in caplog.messages
