"""A Clock whose time moves only when told, or when somebody sleeps."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from app.clock import VIETNAM

START = datetime(2026, 8, 14, 10, 0, tzinfo=VIETNAM)


class FakeClock:
    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def time_s(self) -> float:
        return START.timestamp() + self.elapsed_s

    def monotonic_s(self) -> float:
        return 1_000.0 + self.elapsed_s

    async def sleep(self, delay_s: float) -> None:
        self.sleeps.append(delay_s)
        self.elapsed_s += delay_s
        await asyncio.sleep(0)

    def advance(self, delay_s: float) -> None:
        self.elapsed_s += delay_s
