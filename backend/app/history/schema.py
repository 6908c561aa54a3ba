"""The schema of a database: brought up to date by Alembic, under a lock, or refused with one clear line.

Refused are a revision this program doesn't know (a newer one made it), the history of another feed source, and a
plain PostgreSQL where TIMESCALE=require. The branch, once taken, is stored in `meta` and kept.
Threads: `upgrade` works in a thread with a loop of its own; Alembic is only loaded when there is something to do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import asyncpg
from msgspec import Struct

from app.history.errors import HistoryUnavailable, SchemaError, describe

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.ext.asyncio import AsyncConnection

type TimescaleMode = Literal["auto", "require", "off"]

ALEMBIC_INI = Path(__file__).resolve().parents[3] / "alembic.ini"
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")  # a test compares them with alembic/versions
HEAD = REVISIONS[-1]
KEPT_SCHEMA = "history_kept"  # where a downgrade of 0001 sets the tables aside
_LOCK_ID = 0x766E_7374  # "vnst": one migration at a time, whoever runs it
_LOCK_TIMEOUT_S = 120.0
_CONNECT_TIMEOUT_S = 10.0

logger = logging.getLogger(__name__)


class SchemaStatus(Struct, frozen=True):
    """What a database says about itself; None before the first migration."""

    revision: str | None
    branch: str | None  # `timescale` or `native`
    source: str | None


async def upgrade(
    dsn: str,
    *,
    source: str | None,
    timescale: TimescaleMode = "auto",
    report: Callable[[str], None] = logger.info,
) -> SchemaStatus:
    """Bring the database to HEAD and mark it as the history of `source` (None: leave that open).

    Raise SchemaError when it must not be touched, HistoryUnavailable when it does not answer.
    """
    return await asyncio.to_thread(upgrade_blocking, dsn, source=source, timescale=timescale, report=report)


def upgrade_blocking(
    dsn: str,
    *,
    source: str | None,
    timescale: TimescaleMode = "auto",
    report: Callable[[str], None] = logger.info,
) -> SchemaStatus:
    """Do what `upgrade` does, for callers without an event loop."""
    return asyncio.run(_migrate(dsn, HEAD, source=source, timescale=timescale, report=report))


async def downgrade(dsn: str, revision: str, *, report: Callable[[str], None] = logger.info) -> SchemaStatus:
    """Take the database back to `revision` (`base`: before the first). No row is lost, see the revisions."""

    def work() -> SchemaStatus:
        return asyncio.run(_migrate(dsn, revision, source=None, timescale="auto", report=report, is_up=False))

    return await asyncio.to_thread(work)


async def read_status(connection: asyncpg.Connection[Any]) -> SchemaStatus:
    """Return what the database says about itself."""
    revision = branch = source = None
    if await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
        revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    for table in ("meta", f"{KEPT_SCHEMA}.meta"):
        if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", table):
            rows = await connection.fetch(f"SELECT key, value FROM {table}")  # noqa: S608 - two constants
            facts = {row["key"]: row["value"] for row in rows}
            branch, source = facts.get("branch"), facts.get("source")
            break
    return SchemaStatus(revision=revision, branch=branch, source=source)


async def _migrate(
    dsn: str,
    target: str,
    *,
    source: str | None,
    timescale: TimescaleMode,
    report: Callable[[str], None],
    is_up: bool = True,
) -> SchemaStatus:
    try:
        # The lock has a connection of its own: a migration that leaves its transaction must not lose it.
        connection = await asyncpg.connect(
            dsn, timeout=_CONNECT_TIMEOUT_S, command_timeout=_CONNECT_TIMEOUT_S
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise HistoryUnavailable(f"the database does not answer: {describe(error)}") from error
    try:
        await _lock(connection)
        status = await read_status(connection)
        _check(status, source)
        is_timescale = await _choose_branch(connection, status, timescale)
        is_done = status.revision == target if is_up else False
        if not is_done:
            report(f"database: {status.revision or 'empty'} to {target}, {_branch_name(is_timescale)} branch")
            await _run_alembic(dsn, target, is_timescale=is_timescale, is_up=is_up)
        if source is not None and status.source is None:
            await connection.execute("INSERT INTO meta VALUES ('source', $1) ON CONFLICT DO NOTHING", source)
        return await read_status(connection)
    finally:
        connection.terminate()  # the lock goes with the connection


async def _lock(connection: asyncpg.Connection[Any]) -> None:
    try:
        await connection.fetchval("SELECT pg_advisory_lock($1)", _LOCK_ID, timeout=_LOCK_TIMEOUT_S)
    except TimeoutError:
        raise SchemaError(
            f"another process has been migrating this database for {_LOCK_TIMEOUT_S:.0f} s: wait for it or end it"
        ) from None


def _check(status: SchemaStatus, source: str | None) -> None:
    if status.revision is not None and status.revision not in REVISIONS:
        raise SchemaError(
            f"the database has schema {status.revision}, newer than this program's {HEAD}: update the program,"
            " or name another database with DATABASE_URL"
        )
    if source is not None and status.source not in {None, source}:
        raise SchemaError(
            f"the database holds the history of the source '{status.source}', the feed is '{source}':"
            " name another database with DATABASE_URL, or change FEED_SOURCE"
        )


def _branch_name(is_timescale: bool) -> str:
    return "TimescaleDB" if is_timescale else "native"


async def _choose_branch(
    connection: asyncpg.Connection[Any], status: SchemaStatus, timescale: TimescaleMode
) -> bool:
    if status.branch is not None:
        if status.branch == "native" and timescale == "require":
            raise SchemaError(
                "TIMESCALE=require, but this database was made without TimescaleDB: name another one"
            )
        if status.branch == "timescale" and timescale == "off":
            raise SchemaError("TIMESCALE=off, but this database was made with TimescaleDB: name another one")
        return status.branch == "timescale"
    if timescale == "off":
        return False
    reason = await _missing_for_timescale(connection)
    if reason is not None and timescale == "require":
        raise SchemaError(f"TIMESCALE=require, but {reason}")
    return reason is None


async def _missing_for_timescale(connection: asyncpg.Connection[Any]) -> str | None:
    """Return what TimescaleDB lacks here, None when it is complete. Makes the extension to learn its licence."""
    if not await connection.fetchval("SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'"):
        return "the server has no extension timescaledb: use the image timescale/timescaledb"
    if "timescaledb" not in await connection.fetchval("SELECT current_setting('shared_preload_libraries')"):
        return "timescaledb is not in shared_preload_libraries"
    license_name = await connection.fetchval("SELECT current_setting('timescaledb.license', true)")
    if license_name not in {None, "", "timescale"}:
        return f"timescaledb.license is '{license_name}', not 'timescale': an -oss image has no compression"
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    except asyncpg.PostgresError as error:
        return f"the extension timescaledb can't be made: {error}"
    license_name = await connection.fetchval("SELECT current_setting('timescaledb.license', true)")
    return (
        None if license_name == "timescale" else f"timescaledb.license is '{license_name}', not 'timescale'"
    )


async def _run_alembic(dsn: str, target: str, *, is_timescale: bool, is_up: bool) -> None:
    from alembic import command  # noqa: PLC0415 - half a second that most starts don't need
    from alembic.config import Config  # noqa: PLC0415

    config = Config(str(ALEMBIC_INI))
    config.attributes["is_timescale"] = is_timescale

    def run(connection: object) -> None:
        config.attributes["connection"] = connection
        (command.upgrade if is_up else command.downgrade)(config, target)

    async with _engine_connection(dsn) as connection:
        await connection.run_sync(run)


@asynccontextmanager
async def alembic_connection(dsn: str, config: Config, timescale: str) -> AsyncIterator[AsyncConnection]:
    """Give Alembic's own command line a connection, and `config` the branch. Source and lock are not looked at."""
    connection = await asyncpg.connect(dsn, timeout=_CONNECT_TIMEOUT_S)
    try:
        mode: TimescaleMode = "require" if timescale == "require" else "off" if timescale == "off" else "auto"
        status = await read_status(connection)
        config.attributes["is_timescale"] = await _choose_branch(connection, status, mode)
    finally:
        await connection.close()
    async with _engine_connection(dsn) as engine_connection:
        yield engine_connection


@asynccontextmanager
async def _engine_connection(dsn: str) -> AsyncIterator[AsyncConnection]:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - see _run_alembic
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    async def connect() -> asyncpg.Connection[Any]:
        # asyncpg reads the DSN, so that every form it knows works here as well
        return await asyncpg.connect(dsn, timeout=_CONNECT_TIMEOUT_S)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
