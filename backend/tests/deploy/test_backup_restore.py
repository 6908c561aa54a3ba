"""scripts/backup.sh and restore.sh: a backup while rows are being written, restored elsewhere, and what they refuse."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.auth.account_store import FILE_NAME as ACCOUNTS
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from tests.conftest import Measured
from tests.history.conftest import short_dir
from tests.integration.processes import ServedApp
from tests.integration.waiting import until_sync

ROOT = Path(__file__).resolve().parents[3]
SOURCE = "simulator"
SPOOL = f"spool-{SOURCE}.sqlite"
PRINTS_BEFORE = 300  # enough that every table has rows
PASSWORD = "a-password-of-the-tests"


def _run(script: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "scripts" / script), *words],
        env={**os.environ, "MODE": "own", "SOURCE": SOURCE, **env},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def _backup(folder: Path, data_dir: Path, **env: str) -> Path:
    done = _run("backup.sh", str(folder), DATA_DIR=str(data_dir), **env)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def _figures(backup: Path) -> dict[str, tuple[int, int]]:
    lines = [line.split() for line in (backup / "figures.txt").read_text().splitlines()]
    return {words[0]: (int(words[1]), int(words[2])) for words in lines if len(words) == 3}


async def _ask(data_dir: Path, *queries: str) -> list[list[Any]]:
    server = EmbeddedPostgres(data_dir, settings={"fsync": "off"}, report=lambda _line: None)
    is_ours = not (data_dir / "run" / ".s.PGSQL.5432").exists()
    if is_ours:
        await server.start()
    try:
        connection = await asyncpg.connect(server.dsn(database_name(SOURCE)))
        found = [list(await connection.fetch(query)) for query in queries]
        await connection.close()
        return found
    finally:
        if is_ours:
            await server.stop()


@pytest.fixture(scope="module")
def data_dirs() -> Iterator[tuple[Path, Path]]:
    """Where a tracker lives, and where its backup is restored to."""
    folders = short_dir(), short_dir()
    yield folders
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def taken(data_dirs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, int]:
    """A backup of a tracker that writes, and how many prints it had stored before and after it."""
    data_dir, _ = data_dirs
    subprocess.run(
        ["./.venv/bin/python", "-m", "app", "users", "add", "keeper", "--admin", "--password-stdin"],
        cwd=ROOT / "backend", env={**os.environ, "DATA_DIR": str(data_dir)},
        input=PASSWORD, text=True, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    app = ServedApp(database_url="", data_dir=data_dir, sim_start="09:20", sim_activity=5)

    def prints() -> int:
        figures = httpx.get(f"{app.http}/api/system/figures").json()["figures"]
        written = figures.get("db_rows_written_total", [])
        return int(sum(figure["value"] for figure in written if figure["labels"]["table"] == "trades"))

    try:
        until_sync(lambda: prints() >= PRINTS_BEFORE, "prints are stored")
        before = prints()
        backup = _backup(tmp_path_factory.mktemp("backups"), data_dir)
        after = prints()
        until_sync(lambda: prints() > after, "more after it")
    finally:
        app.process.send_signal(signal.SIGTERM)
        app.end()
    return backup, before, after


def test_backup_under_load_is_one_moment_of_it(taken: tuple[Path, int, int], measured: Measured) -> None:
    backup, before, after = taken
    figures = _figures(backup)
    measured("prints before, in and after the backup", (before, figures["trades"][0], after))
    assert before <= figures["trades"][0] <= after
    assert after > before, "nothing was written meanwhile: the test proves nothing"
    assert figures["candle_1m"][0] > 0
    assert figures["index_snapshots"][0] > 0
    assert {path.name for path in backup.iterdir()} == {"history.dump", "figures.txt", "SHA256SUMS", ACCOUNTS}
    assert backup.stat().st_mode & 0o077 == 0, "it holds the accounts"
    assert (backup / "history.dump").stat().st_mode & 0o077 == 0


async def test_restored_elsewhere_counts_and_candles_are_equal(
    taken: tuple[Path, int, int], data_dirs: tuple[Path, Path]
) -> None:
    backup, (source, target) = taken[0], data_dirs
    done = await asyncio.to_thread(_run, "restore.sh", str(backup), DATA_DIR=str(target))
    assert done.returncode == 0, done.stderr
    assert f"complete, {_figures(backup)['trades'][0]} prints" in done.stderr

    keys = "SELECT symbol, trading_date, total_volume, price, volume FROM trades ORDER BY 1, 2, 3"
    sums = "SELECT symbol, sum(volume) FROM trades GROUP BY 1 ORDER BY 1"
    candles = "SELECT symbol, sum(volume) FROM candle_1m GROUP BY 1 ORDER BY 1"
    restored_keys, restored_sums, restored_candles = await _ask(target, keys, sums, candles)
    (all_keys,) = await _ask(source, keys)
    assert len(restored_keys) == _figures(backup)["trades"][0]
    assert set(map(tuple, restored_keys)) <= set(map(tuple, all_keys)), "no print that was never stored"
    assert restored_candles == restored_sums, "candles of the same moment as the prints"
    with closing(sqlite3.connect(target / ACCOUNTS)) as accounts:
        assert "keeper" in "\n".join(accounts.iterdump())

    again = await asyncio.to_thread(_run, "restore.sh", str(backup), DATA_DIR=str(target))
    assert again.returncode == 1
    assert "is not empty" in again.stderr
    (still,) = await _ask(target, keys)
    assert still == restored_keys, "a refusal changes nothing"
    forced = await asyncio.to_thread(_run, "restore.sh", str(backup), "--force", DATA_DIR=str(target))
    assert forced.returncode == 0, forced.stderr
    (anew,) = await _ask(target, keys)
    assert anew == restored_keys


def test_restored_tracker_starts_and_goes_on(
    taken: tuple[Path, int, int], data_dirs: tuple[Path, Path]
) -> None:
    _, target = data_dirs
    app = ServedApp(
        database_url="", data_dir=target, sim_start="09:20", auth_jwt_secret="s" + os.urandom(32).hex()
    )
    try:
        until_sync(lambda: httpx.get(f"{app.http}/health").json()["database"] == "connected", "connected")
        answer = httpx.post(f"{app.http}/api/auth/login", json={"username": "keeper", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
    finally:
        app.end()


def test_stopped_tracker_is_backed_up_with_its_spool_and_old_backups_go(
    taken: tuple[Path, int, int], data_dirs: tuple[Path, Path]
) -> None:
    folder = taken[0].parent
    (folder / ".partial-19990101T000000Z").mkdir()
    newest = []
    for _ in range(2):
        newest.append(_backup(folder, data_dirs[0], KEEP="2"))
        time.sleep(1.1)  # the names have seconds
    assert (newest[-1] / SPOOL).read_bytes()[:15] == b"SQLite format 3"
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [path.name for path in newest]


def test_damaged_backup_and_wrong_calls_are_refused(data_dirs: tuple[Path, Path], tmp_path: Path) -> None:
    empty = str(data_dirs[1])
    backup = _backup(tmp_path, data_dirs[0])
    with (backup / "history.dump").open("r+b") as dump:
        dump.seek(2_000)
        dump.write(b"\0\0\0\0")
    done = _run("restore.sh", str(backup), "--force", DATA_DIR=empty)
    assert done.returncode == 1
    assert "its checksums differ" in done.stderr
    for words in ((), (str(tmp_path),), (str(backup), "--sure")):
        assert _run("restore.sh", *words, DATA_DIR=empty).returncode == 1
    assert _run("backup.sh", str(tmp_path), DATA_DIR=empty, KEEP="0").returncode == 1
    assert _run("backup.sh", str(tmp_path), MODE="tape").returncode == 1


def test_database_that_is_away_leaves_no_half_backup(tmp_path: Path) -> None:
    done = _run("backup.sh", str(tmp_path), MODE="url", DATABASE_URL="postgresql://me:s3cret@127.0.0.1:9/x")
    assert done.returncode == 1
    assert "s3cret" not in done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != ".lock"] == []
