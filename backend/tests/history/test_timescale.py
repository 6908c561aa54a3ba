"""What only a real TimescaleDB has: its objects exist, and their jobs run. `make test-timescale` comes here."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from app.history import tables
from tests.history.builders import DAY, make_trade

HYPERTABLES = {"trades", "foreign_snapshots", "index_snapshots", "basis_points"}


@pytest.fixture(autouse=True)
def only_there(is_timescale: bool) -> None:
    if not is_timescale:
        pytest.skip("needs TimescaleDB: make test-timescale DATABASE_URL=...")


async def names(connection: asyncpg.Connection, sql: str) -> set[str]:
    return {row[0] for row in await connection.fetch(sql)}


async def test_hypertables_and_aggregates_exist_and_show_what_is_not_materialised(
    connection: asyncpg.Connection,
) -> None:
    found = await names(connection, "SELECT hypertable_name FROM timescaledb_information.hypertables")
    assert found >= HYPERTABLES
    aggregates = await connection.fetch(
        "SELECT view_name, materialized_only FROM timescaledb_information.continuous_aggregates"
    )
    assert {tuple(row) for row in aggregates} == {(name, False) for name in tables.CANDLE_TABLES}


async def test_every_hypertable_has_its_policies(connection: asyncpg.Connection) -> None:
    jobs = await connection.fetch(
        "SELECT proc_name, hypertable_name FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL"
    )
    by_kind: dict[str, set[str]] = {}
    for procedure, name in jobs:
        kind = next(
            (k for k in ("compression", "columnstore", "retention", "refresh") if k in procedure), procedure
        )
        by_kind.setdefault(kind, set()).add(name)
    assert by_kind.get("compression", set()) | by_kind.get("columnstore", set()) >= HYPERTABLES
    assert by_kind["retention"] >= HYPERTABLES
    assert len(by_kind["refresh"]) == len(tables.CANDLE_TABLES)


async def test_every_job_runs(connection: asyncpg.Connection) -> None:
    old = DAY - timedelta(days=60)  # old enough to be compressed, young enough to be kept
    rows = [
        tables.trade_row(make_trade(total=n * 100, trading_date=day)) for day in (old, DAY) for n in (1, 2, 3)
    ]
    await tables.insert_rows(connection, tables.TRADES, rows)
    ids = await connection.fetch(
        "SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL"
    )
    assert ids
    for row in ids:
        await connection.execute(f"CALL run_job({row['job_id']})")


async def test_compressed_trades_take_late_rows_once_and_keep_their_candles(
    connection: asyncpg.Connection,
) -> None:
    rows = [tables.trade_row(make_trade(total=n * 100, clock=f"09:30:0{n}")) for n in (1, 2, 3)]
    await tables.insert_rows(connection, tables.TRADES, rows)
    await connection.execute("SELECT compress_chunk(c) FROM show_chunks('trades') AS c")
    late = tables.trade_row(make_trade(total=400, clock="09:30:04", price=61_000))
    assert await tables.insert_rows(connection, tables.TRADES, [*rows, late]) == 1
    await connection.execute("CALL refresh_continuous_aggregate('candle_1m', NULL, NULL)")
    candle = await connection.fetchrow("SELECT volume, high, close FROM candle_1m")
    assert candle is not None
    assert tuple(candle) == (400, 61_000, 61_000)
