"""db-check: it finds each kind of damage, and nothing where there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from app.history import tables
from app.history.database_check import CheckRange, Difference, check_days
from app.market.models import Phase, TradeType
from tests.history.builders import DAY, at, make_trade
from tests.history.conftest import Settle

NEXT = DAY + timedelta(days=1)
TODAY = DAY + timedelta(days=3)
CANDLE = (
    "phase, open, high, low, close, volume, value, mua_chu_dong_volume, ban_chu_dong_volume, neutral_volume,"
    " trade_count, open_time, open_total, close_time, close_total"
)

type Check = Callable[..., Awaitable[list[Difference]]]


@pytest.fixture
async def check(connection: asyncpg.Connection, settle_candles: Callable[[], Awaitable[None]]) -> Check:
    """Two sound days of two symbols, and what db-check says after `damage`."""
    trades = []
    for day in (DAY, NEXT):
        for symbol in ("VCB", "FPT"):
            trades += [
                make_trade(symbol, f"09:{15 + n}:30", (n + 1) * 100, trading_date=day, price=60_000 + n * 100,
                           trade_type=list(TradeType)[n % 3])
                for n in range(6)
            ]  # fmt: skip
            # 250 were never shown; the closing auction revealed them
            trades.append(make_trade(symbol, "14:45:00", 950, trading_date=day, phase=Phase.ATC))
    await tables.insert_rows(connection, tables.TRADES, [tables.trade_row(trade) for trade in trades])
    gaps = [
        (f"{symbol}{day}", symbol, "total_volume_jump", at("09:20", day), at("14:45", day), 250, day)
        for day in (DAY, NEXT)
        for symbol in ("VCB", "FPT")
    ]
    gaps.append(("whole", "*", "disconnect", at("10:00"), at("10:01"), 0, DAY))
    await tables.insert_rows(connection, tables.GAPS, gaps)

    async def run(damage: str = "", *, is_settled: bool = True, **wanted: Any) -> list[Difference]:
        if damage:
            await connection.execute(damage)
        if is_settled:
            await settle_candles()
        told: list[int] = []
        days = [
            day async for day in check_days(connection, CheckRange(**wanted), today=TODAY, begun=told.append)
        ]
        assert told == [len(days)]
        run.days = days  # type: ignore[attr-defined]
        return [difference for day in days for difference in day.differences]

    return run


async def test_sound_days_add_up(check: Check) -> None:
    assert await check() == []
    days = check.days  # type: ignore[attr-defined]
    assert [(day.trading_date, day.trades, day.candles, day.symbols) for day in days] == [
        (DAY, 14, 14, 2),
        (NEXT, 14, 14, 2),
    ]


@pytest.mark.parametrize(
    ("damage", "symbols", "what", "detail"),
    [
        ("DELETE FROM gaps WHERE symbol = 'VCB' AND trading_date = '2026-03-02'", {"VCB"}, "total_volume",
         "prints 700 + gaps 0 = 700, TotalVol 950"),
        ("UPDATE gaps SET volume = 300 WHERE symbol = 'FPT' AND trading_date = '2026-03-02'", {"FPT"},
         "total_volume", "prints 700 + gaps 300 = 1000, TotalVol 950"),
    ],
)  # fmt: skip
async def test_day_that_does_not_reach_its_total_volume_is_found(
    check: Check, damage: str, symbols: set[str], what: str, detail: str
) -> None:
    found = await check(damage)
    assert [(d.trading_date, {d.symbol}, d.what, d.detail) for d in found] == [(DAY, symbols, what, detail)]


@pytest.mark.parametrize(
    ("damage", "what", "detail"),
    [
        ("UPDATE candle_1m SET high = 61000 WHERE symbol = 'VCB' AND bucket = '2026-03-02 09:16+07'",
         "candle_1m", "09:16 high 61000, counted 60100"),
        ("DELETE FROM candle_1m WHERE symbol = 'VCB' AND bucket = '2026-03-02 09:16+07'", "candle_1m",
         "09:16 missing"),
        (f"INSERT INTO candle_1m (symbol, bucket, {CANDLE}) SELECT 'VCB', bucket + INTERVAL '1 hour', {CANDLE}"
         " FROM candle_1m WHERE symbol = 'VCB' AND bucket = '2026-03-02 09:16+07'", "candle_1m",
         "10:16 stored without a trade"),
        ("UPDATE candle_15m SET close = 1 WHERE symbol = 'VCB' AND bucket = '2026-03-02 14:45+07'", "candle_15m",
         "14:45 close 1, counted 60000"),
        ("DELETE FROM candle_15m WHERE symbol = 'VCB' AND bucket = '2026-03-02 09:15+07'", "candle_15m",
         "09:15 missing"),
        ("UPDATE candle_1d SET volume = volume + 1, trade_count = 9 WHERE symbol = 'VCB' AND bucket = '2026-03-02+07'",
         "candle_1d", "volume 701, counted 700, trade_count 9, counted 7"),
    ],
)  # fmt: skip
async def test_candle_that_differs_from_its_trades_is_found(
    check: Check,
    connection: asyncpg.Connection,
    settle_candles: Settle,
    is_timescale: bool,
    damage: str,
    what: str,
    detail: str,
) -> None:
    await settle_candles()
    if is_timescale:  # what is materialised stands in a table of its own
        table = await connection.fetchval(
            "SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)"
            " FROM timescaledb_information.continuous_aggregates WHERE view_name = $1",
            what,
        )
        damage = damage.replace(what, table)
    # not settled again: candle_15m is made of candle_1m there
    assert await check(damage, is_settled=False) == [Difference(DAY, "VCB", what, detail)]


async def test_trade_that_vanished_shows_in_candles_and_totals(check: Check, is_timescale: bool) -> None:
    found = await check("DELETE FROM trades WHERE symbol = 'FPT' AND total_volume = 200")
    assert {d.symbol for d in found} == {"FPT"}
    expected = {"total_volume"} if is_timescale else {*tables.CANDLE_TABLES, "total_volume"}
    assert {d.what for d in found} == expected


@pytest.mark.parametrize(
    ("wanted", "dates"),
    [
        ({"symbol": "VCB"}, [DAY, NEXT]),
        ({"symbol": "NOPE"}, []),
        ({"first": NEXT}, [NEXT]),
        ({"last": DAY}, [DAY]),
        ({"first": date(2000, 1, 1), "last": date(2100, 1, 1)}, [DAY, NEXT]),
        ({"retain_days": 4}, [NEXT]),  # what the retention has begun to delete is left out
        ({"retain_days": 5}, [DAY, NEXT]),
    ],
)
async def test_range_narrows_what_is_recounted(
    check: Check, wanted: dict[str, Any], dates: list[date]
) -> None:
    await check(**wanted)
    assert [day.trading_date for day in check.days] == dates  # type: ignore[attr-defined]


async def test_empty_database_has_nothing_to_say(connection: asyncpg.Connection) -> None:
    assert [day async for day in check_days(connection, CheckRange(), today=TODAY)] == []
