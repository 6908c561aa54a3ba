"""A database with two years of a market in it, made by the server itself: so many prints would take Python minutes.

Every print goes through INSERT INTO trades, so the candles are those that the program's own triggers (or continuous
aggregates) make. Days are loaded whole, which leaves a symbol's candles of a day side by side; `lay_out_as_lived`
puts them where a live feed leaves them, minute by minute over all symbols, which is the slower layout to read.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import asyncpg
from msgspec import Struct

CANDLE_TABLES = ("candle_1m", "candle_15m", "candle_1d")

# $1 symbols, $2 prints a symbol, $3 date. A stock's day: 09:15 with the opening auction, the morning to a print stamped
# 11:30, the afternoon to one stamped 14:30, and the closing auction at 14:45. Prices walk around each symbol's own.
_DAY = """
    INSERT INTO trades (symbol, price, volume, trade_type, value, bid_price, ask_price, timestamp, trading_date,
                        total_volume, phase)
    SELECT symbol, price, 100, (ARRAY['mua_chu_dong', 'ban_chu_dong', 'neutral'])[1 + (i + number) % 3],
        price::int8 * 100, price - 100, price, ($3::date + clock) AT TIME ZONE 'Asia/Ho_Chi_Minh', $3, i * 100, phase
    FROM (
        SELECT symbol, number, i,
            20000 + number * 1000 + 100 * round(15 * sin(i / 60.0 + number) + 2 * sin(i * 12.9898)) AS price,
            CASE WHEN i = 1 THEN 'ato' WHEN i = $2 THEN 'atc' ELSE 'continuous' END AS phase,
            CASE WHEN i = $2 THEN time '14:45'
                WHEN second <= 8100 THEN time '09:15' + make_interval(secs => second)
                ELSE time '13:00' + make_interval(secs => second - 8100) END AS clock
        FROM unnest($1::text[]) WITH ORDINALITY AS symbols (symbol, number), generate_series(1, $2::int) AS i,
            LATERAL (SELECT (i - 1) * 13500 / greatest($2 - 2, 1) AS second) AS placed
    ) AS prints ORDER BY clock, symbol
"""


class StoredMarket(Struct, frozen=True):
    """What was loaded."""

    symbols: list[str]
    days: list[date]
    trades: int
    seconds: float
    is_complete: bool  # False: the time ran out


def trading_days(count: int, last: date) -> list[date]:
    """Return the last `count` weekdays up to `last`, oldest first."""
    days: list[date] = []
    day = last
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


async def load_market(
    connection: asyncpg.Connection[Any],
    symbols: Sequence[str],
    days: Sequence[date],
    trades: int,
    *,
    seconds_max: float,
    report: Callable[[int], None] = lambda _trades: None,
) -> StoredMarket:
    """Store about `trades` prints, spread evenly, day by day; stop after the day during which `seconds_max` passed."""
    per_day = max(2, math.ceil(trades / len(symbols) / len(days)))
    began_s = time.perf_counter()
    loaded: list[date] = []
    for day in days:
        await connection.execute(_DAY, list(symbols), per_day, day)
        loaded.append(day)
        report(per_day * len(symbols) * len(loaded))
        if time.perf_counter() - began_s > seconds_max:
            break
    seconds = time.perf_counter() - began_s
    return StoredMarket(
        list(symbols), loaded, per_day * len(symbols) * len(loaded), seconds, len(loaded) == len(days)
    )


async def lay_out_as_lived(connection: asyncpg.Connection[Any]) -> None:
    """Write the candles anew in the order in which a live feed makes them; continuous aggregates are left alone."""
    for name in CANDLE_TABLES:
        if not await connection.fetchval(
            "SELECT relkind = 'r' FROM pg_class WHERE oid = to_regclass($1)", name
        ):
            continue
        async with connection.transaction():
            await connection.execute(f"CREATE TEMP TABLE laid_out ON COMMIT DROP AS TABLE {name}")
            await connection.execute(f"TRUNCATE {name}")
            await connection.execute(f"INSERT INTO {name} SELECT * FROM laid_out ORDER BY bucket, symbol")
    await connection.execute("VACUUM ANALYZE")
