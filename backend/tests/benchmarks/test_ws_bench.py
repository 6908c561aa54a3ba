"""The fan-out's benchmarks run, with tiny sizes. No test here looks at a time: those are for people."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websockets

from app.clock import VIETNAM
from benchmarks import native_programs
from benchmarks.figures import OK, Figure
from benchmarks.native_programs import CompileError, native_program
from benchmarks.process_usage import process_cpu_s, process_rss_bytes
from benchmarks.ws_bench import main
from benchmarks.ws_crowd import CrowdPlan, measure_crowd
from benchmarks.ws_load import load_clients
from benchmarks.ws_offenders import OffendersPlan, measure_offenders
from benchmarks.ws_quick import QuickPlan, measure_quick
from benchmarks.ws_return import ReturnPlan, measure_return

needs_compiler = pytest.mark.skipif(
    shutil.which("cc") is None or not Path("/usr/include/zlib.h").exists(),
    reason="no C compiler, or no zlib to compile with, on this machine",
)


def figure_of(figures: list[Figure], words: str) -> Figure:
    [found] = [figure for figure in figures if words in figure.what]
    return found


@asynccontextmanager
async def speaking_server(
    *texts: str, code: int = 1000, compression: str | None = None
) -> AsyncIterator[int]:
    """A server that says its texts to whoever comes, waits for a word and closes."""

    async def speak(connection: ServerConnection) -> None:
        for text in texts:
            await connection.send(text)
        pong = await connection.ping()
        await pong
        await connection.recv()
        await connection.close(code)

    async with serve_websockets(speak, "127.0.0.1", 0, compression=compression) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@needs_compiler
async def test_load_client_counts_frames_answers_pings_and_hears_the_code() -> None:
    delta = json.dumps({"type": "delta", "ts": "2026-11-21T09:15:00.123456+07:00", "data": "x" * 70_000})
    async with (
        native_program("ws_load") as program,
        speaking_server("a" * 10, "b" * 200, delta, code=4429) as port,
        load_clients(program, port, 3, "/", message='{"action":"ping"}') as clients,
    ):
        frames, closes, total = 0, 0, 0
        while closes < 3:  # the server closes once its ping is answered
            report = await clients.report()
            frames, total = frames + report.frames, total + report.bytes
            closes += report.closes.get("4429", 0)
        assert frames == 3 * 3
        assert total == 3 * (10 + 200 + len(delta))
        assert report.open == 0


@needs_compiler
async def test_load_client_opens_compressed_frames_to_see_their_age() -> None:
    now = datetime.now(VIETNAM).isoformat(timespec="microseconds")
    delta = json.dumps({"type": "delta", "ts": now, "data": "x" * 70_000}, separators=(",", ":"))
    async with (
        native_program("ws_load") as program,
        speaking_server(delta, compression="deflate") as port,
        load_clients(program, port, 1, "/", message="{}", deflates=True) as clients,
    ):
        report = await clients.report()
        while not report.frames:
            report = await clients.report()
        assert 0 < report.bytes < 1_000
        assert report.publish_ms.count == 1
        assert report.publish_ms.max < 60_000


@needs_compiler
async def test_load_client_comes_back_when_told_to() -> None:
    async with (
        native_program("ws_load") as program,
        speaking_server('{"type":"bye","reconnect_in_ms":[10,20]}', code=4410) as port,
        load_clients(program, port, 2, "/", message="go on", reconnects=True) as clients,
    ):
        closes = 0
        while closes < 6:
            closes += (await clients.report()).closes.get("4410", 0)


@needs_compiler
async def test_crowd_bench_sees_everybody_and_compares() -> None:
    plan = CrowdPlan(20, seconds=1.5, compare_s=0.5, alone_s=0.5, settle_s=0.5)
    figures = await measure_crowd(plan)
    assert figure_of(figures, "all stay").verdict == OK
    assert " 0/s of" not in figure_of(figures, "frames").measured
    assert " us)" in figure_of(figures, "writer in C").measured
    assert " us)" in figure_of(figures, "send_text").measured


@needs_compiler
async def test_quick_bench_hears_frames() -> None:
    [figure] = await measure_quick(QuickPlan(10, 1.0))
    assert " 0.0 frames/s" not in figure.measured


@needs_compiler
async def test_offenders_bench_knows_their_codes() -> None:
    figures = await measure_offenders(OffendersPlan(10, 2, rounds=1, seconds=1.0))
    assert figure_of(figures, "closed with").verdict == OK


@needs_compiler
async def test_return_bench_waits_for_the_last() -> None:
    figures = await measure_return(ReturnPlan(10, calm_s=1.0))
    assert "all after" in figure_of(figures, "come back to a server").measured


async def test_program_that_does_not_compile_is_refused_with_the_compilers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_programs, "SOURCES", tmp_path)
    if shutil.which("cc"):
        (tmp_path / "broken.c").write_text("int main(void) { return nothing; }")
        with pytest.raises(CompileError, match="nothing"):
            async with native_program("broken"):
                pass
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompileError, match="a C compiler"):
        async with native_program("broken"):
            pass


def test_usage_of_this_process_is_known_and_of_none_is_nothing() -> None:
    assert process_cpu_s(os.getpid()) > 0
    assert process_rss_bytes(os.getpid()) > 1_000_000
    assert process_cpu_s(2**22 + 1) == 0.0


def test_main_with_an_unknown_bench_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "no benchmark speed; there are crowd" in capsys.readouterr().err
