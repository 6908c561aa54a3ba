"""The load client of native/ws_load.c, spoken to from Python."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import msgspec

from benchmarks.child_process import ChildProcess

CONNECTED_WITHIN_S = 120.0
IN_FLIGHT = 64  # handshakes at a time, as long as nobody asks for a wave


class Ages(msgspec.Struct):
    """How old frames or messages were on arrival, in ms."""

    count: int = 0
    p50: float = 0.0
    p99: float = 0.0
    max: float = 0.0


class LoadReport(msgspec.Struct):
    """What all clients saw between two reports. `sizes`: 20 quantiles of the frames' sizes in bytes."""

    open: int
    frames: int
    bytes: int
    fewest_frames: int
    refused: int
    seconds: float
    cpu_s: float
    publish_ms: Ages
    feed_ms: Ages
    sizes: list[int]
    closes: dict[str, int]

    @property
    def frames_per_s(self) -> float:
        return self.frames / self.seconds

    @property
    def bytes_per_frame(self) -> float:
        return self.bytes / self.frames if self.frames else 0.0


class LoadClients:
    """Clients that are connected; `connect_s` is how long that took."""

    def __init__(self, child: ChildProcess, connect_s: float) -> None:
        self.connect_s = connect_s
        self._child = child

    async def report(self) -> LoadReport:
        """Return what happened since the last report."""
        await self._child.tell({})
        return msgspec.convert(await self._child.answer(), LoadReport)

    @classmethod
    async def connected(cls, child: ChildProcess) -> Self:
        """Wait until every client is in."""
        answer = await child.answer(CONNECTED_WITHIN_S)
        return cls(child, float(answer["seconds"]))


@asynccontextmanager
async def load_clients(
    program: Path,
    port: int,
    clients: int,
    path: str,
    *,
    cpus: Collection[int] | None = None,
    in_flight: int = IN_FLIGHT,
    never_reads: bool = False,
    reconnects: bool = False,
    deflates: bool = False,
    counts_evenly: bool = False,
    message: str | None = None,
) -> AsyncIterator[LoadClients]:
    """Connect so many clients, all of them before the block begins; they leave with it."""
    arguments = ["-p", str(port), "-n", str(clients), "-u", path, "-i", str(in_flight)]
    arguments += (
        ["-x"] * never_reads
        + ["-r"] * reconnects
        + ["-z"] * deflates
        + ["-e"] * counts_evenly
        + (["-m", message] if message else [])
    )
    async with ChildProcess(*arguments, program=program, cpus=cpus) as child:
        yield await LoadClients.connected(child)
