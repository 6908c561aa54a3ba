from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.feed import simulator_process
from app.feed.feed_clock import RemoteFeedClock
from app.feed.http_client import make_http_client
from app.feed.simulator_process import SimulatorError, SimulatorProcess

type WriteChild = Callable[[str], object]


@pytest.fixture
def write_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteChild:
    """Write the module `child` that the process runs."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return (tmp_path / "child.py").write_text


HEAD = "import sys, signal, time, json\n"
READY = HEAD + "print(json.dumps({'url': 'http://127.0.0.1:1'}), flush=True)\n"


async def test_simulator_of_ours_starts_tells_its_time_and_ends() -> None:
    simulator = SimulatorProcess(["--seed", "3"])
    url = await simulator.start()
    watching = asyncio.create_task(simulator.watch())
    async with make_http_client() as http:
        clock = RemoteFeedClock(base_url=url, http=http, clock=SystemClock())
        tick = await clock.poll()
    assert tick is not None
    assert tick.time_s > 1.7e9
    await simulator.stop()
    await watching
    await simulator.stop()


async def test_simulator_that_dies_at_once_says_its_last_words(write_child: WriteChild) -> None:
    write_child(HEAD + "sys.exit('no such day')\n")
    with pytest.raises(SimulatorError, match="no such day"):
        await SimulatorProcess(module="child").start()


@pytest.mark.parametrize("line", ["hello", "[]", "{}"])
async def test_simulator_that_says_something_else_is_ended(write_child: WriteChild, line: str) -> None:
    write_child(HEAD + f"print({line!r}, flush=True)\nsys.stdin.read()\n")
    with pytest.raises(SimulatorError, match="did not start"):
        await SimulatorProcess(module="child").start()


async def test_simulator_that_says_nothing_is_given_up(
    write_child: WriteChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator_process, "START_TIMEOUT_S", 0.2)
    write_child(HEAD + "sys.stdin.read()\n")
    with pytest.raises(SimulatorError, match="no word on stderr"):
        await SimulatorProcess(module="child").start()


async def test_simulator_that_crashes_later_is_told(write_child: WriteChild) -> None:
    write_child(READY + "print('x' * 200_000)\nprint('boom', file=sys.stderr)\nsys.exit(3)\n")
    simulator = SimulatorProcess(module="child")
    await simulator.start()
    with pytest.raises(SimulatorError, match=r"exit code 3\): boom"):
        await simulator.watch()
    await simulator.stop()


async def test_simulator_that_ignores_sigterm_is_killed(
    write_child: WriteChild, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(simulator_process, "STOP_TIMEOUT_S", 0.2)
    write_child(HEAD + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + READY + "time.sleep(60)\n")
    simulator = SimulatorProcess(module="child")
    await simulator.start()
    await simulator.stop()
    assert "killed" in caplog.text


async def test_simulator_not_started_has_nothing_to_watch_or_stop() -> None:
    simulator = SimulatorProcess()
    await simulator.stop()
    with pytest.raises(SimulatorError, match="not running"):
        await simulator.watch()
    assert sys.executable in simulator._command
