"""Makes recordings for tests: a simulated market over the real wire into the real recorder, and parts of one."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct

from app.config import Settings
from app.feed.recording import RecordedLine, Recording, encode_line
from app.feed.simulator_process import SimulatorProcess
from app.market.day_digest import DayHash, state_hash
from app.wiring import Application

TIMEOUT_S = 120.0
LOOK_INTERVAL_S = 0.02  # what is waited for comes from another process


class Recorded(Struct):
    """A recording, with what the live run made of it and what is true."""

    path: Path
    frozen: DayHash | None
    at_end: DayHash | None
    state: str
    truth: dict[str, Any]


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **({"database_url": "off"} | given))


async def until(condition: Callable[[], Any], timeout_s: float = TIMEOUT_S) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - see LOOK_INTERVAL_S
            await asyncio.sleep(LOOK_INTERVAL_S)


async def record_day(folder: Path, *arguments: str) -> Recorded:
    """Record one simulated day at full speed. `arguments`: more of the simulator's."""
    simulator = SimulatorProcess(
        ["--seed", "5", "--date", "2026-11-23", "--days", "1", "--hold", "--speed", "0", *arguments]
    )
    url = await simulator.start()
    try:
        application = Application(settings(feed_source="simulator", sim_url=url, record_dir=folder))
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http, application.running():
            await _take_everything(application, http)
            truth = (await http.get("/sim/truth")).json()
            digest = application.day_digest
            assert digest is not None
            recorded = Recorded(
                folder / "feed-2026-11-23.jsonl.gz",
                digest.frozen,
                digest.current(),
                state_hash(application.processor),
                truth,
            )
    finally:
        await simulator.stop()
    return recorded


async def _take_everything(application: Application, http: httpx.AsyncClient) -> None:
    """Wait for the market's end, for its last message, and for a tick after that."""
    async with asyncio.timeout(TIMEOUT_S):
        while not (report := (await http.get("/sim/clock")).json())["ended"]:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_INTERVAL_S)
    sent = (await http.get("/sim/connections")).json()["messages_sent"]
    feed = application.feed
    assert feed is not None
    await until(lambda: sum(feed.counters().received.values()) >= sent)
    await until(lambda: application.processor.market_time_s >= report["time_s"])


@asynccontextmanager
async def replayed(
    path: Path, *options: str, **given: Any
) -> AsyncIterator[tuple[Application, httpx.AsyncClient]]:
    """Run the application on a recording; yield it and its replay server."""
    server = SimulatorProcess(["replay", str(path), *options])
    url = await server.start()
    try:
        application = Application(settings(feed_source="replay", sim_url=url, **given))
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http, application.running():
            yield application, http
    finally:
        await server.stop()


def lines_of(path: Path) -> list[RecordedLine]:
    return list(Recording(path).lines())


def write_lines(path: Path, lines: Iterable[RecordedLine]) -> Path:
    path.write_bytes(gzip.compress(b"".join(encode_line(line) + b"\n" for line in lines), 1))
    return path


def paced(lines: Iterable[RecordedLine], from_s: float, messages_per_s: int) -> Iterable[RecordedLine]:
    """Return the lines at an even pace with four ticks a second: those of a recording at full speed are far apart."""
    number = 0
    for line in lines:
        if line.header is not None or line.lists is not None:
            yield line
            continue
        if line.raw is None:
            continue
        if number % max(1, messages_per_s // 4) == 0:
            yield RecordedLine(_ns(from_s, number, messages_per_s), tick_s=from_s + number / messages_per_s)
        number += 1
        yield RecordedLine(_ns(from_s, number, messages_per_s), raw=line.raw)


def _ns(from_s: float, number: int, messages_per_s: int) -> int:
    return int((from_s + number / messages_per_s) * 1e9)
