"""Days of many stocks, each stretch of them read once: what has closed is kept, only the end of today is read anew.

A page asks for the same day every few seconds, for each of its viewers; a whole market's day takes the database
a good part of a second. Kept rows are read again after a while: late prints and repairs reach past minutes too.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from app.history.paging import TimeRange
from app.market.market_time import VIETNAM

SETTLE = timedelta(minutes=2)  # rows of the newest stretch are still being written
TODAY_KEPT_S = 300.0
PAST_KEPT_S = 3_600.0
ROWS_MAX = 100_000  # kept in all: about 10 MB
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


class Dated(Protocol):
    """A row of a stretch of time, named by its beginning."""

    @property
    def timestamp(self) -> datetime: ...


type Read[T] = Callable[[frozenset[str], TimeRange], Awaitable[list[T]]]
type _Key = tuple[frozenset[str], date]


class _Kept[T]:
    """The closed rows of one day, and from when on they have to be read."""

    def __init__(self, start: datetime, read_at_s: float) -> None:
        self.rows: list[T] = []
        self.until = start
        self.read_at_s = read_at_s


class DayCache[T: Dated]:
    """Whole days of rows; `read` gives those that begin in a range within one day, whatever came before in it.

    `step`: the length of the rows' stretches. One reader at a time a day, the others wait for what it finds. Overflow:
    ROWS_MAX rows are kept, the days that were asked for longest ago leave.
    """

    def __init__(
        self, read: Read[T], step: timedelta, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._open_for = max(SETTLE, step)
        self._monotonic_s = monotonic_s
        self._kept: OrderedDict[_Key, _Kept[T]] = OrderedDict()
        self._locks: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()

    async def days(self, symbols: frozenset[str], days: Sequence[date]) -> list[list[T]]:
        """Return the rows of each trading day; all but the last are over."""
        last = days[-1] if days else None
        return [await self._day(symbols, day, is_over=day != last) for day in days]

    async def _day(self, symbols: frozenset[str], day: date, *, is_over: bool) -> list[T]:
        key = (symbols, day)
        lock = self._locks.setdefault(key, asyncio.Lock())  # lives as long as somebody reads or waits
        async with lock:
            return await self._rows(key, is_over=is_over)

    async def _rows(self, key: _Key, *, is_over: bool) -> list[T]:
        symbols, day = key
        start = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
        now_s = self._monotonic_s()
        kept = self._kept.get(key)
        if kept is None or now_s - kept.read_at_s >= (PAST_KEPT_S if is_over else TODAY_KEPT_S):
            kept = _Kept(start, now_s)
        elif kept.until >= start + _DAY:
            self._kept.move_to_end(key)
            return kept.rows
        rows = await self._read(symbols, TimeRange(kept.until, start + _DAY - _INSTANT))
        whole = [*kept.rows, *rows]
        if is_over:
            kept.rows, kept.until = whole, start + _DAY
        elif rows:
            newest = max(row.timestamp for row in rows)
            kept.until = max(kept.until, newest - self._open_for)
            kept.rows = [*kept.rows, *(row for row in rows if row.timestamp < kept.until)]
        self._keep(key, kept)
        return whole

    def _keep(self, key: _Key, kept: _Kept[T]) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        total = sum(len(other.rows) for other in self._kept.values())
        while total > ROWS_MAX:
            _, oldest = self._kept.popitem(last=False)
            total -= len(oldest.rows)
