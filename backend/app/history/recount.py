"""The stored day recounted on request: candles against trades, prints and gaps against the feed's TotalVol.

What differs once and no more a moment later was on its way to the disk. One recount at a time, kept for a minute: that
of a whole market takes the database seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from msgspec import Struct

from app.clock import Clock
from app.history.database_check import CheckRange, Difference, check_days
from app.history.pool import DatabasePool

KEPT_S = 60.0
SETTLE_S = 3.0  # the writer's interval, several times
LOOKS_MAX = 3


class Recounted(Struct, frozen=True):
    """One trading date as it stands in the database."""

    trading_date: date
    trades: int
    candles: int
    symbols: int
    differences: list[Difference]


class Recount:
    """`get` recounts the date that `date_of` names."""

    def __init__(self, pool: DatabasePool, clock: Clock, date_of: Callable[[], date | None]) -> None:
        self._pool = pool
        self._clock = clock
        self._date_of = date_of
        self._lock = asyncio.Lock()
        self._last: Recounted | None = None
        self._last_at_s = 0.0

    async def get(self) -> Recounted | None:
        """Return the day's recount, None when nothing of it is stored. Raise HistoryUnavailable."""
        async with self._lock:
            day = self._date_of()
            if day is None:
                return None
            if self._last is not None and self._last.trading_date == day and self._age_s() < KEPT_S:
                return self._last
            self._last = await self._look_until_settled(day)
            self._last_at_s = self._clock.monotonic_s()
            return self._last

    def _age_s(self) -> float:
        return self._clock.monotonic_s() - self._last_at_s

    async def _look_until_settled(self, day: date) -> Recounted | None:
        found = await self._look(day)
        for _ in range(LOOKS_MAX - 1):
            if found is None or not found.differences:
                break
            await self._clock.sleep(SETTLE_S)
            again = await self._look(day)
            lasting = {(one.symbol, one.what) for one in found.differences}
            found = again and Recounted(
                again.trading_date,
                again.trades,
                again.candles,
                again.symbols,
                [one for one in again.differences if (one.symbol, one.what) in lasting],
            )
        return found

    async def _look(self, day: date) -> Recounted | None:
        async with (
            self._pool.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),  # all of one moment
        ):
            days = [
                found async for found in check_days(connection, CheckRange(first=day, last=day), today=day)
            ]
        if not days:
            return None
        checked = days[0]
        return Recounted(
            checked.trading_date, checked.trades, checked.candles, checked.symbols, list(checked.differences)
        )
