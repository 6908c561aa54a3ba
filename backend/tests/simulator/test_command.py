"""The command line, as a process and in this one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.simulator import command

from .test_replay import write

BACKEND = Path(__file__).resolve().parents[2]


class Process:
    def __init__(self, *arguments: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "app.simulator", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=BACKEND,
        )  # fmt: skip
        self.url = json.loads(self.popen.stdout.readline())["url"]

    def end(self) -> tuple[int, float, str]:
        began = time.monotonic()
        _, errors = self.popen.communicate(timeout=10)
        return self.popen.returncode, time.monotonic() - began, errors.decode()


@pytest.fixture
def process() -> Iterator:
    started = []

    def start(*arguments: str) -> Process:
        started.append(Process(*arguments))
        return started[-1]

    yield start
    for one in started:
        if one.popen.poll() is None:
            one.popen.kill()
            one.popen.communicate()


def test_a_process_prints_one_line_and_ends_with_its_parent(process):
    running = process("--exit-with-parent", "--symbols", "3", "--seed", "7")
    clock = httpx.get(f"{running.url}sim/clock").json()
    assert "T09:14:4" in clock["time"]
    running.popen.stdin.close()
    running.popen.stdin = None
    code, seconds, errors = running.end()
    assert (code, errors) == (0, "")
    assert seconds < 2


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_within_a_second_or_so(process, name):
    running = process("--symbols", "2")
    with httpx.stream("GET", f"{running.url}sim/clock"):
        running.popen.send_signal(getattr(signal, name))
        code, seconds, errors = running.end()
    assert (code, errors) == (0, "")
    assert seconds < 2


def test_a_replay_tells_its_progress(process, tmp_path):
    running = process("replay", str(write(tmp_path)), "--speed", "0", "--no-hold", "--start", "08:50")
    assert httpx.get(f"{running.url}sim/clock").json()["source"] == "replay"
    running.popen.send_signal(signal.SIGTERM)
    _, _, errors = running.end()
    assert "9 trades in 1 files" in errors
    assert "2026-03-02T" in errors


def test_a_taken_port_is_said_in_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert command.main(["--port", str(port), "--symbols", "1", "--activity", "0.01"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert f"127.0.0.1:{port}" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--symbols", "0"],
        ["--symbols", "1601"],
        ["--start", "noon"],
        ["--start", "24:00"],
        ["--date", "tomorrow"],
        ["--date", "2026-11-22"],
        ["--activity", "0"],
        ["--speed", "-1"],
    ],
)
def test_a_wrong_option_stops_the_start_with_its_reason(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_wrong_variable_and_a_wrong_file_are_said(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("SIM_SPEED", "fast")
    assert command.main([]) == 2
    monkeypatch.delenv("SIM_SPEED")
    assert command.main(["replay", str(tmp_path / "vn30f1m_trades_2026-01-05.csv")]) == 1
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["replay", "--help"]])
def test_help_is_there(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == 0
    assert "--exit-with-parent" in capsys.readouterr().out


@pytest.mark.parametrize("is_replay", [False, True])
def test_main_serves_until_its_parent_is_gone(is_replay, monkeypatch, capsys, tmp_path):
    reader, writer = os.pipe()
    os.close(writer)
    with os.fdopen(reader) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        arguments = (
            ["replay", str(write(tmp_path))] if is_replay else ["--symbols", "1", "--activity", "0.01"]
        )
        assert command.main([*arguments, "--exit-with-parent"]) == 0
    assert capsys.readouterr().out.startswith('{"url": "http://127.0.0.1:')


def test_a_plain_file_as_stdin_is_no_parent(monkeypatch, tmp_path):
    import asyncio

    async def watch() -> bool:
        stopping = asyncio.Event()
        command._watch_stdin(asyncio.get_running_loop(), stopping)
        await asyncio.sleep(0)
        return stopping.is_set()

    path = tmp_path / "stdin"
    path.write_text("")
    with path.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert asyncio.run(watch()) is False
