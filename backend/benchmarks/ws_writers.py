"""What our fan-out is compared with: native/ws_writer.c (the floor) and benchmarks/ws_text_server.py (send_text)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.child_process import ChildProcess
from benchmarks.native_programs import native_program
from benchmarks.ws_load import load_clients
from benchmarks.ws_rig import LOAD_CPUS, SERVER_CPUS

SETTLE_S = 2.0


@dataclass(frozen=True)
class Traffic:
    """What both are to write: frames of these payload sizes in turn, to each client once a period."""

    clients: int
    period_ms: float
    sizes: Sequence[int]

    @property
    def arguments(self) -> list[str]:
        sizes = [word for size in self.sizes for word in ("-s", str(size))]
        return ["-n", str(self.clients), "-t", f"{self.period_ms:.1f}", *sizes]


async def measure_writer(load_program: Path, name: str, traffic: Traffic, seconds: float) -> float:
    """Return the CPU microseconds per frame of a writer: "c" or "send_text"."""
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(_writer(name, traffic))
        port = int((await writer.answer())["port"])
        await stack.enter_async_context(
            load_clients(load_program, port, traffic.clients, "/", cpus=LOAD_CPUS)
        )
        await asyncio.sleep(SETTLE_S)
        await writer.tell({})
        await writer.answer()
        await asyncio.sleep(seconds)
        await writer.tell({})
        answer = await writer.answer()
    return float(answer["cpu_s"]) / max(1, int(answer["frames"])) * 1e6


@asynccontextmanager
async def _writer(name: str, traffic: Traffic) -> AsyncIterator[ChildProcess]:
    if name == "c":
        async with (
            native_program("ws_writer") as program,
            ChildProcess(*traffic.arguments, program=program, cpus=SERVER_CPUS) as child,
        ):
            yield child
    else:
        arguments = ("-m", "benchmarks.ws_text_server", *traffic.arguments)
        async with ChildProcess(*arguments, cpus=SERVER_CPUS) as child:
            yield child
