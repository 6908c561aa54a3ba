"""A database for a command: the one DATABASE_URL names, or our own server, which may be running already or not.

A running application keeps the server's lock; a command then only connects beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from msgspec import Struct

from app.clock import SystemClock
from app.history import postgres_process
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from app.history.errors import HistoryUnavailable, describe
from app.history.pool import DatabasePool

CONNECT_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_S = 600.0  # a command may read everything there is
ANSWER_TIMEOUT_S = 2.0


class NoDatabaseYet(HistoryUnavailable):
    """The server is there, the database is not."""


class DatabasePlace(Struct, frozen=True):
    """Where the history of `source` is. `url` "" means our own server in `data_dir`."""

    source: str
    url: str
    data_dir: Path
    pg_bin: Path | None = None

    def own_server(self) -> EmbeddedPostgres:
        """Return our own server, not started."""
        return EmbeddedPostgres(self.data_dir, pg_bin=self.pg_bin, report=lambda _line: None)


@asynccontextmanager
async def database_at(place: DatabasePlace, *, may_create: bool = False) -> AsyncIterator[str]:
    """Give the DSN; our own server is started for as long as this lasts, unless it runs already.

    Raise EmbeddedPostgresError when it can't be, HistoryUnavailable when there is no database yet and none may be made.
    """
    if place.url:
        yield place.url
        return
    server = place.own_server()
    name = database_name(place.source)
    if await is_answering(server):
        yield await server.ensure_database(name) if may_create else server.dsn(name)
        return
    if not may_create and not server.data_dir.exists():
        raise HistoryUnavailable(
            f"there is no database in {place.data_dir} yet: it is made by the first `make run`, or by `migrate`"
        )
    # Ctrl-C ends this task, but neither the start nor the stop half-way
    starting = asyncio.create_task(server.start())
    try:
        await asyncio.shield(starting)
        yield await server.ensure_database(name) if may_create else server.dsn(name)
    finally:
        await asyncio.wait({starting})
        await asyncio.shield(asyncio.create_task(server.stop()))


async def is_answering(server: EmbeddedPostgres) -> bool:
    """Return whether our own server runs and listens, whoever started it."""
    return await asyncio.to_thread(postgres_process.answers, server.socket_dir, timeout_s=ANSWER_TIMEOUT_S)


@asynccontextmanager
async def connect(dsn: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """Connect for reading; nothing a command does can change a row. Raise HistoryUnavailable when nobody answers."""
    try:
        connection = await asyncpg.connect(
            dsn,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=STATEMENT_TIMEOUT_S,
            server_settings={
                "application_name": "vn-stock-tracker-cli",
                "timezone": "UTC",
                "default_transaction_read_only": "on",
            },
        )
    except asyncpg.InvalidCatalogNameError:
        raise NoDatabaseYet(
            "there is no such database yet: it is made by the first start, or by `migrate`"
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise HistoryUnavailable(f"the database does not answer: {describe(error)}") from None
    try:
        yield connection
    finally:
        connection.terminate()


@asynccontextmanager
async def lent_pool(dsn: str) -> AsyncIterator[DatabasePool]:
    """Give a small pool whose statements may take long, for the repositories. Raise HistoryUnavailable."""
    pool = DatabasePool(dsn, SystemClock(), min_size=1, max_size=2, statement_timeout_s=STATEMENT_TIMEOUT_S)
    try:
        if not await pool.try_connect():
            raise HistoryUnavailable(f"the database does not answer: {pool.reason}")
        yield pool
    finally:
        await pool.close()
