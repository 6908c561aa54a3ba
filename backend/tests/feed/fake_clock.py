"""A Clock whose time moves only when the test says so; sleepers wake in order."""

from __future__ import annotations

import asyncio
import heapq
from datetime import datetime, timedelta

from app.clock import VIETNAM

START = datetime(2026, 8, 14, 10, 0, tzinfo=VIETNAM)
SETTLE_TURNS = 30  # turns of the loop that let every task react to one step of time


class FakeClock:
    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._serial = 0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def time_s(self) -> float:
        return START.timestamp() + self.elapsed_s

    def monotonic_s(self) -> float:
        return 1_000.0 + self.elapsed_s

    async def sleep(self, delay_s: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._serial += 1
        heapq.heappush(self._sleepers, (self.elapsed_s + delay_s, self._serial, future))
        await future

    @staticmethod
    async def settle() -> None:
        for _ in range(SETTLE_TURNS):
            await asyncio.sleep(0)

    async def advance(self, delay_s: float) -> None:
        """Let time pass, waking each sleeper at its moment."""
        end_s = self.elapsed_s + delay_s
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            wake_s, _, future = heapq.heappop(self._sleepers)
            self.elapsed_s = max(self.elapsed_s, wake_s)
            if not future.done():
                future.set_result(None)
            await self.settle()
        self.elapsed_s = end_s
