from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from app.feed.feed_clock import RemoteFeedClock, WallFeedClock
from app.feed.http_client import make_http_client
from app.market.messages import Tick
from tests.feed.fake_clock import FakeClock
from tests.feed.signalr_server import SignalRServer, running_server

REPORT = {
    "time_s": 1_000.0,
    "trading_date": "2026-08-14",
    "speed": 2.0,
    "source": "simulator",
    "ended": False,
}


@pytest.fixture
async def server() -> AsyncIterator[SignalRServer]:
    async with running_server() as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def remote(server: SignalRServer, clock: FakeClock) -> AsyncIterator[RemoteFeedClock]:
    async with make_http_client() as http:
        yield RemoteFeedClock(base_url=server.url, http=http, clock=clock)


async def test_wall_clock_ticks_four_times_a_second(clock: FakeClock) -> None:
    ticks: list[Tick] = []
    wall = WallFeedClock(clock)
    task = asyncio.create_task(wall.run(ticks.append))
    await clock.advance(1.0)
    task.cancel()
    start_s = clock.time_s() - 1.0
    assert [tick.time_s - start_s for tick in ticks] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert wall.time_s() == clock.time_s()
    assert not wall.has_ended


async def test_remote_clock_tells_the_sources_time(
    remote: RemoteFeedClock, server: SignalRServer, clock: FakeClock
) -> None:
    assert (remote.time_s(), remote.trading_date, remote.speed, remote.has_ended) == (0.0, None, 1.0, False)
    server.gets["clock"] = REPORT
    assert await remote.poll() == Tick(1_000.0)
    assert (remote.trading_date, remote.speed) == (date(2026, 8, 14), 2.0)
    await clock.advance(3.0)
    assert remote.time_s() == 1_006.0


@pytest.mark.parametrize("stopped", [{"paused": True}, {"ended": True}])
async def test_remote_clock_stopped_stands_still(
    remote: RemoteFeedClock, server: SignalRServer, clock: FakeClock, stopped: dict[str, bool]
) -> None:
    server.gets["clock"] = REPORT | stopped
    await remote.poll()
    await clock.advance(3.0)
    assert remote.time_s() == 1_000.0
    assert remote.has_ended is stopped.get("ended", False)


@pytest.mark.parametrize(
    "answer",
    [(502, b"<html>"), b"", {}, [], REPORT | {"time_s": -1.0}, REPORT | {"speed": "x"}, {"time_s": None}],
)
async def test_remote_clock_with_an_odd_answer_goes_on_by_itself(
    remote: RemoteFeedClock, server: SignalRServer, clock: FakeClock, answer: Any
) -> None:
    server.gets["clock"] = REPORT
    await remote.poll()
    server.gets["clock"] = answer
    assert await remote.poll() is None
    assert remote.failures == 1
    await clock.advance(1.0)
    assert remote.time_s() == 1_002.0


async def test_remote_clock_run_sends_what_it_hears(
    remote: RemoteFeedClock, server: SignalRServer, clock: FakeClock
) -> None:
    server.gets["clock"] = [REPORT, (500, b""), REPORT | {"time_s": 1_001.0}]
    ticks: list[Tick] = []
    task = asyncio.create_task(remote.run(ticks.append))
    async with asyncio.timeout(5):
        while len(ticks) < 2:
            await asyncio.sleep(0.005)
            await clock.advance(0.25)
    task.cancel()
    assert ticks == [Tick(1_000.0), Tick(1_001.0)]
