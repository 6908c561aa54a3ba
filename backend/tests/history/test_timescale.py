"""What only a real TimescaleDB has: its objects, and that its jobs do what they are for. `make test-timescale`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app.history import schema, tables
from app.history.candles import CandleRepository, Interval
from app.history.paging import time_range
from app.history.pool import DatabasePool
from app.history.retention import Retention, RetentionDays
from app.history.simulated_days import forget_day
from app.history.trade_repository import TradeRepository
from tests.history.builders import at
from tests.history.timescale import (
    COMPRESSION,
    LATE,
    REFRESH,
    RETENTION,
    chunk_days,
    day_before,
    differences,
    everywhere,
    refresh_everything,
    run_jobs,
    store_prints,
    store_snapshots,
    volumes,
)
from tests.integration.waiting import until

EVER = time_range(None, None)
# table -> chunk, compressed after, kept for (days), segmented by, ordered by
HYPERTABLES = {
    "trades": (7, 14, 730, "symbol", 'trading_date DESC,total_volume DESC,"timestamp" DESC'),
    "foreign_snapshots": (7, 14, 730, "symbol", '"timestamp" DESC'),
    "index_snapshots": (30, 30, 1825, "index_id", '"timestamp" DESC'),
    "basis_points": (30, 30, 1825, "futures_symbol", '"timestamp" DESC'),
}


@pytest.fixture(autouse=True)
def only_there(is_timescale: bool) -> None:
    if not is_timescale:
        pytest.skip("needs TimescaleDB: make test-timescale DATABASE_URL=...")


# -- what there is --------------------------------------------------------------------------------------------------


async def test_hypertables_have_their_chunks_and_columnstore(connection: asyncpg.Connection) -> None:
    chunks = await connection.fetch(
        "SELECT hypertable_name, time_interval, column_name FROM timescaledb_information.dimensions"
        " WHERE hypertable_schema = 'public'"
    )
    assert {tuple(row) for row in chunks} == {
        (name, timedelta(days=days), "timestamp") for name, (days, *_) in HYPERTABLES.items()
    }
    settings = await connection.fetch(
        "SELECT hypertable::text, segmentby, orderby FROM timescaledb_information.hypertable_columnstore_settings"
        " WHERE segmentby IS NOT NULL"
    )
    assert {tuple(row) for row in settings} == {
        (name, segment, order) for name, (_, _, _, segment, order) in HYPERTABLES.items()
    }


async def test_candles_are_aggregates_that_show_what_is_not_materialised(
    connection: asyncpg.Connection,
) -> None:
    aggregates = await connection.fetch(
        "SELECT view_name, materialized_only FROM timescaledb_information.continuous_aggregates"
    )
    assert {tuple(row) for row in aggregates} == {(name, False) for name in tables.CANDLE_TABLES}


async def test_every_policy_is_there_and_scheduled(empty_dsn: str) -> None:
    await schema.upgrade(empty_dsn, source=None)
    connection = await asyncpg.connect(empty_dsn)
    jobs = await connection.fetch(
        "SELECT proc_name, hypertable_name, config->>'compress_after' AS compress, config->>'drop_after' AS drop,"
        " config->>'start_offset' AS start, scheduled FROM timescaledb_information.jobs WHERE job_id >= 1000"
    )
    await connection.close()
    assert all(job["scheduled"] for job in jobs)
    found = {name: [job for job in jobs if job["proc_name"] == name] for name in (COMPRESSION, RETENTION)}
    assert {(job["hypertable_name"], job["compress"]) for job in found[COMPRESSION]} == {
        (name, f"{days} days") for name, (_, days, *_) in HYPERTABLES.items()
    }
    assert {(job["hypertable_name"], job["drop"]) for job in found[RETENTION]} == {
        (name, f"{days} days") for name, (_, _, days, *_) in HYPERTABLES.items()
    }
    refreshes = {job["hypertable_name"]: job["start"] for job in jobs if job["proc_name"] == REFRESH}
    assert refreshes == {"candle_1m": "3 days", "candle_15m": "3 days", "candle_1d": "5 days"}
    assert [job["proc_name"] for job in jobs].count(LATE) == 1
    assert len(jobs) == 4 + 4 + 3 + 1


async def test_scheduler_runs_the_jobs_by_itself(empty_dsn: str) -> None:
    await schema.upgrade(empty_dsn, source=None)
    connection = await asyncpg.connect(empty_dsn)

    async def have_run() -> bool:
        return not await connection.fetchval(
            "SELECT count(*) FROM timescaledb_information.jobs LEFT JOIN timescaledb_information.job_stats USING (job_id)"
            " WHERE job_id >= 1000 AND coalesce(total_successes, 0) = 0"
        )

    await until(have_run, "a success of every job", 90)
    assert await connection.fetchval("SELECT sum(total_failures) FROM timescaledb_information.job_stats") == 0
    await connection.close()


# -- what the jobs do -----------------------------------------------------------------------------------------------


async def test_compression_policy_compresses_what_is_old_and_nothing_is_read_differently(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    await store_prints(connection, [100, 60, 59, 1, 0])
    await store_prints(connection, [100, 60], total=200)
    await store_snapshots(connection, [100, 1])

    async def read() -> list[Any]:
        found: list[Any] = [
            await connection.fetch(f"SELECT * FROM {name} ORDER BY timestamp") for name in HYPERTABLES
        ]
        found.append(await TradeRepository(pool).fetch_ticks("VCB", EVER, limit=4))
        candles = CandleRepository(pool)
        return found + [await candles.fetch("VCB", interval, EVER, limit=50) for interval in Interval]

    before = await read()
    assert await run_jobs(connection, COMPRESSION) == 4
    assert await chunk_days(connection, "trades") == {100: True, 60: True, 59: True, 1: False, 0: False}
    for name in ("foreign_snapshots", "index_snapshots", "basis_points"):
        assert await chunk_days(connection, name) == {100: True, 1: False}
    assert await read() == before


async def test_retention_policy_drops_what_is_old_and_no_refresh_takes_its_candles(
    connection: asyncpg.Connection,
) -> None:
    await store_prints(connection, [800, 700, 1])
    await store_snapshots(connection, [1900, 800, 1])
    await refresh_everything(connection)  # in life the oldest were refreshed two years ago
    assert await run_jobs(connection, COMPRESSION) == 4
    assert await run_jobs(connection, RETENTION) == 4
    assert set(await chunk_days(connection, "trades")) == {700, 1}
    assert set(await chunk_days(connection, "foreign_snapshots")) == {1}
    assert set(await chunk_days(connection, "index_snapshots")) == {800, 1}
    assert set(await chunk_days(connection, "basis_points")) == {800, 1}
    whole = everywhere({800: 100, 700: 100, 1: 100})
    assert await volumes(connection) == whole
    assert await run_jobs(connection, REFRESH) == 3
    assert await run_jobs(connection, LATE) == 1
    assert await volumes(connection) == whole
    await store_prints(
        connection, [790], total=200
    )  # its week is gone: its candle would be all there is of it
    assert await run_jobs(connection, LATE) == 1
    assert await volumes(connection) == whole


async def test_refresh_policies_materialise_the_newest_days(connection: asyncpg.Connection) -> None:
    await store_prints(connection, [2])
    assert await run_jobs(connection, REFRESH) == 3
    materialised = await connection.fetch(
        "SELECT view_name, materialization_hypertable_name FROM timescaledb_information.continuous_aggregates"
    )
    for _, table in materialised:
        assert await connection.fetchval(f"SELECT sum(volume) FROM _timescaledb_internal.{table}") == 100
    await connection.execute("DELETE FROM trades")  # what is shown comes from there
    assert await volumes(connection) == everywhere({2: 100})


# -- late prints ----------------------------------------------------------------------------------------------------


async def test_late_print_within_the_policies_window_is_in_the_candles_after_the_next_run(
    connection: asyncpg.Connection,
) -> None:
    await store_prints(connection, [2])
    await run_jobs(connection, REFRESH)
    await store_prints(connection, [2], total=200)
    await run_jobs(connection, REFRESH)
    assert await volumes(connection) == everywhere({2: 200})
    assert await differences(connection) == []


async def test_late_prints_of_any_age_in_compressed_chunks_are_in_the_candles_after_the_job(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    days = [600, 100, 20, 6, 5, 4, 2]  # 3 days ago the policies meet the job: up to an hour passes
    await store_prints(connection, days)
    await run_jobs(connection, REFRESH)
    await run_jobs(connection, LATE)
    assert await volumes(connection) == everywhere(dict.fromkeys(days, 100))
    await run_jobs(connection, COMPRESSION)
    await store_prints(connection, [*days, 50], total=200)  # 50: a day of which there was nothing
    repeated = await connection.fetch("SELECT * FROM trades WHERE total_volume = 100")
    assert await tables.insert_rows(connection, tables.TRADES, [tuple(row) for row in repeated]) == 0
    await run_jobs(connection, REFRESH)
    await run_jobs(connection, LATE)
    assert await volumes(connection) == everywhere({**dict.fromkeys(days, 200), 50: 100})
    assert await differences(connection) == []
    last = (await CandleRepository(pool).fetch("VCB", Interval.ONE_HOUR, EVER, limit=50)).data[0]
    assert (last.timestamp, last.open, last.close) == (at("09:00", day_before(600)), 60_100, 60_200)


async def test_backlog_of_weeks_is_shown_whole_although_the_policies_see_its_end_only(
    connection: asyncpg.Connection,
) -> None:
    """The database was away for weeks, and the spool brings them all: days that no policy has ever refreshed."""
    await store_prints(connection, [30])
    await run_jobs(connection, LATE)
    days = [30, *range(25, 3, -1), 2, 1]  # on the third the policies meet the job: up to an hour passes
    await store_prints(connection, days, total=200)
    await run_jobs(connection, REFRESH)
    await run_jobs(connection, LATE)
    assert await volumes(connection) == everywhere({**dict.fromkeys(days, 100), 30: 200})
    assert await differences(connection) == []


async def test_oldest_day_there_is_is_refreshed_also_when_its_chunk_begins_with_it(
    connection: asyncpg.Connection,
) -> None:
    thursday = next(
        days for days in range(40, 47) if day_before(days).weekday() == 3
    )  # chunks begin on Thursdays
    await store_prints(connection, [thursday])
    await run_jobs(connection, LATE)
    await store_prints(connection, [thursday], total=200)
    await run_jobs(connection, LATE)
    assert await volumes(connection) == everywhere({thursday: 200})


async def test_job_for_late_prints_leaves_candles_alone_when_every_trade_is_gone(
    connection: asyncpg.Connection,
) -> None:
    await store_prints(connection, [40])
    await run_jobs(connection, LATE)
    await connection.execute("SELECT drop_chunks('trades', now())")
    await run_jobs(connection, LATE)
    assert await volumes(connection) == everywhere({40: 100})


async def test_forgotten_day_waits_for_a_refresh_at_work_and_leaves_no_candle(
    connection: asyncpg.Connection, pool: DatabasePool, database_dsn: str
) -> None:
    await store_prints(connection, [40, 39])
    await refresh_everything(connection)
    other = await asyncpg.connect(database_dsn)
    endless = (  # a minute a step: cancelled below
        "CALL refresh_continuous_aggregate('candle_1m', now() - INTERVAL '60 days', now() - INTERVAL '20 days',"
        " force => true, options => '{\"buckets_per_batch\": 1}')"
    )
    at_work = asyncio.create_task(other.execute(endless))
    midnight = at("00:00", day_before(40))

    async def is_refused() -> bool:
        try:
            await connection.execute(
                f"CALL refresh_continuous_aggregate('candle_1m', '{midnight}', '{midnight + timedelta(days=1)}')"
            )
        except asyncpg.LockNotAvailableError:
            return True
        return False

    await until(is_refused, "a refresh at work")
    forgetting = asyncio.create_task(forget_day(pool, day_before(40)))

    async def is_waiting() -> bool:
        return bool(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
            )
        )

    await until(is_waiting, "the one that forgets to wait")
    await connection.execute(f"SELECT pg_cancel_backend({other.get_server_pid()})")
    with pytest.raises(asyncpg.QueryCanceledError):
        await at_work
    await forgetting
    await other.close()
    assert await volumes(connection) == everywhere({39: 100})


# -- retention by settings ------------------------------------------------------------------------------------------


async def policies(connection: asyncpg.Connection) -> dict[str, str]:
    """Return what is kept for how long; candles by the name of their view."""
    rows = await connection.fetch(
        "SELECT coalesce(view_name, j.hypertable_name), config->>'drop_after' FROM timescaledb_information.jobs AS j"
        " LEFT JOIN timescaledb_information.continuous_aggregates AS a"
        " ON j.hypertable_name IN (a.materialization_hypertable_name, a.view_name) WHERE proc_name = $1",
        RETENTION,
    )
    return dict(tuple(row) for row in rows)


async def test_settings_become_policies_and_the_same_again_changes_nothing(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    wanted = RetentionDays(30, 40, 0, 60, 0, 0, 90)
    expected = {
        "trades": "30 days", "foreign_snapshots": "40 days", "basis_points": "60 days",
        **dict.fromkeys(tables.CANDLE_TABLES, "90 days"),
    }  # fmt: skip
    jobs = (
        "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention' ORDER BY job_id"
    )
    await Retention(pool, wanted).apply(at("15:30"))
    assert await policies(connection) == expected
    before = await connection.fetch(jobs)
    await Retention(pool, wanted).apply(at("15:30"))
    assert await connection.fetch(jobs) == before
    await Retention(pool, RetentionDays(*[0] * 7)).apply(at("15:30"))
    assert await policies(connection) == {}


async def test_candles_policy_drops_old_candles_on_its_own(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    await store_prints(connection, [400, 10])
    await run_jobs(connection, LATE)
    await Retention(pool, RetentionDays(trades=60, candles=200)).apply(at("15:30"))
    await run_jobs(connection, RETENTION)
    await run_jobs(connection, LATE)
    assert await volumes(connection) == everywhere({10: 100})


async def test_retention_made_longer_again_costs_no_candle_of_dropped_trades(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    await store_prints(connection, [300, 100, 60, 10])
    await run_jobs(connection, LATE)
    await Retention(pool, RetentionDays(trades=30)).apply(at("15:30"))
    await run_jobs(connection, RETENTION)
    assert set(await chunk_days(connection, "trades")) == {10}
    for days in (500, 0, 730):
        await Retention(pool, RetentionDays(trades=days)).apply(at("15:30"))
    await store_prints(connection, [200], total=200)  # a late one, older than what is gone
    await store_prints(connection, [10], total=200)
    await run_jobs(connection, LATE)
    found = await volumes(connection)
    assert found == everywhere({300: 100, 100: 100, 60: 100, 10: 200})
