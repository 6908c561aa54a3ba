"""RequestBudget: at most so many REST reads a second, however many callers there are."""

from __future__ import annotations

import asyncio

from app.clock import Clock

REQUESTS_PER_S = 1.0  # SSI publishes no number; practitioners pause 0.25 to 1.1 s (FEED.md section 1.3)


class RequestBudget:
    """Spaces callers evenly, first come first served."""

    def __init__(self, clock: Clock, requests_per_s: float = REQUESTS_PER_S) -> None:
        self._clock = clock
        self._interval_s = 1.0 / requests_per_s
        self._free_s = float("-inf")
        self._lock = asyncio.Lock()

    async def take(self) -> None:
        """Wait for one's turn."""
        async with self._lock:
            wait_s = self._free_s - self._clock.monotonic_s()
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            self._free_s = self._clock.monotonic_s() + self._interval_s
