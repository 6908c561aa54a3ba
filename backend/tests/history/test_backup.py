"""Backup, restore and the move to TimescaleDB: the commands of docs/operations.md, run as they stand there."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from app.history import schema
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from app.history.postgres_binaries import find_bin_dir
from app.history.tables import TRADES, insert_rows, trade_row
from tests.api.history_backend import fill
from tests.history.builders import make_trade
from tests.history.conftest import short_dir, with_database
from tests.history.database_contents import read_all
from tests.history.timescale import refresh_everything

BACKEND = Path(__file__).resolve().parents[2]
OPERATIONS = BACKEND.parent / "docs" / "operations.md"
DOCUMENTED_NAME = "market_restored"
JOBS = """
    SELECT proc_name, hypertable_name, schedule_interval, config FROM timescaledb_information.jobs
    WHERE job_id >= 1000 ORDER BY job_id
"""


def commands(heading: str) -> str:
    """Return the first block of commands after the line that begins with `heading`."""
    _, _, rest = OPERATIONS.read_text(encoding="utf-8").partition(f"\n{heading}")
    block = re.search(r"^```\n(.*?)^```$", rest, re.DOTALL | re.MULTILINE)
    assert block is not None, heading
    return block[1]


async def run_commands(script: str, folder: Path, **environment: str) -> None:
    """Run them in bash until the first that fails, with the wheel's programs."""
    path = f"{find_bin_dir(None)}:{os.environ['PATH']}"
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
async def filled(database_dsn: str, connection: asyncpg.Connection, is_timescale: bool) -> str:
    """The migrated database with two days in it: on TimescaleDB refreshed and compressed."""
    await fill(connection)
    await connection.execute("INSERT INTO alerts VALUES ('a', 'x', 'INFO', 'VCB', 'm', '{}', now())")
    if is_timescale:
        await refresh_everything(connection)
        await connection.execute("SELECT compress_chunk(c) FROM show_chunks('trades') AS c")
    return database_dsn


@pytest.fixture
async def restored_name(server_dsn: str) -> AsyncIterator[str]:
    name = f"vnst_restored_{uuid.uuid4().hex[:8]}"
    yield name
    admin = await asyncpg.connect(server_dsn)
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.close()


async def test_backup_and_restore_as_documented(
    filled: str,
    connection: asyncpg.Connection,
    server_dsn: str,
    restored_name: str,
    is_timescale: bool,
    tmp_path: Path,
) -> None:
    script = commands("A TimescaleDB:" if is_timescale else "A PostgreSQL of yours")
    restored = with_database(server_dsn, restored_name)
    assert DOCUMENTED_NAME in script
    await run_commands(
        script.replace(DOCUMENTED_NAME, restored_name),
        tmp_path,
        DATABASE_URL=filled,
        ADMIN_URL=server_dsn,
        RESTORED_URL=restored,
    )
    assert await read_all(restored) == await read_all(filled)
    status = await schema.upgrade(restored, source=None)
    assert status == await schema.read_status(connection)
    copy = await asyncpg.connect(restored)
    if is_timescale:
        assert await copy.fetch(JOBS) == await connection.fetch(JOBS)
        chunks = "SELECT hypertable_name, is_compressed FROM timescaledb_information.chunks ORDER BY 1, range_start"
        assert await copy.fetch(chunks) == await connection.fetch(chunks)
    late = trade_row(make_trade(clock="09:30:59", total=9_999, price=70_000))
    assert await insert_rows(copy, TRADES, [late]) == 1
    if is_timescale:
        await refresh_everything(copy)
    assert await copy.fetchval("SELECT max(high) FROM candle_1m") == 70_000
    await copy.close()


async def test_move_from_our_own_server_to_timescale_as_documented(
    database_dsn: str, is_timescale: bool
) -> None:
    if not is_timescale:
        pytest.skip("needs TimescaleDB: make test-timescale DATABASE_URL=...")
    base = short_dir()
    server = EmbeddedPostgres(base, settings={"fsync": "off"})
    await server.start()
    try:
        own = await server.ensure_database(database_name("ssi"))
        await schema.upgrade(own, source=None)
        source = await asyncpg.connect(own)
        await fill(source)
        await source.close()
        # beside the running server: the verb uses it, as it would start and stop one
        await run_commands(
            commands("## From our own server to TimescaleDB"),
            BACKEND,
            NEW_URL=database_dsn,
            DATA_DIR=str(base),
        )
        before, after = await read_all(own), await read_all(database_dsn)
    finally:
        await server.stop()
        shutil.rmtree(base, ignore_errors=True)
    for rows in (before, after):
        del rows["meta"]
    assert after == before
