"""A database with two years of a market in it, made by the server itself: so many prints would take Python minutes.

The prints are loaded under the first revision's schema; then the program's own migration makes the candles of them.
BENCH_DATABASE_URL (a superuser's) takes another server, a TimescaleDB for instance; the database there is dropped again.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

import asyncpg
from msgspec import Struct

from app.history import schema
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from app.history.tables import CANDLE_TABLES
from benchmarks.data_dir import temporary_data_dir

LOADERS = 2  # one a core
BEFORE_CANDLES = "0001"
QUICK_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
}  # nothing here has to last

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
# Made of whole days, a symbol's minutes lie side by side. A live feed leaves them minute by minute, over all symbols.
_LAY_OUT = """
    CREATE TEMP TABLE laid_out AS TABLE candle_1m;
    TRUNCATE candle_1m;
    INSERT INTO candle_1m SELECT * FROM laid_out ORDER BY bucket, symbol;
    DROP TABLE laid_out
"""
_SORT_MEMORY = "256MB"  # while loading: the program's own sorts of a batch are small

type Report = Callable[[str], None]


class StoredMarket(Struct, frozen=True):
    """What is in the database."""

    dsn: str
    server_pid: int
    branch: str  # PostgreSQL or TimescaleDB
    symbols: list[str]
    days: list[date]
    trades: int
    seconds: float  # it took to make it


@asynccontextmanager
async def temporary_database(settings: Mapping[str, str] | None = None) -> AsyncIterator[tuple[str, int]]:
    """Give the DSN of a migrated database that is gone afterwards, and the pid of our own server, else 0."""
    other = os.environ.get("BENCH_DATABASE_URL")
    if other:
        async with _database_of(other) as dsn:
            await schema.upgrade(dsn, source="simulator")
            yield dsn, 0
        return
    with temporary_data_dir() as data_dir:
        server = EmbeddedPostgres(data_dir, settings=settings)
        await server.start()
        try:
            dsn = await server.ensure_database(database_name("simulator"))
            await schema.upgrade(dsn, source="simulator")
            yield dsn, server.pid or 0
        finally:
            await server.stop()


@asynccontextmanager
async def _database_of(server_dsn: str) -> AsyncIterator[str]:
    name = f"vnst_bench_{uuid.uuid4().hex[:8]}"
    admin = await asyncpg.connect(server_dsn)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server_dsn)._replace(path=f"/{name}").geturl()
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@asynccontextmanager
async def stored_market(
    symbols: Sequence[str], days: Sequence[date], trades: int, *, seconds_max: float, report: Report
) -> AsyncIterator[StoredMarket]:
    """Give a database with about `trades` prints, evenly over symbols and days; fewer days when the time runs out."""
    async with temporary_database(QUICK_SETTINGS) as (dsn, server_pid):
        began_s = time.perf_counter()
        await schema.downgrade(dsn, BEFORE_CANDLES, report=lambda _line: None)
        await _set_sort_memory(dsn, _SORT_MEMORY)
        per_symbol = max(2, math.ceil(trades / len(symbols) / len(days)))
        loaded = await _load(dsn, symbols, days, per_symbol, seconds_max, report)
        report("making the candles")
        status = await schema.upgrade(dsn, source="simulator", report=lambda _line: None)
        report("laying them out")
        connection = await asyncpg.connect(dsn)
        try:
            if status.branch == "native":
                await connection.execute(_LAY_OUT)
                await connection.execute(f"VACUUM ANALYZE {', '.join(CANDLE_TABLES)}")
            await connection.execute("ANALYZE")
            count = await connection.fetchval("SELECT count(*) FROM trades")
        finally:
            await connection.close()
        await _set_sort_memory(dsn, None)
        seconds = time.perf_counter() - began_s
        branch = {"native": "PostgreSQL", "timescale": "TimescaleDB"}[status.branch or "native"]
        yield StoredMarket(dsn, server_pid, branch, list(symbols), loaded, count, seconds)


async def _set_sort_memory(dsn: str, value: str | None) -> None:
    name = urlsplit(dsn).path.removeprefix("/")
    connection = await asyncpg.connect(dsn)
    try:
        change = f"SET work_mem = '{value}'" if value else "RESET work_mem"
        await connection.execute(f'ALTER DATABASE "{name}" {change}')
    finally:
        await connection.close()


async def _load(
    dsn: str,
    symbols: Sequence[str],
    days: Sequence[date],
    per_symbol: int,
    seconds_max: float,
    report: Report,
) -> list[date]:
    """Load the newest days first, so that those loaded are consecutive; return them, oldest first."""
    began_s = time.perf_counter()
    loaded: list[date] = []
    waiting = iter(reversed(days))

    async def work() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            for day in waiting:
                await connection.execute(_DAY, list(symbols), per_symbol, day)
                loaded.append(day)
                if len(loaded) % max(1, len(days) // 10) == 0:
                    report(f"{len(loaded) * per_symbol * len(symbols):,} trades loaded")
                if time.perf_counter() - began_s > seconds_max:
                    return
        finally:
            await connection.close()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(LOADERS):
            tasks.create_task(work())
    return sorted(loaded)


def weekdays(last: date) -> Iterator[date]:
    """Yield the weekdays up to `last`, newest first."""
    day = last
    while True:
        if day.weekday() < 5:
            yield day
        day -= timedelta(days=1)
