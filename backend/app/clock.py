"""The only place that sleeps or asks the time; everything else is handed a Clock."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Time as the application sees it; tests hand in their own."""

    def now(self) -> datetime:
        """Return the wall clock, aware, in Asia/Ho_Chi_Minh."""
        ...

    def time_s(self) -> float:
        """Return seconds since the epoch."""
        ...

    def monotonic_s(self) -> float:
        """Return a clock that never goes back, for ages and time-outs."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Suspend the calling task."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(VIETNAM)

    def time_s(self) -> float:
        return time.time()

    def monotonic_s(self) -> float:
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
