"""What the tests of TimescaleDB share: days before today (its policies go by the wall clock), its jobs, its chunks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import asyncpg

from app.clock import SystemClock
from app.history import tables
from app.history.database_check import CheckRange, Difference, check_days
from app.market.market_time import date_at
from tests.history.builders import at, make_trade
from tests.integration.waiting import until

REFRESH = "policy_refresh_continuous_aggregate"
COMPRESSION = "policy_compression"
RETENTION = "policy_retention"
LATE = "refresh_late_candles"

type Volumes = dict[str, dict[int, int]]  # candle table -> days before today -> volume


def day_before(days: int) -> date:
    """Return the Vietnamese date `days` before today."""
    return date_at(SystemClock().time_s()) - timedelta(days=days)


async def store_prints(connection: asyncpg.Connection, days: Iterable[int], *, total: int = 100) -> None:
    """Store a print of 100 shares of VCB on each of the days before today; `total` is its identity."""
    prints = [make_trade(trading_date=day_before(day), total=total, price=60_000 + total) for day in days]
    assert await tables.insert_rows(
        connection, tables.TRADES, [tables.trade_row(trade) for trade in prints]
    ) == len(prints)


async def store_snapshots(connection: asyncpg.Connection, days: Iterable[int]) -> None:
    """Store a row in each of the other hypertables on each of the days before today."""
    moments = [at("09:30", day_before(day)) for day in days]
    rows: dict[tables.Table, list[tables.Row]] = {
        tables.FOREIGN_SNAPSHOTS: [
            ("VCB", 100, 40, 1.5, 0.5, 0.0, 0.0, moment, 6, 2, 9) for moment in moments
        ],
        tables.INDEX_SNAPSHOTS: [("VN30", 1_890.5, 1.5, 20, 8, moment, 100, 1_000) for moment in moments],
        tables.BASIS_POINTS: [("41I1G3000", 1_895.5, 1_893.0, 2.5, 0.1, True, moment) for moment in moments],
    }
    for table, made in rows.items():
        assert await tables.insert_rows(connection, table, made) == len(made)


async def run_jobs(connection: asyncpg.Connection, procedure: str) -> int:
    """Run every job of that procedure now, to its end; return how many there are."""
    jobs = await connection.fetch(
        "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = $1 ORDER BY job_id", procedure
    )
    for (job,) in jobs:
        await connection.execute(f"CALL run_job({job})")
    return len(jobs)


async def refresh_everything(connection: asyncpg.Connection) -> None:
    """Refresh all there is, as docs/operations.md says after a copy; again where a policy is at it."""

    async def is_refreshed(name: str) -> bool:
        options = '{"buckets_per_batch": 1440}'
        try:
            await connection.execute(
                f"CALL refresh_continuous_aggregate('{name}', NULL, NULL, options => '{options}')"
            )
        except asyncpg.LockNotAvailableError:
            return False
        return True

    for name in tables.CANDLE_TABLES:
        await until(lambda name=name: is_refreshed(name), f"{name} refreshed", 120)


async def chunk_days(connection: asyncpg.Connection, table: str) -> dict[int, bool]:
    """Return, for each day before today on which `table` has a row: whether its chunk is compressed."""
    rows = await connection.fetch(
        "SELECT DISTINCT t.timestamp, c.is_compressed"
        f" FROM {table} AS t JOIN timescaledb_information.chunks AS c"
        " ON t.tableoid = format('%I.%I', c.chunk_schema, c.chunk_name)::regclass WHERE c.hypertable_name = $1",
        table,
    )
    today = day_before(0)
    return {(today - date_at(moment.timestamp())).days: is_compressed for moment, is_compressed in rows}


async def volumes(connection: asyncpg.Connection) -> Volumes:
    """Return what each kind of candle shows."""
    today = day_before(0)
    found: Volumes = {}
    for name in tables.CANDLE_TABLES:
        rows = await connection.fetch(f"SELECT bucket, volume FROM {name}")
        found[name] = {(today - date_at(bucket.timestamp())).days: volume for bucket, volume in rows}
    return found


def everywhere(days: dict[int, int]) -> Volumes:
    """Return `days` for every kind of candle."""
    return dict.fromkeys(tables.CANDLE_TABLES, days)


async def differences(connection: asyncpg.Connection) -> list[Difference]:
    """Return what db-check finds wrong with the candles."""
    days = check_days(connection, CheckRange(), today=day_before(0))
    return [found async for day in days for found in day.differences if found.what != "total_volume"]
