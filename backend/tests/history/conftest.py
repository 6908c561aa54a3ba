"""A real database for each test: a copy of one migrated template, on one server a session.

The server is the embedded one with fsync off, or the one TEST_DATABASE_URL names (a superuser's URL): the contract
tests, all that ask for a database, run there unchanged, which is how the TimescaleDB branch is tested (`make test-timescale`).
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.clock import SystemClock
from app.history import schema
from app.history.embedded_postgres import EmbeddedPostgres
from app.history.pool import DatabasePool
from tests.history.timescale import refresh_everything

type Settle = Callable[[], Awaitable[None]]

GIVEN_SERVER = os.environ.get("TEST_DATABASE_URL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a given server run what asks for a database of it: the rest has run with our own one."""
    if not GIVEN_SERVER:
        return
    left = [item for item in items if "server_dsn" not in getattr(item, "fixturenames", ())]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if "server_dsn" in getattr(item, "fixturenames", ())]


def short_dir() -> Path:
    """Return a new directory that `nobody` can enter, with room for a socket's path: pytest's own has neither."""
    path = Path(tempfile.mkdtemp(prefix="vnst-", dir="/tmp"))
    path.chmod(0o755)
    return path


def with_database(dsn: str, name: str) -> str:
    """Return `dsn` for another database of the same server."""
    return re.sub(r"^(\w+://[^/?]*)(/[^?]*)?", rf"\1/{name}", dsn)


def run_sql(dsn: str, *statements: str) -> None:
    async def work() -> None:
        connection = await asyncpg.connect(dsn, timeout=30)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(work())


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """A server with superuser rights."""
    if GIVEN_SERVER:
        yield GIVEN_SERVER
        return
    base = short_dir()
    server = EmbeddedPostgres(
        base, settings={"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
    )
    server.start_blocking()
    try:
        yield server.dsn("postgres")
    finally:
        server.stop_blocking()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def template_name(server_dsn: str) -> Iterator[str]:
    """A migrated database nobody is connected to."""
    name = f"vnst_template_{uuid.uuid4().hex[:8]}"
    run_sql(server_dsn, f"CREATE DATABASE {name}")
    status = schema.upgrade_blocking(with_database(server_dsn, name), source=None)
    if status.branch == "timescale":
        run_sql(
            with_database(server_dsn, name),
            # in its copies a job runs when the test says so, and at no other moment
            "SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE job_id >= 1000",
            # the scheduler holds a connection, and a template must have none
            "SELECT _timescaledb_functions.stop_background_workers()",
        )
    run_sql(server_dsn, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    yield name
    run_sql(server_dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty_dsn(server_dsn: str) -> AsyncIterator[str]:
    """A database without our schema."""
    async for dsn in _database(server_dsn, "template0"):
        yield dsn


@pytest.fixture
async def database_dsn(server_dsn: str, template_name: str) -> AsyncIterator[str]:
    """A migrated, empty database of one's own."""
    async for dsn in _database(server_dsn, template_name):
        yield dsn


async def _database(server_dsn: str, template: str) -> AsyncIterator[str]:
    name = f"vnst_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(server_dsn, timeout=30)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield with_database(server_dsn, name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def connection(database_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connected = await asyncpg.connect(database_dsn, timeout=30, server_settings={"timezone": "UTC"})
    yield connected
    await connected.close()


@pytest.fixture
async def pool(database_dsn: str) -> AsyncIterator[DatabasePool]:
    """A connected pool."""
    connected = DatabasePool(database_dsn, SystemClock(), min_size=1, max_size=4)
    assert await connected.try_connect()
    yield connected
    await connected.close()


@pytest.fixture
async def is_timescale(connection: asyncpg.Connection) -> bool:
    return (await schema.read_status(connection)).branch == "timescale"


@pytest.fixture
async def settle_candles(connection: asyncpg.Connection, is_timescale: bool) -> Settle:
    """Wait for the candles to take in late rows: natively they have; there a refresh does it, as the policy would."""

    async def settle() -> None:
        if is_timescale:
            await refresh_everything(connection)

    return settle
