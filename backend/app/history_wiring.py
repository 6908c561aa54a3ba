"""The history's half of the composition root: the spool, the database (ours or another's), the writer, the restore.

Order: the spool opens first, the database connects in the background, the restore comes before the feed's first
message; at the end the feed stops first, the writer flushes, the pool closes, our own server stops last.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from app.clock import Clock
from app.config import REPOSITORY_DIR, Settings
from app.history import schema
from app.history.backfill import Backfill, FetchMinutes
from app.history.batch_writer import BatchWriter
from app.history.candle_repair import CandleRepair, TrackedSymbols
from app.history.embedded_postgres import EmbeddedPostgres, database_name
from app.history.errors import EmbeddedPostgresError, HistoryUnavailable, SchemaError, describe
from app.history.gap_recorder import GapRecorder
from app.history.kept_states import StateKeeper
from app.history.pool import DatabasePool
from app.history.postgres_cluster import default_data_dir
from app.history.recovery import Recovery
from app.history.restore import Restored
from app.history.retention import Retention, RetentionDays
from app.history.row_codec import BuriedRow
from app.history.simulated_days import next_simulated_date
from app.history.spool import Spool, SpoolStatus
from app.history.spool_file import SpoolLockedError
from app.history.waiting_rows import spool_path
from app.market.market_time import moment_at
from app.market.models import Changes
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from app.telemetry.history_gauges import HistoryGauges
from app.telemetry.metrics import Metrics

OWN_SERVER_WAIT_S = 45.0  # a start with crash recovery; then the market is served without what was stored
OTHER_SERVER_WAIT_S = 10.0  # composed containers start together
LAST_FLUSH_S = 1.0  # what is left stays in the spool, on disk: a stop need not wait for the database
CLOSE_S = 0.5  # for the pool; a hung server's sockets are dropped after it
SERVER_RETRY_S = 30.0
RETENTION_INTERVAL_S = 6 * 3600.0
SPOOLED_MAX_S = 5.0  # rows older than that in the spool: a minute may still lack prints of ours

logger = logging.getLogger(__name__)


class History:
    """Everything between the loop and the database."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        calendar: TradingCalendar,
        processor: MarketDataProcessor,
        metrics: Metrics,
        changed: Callable[[Changes], None],
        refuse: Callable[[str], None],
        on_surprise: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._calendar = calendar
        self._processor = processor
        self._metrics = metrics
        self._changed = changed
        self._refuse = refuse  # end the process, with one line
        self._on_surprise = on_surprise  # a task that should live as long as we do has died
        self._source = settings.resolved_feed_source
        data_dir = settings.data_dir or default_data_dir(REPOSITORY_DIR)
        self._embedded = self._own_server(data_dir)
        self._dsn = (
            self._embedded.dsn(database_name(self._source))
            if self._embedded is not None
            else settings.database_url.get_secret_value()
        )
        self.pool = DatabasePool(
            self._dsn,
            clock,
            min_size=settings.db_pool_min,
            max_size=settings.db_pool_max,
            prepare=self._prepare,
        )
        self.spool = Spool(spool_path(Path(data_dir).expanduser().absolute(), self._source))
        states = StateKeeper(
            symbol_state=processor.symbol_state,
            indices=processor.get_indices,
            trading_date=lambda: processor.trading_date,
            monotonic_s=clock.monotonic_s,
        )
        self.writer = BatchWriter(
            self.spool,
            self.pool,
            clock,
            trading_date=lambda: processor.trading_date,
            states=states,
            observe_write=metrics.record_write,
        )
        self.spool.on_accepted = self.writer.wake
        self.gaps = GapRecorder(
            self.writer.put_rows,
            market_time_s=lambda: processor.market_time_s,
            trading_date=lambda: processor.trading_date,
            is_live_between=calendar.is_live_between,
        )
        self._recovery = Recovery(
            source=self._source,
            clock=clock,
            processor=processor,
            spool=self.spool,
            pool=self.pool,
            writer=self.writer,
            gaps=self.gaps,
        )
        self.restored: Restored | None = None
        self._has_connected = False
        self._is_refused = False
        self._is_hung = False
        self._has_recovered = asyncio.Event()

    # -- what others ask ----------------------------------------------------------------------------------------------

    def put(self, changes: Changes) -> None:
        """Keep what one batch changed."""
        self.writer.put(changes)
        self.gaps.note_changes(changes)

    @property
    def database_status(self) -> str:
        """`connected` or `unavailable`, as it was last seen: asking would hang with the server."""
        return self.pool.state.value

    def spool_status(self) -> SpoolStatus:
        """Return how many rows wait, and since when."""
        return self.spool.status()

    async def dead_rows(self, limit: int) -> Sequence[BuriedRow]:
        """Return the newest rows no database takes. Raise HistoryUnavailable while the spool's file can't be read."""
        try:
            return await self.spool.read_dead(limit)
        except sqlite3.Error as error:
            raise HistoryUnavailable(describe(error)) from None

    async def backfill(self, fetch: FetchMinutes, symbols: Sequence[str]) -> bool:
        """Fill the days before the first start. Return whether all is filled."""
        return await Backfill(self.pool, self._clock, fetch).run(symbols, self._clock.now().date())

    async def repair(self, fetch: FetchMinutes, tracked: TrackedSymbols) -> None:
        """Give the candles of gaps the provider's bars, until cancelled."""
        await CandleRepair(
            self.pool,
            self._clock,
            fetch,
            ledger=self.gaps,
            tracked=tracked,
            market_time_s=lambda: self._processor.market_time_s,
            is_stored=lambda: self.spool.status().oldest_s < SPOOLED_MAX_S,
        ).run()

    # -- its life -----------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the spool and go on connecting to the database; at the end flush and stop in the reverse order."""
        self._metrics.before_scrape(HistoryGauges(self._metrics, self.spool, self.pool, self.gaps).refresh)
        async with AsyncExitStack() as stack:
            try:
                await self.spool.start()
            except SpoolLockedError as error:
                self._end_process(str(error))
                yield
                return
            stack.push_async_callback(self._stop_spool)
            if self._embedded is not None:
                stack.push_async_callback(self._stop_server, self._embedded)
            stack.push_async_callback(self._end, self._task(self._run_database(), "history:database"))
            stack.push_async_callback(self._last_flush)
            stack.push_async_callback(self._end, self._task(self._retain(), "history:retention"))
            stack.push_async_callback(self._end, self._task(self._write(), "history:writer"))
            yield

    async def first_simulated_date(self) -> date | None:
        """Return the date our own simulator has to begin at, None for the one it chooses."""
        if self._is_refused:
            await asyncio.Event().wait()  # the process is ending: no market any more
        if self._embedded is not None and not self._embedded.data_dir.exists():
            return None  # the first start of all
        last = await self._recovery.last_date(self._wait_s)
        return next_simulated_date(last, self._clock.now().date(), self._calendar)

    async def recover(self, source_time_s: float | None) -> None:
        """Put what is stored back into the market core; the feed waits for it."""
        if self._source != "simulator" or self._settings.sim_url:  # our own simulator begins a new date
            self.restored = await self._recovery.run(self._wait_s, source_time_s)
        if self._is_refused:
            await asyncio.Event().wait()  # the process is ending: no feed any more
        self._has_recovered.set()
        if self.restored is not None:
            self._changed(Changes(everything=True))

    @property
    def _wait_s(self) -> float:
        return OWN_SERVER_WAIT_S if self._embedded is not None else OTHER_SERVER_WAIT_S

    def _task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._on_surprise)
        return task

    async def _end(self, task: asyncio.Task[None]) -> None:
        task.remove_done_callback(self._on_surprise)
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task

    def _end_process(self, reason: str) -> None:
        self._is_refused = True
        self._refuse(reason)

    def _own_server(self, data_dir: Path) -> EmbeddedPostgres | None:
        if self._settings.database_url.get_secret_value():
            return None
        return EmbeddedPostgres(data_dir, pg_bin=self._settings.pg_bin)

    async def _run_database(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            if self._embedded is not None:
                await self._start_server(self._embedded)
                tasks.create_task(self._embedded.watch(), name="history:server")
            tasks.create_task(self.pool.run(), name="history:pool")

    async def _start_server(self, server: EmbeddedPostgres) -> None:
        while True:
            try:
                await server.start()
                return
            except EmbeddedPostgresError as error:
                self.pool.reason = str(error)
                logger.error("history: %s", error)  # noqa: TRY400 - the line says it all
            await self._clock.sleep(SERVER_RETRY_S)

    async def _prepare(self, dsn: str) -> None:
        """Make and migrate the database; the first one found decides whether we may run at all."""
        if self._embedded is not None:
            await self._embedded.ensure_database(database_name(self._source))
        try:
            await schema.upgrade(dsn, source=self._source, timescale=self._settings.timescale)
        except SchemaError as error:
            if not self._has_connected:
                self._end_process(str(error))
            raise
        self._has_connected = True

    async def _write(self) -> None:
        await self._has_recovered.wait()  # the recovery drains the spool itself
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._complete(), name="history:completion")
            await self.writer.run()

    async def _complete(self) -> None:
        async for changes in self._recovery.complete():
            self._changed(changes)
            self.writer.put(changes)  # keeps the states anew
            self._metrics.record_changes(changes)

    async def _stop_server(self, server: EmbeddedPostgres) -> None:
        await server.stop(is_hung=self._is_hung)

    async def _stop_spool(self) -> None:
        """Commit what is pending, and say what is left: on disk, or nowhere."""
        await self.spool.stop()
        status, lost = self.spool.status(), self.spool.pending_rows
        if status.rows > lost:
            logger.warning("history: %s rows stay in the spool until the next start", status.rows - lost)
        if lost:
            logger.error("history: %s rows are lost, no file took them (%s)", lost, status.reason)

    async def _last_flush(self) -> None:
        """Keep states and drain what can be drained at once; then let go of the connections, hung or not."""
        self.writer.keep_states()
        is_connected = self.pool.is_connected
        is_empty = is_connected and await self.writer.flush(LAST_FLUSH_S)
        self._is_hung = is_connected and not is_empty and not await self.pool.answers(CLOSE_S)
        await self.pool.close(CLOSE_S)

    async def _retain(self) -> None:
        settings = self._settings
        days = RetentionDays(
            trades=settings.retain_trades_days,
            foreign_snapshots=settings.retain_foreign_snapshots_days,
            index_snapshots=settings.retain_index_snapshots_days,
            basis_points=settings.retain_basis_points_days,
            alerts=settings.retain_alerts_days,
            gaps=settings.retain_gaps_days,
            candles=settings.retain_candles_days,
        )
        retention = Retention(self.pool, days)
        while True:
            await self.pool.wait_connected()
            await self._clock.sleep(60)  # the start has enough to do
            try:
                await retention.apply(moment_at(self._processor.market_time_s or self._clock.time_s()))
            except Exception as error:  # the next time will do
                logger.warning("history: retention failed (%s)", describe(error))
            await self._clock.sleep(RETENTION_INTERVAL_S)
