"""From `python -m app serve` to the first frame with a price in it."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from benchmarks.data_dir import temporary_data_dir
from benchmarks.figures import Figure
from benchmarks.served_app import connect_when_up, served_app
from benchmarks.thread_cpu import queued_s_of_process

TARGET_S = 5.0


class _Frame(msgspec.Struct):
    prices: dict[str, msgspec.Raw] = {}


class _Start(msgspec.Struct, frozen=True):
    first_s: float  # to the first frame at all: status and state
    prices_s: float
    queued_s: float  # the server and its simulator were ready and others had the cores


async def measure_cold_start(rounds: int) -> list[Figure]:
    """Return the best and the worst of several starts; the first makes the database and does not count."""
    with temporary_data_dir() as data_dir:  # kept between the starts: warm means that the database is made
        starts = [await _start(data_dir) for _ in range(rounds + 1)][1:]
    best = min(starts, key=lambda start: start.prices_s)
    worst_s = max(start.prices_s for start in starts)
    return [
        Figure(
            "cold start to the first frame with prices (simulator, 30 symbols, warm)",
            f"< {TARGET_S:.0f} s",
            f"{best.prices_s:.2f} s ({best.queued_s:.2f} s of it without a core; status and state after "
            f"{best.first_s:.2f} s; worst of {rounds}: {worst_s:.2f} s)",
            best.prices_s < TARGET_S,
            best.queued_s / best.prices_s,
        )
    ]


async def _start(data_dir: Path) -> _Start:
    began_s = time.perf_counter()
    async with served_app({"DATA_DIR": str(data_dir)}) as (address, server):
        socket = await connect_when_up(f"{address}/ws/market")
        try:
            first_s = 0.0
            async for text in socket:
                first_s = first_s or time.perf_counter() - began_s
                if msgspec.json.decode(text, type=_Frame).prices:
                    prices_s = time.perf_counter() - began_s
                    return _Start(first_s, prices_s, queued_s_of_process(server.pid))
        finally:
            await socket.close()
    raise RuntimeError("the server closed the socket before it showed a price")
