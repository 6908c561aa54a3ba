"""Recovery: from the start of the process to the feed's first message.

Wait a bounded time for the database, drain the spool into it, and put the newest trading date back into the market
core: today's in mid-session, the last session after the close. Without a database the spool alone tells what it has.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date

from app.clock import Clock
from app.history.batch_writer import BatchWriter
from app.history.day_reader import DayReader, StoredSession, read_history, read_spooled, read_spooled_dates
from app.history.errors import HistoryUnavailable
from app.history.gap_recorder import GapRecorder
from app.history.gap_repository import GapRepository
from app.history.hole_filler import fill_holes
from app.history.kept_states import decode_states
from app.history.pool import DatabasePool
from app.history.restore import LATE_PRINTS_S, Restored, restore_session
from app.history.simulated_days import forget_day
from app.history.spool import Spool
from app.history.trade_repository import TradeRepository
from app.market.market_time import date_at, moment_at
from app.market.models import Changes
from app.market.processor import MarketDataProcessor

DRAIN_TIMEOUT_S = 20.0  # what is not drained by then is read from the spool
COMPLETION_RETRY_S = 1.0
RAN_BACK_S = 5.0  # a source's clock this far before the newest stored row is that of another run

logger = logging.getLogger(__name__)


class Recovery:
    """One run of it, before the feed."""

    def __init__(
        self,
        *,
        source: str,
        clock: Clock,
        processor: MarketDataProcessor,
        spool: Spool,
        pool: DatabasePool,
        writer: BatchWriter,
        gaps: GapRecorder,
    ) -> None:
        self._source = source
        self._clock = clock
        self._processor = processor
        self._spool = spool
        self._pool = pool
        self._writer = writer
        self._gaps = gaps
        self._is_without_database = False

    async def last_date(self, wait_s: float) -> date | None:
        """Return the newest trading date accepted, from the spool if it knows one, else from the database."""
        dates = [day for day, _ in (await self._spool.read_positions()).values()]
        if dates:
            return max(dates)
        if not await self._is_connected(wait_s):
            return None
        return await TradeRepository(self._pool).fetch_last_date()

    async def run(self, wait_s: float, source_time_s: float | None) -> Restored | None:
        """Restore what there is; never fail. `source_time_s`: the clock of a simulator or a replay."""
        is_connected = await self._is_connected(wait_s)
        if not is_connected:
            logger.warning("history: no database yet (%s): starting without what it holds", self._pool.reason)
        try:
            try:
                return await self._restore(is_connected, source_time_s)
            except HistoryUnavailable as error:
                if self._processor.trading_date is not None:
                    raise
                logger.warning("history: the database went away (%s): starting without what it holds", error)
                return await self._restore(False, source_time_s)
        except Exception:  # the market of this minute is worth more than that of the last hour
            logger.exception("history: what is stored of the day could not be restored")
            return None

    async def _is_connected(self, wait_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._pool.wait_connected()
        return self._pool.is_connected

    async def _restore(self, is_connected: bool, source_time_s: float | None) -> Restored | None:
        positions = await self._spool.read_positions()
        if is_connected:
            await self._writer.flush(DRAIN_TIMEOUT_S)
        source_date = date_at(source_time_s if source_time_s is not None else self._clock.time_s())
        kept_date = await self._spool.last_kept_date()
        if is_connected:
            stored = await TradeRepository(self._pool).fetch_last_date()
            spooled_dates = await read_spooled_dates(self._spool)
            newest = max(
                (day for day in (*spooled_dates, stored, kept_date) if day is not None), default=None
            )
        else:
            newest = kept_date or source_date
            self._say_what_is_missing(kept_date)
            self._is_without_database = True
        if newest is None:
            return None
        if source_time_s is not None:
            newest = min(newest, source_date)  # a simulated market may stand before stored days
        kept = decode_states(await self._spool.read_states(newest))
        recent_s = self._processor.prints_kept_s + LATE_PRINTS_S
        spooled = await read_spooled(self._spool, newest, kept, recent_s)
        reader = DayReader(self._pool, spooled) if is_connected else DayReader(None, spooled, positions)
        session = await reader.find(newest, kept)
        if session.is_empty:
            return None
        if source_time_s is not None and source_time_s < session.last_time_s - RAN_BACK_S:
            await self._begin_anew(session, is_connected)
            return None
        restored = await restore_session(self._processor, reader, session, positions)
        open_ids: list[str] = []
        if is_connected:
            with suppress(HistoryUnavailable):
                open_ids = await GapRepository(self._pool).fetch_open_ids(restored.trading_date)
        self._gaps.note_restored(restored.trading_date, restored.last_time_s, open_ids)
        logger.info(
            "history: restored %s until %s: %s prints of %s symbols in %.1f s",
            restored.trading_date,
            moment_at(restored.last_time_s).strftime("%H:%M:%S"),
            restored.trades,
            restored.symbols,
            restored.seconds,
        )
        return restored

    async def complete(self) -> AsyncIterator[Changes]:
        """Wait for the database and add what a restore could not reach: prints, basis history and alerts.

        Gives what changed at once, before anything else changes. A day that is over is left as it is.
        """
        while self._is_without_database or self._processor.holes():
            await self._pool.wait_connected()
            trading_date = self._processor.trading_date
            if trading_date is None:
                return
            try:
                async for changes in fill_holes(self._processor, self._pool):
                    yield changes
                if not self._is_without_database:
                    return
                points, alerts = await read_history(self._pool, trading_date)
            except HistoryUnavailable:
                await self._clock.sleep(COMPLETION_RETRY_S)
                continue
            self._is_without_database = False
            if trading_date == self._processor.trading_date:
                logger.info(
                    "history: %s is complete: %s points, %s alerts", trading_date, len(points), len(alerts)
                )
                yield self._processor.complete_restore(points, alerts)

    def _say_what_is_missing(self, kept_date: date | None) -> None:
        if kept_date is not None:
            logger.warning(
                "history: %s comes back from the spool: windows begin now, the last prints, basis history and alerts follow with the database",
                kept_date,
            )
        else:
            logger.warning(
                "history: what was traded before this start is missed volume until the database is there, with a new spool until a start with it"
            )

    async def _begin_anew(self, session: StoredSession, is_connected: bool) -> None:
        """The source plays this day once more. A replay stores the same rows again; a simulator may not."""
        if self._source != "simulator":
            return
        logger.warning(
            "history: the simulator has begun %s anew: what was stored of that date makes way",
            session.trading_date,
        )
        await self._spool.clear()
        if is_connected:
            await forget_day(self._pool, session.trading_date)
