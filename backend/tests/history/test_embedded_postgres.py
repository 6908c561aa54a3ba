"""The embedded server: made, adopted, restarted after a kill -9, refused with one line. As root and as nobody."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.history import embedded_postgres as module
from app.history import postgres_binaries, postgres_cluster
from app.history import postgres_process as process
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from app.history.errors import EmbeddedPostgresError
from tests.history.conftest import short_dir

BACKEND = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
FAST = {"shared_buffers": "16MB"}

type Make = Callable[..., EmbeddedPostgres]


@pytest.fixture
def base() -> Iterator[Path]:
    path = short_dir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make(base: Path) -> Iterator[Make]:
    made: list[EmbeddedPostgres] = []

    def build(directory: Path = base, **options: object) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(directory, settings=FAST, **options))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for server in made:
        server.stop_blocking()


async def answer(server: EmbeddedPostgres, sql: str) -> object:
    connection = await asyncpg.connect(server.dsn("postgres"), timeout=10)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def abandon(server: EmbeddedPostgres) -> None:
    """Forget the server as a killed application does: its lock goes, the server stays."""
    server._cluster.release()


async def test_server_is_private_checked_and_durable(make: Make, base: Path) -> None:
    told: list[str] = []
    server = make(report=told.append)
    await server.start()
    assert "making a PostgreSQL database cluster" in told[0]
    assert await answer(server, "SHOW data_checksums") == "on"
    assert await answer(server, "SHOW fsync") == "on"
    assert await answer(server, "SHOW listen_addresses") == ""
    for path in (server.data_dir, server.socket_dir):
        assert path.stat().st_mode & 0o777 == 0o700
    if IS_ROOT:
        assert process.pids_in(server.data_dir)
        assert server.data_dir.stat().st_uid == os.stat(f"/proc/{server.pid}").st_uid == 65534
    dsn = await server.ensure_database(database_name("simulator"))
    assert await server.ensure_database("tracker_simulator") == dsn
    await server.stop()
    assert not server.is_running
    assert process.pids_in(server.data_dir) == []
    begun = time.monotonic()
    await server.start()
    assert time.monotonic() - begun < 10, "0.1 s on an idle machine"


async def test_server_that_outlived_its_application_is_adopted_and_stopped(make: Make) -> None:
    first = make()
    await first.start()
    abandon(first)
    second = make()
    await second.start()
    assert second.pid == first.pid
    assert await answer(second, "SELECT 1") == 1
    await second.stop()
    assert not first.is_running


async def test_second_launcher_gets_one_clear_line(make: Make) -> None:
    await make().start()
    with pytest.raises(
        EmbeddedPostgresError, match=rf"another instance \(pid {os.getpid()}\) uses .*DATA_DIR"
    ):
        await make().start()


async def test_server_killed_with_its_backends_at_work_starts_again(make: Make) -> None:
    server = make()
    await server.start()
    connection = await asyncpg.connect(server.dsn("postgres"))
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    for _ in range(3):
        assert server.pid is not None
        busy = await asyncpg.connect(server.dsn("postgres"))
        query = asyncio.create_task(busy.execute("SELECT count(*) FROM generate_series(1, 20000000)"))
        await asyncio.sleep(0.05)
        process.send_signal(server.pid, signal.SIGKILL)
        begun = time.monotonic()
        await server.start()
        assert time.monotonic() - begun < 30, "1 to 2 s on an idle machine"
        assert await answer(server, "SELECT one FROM kept") == 1
        query.cancel()
        await asyncio.gather(query, return_exceptions=True)
        busy.terminate()
    connection.terminate()


async def test_watch_starts_a_killed_server_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCH_INTERVAL_S", 0.02)
    server = make()
    await server.start()
    watching = asyncio.create_task(server.watch())
    try:
        assert server.pid is not None
        killed = server.pid
        process.send_signal(killed, signal.SIGKILL)
        async with asyncio.timeout(20):
            while server.restarts == 0:  # noqa: ASYNC110 - a process of its own
                await asyncio.sleep(0.02)
        assert server.is_running
        assert server.pid != killed
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_watch_goes_on_when_a_start_fails(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCH_INTERVAL_S", 0.02)
    server = make()
    attempts = 0

    async def fail() -> None:
        nonlocal attempts
        attempts += 1
        raise EmbeddedPostgresError("the disk is full")

    monkeypatch.setattr(server, "start", fail)
    watching = asyncio.create_task(server.watch())
    async with asyncio.timeout(5):
        while attempts < 2:  # noqa: ASYNC110 - one test, one counter
            await asyncio.sleep(0.02)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_hung_server_is_taken_down_and_started_again(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENCE_TIMEOUT_S", 0.3)
    first = make()
    await first.start()
    hung = first.pid
    assert hung is not None
    process.send_signal(hung, signal.SIGSTOP)
    abandon(first)
    second = make()
    await second.start()
    assert second.pid != hung
    assert await answer(second, "SELECT 1") == 1


async def test_stale_pid_file_of_another_program_does_not_matter(make: Make) -> None:
    server = make()
    await server.start()
    await server.stop()
    pid_path = server.data_dir / "postmaster.pid"
    pid_path.write_text(f"{os.getpid()}\n{server.data_dir}\n")
    await server.start()
    assert await answer(server, "SELECT 1") == 1


async def test_stop_of_a_busy_server_rolls_back_and_ends(make: Make) -> None:
    server = make()
    await server.start()
    connection = await asyncpg.connect(server.dsn("postgres"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("CREATE TABLE never AS SELECT 1")
    await server.stop()
    connection.terminate()
    await server.stop()  # twice is once
    await server.start()
    assert await answer(server, "SELECT to_regclass('never')") is None


async def test_stop_of_a_hung_server_ends_it(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        module, "STOP_STEPS", ((signal.SIGINT, 0.2), (signal.SIGQUIT, 0.2), (signal.SIGKILL, 5.0))
    )
    server = make()
    await server.start()
    assert server.pid is not None
    process.send_signal(server.pid, signal.SIGSTOP)
    await server.stop()
    assert not server.is_running


async def test_half_made_cluster_is_made_anew(make: Make, base: Path) -> None:
    (base / "pgdata.new").mkdir()
    (base / "pgdata.new" / "PG_VERSION").write_text("18")
    server = make()
    await server.start()
    assert await answer(server, "SELECT 1") == 1


async def test_long_and_odd_paths_get_a_short_socket(make: Make, base: Path) -> None:
    for name in ("x" * 100, "dữ liệu, của tôi"):
        server = make(base / name)
        assert len(os.fsencode(server.socket_dir)) <= postgres_cluster.SOCKET_DIR_BYTES_MAX
        assert server.socket_dir.parent != server.base_dir
        await server.start()
        assert await answer(server, "SELECT 1") == 1
        await server.stop()
        server.socket_dir.rmdir()


async def test_server_that_does_not_start_says_what_its_log_says(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESTART_PATIENCE_S", 0.0)
    server = make()
    await server.start()
    await server.stop()
    (server.data_dir / "global" / "pg_control").rename(server.data_dir / "global" / "gone")
    with pytest.raises(EmbeddedPostgresError, match=r"does not start on .*(could not|PANIC).*postgres\.log"):
        await server.start()
    (server.data_dir / "global" / "gone").rename(server.data_dir / "global" / "pg_control")


async def test_cluster_of_another_version_is_refused(make: Make) -> None:
    server = make()
    await server.start()
    await server.stop()
    (server.data_dir / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 14, not 18"):
        await make().start()


def fake_install(root: Path, version: str) -> Path:
    bin_dir = root / "bin"
    bin_dir.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (bin_dir / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (bin_dir / name).chmod(0o755)
    return bin_dir


async def test_pg_bin_must_hold_a_server_new_enough(make: Make, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"PG_BIN .* has no postgres and no initdb"):
        await make(pg_bin=tmp_path).start()
    with pytest.raises(EmbeddedPostgresError, match="PostgreSQL 15 or newer is needed"):
        await make(pg_bin=fake_install(tmp_path / "old", "14.2")).start()
    broken = fake_install(tmp_path / "broken", "18")
    (broken / "postgres").write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(EmbeddedPostgresError, match="does not run on this machine"):
        await make(pg_bin=broken).start()


async def test_missing_wheel_is_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "WHEEL", "no_such_wheel")
    with pytest.raises(EmbeddedPostgresError, match="the wheel no_such_wheel is not installed"):
        await make().start()


async def test_failed_start_gives_the_directory_free(make: Make, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError):
        await make(pg_bin=tmp_path).start()
    await make().start()


@pytest.mark.skipif(not IS_ROOT, reason="root's server runs as nobody")
async def test_root_is_told_when_nobody_can_not_reach_the_directory(make: Make, base: Path) -> None:
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedPostgresError, match=r"closed to user nobody.*set DATA_DIR"):
        await make(closed / "data").start()
    with pytest.raises(EmbeddedPostgresError, match="user no-such-user has no entry"):
        await make(server_user="no-such-user").start()


@pytest.mark.skipif(not IS_ROOT, reason="root's server runs as nobody")
async def test_unreachable_binaries_are_copied_once(make: Make, base: Path) -> None:
    closed = base / "venv"
    wheel = postgres_binaries.find_bin_dir(None).parents[1]
    for part in (wheel / "pginstall18", wheel.with_name(f"{wheel.name}.libs")):
        if part.is_dir():  # the bundled libraries are only there on Linux
            shutil.copytree(part, closed / part.relative_to(wheel.parent), symlinks=True)
    closed.chmod(0o700)
    for _ in range(2):
        server = make(base / "data", pg_bin=closed / wheel.name / "pginstall18" / "bin")
        await server.start()
        assert await answer(server, "SELECT 1") == 1
        await server.stop()
    copies = [path for path in (base / "data").iterdir() if path.name.startswith("postgres-")]
    assert len(copies) == 1
    assert not (copies[0] / "pginstall18" / "include").exists()


def test_default_directory_is_in_the_repository_unless_root_can_not_use_it(base: Path) -> None:
    assert postgres_cluster.default_data_dir(base) == base / "data"
    base.chmod(0o700)
    assert postgres_cluster.default_data_dir(base) == (
        postgres_cluster.ROOT_DATA_DIR if IS_ROOT else base / "data"
    )


async def test_directory_that_can_not_be_made_is_named(make: Make, base: Path) -> None:
    (base / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError, match=r"can't make the data directory .*set DATA_DIR"):
        await make(base / "file" / "data").start()


async def test_socket_directory_of_somebody_else_is_refused(make: Make, base: Path) -> None:
    (base / "elsewhere").mkdir()
    (base / "run").symlink_to(base / "elsewhere")
    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        await make().start()


SCRIPT = """
    import asyncio, os, sys
    from pathlib import Path
    import asyncpg
    from app.history.embedded_postgres import EmbeddedPostgres
    from app.history.errors import EmbeddedPostgresError

    # imports first: this Python may lie where the user can't read. Its own modules come along with them.
    import concurrent.futures.thread, encodings.ascii, encodings.idna, encodings.latin_1, asyncpg.pool, asyncpg.types

    uid = int(sys.argv[2])
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)

    async def main():
        server = EmbeddedPostgres(Path(sys.argv[1]), settings={"shared_buffers": "16MB"}, report=print)
        await server.start()
        connection = await asyncpg.connect(await server.ensure_database("tracker_simulator"))
        print("answers", await connection.fetchval("SELECT 1"), "pid", server.pid, flush=True)
        await connection.close()
        if len(sys.argv) > 3:
            os.kill(os.getpid(), 9)
        await server.stop()

    try:
        asyncio.run(main())
    except EmbeddedPostgresError as error:
        sys.exit(f"refused: {error}")
"""


def run_as(uid: int, base: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script above as `uid`, as an application of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(base), str(uid), *arguments],
        cwd="/",
        env={"PYTHONPATH": str(BACKEND), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def can_run_as(uid: int) -> bool:
    bin_dir = postgres_binaries.find_bin_dir(None)
    return uid == os.geteuid() or (IS_ROOT and postgres_binaries.is_reachable(bin_dir))


@pytest.mark.parametrize("uid", [os.geteuid(), 65534])
def test_application_killed_and_started_again(base: Path, uid: int) -> None:
    """The same as root and as a normal user, in processes of their own."""
    if not can_run_as(uid):
        pytest.skip("another user can't run the binaries here")
    home = base / "data"
    home.mkdir()
    os.chown(home, uid, -1)
    killed = run_as(uid, home, "kill")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = run_as(uid, home)
    assert again.returncode == 0, again.stderr
    pid = killed.stdout.split()[-1]
    assert f"took over the PostgreSQL that was still running (pid {pid})" in again.stdout
    assert "answers 1" in again.stdout
    assert not process.is_alive(int(pid))


def test_uid_without_a_name_is_told_what_to_do(base: Path) -> None:
    if not can_run_as(54_321):
        pytest.skip("another user can't run the binaries here")
    os.chown(base, 54_321, -1)
    done = run_as(54_321, base)
    assert "refused: uid 54321 has no entry in /etc/passwd" in done.stderr
    assert "DATABASE_URL" in done.stderr


def test_process_facts_of_nothing(tmp_path: Path) -> None:
    assert process.read_pid_file(tmp_path / "postmaster.pid") is None
    (tmp_path / "postmaster.pid").write_text("")
    assert process.read_pid_file(tmp_path / "postmaster.pid") is None
    assert not process.answers(tmp_path, 0.1)
    assert not process.is_alive(2**22 + 1)
    process.send_signal(2**22 + 1, signal.SIGTERM)


def test_process_whose_folder_the_kernel_hides_is_known_by_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Path:
        raise PermissionError(path)

    words = [sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()", "-D", str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert process.pids_in(tmp_path) == []  # it works elsewhere
        monkeypatch.setattr(Path, "readlink", refuse)
        assert process.pids_in(tmp_path) == [child.pid]
        assert process.works_in(child.pid, tmp_path)
        assert not process.works_in(child.pid, tmp_path / "other")
        server = EmbeddedPostgres(tmp_path)
        server.data_dir = tmp_path
        assert server._is_our_server(child.pid)
        child.communicate()
    assert not server._is_our_server(child.pid)
