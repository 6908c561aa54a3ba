"""Fills the days before the first start with the provider's minutes, a symbol at a time, beside the live feed.

The range is fixed at the first start and kept in `meta` with the symbols that are done, so a restart goes on where the
last one ended. Minutes are stored as `backfill` in candle_repairs; days with prints of our own are left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

import asyncpg
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.clock import Clock
from app.history.candles import CandleRepository, RepairedMinute
from app.history.errors import HistoryUnavailable, describe
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM

DAYS = 30  # SSI refuses wider ranges
ORIGIN = "backfill"
STORE_ROWS = 1_000  # one statement: the live writer never waits longer than for this
ROUNDS = 3  # a symbol whose bars could not be read is tried again, then at the next start
ROUND_PAUSE_S = 600.0
FAILURES_MAX = 3  # in a row: then it is not the symbol
REPORT_INTERVAL_S = 30.0
_RANGE_KEY = "backfill"
_DONE_PREFIX = "backfill:"

logger = logging.getLogger(__name__)

# (symbol, first date, last date) -> the minutes in which it traded, oldest first; paced by who provides it
type FetchMinutes = Callable[[str, date, date], Awaitable[Sequence[RepairedMinute]]]


class MinutesUnavailableError(Exception):
    """The provider did not give a symbol's minutes; another time, perhaps."""


class BackfillRange(Struct, frozen=True):
    """Both dates included; empty when `last` is before `first`."""

    first: date
    last: date


class Backfill:
    """One run over the symbols. Never raises what the database or the provider does: the feed goes on beside it."""

    def __init__(self, pool: DatabasePool, clock: Clock, fetch: FetchMinutes, *, days: int = DAYS) -> None:
        self._pool = pool
        self._clock = clock
        self._fetch = fetch
        self._days = days
        self._candles = CandleRepository(pool)
        self.symbols_done = 0
        self.minutes_stored = 0
        self._reported_s = float("-inf")

    async def run(self, symbols: Sequence[str], today: date) -> bool:
        """Fill whatever is not filled yet; return whether everything is."""
        left = list(symbols)
        for round_number in range(ROUNDS):
            if round_number:
                await self._clock.sleep(ROUND_PAUSE_S)
            await self._pool.wait_connected()
            try:
                wanted = await self._range(today)
                done = await self._done()
                left = (
                    [symbol for symbol in left if symbol not in done] if wanted.first <= wanted.last else []
                )
                left = await self._fill_all(left, wanted)
            except (HistoryUnavailable, asyncpg.PostgresError) as error:
                logger.warning("backfill: interrupted (%s)", describe(error))
                continue
            if not left:
                return True
        logger.warning("backfill: %s symbols are left for the next start", len(left))
        return False

    async def _fill_all(self, symbols: Sequence[str], wanted: BackfillRange) -> list[str]:
        """Fill the symbols; return those whose minutes could not be read."""
        if not symbols:
            return []
        logger.info("backfill: %s symbols, %s to %s", len(symbols), wanted.first, wanted.last)
        failed = []
        in_a_row = 0
        for position, symbol in enumerate(symbols, start=1):
            try:
                await self._fill(symbol, wanted)
                in_a_row = 0
            except MinutesUnavailableError as error:
                failed.append(symbol)
                in_a_row += 1
                if in_a_row == FAILURES_MAX:
                    logger.warning("backfill: paused, the provider gives nothing (%s)", describe(error))
                    return [*failed, *symbols[position:]]
            self._report(position, len(symbols))
        return failed

    async def _fill(self, symbol: str, wanted: BackfillRange) -> None:
        bars = await self._fetch(symbol, wanted.first, wanted.last)
        minutes = merge_minutes(
            bar for bar in bars if wanted.first <= bar.timestamp.astimezone(VIETNAM).date() <= wanted.last
        )
        for start in range(0, len(minutes), STORE_ROWS):
            self.minutes_stored += await self._candles.store_repairs(
                minutes[start : start + STORE_ROWS], ORIGIN
            )
        await self._note(_DONE_PREFIX + symbol, wanted.last.isoformat())
        self.symbols_done += 1

    def _report(self, position: int, count: int) -> None:
        now_s = self._clock.monotonic_s()
        if position < count and now_s < self._reported_s + REPORT_INTERVAL_S:
            return
        self._reported_s = now_s
        logger.info("backfill: %s of %s symbols, %s minutes stored", position, count, self.minutes_stored)

    # -- what meta remembers ------------------------------------------------------------------------------------------

    async def _range(self, today: date) -> BackfillRange:
        """Return the range of the first start: up to the day before our own prints begin."""
        rows = await self._pool.fetch("SELECT value FROM meta WHERE key = $1", _RANGE_KEY)
        if rows:
            return msgspec.json.decode(rows[0][0], type=BackfillRange)
        rows = await self._pool.fetch("SELECT min(bucket) FROM candle_1d")
        ours: datetime | None = rows[0][0]
        first_own = today if ours is None else min(today, ours.astimezone(VIETNAM).date())
        wanted = BackfillRange(first=today - timedelta(days=self._days), last=first_own - timedelta(days=1))
        await self._note(_RANGE_KEY, msgspec.json.encode(wanted).decode())
        return wanted

    async def _done(self) -> set[str]:
        rows = await self._pool.fetch("SELECT key FROM meta WHERE starts_with(key, $1)", _DONE_PREFIX)
        return {row[0].removeprefix(_DONE_PREFIX) for row in rows}

    async def _note(self, key: str, value: str) -> None:
        await self._pool.fetch("INSERT INTO meta VALUES ($1, $2) ON CONFLICT DO NOTHING", key, value)


def merge_minutes(bars: Iterable[RepairedMinute]) -> list[RepairedMinute]:
    """Return one plausible bar a minute: those of the same minute together, those nobody can have traded left out."""
    merged: dict[tuple[str, datetime], RepairedMinute] = {}
    for bar in bars:
        if not _is_plausible(bar):
            continue
        key = (bar.symbol, bar.timestamp.replace(second=0, microsecond=0))
        before = merged.get(key)
        if before is None:
            merged[key] = replace(bar, timestamp=key[1])
            continue
        merged[key] = replace(
            before,
            high=max(before.high, bar.high),
            low=min(before.low, bar.low),
            close=bar.close,
            volume=before.volume + bar.volume,
            value=before.value + bar.value,
        )
    return list(merged.values())


def _is_plausible(bar: RepairedMinute) -> bool:
    is_ordered = 0 < bar.low <= min(bar.open, bar.close) and max(bar.open, bar.close) <= bar.high < 1e9
    return is_ordered and 0 < bar.volume <= 10**12
