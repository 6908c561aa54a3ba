"""The pool: appears with the database, goes with it, and leaves nobody hanging."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from app.clock import SystemClock
from app.history import pool as pool_module
from app.history import postgres_process as process
from app.history import schema
from app.history.embedded_postgres import EmbeddedPostgres
from app.history.errors import HistoryUnavailable, SchemaError
from app.history.pool import DatabasePool, PoolState
from tests.history.conftest import short_dir

FAST = {"fsync": "off", "shared_buffers": "16MB"}


@asynccontextmanager
async def running(pool: DatabasePool) -> AsyncIterator[None]:
    task = asyncio.create_task(pool.run())
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def until(condition: object, timeout_s: float = 60) -> None:
    assert callable(condition)
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - processes of their own
            await asyncio.sleep(0.02)


async def until_unavailable(pool: DatabasePool) -> None:
    """Ask until the pool refuses: a backend may outlive its killed server by a moment, and answer."""
    async with asyncio.timeout(15):
        while True:
            try:
                await pool.fetch("SELECT 1")
            except HistoryUnavailable:
                return


@pytest.fixture
async def own_server() -> AsyncIterator[EmbeddedPostgres]:
    """A server of one's own, to be killed."""
    base = short_dir()
    server = EmbeddedPostgres(base, settings=FAST)
    try:
        yield server
    finally:
        await server.stop()
        shutil.rmtree(base)


async def test_pool_without_a_database_fails_at_once_and_says_why(tmp_path: Path) -> None:
    pool = DatabasePool(f"postgresql://postgres@/x?host={tmp_path}", SystemClock())
    async with running(pool):
        await until(lambda: pool.reason != "not connected yet")
        assert pool.state is PoolState.UNAVAILABLE
        with pytest.raises(HistoryUnavailable, match="No such file"):
            await pool.fetch("SELECT 1")
    assert pool.counters.idle == pool.counters.used == 0


async def test_pool_connects_and_migrates_when_the_database_appears(own_server: EmbeddedPostgres) -> None:
    pool = DatabasePool(
        own_server.dsn("tracker"), SystemClock(), prepare=lambda dsn: schema.upgrade(dsn, source="simulator")
    )
    async with running(pool):
        await until(lambda: pool.reason != "not connected yet")
        await own_server.start()
        await own_server.ensure_database("tracker")
        async with asyncio.timeout(30):
            await pool.wait_connected()
        assert await pool.fetch("SELECT count(*) FROM trades") == [(0,)]
        assert (pool.counters.connects, pool.counters.idle > 0, pool.reason) == (1, True, "")
    assert not pool.is_connected


async def test_pool_loses_a_killed_server_and_finds_the_next(own_server: EmbeddedPostgres) -> None:
    await own_server.start()
    pool = DatabasePool(own_server.dsn("postgres"), SystemClock())
    async with running(pool):
        await pool.wait_connected()
        for losses in (1, 2):
            assert own_server.pid is not None
            process.send_signal(own_server.pid, signal.SIGKILL)
            await until(lambda: not own_server.is_running)
            await until_unavailable(pool)
            await until(lambda: not pool.is_connected)
            assert pool.counters.losses == losses
            await own_server.start()
            async with asyncio.timeout(15):
                await pool.wait_connected()
            assert await pool.fetch("SELECT 1") == [(1,)]


async def test_pool_of_a_hung_server_answers_within_its_time_outs(
    own_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "CHECK_TIMEOUT_S", 0.3)
    monkeypatch.setattr(pool_module, "CLOSE_TIMEOUT_S", 0.3)
    await own_server.start()
    pool = DatabasePool(own_server.dsn("postgres"), SystemClock(), statement_timeout_s=0.2)
    async with running(pool):
        await pool.wait_connected()
        pids = process.pids_in(own_server.data_dir)
        for pid in pids:
            process.send_signal(pid, signal.SIGSTOP)
        async with asyncio.timeout(8):
            with pytest.raises(HistoryUnavailable):
                await pool.fetch("SELECT 1")
            await until(lambda: not pool.is_connected)
            with pytest.raises(HistoryUnavailable):
                await pool.fetch("SELECT 1")
        for pid in pids:
            process.send_signal(pid, signal.SIGCONT)
        async with asyncio.timeout(20):
            await pool.wait_connected()
        assert await pool.fetch("SELECT 1") == [(1,)]


async def test_pool_with_all_connections_lent_times_out(database_dsn: str) -> None:
    pool = DatabasePool(database_dsn, SystemClock(), min_size=1, max_size=1, acquire_timeout_s=0.1)
    assert await pool.try_connect()
    async with pool.connection():
        assert pool.counters.used == 1
        with pytest.raises(HistoryUnavailable, match=r"no connection within 0\.1 s"):
            await pool.fetch("SELECT 1")
    assert pool.counters.timeouts == 1
    await pool.close()


async def test_slow_statement_is_ended_and_the_connection_not_used_again(database_dsn: str) -> None:
    pool = DatabasePool(database_dsn, SystemClock(), min_size=1, max_size=1, statement_timeout_s=0.1)
    assert await pool.try_connect()
    with pytest.raises(HistoryUnavailable, match="statement timeout"):
        await pool.fetch("SELECT pg_sleep(5)")
    assert await pool.fetch("SELECT 2") == [(2,)]
    await pool.close()


async def test_cancelled_statement_leaves_no_answer_behind(pool: DatabasePool) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await pool.fetch("SELECT pg_sleep(5)")
    for number in range(6):
        assert await pool.fetch("SELECT $1::int", number) == [(number,)]


async def test_bad_data_reaches_the_caller_as_it_is(pool: DatabasePool) -> None:
    with pytest.raises(asyncpg.DataError):
        await pool.fetch("SELECT 1/0")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await pool.fetch("INSERT INTO meta VALUES ('branch', 'twice')")
    assert await pool.fetch("SELECT 1") == [(1,)]


async def test_pool_prepares_again_when_the_tables_are_gone(database_dsn: str) -> None:
    prepared = []

    async def prepare(dsn: str) -> None:
        prepared.append(dsn)

    pool = DatabasePool(database_dsn, SystemClock(), prepare=prepare)
    async with running(pool):
        await pool.wait_connected()
        with pytest.raises(HistoryUnavailable, match="does not exist"):
            await pool.fetch("SELECT * FROM nowhere")
        await until(lambda: len(prepared) == 2)
        async with asyncio.timeout(10):
            await pool.wait_connected()
        assert await pool.fetch("SELECT 1") == [(1,)]


async def test_pool_checks_its_health_now_and_then(database_dsn: str) -> None:
    pool = DatabasePool(database_dsn, SystemClock(), health_interval_s=0.02)
    async with running(pool):
        await pool.wait_connected()
        await asyncio.sleep(0.2)
        assert (pool.is_connected, pool.counters.losses) == (True, 0)


async def test_refused_database_is_never_used(database_dsn: str) -> None:
    async def refuse(dsn: str) -> None:
        raise SchemaError("another source")

    pool = DatabasePool(database_dsn, SystemClock(), prepare=refuse)
    with pytest.raises(SchemaError):
        await pool.try_connect()
    async with running(pool):
        await until(lambda: pool.reason == "another source")
        assert not pool.is_connected
