"""The other side of the wire, in its own process: SSI's REST and SignalR as the simulator speaks them, and a paced sender.

Format: the first line on stdout is {"url": ...}. An order on stdin {"count": n, "rate": frames_per_s} (count 0: the
opening of each symbol; rate 0: as fast as they are taken) is answered with {"sent", "seconds", "behind_ms"} once all
is in the sockets. Ends with its stdin.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import time
from datetime import UTC, datetime, timedelta

import uvloop

from app.simulator.clock import time_of_day
from app.simulator.server import Simulator
from app.simulator.settings import SimulatorSettings
from app.simulator.trading_dates import next_trading_day
from benchmarks.frame_mix import FrameMix, StillMarket

SLICE_S = 0.002
SLICE_FRAMES_MAX = 400
START = "09:30"


class Sender:
    """Sends frames of the mix to every stream that is open."""

    def __init__(self, simulator: Simulator, mix: FrameMix) -> None:
        self._simulator = simulator
        self._mix = mix

    async def obey(self, order: dict[str, float]) -> dict[str, float]:
        """Carry out one order."""
        count, rate = int(order.get("count", 0)), float(order.get("rate", 0))
        began_s, usage = time.perf_counter(), time.process_time()
        behind_s = 0.0
        if count == 0:
            frames = self._mix.opening(self._simulator.player.time_s())
            count = len(frames)
            await self._send(frames)
        else:
            behind_s = await self._pace(count, rate)
        return {
            "sent": count,
            "seconds": time.perf_counter() - began_s,
            "behind_ms": behind_s * 1000,
            "cpu_s": time.process_time() - usage,
        }

    async def _pace(self, count: int, rate: float) -> float:
        began_s = time.perf_counter()
        sent, behind_s = 0, 0.0
        while sent < count:
            due = count if rate == 0 else min(count, int((time.perf_counter() - began_s) * rate) + 1)
            until = min(due, sent + SLICE_FRAMES_MAX)
            await self._send(self._mix.next_frames(until - sent, self._simulator.player.time_s()))
            sent = until
            if rate:
                behind_s = max(behind_s, time.perf_counter() - began_s - sent / rate)
            await asyncio.sleep(0 if sent < due else SLICE_S)
        return behind_s

    async def _send(self, frames: list[bytes]) -> None:
        self._simulator.hub.send_raw(b"".join(frames))
        await self._simulator.hub.drain()


async def _run(symbols: int) -> None:
    loop = asyncio.get_running_loop()
    today = (datetime.now(UTC) + timedelta(hours=7)).date()
    market = StillMarket(next_trading_day(today), symbols, time_of_day(START))
    simulator = Simulator(market, SimulatorSettings(keep_alive_s=3_600.0, night_speed=1.0))
    await simulator.start()
    sender = Sender(simulator, FrameMix(market))
    gc.freeze()
    gc.disable()  # a full collection is 0.1 s in which nothing is sent, and the messages after it are that late
    print(json.dumps({"url": simulator.url}), flush=True)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async for line in orders:
        print(json.dumps(await sender.obey(json.loads(line))), flush=True)
    await simulator.stop()


def main() -> None:
    """Run until stdin ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sender", description=__doc__)
    parser.add_argument("--symbols", type=int, default=30)
    options = parser.parse_args()
    uvloop.run(_run(options.symbols))


if __name__ == "__main__":
    main()
