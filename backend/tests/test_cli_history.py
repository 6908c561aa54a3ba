"""migrate, export, db-check and doctor as an operator runs them: on our own server, running or not."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app import cli
from app.commands import console
from app.commands.console import ProgressLine, run_command
from app.config import Settings
from app.history import schema
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from app.history.spool_file import SpoolFile
from app.history.tables import trade_row
from app.history.waiting_rows import spool_path
from tests.api.history_backend import fill
from tests.feed.fake_clock import FakeClock
from tests.history.builders import make_trade
from tests.history.conftest import short_dir

BACKEND = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Our own server's directory with a filled database, the server stopped."""
    base = short_dir()

    async def make() -> None:
        server = EmbeddedPostgres(base, settings={"fsync": "off"})
        await server.start()
        try:
            dsn = await server.ensure_database(database_name("simulator"))
            await schema.upgrade(dsn, source="simulator")
            connection = await asyncpg.connect(dsn)
            await fill(connection)
            await connection.execute("DELETE FROM gaps WHERE volume > 0")
            await connection.close()
        finally:
            await server.stop()

    asyncio.run(make())
    yield base
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def run(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a verb in this process: exit code, stdout, stderr."""
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("DATA_DIR", str(data_dir))

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.parametrize("verb", ["migrate", "export", "db-check", "doctor", "pg"])
def test_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        cli.main([verb, "--help"])
    assert exit_info.value.code == 0
    assert "usage: python -m app " in capsys.readouterr().out


def test_migrate_twice_says_where_the_database_is(run: Callable[..., tuple[int, str, str]]) -> None:
    line = f"database: schema {schema.HEAD}, native, source simulator\n"
    assert run("migrate") == (0, line, "")


def test_migrate_makes_a_database_for_another_source(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("migrate", "--source", "replay")
    assert code == 0
    assert out.endswith(f"database: schema {schema.HEAD}, native, source replay\n")


def test_migrate_down_and_up_again_keeps_the_rows(run: Callable[..., tuple[int, str, str]]) -> None:
    before = run("export", "trades")[1]
    code, out, _ = run("migrate", "--downgrade", "base")
    assert (code, out.splitlines()[-1]) == (0, "database: schema none, native, source simulator")
    assert run("migrate")[0] == 0
    assert run("export", "trades")[1] == before
    assert before.count("\r\n") > 200


def test_migrate_to_a_revision_nobody_knows_is_one_line(run: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = run("migrate", "--downgrade", "9999")
    assert (code, err.startswith("there is no revision 9999: base, 0001")) == (1, True)


def test_export_to_standard_output_is_csv(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("export", "candles", "--symbol", "vcb", "--interval", "1d")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, [row["timestamp"][:10] for row in rows]) == (0, ["2026-11-19", "2026-11-20"])
    assert err == "candles: 2 rows to standard output\n"


def test_export_of_a_symbol_with_nothing_stored_says_so(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("export", "candles", "--symbol", "ZZZ")
    assert (code, out.count("\n")) == (0, 1), "the header"
    assert err == "candles: 0 rows to standard output\nnothing of ZZZ is stored in candles for that span\n"


def test_export_to_a_file_narrowed(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    path = tmp_path / "hnx.csv"
    code, out, err = run(
        "export", "index_snapshots", "--symbol", "HNXIndex", "--from", "2026-11-20", "--to", "2026-11-20T09:20",
        "--out", str(path),
    )  # fmt: skip
    assert (code, out, err) == (0, "", f"index_snapshots: 6 rows to {path}\n")
    assert path.read_text().startswith("index_id,value,")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["export", "trades", "--from", "yesterday"], "--from: a moment is written"),
        (["export", "trades", "--from", "2026-02-02", "--to", "2026-02-01"], "--to: should not be before"),
        (["export", "trades", "--out", "/nowhere/at/all.csv"], "can't write /nowhere/at/all.csv: No such file"),
        (["export", "trades", "--out", "a.parquet", "--format", "csv"], "--format csv into a file named .parquet"),
        (["db-check", "--from", "x"], "--from: a moment is written"),
    ],
)  # fmt: skip
def test_wrong_call_is_one_line(
    run: Callable[..., tuple[int, str, str]], words: list[str], message: str
) -> None:
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (1, "", 1), err
    assert err.startswith(message)


def test_check_of_a_sound_database_is_0_and_of_a_damaged_one_1(
    run: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, _ = run("db-check", "--symbol", "ROS")
    assert (code, out) == (
        0,
        "db-check: 1 days, 1 trades, 1 one-minute candles: all of it adds up; no rows wait in the spool\n",
    )
    code, out, _ = run("db-check", "--to", "2026-11-19")
    # the closing auction's TotalVol is far beyond the prints, and the gap was deleted
    assert code == 1
    assert "2026-11-19 VCB total_volume: prints 12100 + gaps 0 = 12100, TotalVol 90000" in out
    assert out.endswith(": 1 differences; no rows wait in the spool\n")


def test_check_of_nothing_does_not_say_that_it_adds_up(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("db-check", "--symbol", "NOPE")
    assert code == 0
    assert ": nothing is stored there, so nothing was compared; " in out


def test_check_says_how_many_rows_wait_in_the_spool(
    run: Callable[..., tuple[int, str, str]], data_dir: Path
) -> None:
    file = SpoolFile(spool_path(data_dir, "simulator"))
    file.open()
    file.append({"trades": [trade_row(make_trade("ROS", total=900_000 + n)) for n in range(1_200)]}, {}, 0.0)
    file.close()
    try:
        code, out, _ = run("db-check", "--symbol", "ROS")
        assert code == 0
        assert out.endswith("up; 1,200 rows wait in the spool (1,200 trades), not counted here\n")
    finally:
        file.path.unlink()


def test_verbs_without_a_database(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "off")
    assert run("db-check") == (1, "", "DATABASE_URL=off: no history is kept\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:s3cret@127.0.0.1:9/x")
    for verb in (["migrate"], ["db-check"], ["export", "trades"]):
        code, out, err = run(*verb)
        assert (code, out) == (1, "")
        assert err.startswith("the database does not answer: ")
        assert "s3cret" not in err
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "none"))
    code, _, err = run("db-check")
    assert (code, "there is no database in" in err) == (1, True)


def test_verbs_beside_a_running_application_use_its_server(
    run: Callable[..., tuple[int, str, str]], data_dir: Path
) -> None:
    server = EmbeddedPostgres(data_dir, settings={"fsync": "off"})
    server.start_blocking()
    try:
        assert run("export", "gaps")[0] == 0
        assert run("migrate")[0] == 0
        assert server.is_running
    finally:
        server.stop_blocking()


def test_backup_and_restore_as_documented(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """docs/operations.md, "Backup": the same commands."""
    dump = str(tmp_path / "history.dump")
    before = {table: run("export", table)[1] for table in ("trades", "gaps", "candles")}
    assert run("pg", "pg_dump", "--format=custom", f"--file={dump}")[0] == 0
    assert run("pg", "dropdb", "tracker_simulator")[0] == 0
    code, _, err = run("export", "trades", "--source", "simulator")
    assert (code, err) == (
        1,
        "there is no such database yet: it is made by the first start, or by `migrate`\n",
    )
    assert run("pg", "pg_restore", "--exit-on-error", "--dbname=tracker_simulator", dump)[0] == 0
    assert run("migrate") == (0, f"database: schema {schema.HEAD}, native, source simulator\n", "")
    assert {table: run("export", table)[1] for table in before} == before


def test_database_without_tables_is_one_line(run: Callable[..., tuple[int, str, str]]) -> None:
    assert (
        run("pg", "--source", "ssi", "psql", "-c", "SELECT 1")[0] == 0
    )  # makes the database, not its tables
    for verb in (["export", "trades"], ["export", "candles"], ["db-check"]):
        code, out, err = run(*verb, "--source", "ssi")
        assert (code, out.count("\n") <= 1, err.count("\n")) == (1, True, 1)
        assert err.startswith("this database has no tables of ours yet")


def test_pg_that_can_not_be_run_is_one_line(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run("pg", "nothing")
    assert (code, err.startswith("there is no nothing in ")) == (1, True)
    assert run("pg", "psql", "-c", "SELECT 1/0")[0] == 1
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@127.0.0.1:9/x")
    code, _, err = run("pg", "psql")
    assert (code, err.startswith("pg is for our own server")) == (1, True)


def test_database_that_breaks_off_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def lose() -> int:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed\nmore")

    assert run_command(lose()) == 1
    assert capsys.readouterr().err == "the database broke off: connection was closed\n"


def test_doctor_without_keys_on_the_simulator_warns_and_is_0(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSI_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("SSI_STREAM_URL", "http://127.0.0.1:9/")
    code, out, _ = run("doctor")
    assert code == 0, out
    assert [line[:4].strip() for line in out.splitlines()][:5] == ["warn"] * 5
    monkeypatch.setenv("FEED_SOURCE", "ssi")
    code, out, _ = run("doctor")
    assert code == 1
    assert out.startswith("fail  keys         SSI_CONSUMER_ID and SSI_CONSUMER_SECRET not set -> set both")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_a_verb_in_order(data_dir: Path, number: signal.Signals, code: int) -> None:
    """The server that was started for it is stopped, at whatever moment the signal comes."""
    child = subprocess.Popen(
        [sys.executable, "-m", "app", "export", "trades", "--out", "-"],
        cwd=BACKEND,
        env={**os.environ, "DATA_DIR": str(data_dir), "FEED_SOURCE": "simulator"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    pid_file = data_dir / "pgdata" / "postmaster.pid"
    deadline_s = time.monotonic() + 30
    while not pid_file.exists():
        assert child.poll() is None
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    child.send_signal(number)
    _, err = child.communicate(timeout=30)
    assert not pid_file.exists()
    assert child.returncode in {code, 0}  # 0: it was quicker
    assert "Traceback" not in err.decode()


def test_interrupted_verb_is_130_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    async def interrupted() -> int:
        raise KeyboardInterrupt

    async def terminated() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(10)
        return 0

    assert run_command(interrupted()) == 130
    assert run_command(terminated()) == 143
    assert capsys.readouterr().err == "\ninterrupted\n\nterminated\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_now_and_then_elsewhere() -> None:
    clock = FakeClock()
    terminal, file = Terminal(), io.StringIO()
    lines = [ProgressLine(stream, clock) for stream in (terminal, file)]
    for n in (1, 2, 3_000, 4):
        for line in lines:
            line.show(f"{n} rows")
        clock.elapsed_s += 0.06
    for line in lines:
        line.clear()
    assert terminal.getvalue() == "\r1 rows\r3000 rows\r         \r"
    assert file.getvalue() == ""
    clock.elapsed_s += console.LOG_INTERVAL_S
    lines[1].show("5 rows")
    assert file.getvalue() == "5 rows\n"
