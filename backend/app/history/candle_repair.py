"""CandleRepair: gives the minutes of the gap ledger the provider's bars, then marks the gaps repaired.

A symbol and day is asked for once, whatever gaps it has. A repaired minute is the provider's bar and replaces ours on
read (history/candles.py), so later prints of that minute double nothing; session totals and missed_volume stay as they
were. A gap is closed only when the bars hold the volume that is missing, one of the whole feed (`*`) when every tracked
symbol is. Whatever can't be repaired stays open, with the reason in the ledger, and is tried again.
Everything is written again under the same keys, so being killed half-way costs only the requests.
Overflow: GAPS_MAX rows and JOBS_MAX requests a round; one entry a gap, and a symbol and day, that waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from msgspec import Struct, field

from app.clock import Clock
from app.history.backfill import DAYS, STORE_ROWS, FetchMinutes, MinutesUnavailableError, merge_minutes
from app.history.candles import CandleRepository, RepairedMinute
from app.history.errors import describe
from app.history.gap_repository import GapRepository, Span, StoredGap
from app.history.gap_windows import MINUTE, Window, contains, window_of
from app.history.pool import DatabasePool
from app.history.tables import ALL_SYMBOLS
from app.market.market_time import VIETNAM, moment_at

ORIGIN = "repair"
ROUND_INTERVAL_S = 5.0
GAPS_MAX = 5_000  # the newest; the others wait for their turn
JOBS_MAX = 60  # a minute at SSI's pace, then the ledger is read anew: the newest gaps come first
RETRY_FIRST_S = 60.0  # a symbol whose bars did not come or do not hold what is missing; doubled each time
RETRY_MAX_S = 3_600.0
FAILURES_MAX = 3  # in a row: then it is not the symbol
PAUSE_FIRST_S = 30.0  # for a provider that gives nothing; doubled each time
PAUSE_MAX_S = 900.0

logger = logging.getLogger(__name__)

type Job = tuple[str, date]
type TrackedSymbols = Callable[[], Collection[str] | None]  # None: not known yet


class Ledger(Protocol):
    """The count of today's open gaps (GapRecorder)."""

    def is_ours(self, name: str) -> bool: ...
    def note_stored(self, gaps: Iterable[tuple[str, date]]) -> None: ...
    def note_repaired(self, ids: Iterable[str]) -> None: ...


class _Wait(Struct):
    until_s: float
    delay_s: float
    reason: str


class _FeedGap(Struct):
    """How far the repair of a gap of the whole feed is."""

    wanted: set[str]
    done: set[str] = field(default_factory=set)


class CandleRepair:
    """One task beside the feed. Never raises what the database or the provider does."""

    def __init__(
        self,
        pool: DatabasePool,
        clock: Clock,
        fetch: FetchMinutes,
        *,
        ledger: Ledger,
        tracked: TrackedSymbols,
        market_time_s: Callable[[], float],
        is_stored: Callable[[], bool],
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._fetch = fetch
        self._ledger = ledger
        self._tracked = tracked
        self._market_time_s = market_time_s
        self._is_stored = is_stored  # whether what we saw up to now has reached the database
        self._candles = CandleRepository(pool)
        self._gaps = GapRepository(pool)
        self._waits: dict[Job, _Wait] = {}
        self._feed_gaps: dict[str, _FeedGap] = {}
        self._notes: dict[str, str] = {}  # as the ledger has them
        self._pause = _Wait(0.0, PAUSE_FIRST_S, "")
        self._is_failing = False
        self._new_failures: list[str] = []  # of this round
        self.gaps_repaired = 0
        self.minutes_stored = 0

    async def run(self) -> None:
        """Repair whatever becomes repairable, until cancelled."""
        has_tidied = False
        while True:
            await self._pool.wait_connected()
            try:
                if not has_tidied:
                    await self._gaps.forget_notes()
                    has_tidied = True
                await self.repair_now()
                self._is_failing = False
            except Exception as error:  # a dying server shows as almost anything (DATABASE.md 3): next round
                if not self._is_failing:
                    logger.warning("repair: interrupted (%s)", describe(error))
                self._is_failing = True
            await self._clock.sleep(ROUND_INTERVAL_S)

    async def repair_now(self) -> None:
        """Do one round: what can be repaired at this market time, newest first."""
        now_s = self._market_time_s()
        if not now_s or not self._is_stored() or self._clock.monotonic_s() < self._pause.until_s:
            return
        now = moment_at(now_s)
        today = now.date()
        gaps = await self._gaps.fetch_unrepaired(today - timedelta(days=DAYS), today, GAPS_MAX)
        self._ledger.note_stored((gap.id, gap.trading_date) for gap in gaps if gap.cause != "late_start")
        windows = [window for gap in gaps if (window := self._window(gap, now)) is not None]
        await self._plan_feed_gaps(windows)
        jobs = self._jobs(windows)
        repaired, stored = self.gaps_repaired, self.minutes_stored
        await self._work(jobs, now)
        await self._close_feed_gaps(windows, now)
        self._report(self.gaps_repaired - repaired, self.minutes_stored - stored)

    # -- what is to be done -------------------------------------------------------------------------------------------

    def _window(self, gap: StoredGap, now: datetime) -> Window | None:
        if gap.to_time is None and self._ledger.is_ours(gap.id):
            return None  # it lasts, or its end is on the way
        return window_of(gap, now)

    async def _plan_feed_gaps(self, windows: Sequence[Window]) -> None:
        """Decide once for each gap of the whole feed which symbols it touched."""
        found = {window.gap.id: window.gap for window in windows if window.gap.symbol == ALL_SYMBOLS}
        self._feed_gaps = {name: plan for name, plan in self._feed_gaps.items() if name in found}
        tracked = self._tracked()
        if tracked is None:
            return
        for name, gap in found.items():
            if name not in self._feed_gaps:
                symbols = await self._gaps.fetch_symbols(gap.trading_date)
                self._feed_gaps[name] = _FeedGap({*tracked, *symbols})

    def _jobs(self, windows: Sequence[Window]) -> dict[Job, list[Window]]:
        """Return the windows of each symbol and day that need not wait: single gaps first, then those of the feed."""
        jobs: dict[Job, list[Window]] = {}
        for window in windows:
            if window.gap.symbol != ALL_SYMBOLS:
                jobs.setdefault((window.gap.symbol, window.gap.trading_date), []).append(window)
        for window in windows:
            plan = self._feed_gaps.get(window.gap.id)
            for symbol in sorted(plan.wanted - plan.done) if plan is not None else ():
                jobs.setdefault((symbol, window.gap.trading_date), []).append(window)
        self._waits = {job: wait for job, wait in self._waits.items() if job in jobs}
        now_s = self._clock.monotonic_s()
        due = {
            job: found
            for job, found in jobs.items()
            if job not in self._waits or self._waits[job].until_s <= now_s
        }
        return dict(list(due.items())[:JOBS_MAX])

    # -- doing it -----------------------------------------------------------------------------------------------------

    async def _work(self, jobs: dict[Job, list[Window]], now: datetime) -> None:
        in_a_row = 0
        for job, windows in jobs.items():
            try:
                bars = await self._fetch(job[0], job[1], job[1])
            except MinutesUnavailableError as error:
                await self._fail(job, windows, describe(error))
                in_a_row += 1
                if in_a_row == FAILURES_MAX:
                    self._pause_for(describe(error))
                    return
                continue
            in_a_row = 0
            self._resume()
            await self._take(job, windows, _of_day(bars, job[1]), now)

    async def _take(
        self, job: Job, windows: Sequence[Window], bars: Sequence[RepairedMinute], now: datetime
    ) -> None:
        """Store the bars of the windows, and close the gaps they fill."""
        symbol, day = job
        midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
        spans = [Span(midnight, max(midnight, now - MINUTE)), *(window.shown for window in windows)]
        of_day, *shown = await self._gaps.fetch_shown_volumes(symbol, day, spans)
        total = sum(bar.volume for bar in bars)
        if total < of_day:  # the provider is behind, or has lost the day
            reason = f"the provider's bars hold {total} of the {of_day} we were shown" if bars else "no bars"
            await self._fail(job, windows, f"{reason} ({day})")
            return
        wanted = [bar for bar in bars if any(contains(window.span, bar.timestamp) for window in windows)]
        for start in range(0, len(wanted), STORE_ROWS):
            self.minutes_stored += await self._candles.store_repairs(
                wanted[start : start + STORE_ROWS], ORIGIN
            )
        lacks = [window.lack(bars, volume) for window, volume in zip(windows, shown, strict=True)]
        filled = [window.gap for window, lack in zip(windows, lacks, strict=True) if not lack]
        await self._close([gap.id for gap in filled if gap.symbol != ALL_SYMBOLS], now)
        for gap in filled:
            if gap.symbol == ALL_SYMBOLS:
                self._feed_gaps[gap.id].done.add(symbol)
        short = [(window, lack) for window, lack in zip(windows, lacks, strict=True) if lack]
        if not short:
            self._waits.pop(job, None)
            return
        self._wait(job, f"the provider's bars lack {short[0][1]}")
        for window, lack in short:
            await self._note([window], f"the provider's bars lack {lack}", symbol)

    async def _close_feed_gaps(self, windows: Sequence[Window], now: datetime) -> None:
        for window in windows:
            plan = self._feed_gaps.get(window.gap.id)
            if plan is not None and plan.wanted <= plan.done:
                await self._close([window.gap.id], now, window.span.end)

    async def _close(self, ids: list[str], now: datetime, ended_at: datetime | None = None) -> None:
        if not ids:
            return
        self.gaps_repaired += await self._gaps.mark_repaired(ids, now, ended_at)
        self._ledger.note_repaired(ids)
        for name in ids:
            self._notes.pop(name, None)

    # -- what has to wait ---------------------------------------------------------------------------------------------

    async def _fail(self, job: Job, windows: Sequence[Window], reason: str) -> None:
        self._wait(job, reason)
        await self._note(windows, reason, job[0])

    def _wait(self, job: Job, reason: str) -> None:
        before = self._waits.get(job)
        delay_s = min(before.delay_s * 2, RETRY_MAX_S) if before is not None else RETRY_FIRST_S
        self._waits[job] = _Wait(self._clock.monotonic_s() + delay_s, delay_s, reason)
        if before is None:
            self._new_failures.append(f"{job[0]} of {job[1]}: {reason}")

    async def _note(self, windows: Sequence[Window], reason: str, symbol: str) -> None:
        """Keep the reason in the ledger; of a gap of the whole feed with the symbol it is about."""
        notes = {
            window.gap.id: f"{symbol}: {reason}" if window.gap.symbol == ALL_SYMBOLS else reason
            for window in windows
        }
        new = {name: text for name, text in notes.items() if self._notes.get(name) != text}
        if new:
            await self._gaps.note_reasons(new)
            self._notes |= new

    def _report(self, gaps: int, minutes: int) -> None:
        if gaps:
            logger.info("repair: %s gaps repaired, %s minutes stored", gaps, minutes)
        failures, self._new_failures = self._new_failures, []
        if failures:
            logger.warning("repair: %s stay open for now, %s", len(failures), failures[0])

    def _pause_for(self, reason: str) -> None:
        delay_s = self._pause.delay_s
        if not self._pause.reason:
            logger.warning("repair: paused, the provider gives nothing (%s)", reason)
        self._pause = _Wait(self._clock.monotonic_s() + delay_s, min(delay_s * 2, PAUSE_MAX_S), reason)

    def _resume(self) -> None:
        if self._pause.reason:
            logger.info("repair: the provider answers again")
            self._pause = _Wait(0.0, PAUSE_FIRST_S, "")


def _of_day(bars: Iterable[RepairedMinute], day: date) -> list[RepairedMinute]:
    return merge_minutes(bar for bar in bars if bar.timestamp.astimezone(VIETNAM).date() == day)
