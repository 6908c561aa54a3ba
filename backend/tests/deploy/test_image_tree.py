"""The backend image's entry command by hand: an unprivileged user, a read-only root, an end in order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.conftest import Measured
from tests.deploy.image_tree import BASE, Dockerfile, ImageTree
from tests.integration.waiting import until_sync

STOP_MAX_S = 10.0
SHUTTING_DOWN = 4410
UID = 1000

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount: run as root, as CI does")


@pytest.fixture(scope="module")
def tree() -> Iterator[ImageTree]:
    folder = Path(tempfile.mkdtemp(prefix="vnst-image-"))
    folder.chmod(0o755)
    yield ImageTree(folder / "root")
    shutil.rmtree(folder, ignore_errors=True)


def _owned_files(*folders: Path) -> list[Path]:
    """Return what belongs to the image's user below these folders, on their own file system."""
    done = subprocess.run(
        ["find", *map(str, folders), "-xdev", "-uid", str(UID), "-type", "f"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return [Path(line) for line in done.stdout.splitlines()]


def _state_of(tree: ImageTree) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in tree.folder.rglob("*")
        if path.is_file()
    }


def test_image_runs_unprivileged_on_a_read_only_root_and_ends_in_order(
    tree: ImageTree, measured: Measured
) -> None:
    before = _state_of(tree)
    app = tree.start(FEED_SOURCE="simulator", SIM_START="09:20", SIM_ACTIVITY="3", LOG_FORMAT="json")
    try:
        status = Path(f"/proc/{app.pid}/status").read_text()
        assert f"Uid:\t{UID}\t{UID}\t{UID}\t{UID}" in status
        assert "CapEff:\t0000000000000000" in status
        health = f"http://{app.address}/health"
        until_sync(lambda: httpx.get(health).json()["feed"]["state"] == "live", "live")
        until_sync(lambda: httpx.get(health).json()["database"] == "connected", "connected")
        figures = f"http://{app.address}/api/system/figures"
        until_sync(
            lambda: httpx.get(figures).json()["figures"].get("db_rows_written_total"), "rows are stored"
        )
        _assert_healthcheck_passes(app.address)

        with connect(f"ws://{app.address}/ws/market?mode=delta", proxy=None, max_size=None) as client:
            client.recv(10)
            app.process.send_signal(signal.SIGTERM)
            kinds, close_code = _listen_to_the_end(client)
        assert (kinds[-1], close_code) == ("bye", SHUTTING_DOWN)
        code, took_s = app.ended()
        measured("stopped after s", round(took_s, 2))
        assert (code, took_s <= STOP_MAX_S) == (0, True), app.output[-2000:]
    finally:
        app.end()

    with closing(sqlite3.connect(tree.data / "spool-simulator.sqlite")) as spool:
        tables = [name for (name,) in spool.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert "chunks" in tables, tables
        assert spool.execute("SELECT count(*) FROM chunks").fetchone() == (0,), "the spool is drained"
    assert _state_of(tree) == before, "nothing in the image has changed"
    written = _owned_files(tree.folder.parent, Path("/tmp"), Path("/var"), Path("/etc"), BASE)
    assert written
    assert {
        path for path in written if not path.is_relative_to(tree.data) and not path.is_relative_to(tree.tmp)
    } == set()


def _listen_to_the_end(client: ClientConnection) -> tuple[list[str], int | None]:
    """Return the types of the last messages, and the code the server closed with."""
    kinds: list[str] = []
    try:
        while True:
            kinds.append(json.loads(client.recv(30))["type"])
    except ConnectionClosed as closed:
        return kinds, closed.rcvd.code if closed.rcvd is not None else None


def _assert_healthcheck_passes(address: str) -> None:
    """Run the image's own health check, on this port."""
    (text,) = Dockerfile().last("HEALTHCHECK")
    command = json.loads(text.partition("CMD ")[2])
    command = [word.replace("127.0.0.1:8000", address) for word in command]
    done = subprocess.run([str(BASE / "bin" / "python3"), *command[1:]], timeout=30, check=False)
    assert done.returncode == 0


def test_image_has_no_secret_and_nothing_it_does_not_need(tree: ImageTree) -> None:
    program = tree.folder / Dockerfile().program_dir.lstrip("/")
    names = {str(path.relative_to(program)) for path in program.rglob("*") if path.is_file()}
    assert "backend/app/__main__.py" in names
    assert "alembic.ini" in names
    assert not [
        name
        for name in names
        if name.endswith((".env", ".pem", ".key", ".sqlite", ".dump")) or "tests/" in name
    ]


def test_a_setting_that_is_wrong_ends_the_image_with_one_line(tree: ImageTree) -> None:
    environment = {**tree.dockerfile.environment, "FEED_SOURCE": "yahoo"}
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", tree.script(environment)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("settings: FEED_SOURCE: ")
