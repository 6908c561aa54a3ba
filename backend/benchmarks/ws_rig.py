"""The real application under the benchmark's feed, each side on its own cores.

The server has the last core for itself when it is pinned; the sender and the load client share the others.
"""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.simulator.securities import stock_symbols
from benchmarks.child_process import ChildProcess
from benchmarks.fan_out_bench import until_connected
from benchmarks.frame_mix import SEED
from benchmarks.native_programs import native_program
from benchmarks.process_usage import process_cpu_s, process_rss_bytes
from benchmarks.served_app import connect_when_up, free_port, served_app
from benchmarks.thread_cpu import queued_s_of_process

FEED_RATE = 5_000
VN30_SIZE, MARKET_SIZE = 30, 1600  # stocks
SAMPLE_INTERVAL_S = 1.0
SECOND_OF_FEED_WITHIN_S = 90.0  # the sender waits for a server that does not read
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CPUS = _CORES[-1:]
LOAD_CPUS = _CORES[:-1] or _CORES


def allow_many_files() -> None:
    """Raise the limit of open files as far as it goes; children inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def board_path(mode: str = "delta") -> str:
    """Return the path of a VN30 board's socket."""
    symbols = ",".join(symbol for symbol, _ in stock_symbols(VN30_SIZE, SEED))
    return f"/ws/market?mode={mode}&symbols={symbols}"


@dataclass
class Usage:
    """What the server used of one core in a while."""

    seconds: float
    cpu_s: float
    queued_share: float  # of the time, ready to run but without a core
    rss_max_bytes: int

    @property
    def core_share(self) -> float:
        return self.cpu_s / self.seconds


class Rig:
    """A running server and its feed. `server` changes when it is started anew."""

    def __init__(self, load_program: Path, sender: ChildProcess, port: int) -> None:
        self.load_program = load_program
        self.port = port
        self.server: ChildProcess | None = None
        self.behind_ms = 0.0  # how late the sender was at worst
        self._sender = sender

    @property
    def pid(self) -> int:
        if self.server is None:
            raise AssertionError("the server is not running")
        return self.server.pid

    async def watch(self, seconds: float) -> Usage:
        """Wait, and return what the server used meanwhile."""
        pid = self.pid
        began_s, cpu_s, queued_s = time.perf_counter(), process_cpu_s(pid), queued_s_of_process(pid)
        rss_bytes = process_rss_bytes(pid)
        while (left_s := began_s + seconds - time.perf_counter()) > 0:
            await asyncio.sleep(min(SAMPLE_INTERVAL_S, left_s))
            rss_bytes = max(rss_bytes, process_rss_bytes(pid))
        passed_s = time.perf_counter() - began_s
        return Usage(
            seconds=passed_s,
            cpu_s=process_cpu_s(pid) - cpu_s,
            queued_share=(queued_s_of_process(pid) - queued_s) / passed_s,
            rss_max_bytes=rss_bytes,
        )

    @asynccontextmanager
    async def feeding(self, rate: int = FEED_RATE) -> AsyncIterator[None]:
        """Send messages at a steady rate for as long as the block lasts."""
        is_over = asyncio.Event()
        task = asyncio.create_task(self._feed(rate, is_over))
        try:
            yield
        finally:
            is_over.set()
            await task

    async def _feed(self, rate: int, is_over: asyncio.Event) -> None:
        while not is_over.is_set():
            await self._sender.tell({"count": rate, "rate": rate})
            answer = await self._sender.answer(SECOND_OF_FEED_WITHIN_S)
            self.behind_ms = max(self.behind_ms, answer["behind_ms"])

    async def open_day(self) -> None:
        """Have each symbol say a first word."""
        await self._sender.tell({"count": 0})
        await self._sender.answer()


@dataclass(frozen=True)
class RigOptions:
    """`settings`: the server's environment; with `is_pinned` it has one core and no other.

    `symbols` is how many stocks the feed is about, the VN30 among them: the whole market, or those 30 alone, each of
    which then changes in every frame.
    """

    settings: dict[str, str] = field(default_factory=dict)
    is_pinned: bool = True
    symbols: int = MARKET_SIZE

    @property
    def cpus(self) -> list[int] | None:
        return SERVER_CPUS if self.is_pinned else None


@asynccontextmanager
async def running_rig(options: RigOptions) -> AsyncIterator[tuple[Rig, Callable[[], Awaitable[None]]]]:
    """Start sender and server; yield the rig, and what ends the server and starts another on the same port."""
    allow_many_files()
    async with AsyncExitStack() as stack, AsyncExitStack() as serving:
        program = await stack.enter_async_context(native_program("ws_load"))
        sending = ("-m", "benchmarks.sender", "--symbols", str(options.symbols))
        sender = await stack.enter_async_context(ChildProcess(*sending, cpus=LOAD_CPUS))
        environment = {
            "DATABASE_URL": "off",
            "TRACKED_SYMBOLS": "ALL",
            "SIM_URL": (await sender.answer())["url"],
            "WS_MAX_CONNECTIONS_PER_IP": "100000",
        } | options.settings
        rig = Rig(program, sender, free_port())

        async def restart() -> None:
            await serving.aclose()
            serving_app = served_app(environment, rig.port, options.cpus)
            _, rig.server = await serving.enter_async_context(serving_app)

        await restart()
        address = f"ws://127.0.0.1:{rig.port}"
        await (await connect_when_up(f"{address}/ws/market")).close()
        await until_connected(address)
        await rig.open_day()
        yield rig, restart
