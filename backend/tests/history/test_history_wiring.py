"""The history in the running application: its lifecycle, /health, metrics, and when it refuses to start."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app import history_wiring
from app.config import Settings
from app.history import postgres_process
from app.history.embedded_postgres import EmbeddedPostgres
from app.history.row_codec import decode_rows
from app.main import create_app
from app.wiring import Application
from benchmarks.data_dir import temporary_data_dir
from benchmarks.kill_rig import processes_of
from tests.integration.control import Control
from tests.integration.processes import Child, ServedApp, SimulatorChild
from tests.integration.running_app import running_app
from tests.integration.waiting import until, until_sync

STOP_MAX_S = 15.0  # 3 s are wanted (the kill test prints them), the rest is for a shared machine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_data_dir() as made:
        yield made


@pytest.fixture
def simulator() -> Iterator[SimulatorChild]:
    # four times the market at a quarter of its thickness: as much a second, and soon at its start
    child = SimulatorChild("--start", "09:15:30", "--activity", "1", "--speed", "4", "--hold")
    yield child
    child.end()


@pytest.fixture
def thin_simulator() -> Iterator[SimulatorChild]:
    """One that is ready soon."""
    child = SimulatorChild("--start", "09:20:00", "--activity", "1", "--hold")
    yield child
    child.end()


@pytest.fixture
async def control(simulator: SimulatorChild) -> AsyncIterator[Control]:
    async with httpx.AsyncClient(timeout=10) as http:
        yield Control(simulator, http)


@asynccontextmanager
async def tracker(simulator: SimulatorChild, folder: Path, **settings: Any) -> AsyncIterator[Any]:
    async with running_app(simulator.url, data_dir=folder, **settings) as app:
        yield app


async def count(connection: asyncpg.Connection, table: str = "trades") -> int:
    return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def test_history_of_a_running_application_is_stored_and_comes_back_after_a_restart(
    simulator: SimulatorChild,
    control: Control,
    folder: Path,
    database_dsn: str,
    connection: asyncpg.Connection,
) -> None:
    async with tracker(simulator, folder, database_url=database_dsn) as app:
        await app.live()

        async def has_rows() -> bool:
            return await count(connection) > 20

        await until(has_rows, "rows in the database")
        health = (await app.http.get("/health")).json()
        assert health["database"] == "connected"
        assert health["spool"]["is_refusing"] is False
        metrics = await app.metrics()
        assert metrics["db_rows_written_total", "trades"] > 20
        assert metrics["db_pool_connections", "idle"] + metrics["db_pool_connections", "used"] >= 1
        assert metrics["db_dead_rows_total", ""] == 0
        before = app.application.processor.get_session_stats()["VCB"].total_volume
    assert await count(connection) > 20
    async with tracker(simulator, folder, database_url=database_dsn) as app:
        await until(lambda: app.application.history.restored is not None, "the restore")
        assert app.application.processor.get_session_stats()["VCB"].total_volume >= before
        await app.live()
        await asyncio.sleep(1.5)
        await control.pause()
        truth = (await control.truth())["symbols"]
        stats = app.application.processor.get_session_stats()
        await until(
            lambda: all(row.total_volume == truth[symbol]["total_volume"] for symbol, row in stats.items()),
            "every total as it is",
        )
        await until(lambda: not app.application.history.spool_status().rows, "an empty spool")
        stored = dict(await connection.fetch("SELECT symbol, sum(volume)::int8 FROM trades GROUP BY 1"))
        for symbol, row in stats.items():
            assert row.total_volume - row.missed_volume == stored[symbol], symbol
    rows = await connection.fetch("SELECT symbol, to_time IS NULL FROM gaps WHERE cause = 'restart'")
    assert ("*", False) in [tuple(row) for row in rows]


async def test_history_database_that_appears_later_gets_everything_accepted_since_the_start(
    simulator: SimulatorChild, control: Control, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_wiring, "OTHER_SERVER_WAIT_S", 0.2)
    server = EmbeddedPostgres(folder / "db", settings={"fsync": "off"}, report=lambda _line: None)
    try:
        async with tracker(simulator, folder, database_url=server.dsn("later")) as app:
            await app.live()
            await until(lambda: app.application.history.spool_status().rows > 50, "rows in the spool")
            health = (await app.http.get("/health")).json()
            assert (health["status"], health["database"]) == ("degraded", "unavailable")
            await server.start()
            await server.ensure_database("later")
            await until(lambda: app.application.history.database_status == "connected", "the database")
            await control.pause()
            await app.has_read_all(control)
            await until(lambda: not app.application.history.spool_status().rows, "an empty spool")
            shown = {
                symbol: row.total_volume - row.missed_volume
                for symbol, row in app.application.processor.get_session_stats().items()
            }
            connection = await asyncpg.connect(server.dsn("later"))
            stored = dict(await connection.fetch("SELECT symbol, sum(volume)::int8 FROM trades GROUP BY 1"))
            await connection.close()
            assert stored == {symbol: volume for symbol, volume in shown.items() if volume}
    finally:
        await server.stop()


async def test_history_own_server_killed_comes_back_and_nothing_is_lost(
    simulator: SimulatorChild, control: Control, folder: Path
) -> None:
    async with tracker(simulator, folder, database_url="") as app:
        history = app.application.history
        await app.live()
        await until(lambda: history.database_status == "connected", "the database")
        os.kill(history._embedded.pid, signal.SIGKILL)
        await until(lambda: history._embedded.restarts == 1, "a new server")
        await control.pause()
        await app.has_read_all(control)
        await until(
            lambda: history.database_status == "connected" and not history.spool_status().rows, "rows"
        )
        stored = await history.pool.fetch("SELECT sum(volume)::int8 FROM trades")
        stats = app.application.processor.get_session_stats().values()
        assert stored[0][0] == sum(row.total_volume - row.missed_volume for row in stats)
    assert not history._embedded.is_running


async def test_history_database_of_another_source_ends_the_start_with_one_line(
    simulator: SimulatorChild, folder: Path, database_dsn: str
) -> None:
    connection = await asyncpg.connect(database_dsn)
    await connection.execute("INSERT INTO meta VALUES ('source', 'ssi')")
    await connection.close()
    child = Child(
        "app", "serve", "--port", "0",
        env={"SIM_URL": simulator.url, "DATABASE_URL": database_dsn, "DATA_DIR": str(folder), "FEED_SOURCE": "simulator"},
    )  # fmt: skip
    try:
        code, _ = await asyncio.to_thread(child.ended, 60)
    finally:
        child.end()
    assert code == 1
    assert "the history of the source 'ssi'" in child.output
    assert "Traceback" not in child.output


def test_history_second_instance_on_the_same_folder_ends_with_one_line(
    simulator: SimulatorChild, folder: Path
) -> None:
    first = ServedApp(sim_url=simulator.url, data_dir=folder, database_url="postgresql://localhost:1/none")
    second = Child(
        "app", "serve", "--port", "0",
        env={
            "SIM_URL": simulator.url,
            "DATABASE_URL": "postgresql://localhost:1/none",
            "DATA_DIR": str(folder),
            "FEED_SOURCE": "simulator",
        },
    )  # fmt: skip
    try:
        until_sync(lambda: "history: no database" in first.output, "the first to run")
        code, _ = second.ended(60)
    finally:
        second.end()
        first.end()
    assert code == 1
    assert "another instance uses" in second.output
    assert "Traceback" not in second.output


def accepted(folder: Path) -> set[tuple[str, int]]:
    """Return the prints that wait in the spool of an application that has ended."""
    connection = sqlite3.connect(folder / "spool-simulator.sqlite", timeout=5)
    try:
        found = connection.execute("SELECT body FROM chunks WHERE table_name = 'trades'").fetchall()
    finally:
        connection.close()
    return {(row[0], row[9]) for (body,) in found for row in decode_rows("trades", body)[0]}


def stop_while_hung(app: ServedApp, server: EmbeddedPostgres) -> float:
    """Freeze the server, let a request and the writer wait for it, SIGTERM; return how long the end took."""
    frozen = processes_of(server.pid or 0)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        rows = httpx.get(f"{app.http}/health").json()["spool"]["rows"]
        until_sync(
            lambda: httpx.get(f"{app.http}/health").json()["spool"]["rows"] > rows + 20, "rows to wait"
        )
        asking = threading.Thread(
            target=_ask_quietly, args=(f"{app.http}/api/history/VCB/ticks",), daemon=True
        )
        asking.start()
        app.process.send_signal(signal.SIGTERM)
        code, took_s = app.ended(30)
        asking.join(5)
        assert code == 0, app.output
        return took_s
    finally:
        for pid in frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _ask_quietly(url: str) -> None:
    with suppress(httpx.HTTPError):
        httpx.get(url, timeout=20)


async def test_history_sigterm_while_the_database_hangs_ends_soon_and_loses_nothing(
    thin_simulator: SimulatorChild, folder: Path
) -> None:
    server = EmbeddedPostgres(folder / "db", settings={"fsync": "off"}, report=lambda _line: None)
    await server.start()
    dsn = await server.ensure_database("hung")
    settings = {
        "sim_url": thin_simulator.url,
        "data_dir": folder,
        "database_url": dsn,
        "feed_source": "simulator",
    }
    app = again = None
    try:
        app = ServedApp(**settings)
        connected = "connected"
        await until(lambda: httpx.get(f"{app.http}/health").json()["database"] == connected, "the database")
        took_s = await asyncio.to_thread(stop_while_hung, app, server)
        assert took_s < STOP_MAX_S, app.output
        assert "rows stay in the spool" in app.output
        kept = accepted(folder)
        assert kept
        again = ServedApp(**settings)
        connection = await asyncpg.connect(dsn)

        async def has_all() -> bool:
            rows = await connection.fetch("SELECT symbol, total_volume FROM trades")
            return kept <= {tuple(row) for row in rows}

        await until(has_all, "every accepted print in the database", 120)
        await connection.close()
    finally:
        for child in (app, again):
            if child is not None:
                child.end()
        await server.stop()


async def test_history_sigterm_while_our_own_server_hangs_ends_both(
    thin_simulator: SimulatorChild, folder: Path
) -> None:
    app = ServedApp(sim_url=thin_simulator.url, data_dir=folder, database_url="", feed_source="simulator")
    try:
        connected = "connected"
        await until(
            lambda: httpx.get(f"{app.http}/health").json()["database"] == connected, "the database", 40
        )
        server = EmbeddedPostgres(folder, report=lambda _line: None)
        server.pid = int((server.data_dir / "postmaster.pid").read_text().split()[0])
        took_s = await asyncio.to_thread(stop_while_hung, app, server)
        assert took_s < STOP_MAX_S, app.output
        assert accepted(folder)
        await until(lambda: not postgres_process.pids_in(server.data_dir), "the end of its processes")
    finally:
        app.end()


async def run_own_simulator(folder: Path, dsn: str) -> date | None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        feed_source="simulator",
        database_url=dsn,
        data_dir=folder,
        sim_activity=4,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        application: Application = app.state.application
        history = application.history
        assert history is not None
        await until(lambda: len(application.processor.get_session_stats()), "a print")
        await until(lambda: history.spool_status().rows == 0, "stored")
        assert history.restored is None
        return application.processor.trading_date


async def test_history_own_simulator_begins_at_the_date_after_the_last_stored_one(
    folder: Path, database_dsn: str
) -> None:
    first = await run_own_simulator(folder, database_dsn)
    second = await run_own_simulator(folder, database_dsn)
    assert first is not None
    assert second is not None
    assert first < second


def test_history_off_is_said_in_health(simulator: SimulatorChild) -> None:
    app = ServedApp(sim_url=simulator.url)
    try:
        body = httpx.get(f"{app.http}/health").json()
        assert (body["database"], body["spool"], body["open_gaps"]) == ("not_configured", None, 0)
    finally:
        app.end()
