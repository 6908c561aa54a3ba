"""Time that passes as fast as the work in it is done, for figures that are of bytes and not of seconds."""

from __future__ import annotations

import asyncio
import heapq
from datetime import datetime
from itertools import count

from app.clock import VIETNAM

TURNS = 8  # of the loop until every task that is awake has come to its next sleep


class VirtualClock:
    """A Clock that moves when told to."""

    def __init__(self, start_s: float) -> None:
        self._now_s = start_s
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now_s, VIETNAM)

    def time_s(self) -> float:
        return self._now_s

    def monotonic_s(self) -> float:
        return self._now_s

    async def sleep(self, delay_s: float) -> None:
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_s + delay_s, next(self._numbers), sleeper))
        await sleeper

    async def advance_to(self, end_s: float) -> None:
        """Move on, waking each sleeper at its own time."""
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            self._now_s, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)
            await _settle()
        self._now_s = end_s


async def _settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
