"""Candles: whatever the order, lateness and repetition of the prints, they equal a recount of the prints.

Runs unchanged on TimescaleDB.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta

import asyncpg
import pytest

from app.history import candles
from app.history.candles import Candle, CandleRepository, Interval, RepairedMinute
from app.history.paging import time_range
from app.history.pool import DatabasePool
from app.history.tables import TRADES, insert_rows, trade_row
from app.market.models import ClassifiedTrade, Phase, TradeType
from tests.history.builders import DAY, at, make_trade
from tests.history.conftest import Settle

FUTURE = "41I1G3000"
EVER = time_range(None, None)


async def store(connection: asyncpg.Connection, *trades: ClassifiedTrade) -> int:
    return await insert_rows(connection, TRADES, [trade_row(trade) for trade in trades])


def random_prints(seed: int, count: int) -> list[ClassifiedTrade]:
    """A busy hour over the lunch break on two days, several prints a second, some put through."""
    chooser = random.Random(seed)
    totals: dict[tuple[str, object], int] = defaultdict(int)
    prints = []
    for number in range(count):
        symbol = chooser.choice(["VCB", "FPT", FUTURE])
        day = DAY + timedelta(days=number * 2 // count)
        second = number % (count // 2 or 1) * 600 // (count // 2 or 1)
        moment = at("10:00", day) + timedelta(seconds=second)
        volume = chooser.randint(1, 500)
        totals[symbol, day] += volume
        prints.append(
            make_trade(
                symbol,
                moment.strftime("%H:%M:%S"),
                totals[symbol, day],
                trading_date=day,
                volume=volume,
                price=chooser.choice([59_900, 60_000, 60_100, 1_950.7]),
                trade_type=chooser.choice(list(TradeType)),
                phase=Phase.PUT_THROUGH if chooser.random() < 0.05 else Phase.CONTINUOUS,
            )
        )
    return prints


def recount(
    prints: list[ClassifiedTrade], width: timedelta
) -> dict[tuple[str, datetime], tuple[object, ...]]:
    groups: dict[tuple[str, datetime], list[ClassifiedTrade]] = defaultdict(list)
    for trade in prints:
        if trade.phase is not Phase.PUT_THROUGH:
            midnight = at("00:00", trade.trading_date)
            groups[trade.symbol, midnight + (trade.timestamp - midnight) // width * width].append(trade)
    bars = {}
    for key, members in groups.items():
        members.sort(key=lambda t: (t.timestamp, t.total_volume))
        prices = [trade.price for trade in members]
        sides = {side: sum(t.volume for t in members if t.trade_type is side) for side in TradeType}
        bars[key] = (
            prices[0],
            max(prices),
            min(prices),
            prices[-1],
            sum(trade.volume for trade in members),
            sum(trade.value for trade in members),
            sides[TradeType.ACTIVE_BUY],
            sides[TradeType.ACTIVE_SELL],
            sides[TradeType.NEUTRAL],
            len(members),
        )
    return bars


@pytest.mark.parametrize("seed", range(4))
async def test_candles_of_late_repeated_and_shuffled_prints_equal_a_recount(
    connection: asyncpg.Connection, pool: DatabasePool, settle_candles: Settle, seed: int
) -> None:
    prints = random_prints(seed, 600)
    chooser = random.Random(seed)
    deliveries = prints + chooser.sample(prints, 150)
    if seed % 2:
        chooser.shuffle(deliveries)
    inserted = 0
    while deliveries:
        size = chooser.choice([1, 7, 60, 200])
        batch, deliveries = deliveries[:size], deliveries[size:]
        inserted += await store(connection, *batch)
        if seed == 3 and chooser.random() < 0.2:
            await settle_candles()  # a refresh in between: what comes later is late
    await settle_candles()
    assert inserted == len(prints)
    repository = CandleRepository(pool)
    for interval, width in {
        Interval.ONE_MINUTE: timedelta(minutes=1),
        Interval.FIVE_MINUTES: timedelta(minutes=5),
        Interval.ONE_HOUR: timedelta(hours=1),
        Interval.ONE_DAY: timedelta(days=1),
    }.items():
        found = {}
        for symbol in ("VCB", "FPT", FUTURE):
            for candle in (await repository.fetch(symbol, interval, EVER, limit=1000)).data:
                found[symbol, candle.timestamp] = figures(candle)
        assert found == recount(prints, width)


def figures(candle: Candle) -> tuple[object, ...]:
    return (
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
        candle.value,
        candle.mua_chu_dong_volume,
        candle.ban_chu_dong_volume,
        candle.neutral_volume,
        candle.trade_count,
    )


def session(symbol: str, rows: list[tuple[str, Phase]]) -> list[ClassifiedTrade]:
    return [
        make_trade(symbol, clock, (n + 1) * 100, phase=phase, price=1_900 + n)
        for n, (clock, phase) in enumerate(rows)
    ]


async def bars(pool: DatabasePool, symbol: str, interval: str) -> list[tuple[str, int]]:
    page = await CandleRepository(pool).fetch(symbol, Interval(interval), EVER, limit=500)
    return [(candle.timestamp.strftime("%H:%M"), candle.trade_count) for candle in page.data]


async def test_future_bars_hold_the_opening_auction_and_leave_the_closing_one_alone(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    await store(
        connection,
        *session(
            FUTURE,
            [
                ("08:59:58", Phase.ATO),
                ("09:00:01", Phase.CONTINUOUS),
                ("11:29:59", Phase.CONTINUOUS),
                ("11:30:00", Phase.CONTINUOUS),
                ("13:00:00", Phase.CONTINUOUS),
                ("14:29:59", Phase.CONTINUOUS),
                ("14:30:00", Phase.CONTINUOUS),
                ("14:45:00", Phase.ATC),
            ],
        ),
    )
    assert await bars(pool, FUTURE, "1m") == [
        ("09:00", 2),
        ("11:29", 2),
        ("13:00", 1),
        ("14:29", 2),
        ("14:45", 1),
    ]
    assert await bars(pool, FUTURE, "15m") == [
        ("09:00", 2),
        ("11:15", 2),
        ("13:00", 1),
        ("14:15", 2),
        ("14:45", 1),
    ]
    assert await bars(pool, FUTURE, "1h") == [
        ("09:00", 2),
        ("11:00", 2),
        ("13:00", 1),
        ("14:00", 2),
        ("14:45", 1),
    ]
    first = (await CandleRepository(pool).fetch(FUTURE, Interval.ONE_HOUR, EVER, limit=500)).data[0]
    assert (first.open, first.close) == (1_900, 1_901), "the auction opens the bar"


async def test_stock_bars_put_the_opening_auction_at_a_quarter_past_nine_and_plo_after_the_close(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    await store(
        connection,
        *session(
            "SHS",
            [
                ("09:14:59", Phase.ATO),
                ("09:15:00", Phase.CONTINUOUS),
                ("14:44:59", Phase.ATC),
                ("14:45:20", Phase.PLO),
                ("14:52:00", Phase.PLO),
                ("14:55:00", Phase.PUT_THROUGH),
            ],
        ),
    )
    assert await bars(pool, "SHS", "1m") == [("09:15", 2), ("14:45", 1), ("14:46", 1), ("14:52", 1)]
    assert await bars(pool, "SHS", "5m") == [("09:15", 2), ("14:45", 1), ("14:50", 2)]
    assert await bars(pool, "SHS", "30m") == [("09:00", 2), ("14:45", 1), ("15:00", 2)]
    assert await bars(pool, "SHS", "1d") == [("00:00", 5)]


async def test_upcom_minutes_after_half_past_two_are_minutes_like_any_other(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    rows = [(clock, Phase.CONTINUOUS) for clock in ("14:29:00", "14:30:00", "14:45:00", "14:59:00")]
    await store(connection, *session("BSR", rows))
    assert await bars(pool, "BSR", "1m") == [("14:29", 1), ("14:30", 1), ("14:45", 1), ("14:59", 1)]


async def test_pages_of_candles_join_without_a_hole_or_a_repeat(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    start = at("09:15")
    trades = [
        make_trade("VCB", (start + timedelta(minutes=n)).strftime("%H:%M"), (n + 1) * 100, trading_date=day)
        for day in (DAY, DAY + timedelta(days=1))
        for n in range(100)
    ]
    await store(connection, *trades)
    repository = CandleRepository(pool)
    for interval in ("1m", "5m", "1h"):
        whole = (await repository.fetch("VCB", Interval(interval), EVER, limit=1000)).data
        for limit in (1, 3, 7):
            collected: list[Candle] = []
            cursor = None
            while True:
                page = await repository.fetch("VCB", Interval(interval), EVER, limit=limit, cursor=cursor)
                assert len(page.data) <= limit
                collected = page.data + collected
                cursor = page.next_cursor
                if cursor is None or len(collected) > len(whole):
                    break
            assert collected == whole, (interval, limit)
    spanned = time_range(at("09:20"), at("09:22"))
    page = await repository.fetch("VCB", Interval.ONE_MINUTE, spanned, limit=10)
    assert [candle.timestamp for candle in page.data] == [at("09:20"), at("09:21"), at("09:22")]


async def test_repaired_minute_replaces_ours_and_keeps_its_active_volumes(
    connection: asyncpg.Connection, pool: DatabasePool, settle_candles: Settle
) -> None:
    await store(
        connection,
        make_trade(clock="09:30:10", total=100, price=60_000, trade_type=TradeType.ACTIVE_BUY),
        make_trade(clock="09:31:10", total=200, price=60_100),
        make_trade(clock="09:30:10", total=100, trading_date=DAY + timedelta(days=1)),
    )
    await settle_candles()
    repository = CandleRepository(pool)
    repaired = RepairedMinute("VCB", at("09:30"), 59_900, 60_200, 59_800, 60_050, 900)
    closing = RepairedMinute(FUTURE, at("14:45"), 1_900, 1_900, 1_900, 1_900, 10)
    for _ in range(2):
        assert await repository.store_repairs([repaired, closing], "repair") == 2
    first, second, _ = (await repository.fetch("VCB", Interval.ONE_MINUTE, EVER, limit=10)).data
    assert figures(first) == (59_900, 60_200, 59_800, 60_050, 900, 54_000_000, 100, 0, 800, 1)
    assert (first.origin, second.origin) == ("repair", None)
    day, next_day = (await repository.fetch("VCB", Interval.ONE_DAY, EVER, limit=10)).data
    assert (day.volume, day.high, day.close, day.origin) == (1000, 60_200, 60_100, "repair")
    assert (next_day.volume, next_day.origin) == (100, None)
    assert await bars(pool, FUTURE, "1h") == [("14:45", 0)]
    (future,) = (await repository.fetch(FUTURE, Interval.ONE_HOUR, EVER, limit=10)).data
    assert future.value == 1_900 * 10 * 100_000


def full_day(chooser: random.Random, day: date, count: int) -> list[ClassifiedTrade]:
    """A stock's day with each phase, and prints stamped in the breaks that were matched before them."""
    phases = [
        ("09:00", 15, Phase.ATO), ("09:15", 135, Phase.CONTINUOUS), ("11:30", 1, Phase.CONTINUOUS),
        ("13:00", 90, Phase.CONTINUOUS), ("14:30", 1, Phase.CONTINUOUS), ("14:45", 1, Phase.ATC),
        ("14:45", 15, Phase.PLO),
    ]  # fmt: skip
    moments = [(at(begin, day) + timedelta(minutes=chooser.randrange(width)), phase)
               for begin, width, phase in chooser.choices(phases, [1, 30, 1, 20, 1, 1, 3], k=count)]  # fmt: skip
    return [
        make_trade(clock=moment.strftime("%H:%M:%S"), total=n * 100, trading_date=day, phase=phase,
                   price=60_000 + chooser.randrange(50) * 100, trade_type=chooser.choice(list(TradeType)))
        for n, (moment, phase) in enumerate(sorted(moments, key=lambda entry: entry[0]), start=1)
    ]  # fmt: skip


def rolled_up(minutes: list[Candle], width: int) -> list[tuple[object, ...]]:
    """Put bars of a minute together as MARKET.md 8.7 says."""
    bars: dict[datetime, list[Candle]] = defaultdict(list)
    for candle in minutes:
        minute = candle.timestamp.hour * 60 + candle.timestamp.minute
        label = minute if minute == 885 else minute // width * width
        if minute > 885:
            label = max(label, (885 + width) // width * width)
        bars[candle.timestamp + timedelta(minutes=label - minute)].append(candle)
    return [
        (label, members[0].open, max(c.high for c in members), min(c.low for c in members), members[-1].close,
         *(sum(getattr(c, name) for c in members)
           for name in ("volume", "value", "mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume",
                        "trade_count")),
         max((c.origin for c in members if c.origin), default=None))
        for label, members in bars.items()
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
async def test_wider_bars_equal_their_minutes_with_repairs_among_them(
    connection: asyncpg.Connection,
    pool: DatabasePool,
    settle_candles: Settle,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    chooser = random.Random(seed)
    days = [DAY + timedelta(days=n) for n in range(5)]
    prints = [trade for day in days for trade in full_day(chooser, day, 150)]
    chooser.shuffle(prints)
    for start in range(0, len(prints), 100):
        await store(connection, *prints[start : start + 100])
    await settle_candles()
    repository = CandleRepository(pool)
    clocks = ["09:15", "09:15", "09:20", "10:59", "11:15", "11:29", "13:00", "14:29", "14:30", "14:45"]
    repairs = {(chooser.choice(days), clock) for clock in clocks[: seed * 4]}
    await repository.store_repairs(
        [
            RepairedMinute("VCB", at(clock, day), 50_000, 70_000, 50_000, 60_000, 1_000)
            for day, clock in repairs
        ],
        "repair",
    )
    minutes = (await repository.fetch("VCB", Interval.ONE_MINUTE, EVER, limit=1_000)).data
    assert len(minutes) > 300
    for interval, width in (("5m", 5), ("15m", 15), ("30m", 30), ("1h", 60)):
        expected = rolled_up(minutes, width)
        for limit, extra_rows in ((1_000, candles.EXTRA_ROWS), (7, 30)):
            monkeypatch.setattr(candles, "EXTRA_ROWS", extra_rows)  # few: so that not everything is read
            found: list[Candle] = []
            cursor = None
            while cursor is not None or not found:
                page = await repository.fetch("VCB", Interval(interval), EVER, limit=limit, cursor=cursor)
                found = page.data + found
                cursor = page.next_cursor
            assert [(c.timestamp, *figures(c), c.origin) for c in found] == expected, (interval, limit)


@pytest.mark.parametrize("symbol", ["", "NUL\0", "X" * 500, "'; DROP TABLE trades; --"])
async def test_candles_of_impossible_symbols_are_none(pool: DatabasePool, symbol: str) -> None:
    for interval in Interval:
        assert (await CandleRepository(pool).fetch(symbol, interval, EVER, limit=10)).data == []
