"""Fixtures of the integration tests. Each test's log and output are searched for secrets (SPEC 4.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace

import httpx
import pytest

from tests.integration.control import Control
from tests.integration.processes import Child, SimulatorChild
from tests.integration.running_app import LongestCallback, collector_restored, watched_loop
from tests.integration.written import everything_written, find_secrets

type StartSimulator = Callable[..., SimulatorChild]
type ControlOf = Callable[[SimulatorChild], Control]


@pytest.fixture(autouse=True)
def _no_secrets(started: list[Child]) -> Iterator[None]:
    with everything_written() as texts:
        yield
    assert find_secrets([*texts, *(child.output for child in started)]) == []


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Keep wiring from ending the test process when a task dies; tell the test instead."""
    signals: list[int] = []
    fake = SimpleNamespace(kill=lambda _pid, number: signals.append(number), getpid=lambda: 0)
    monkeypatch.setattr("app.wiring.os", fake)
    return signals


@pytest.fixture
def held(deaths: list[int]) -> Iterator[LongestCallback]:
    """Watch the loop through the test; fail it when a callback was too long, or a task died."""
    with collector_restored():
        with watched_loop() as longest:
            yield longest
    longest.check()
    assert deaths == []


@pytest.fixture(scope="module")
def started() -> Iterator[list[Child]]:
    """Children of this module; they are ended with it."""
    children: list[Child] = []
    yield children
    for child in children:
        child.end()


@pytest.fixture(scope="module")
def start_simulator(started: list[Child]) -> StartSimulator:
    def start(*words: str) -> SimulatorChild:
        child = SimulatorChild(*words)
        started.append(child)
        return child

    return start


@pytest.fixture
async def control_http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30) as http:
        yield http


@pytest.fixture
def control_of(control_http: httpx.AsyncClient) -> ControlOf:
    return lambda simulator: Control(simulator, control_http)
