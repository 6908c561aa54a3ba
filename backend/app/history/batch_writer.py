"""BatchWriter: from what the market core reports to rows in PostgreSQL, by way of the spool.

`put` turns Changes into rows and hands them to the spool; `run` moves rows from the spool to the database and deletes
them there once it has committed. A row may be sent twice (we died, or the answer was lost): its natural key makes the
second time harmless. Nothing here ever waits for the database but `run` and `flush`.
Overflow: when the spool refuses, the trades refused become gaps, written as soon as it takes rows again; gaps and alerts
wait for that (refused_rows.py), and states are kept anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date
from itertools import batched

from app.clock import Clock
from app.history.dead_rows import insert_or_bury
from app.history.errors import describe
from app.history.kept_states import EncodedStates, StateKeeper
from app.history.pool import DatabasePool
from app.history.refused_rows import RefusedRows
from app.history.refused_trades import RefusedTrades
from app.history.row_codec import DeadRow
from app.history.spool import Spool
from app.history.tables import (
    ALERTS,
    BASIS_POINTS,
    FOREIGN_SNAPSHOTS,
    GAPS,
    INDEX_SNAPSHOTS,
    TABLE_BY_NAME,
    TRADES,
    Row,
    alert_row,
    basis_row,
    foreign_row,
    gap_row,
    index_row,
    trade_row,
)
from app.market.models import Changes, ClassifiedTrade

GATHER_S = 0.2  # a reader of the database sees a print within about that
BATCH_ROWS_MAX = 2_000
COMMIT_WAIT_S = 0.02
RETRY_FIRST_S = 0.25
RETRY_MAX_S = 5.0

type ObserveWrite = Callable[[str, int, float], None]  # table, new rows, seconds

logger = logging.getLogger(__name__)


class BatchWriter:
    """Owns every row between the loop and the database."""

    def __init__(
        self,
        spool: Spool,
        pool: DatabasePool,
        clock: Clock,
        *,
        trading_date: Callable[[], date | None],
        states: StateKeeper | None = None,
        observe_write: ObserveWrite = lambda _table, _rows, _seconds: None,
    ) -> None:
        self._spool = spool
        self._pool = pool
        self._clock = clock
        self._trading_date = trading_date
        self._states = states
        self._observe_write = observe_write
        self._refused_trades = RefusedTrades()
        self._refused_rows = RefusedRows()
        self._arrived = asyncio.Event()
        self._is_failing = False

    # -- in -------------------------------------------------------------------------------------------------------

    def put(self, changes: Changes) -> None:
        """Keep what one `apply()` changed. Never blocks, never fails for lack of a database."""
        self._write_refused()
        rows, states = self._rows_of(changes), self._due_states(changes)
        if not rows and not states:
            return
        if not self._put(rows, changes.trades, states):
            self._refused_trades.note(changes.trades)
            self._refused_rows.note(rows)
            if self._states is not None:
                self._states.take_back(states)

    def put_rows(self, table: str, rows: list[Row]) -> None:
        """Keep rows that are no part of Changes (gaps of the whole feed)."""
        self._write_refused()
        if not self._spool.put({table: rows}, {}):
            self._refused_rows.note({table: rows})

    def wake(self) -> None:
        """Note that the spool has committed rows."""
        self._arrived.set()

    def keep_states(self) -> None:
        """Keep every state that has changed: the feed has ended, and what follows is a start."""
        self._write_refused()
        if self._states is not None:
            self._spool.put({}, {}, self._states.rest())

    def _due_states(self, changes: Changes) -> EncodedStates:
        if self._states is None:
            return {}
        self._states.note(changes)
        return self._states.due()

    def _put(self, rows: dict[str, list[Row]], trades: list[ClassifiedTrade], states: EncodedStates) -> bool:
        positions = {trade.symbol: (trade.trading_date, trade.total_volume) for trade in trades}
        return self._spool.put(rows, positions, states)

    def _write_refused(self) -> None:
        """Write what was refused, once there is room: before anything newer, as a gap is closed after it is opened."""
        if not (self._refused_trades or self._refused_rows) or self._spool.status().is_refusing:
            return
        rows = self._refused_rows.rows()
        gaps = [gap_row(gap, day) for gap, day in self._refused_trades.gaps()]
        rows[GAPS.name] = [*rows.get(GAPS.name, []), *gaps]
        if self._spool.put(rows, {}):
            self._refused_trades.clear()
            self._refused_rows.clear()

    def _rows_of(self, changes: Changes) -> dict[str, list[Row]]:
        rows: dict[str, list[Row]] = {}
        if changes.trades:
            rows[TRADES.name] = [trade_row(trade) for trade in changes.trades]
        if changes.foreign_rows:
            rows[FOREIGN_SNAPSHOTS.name] = [
                foreign_row(data) for data in changes.foreign_rows if data.last_updated is not None
            ]
        if changes.index_rows:
            rows[INDEX_SNAPSHOTS.name] = [
                index_row(data) for data in changes.index_rows if data.last_updated is not None
            ]
        if changes.basis_points:
            rows[BASIS_POINTS.name] = [basis_row(point) for point in changes.basis_points]
        if changes.alerts:
            rows[ALERTS.name] = [alert_row(alert) for alert in changes.alerts]
        trading_date = self._trading_date()
        if changes.gaps and trading_date is not None:
            rows[GAPS.name] = [gap_row(gap, trading_date) for gap in changes.gaps]
        return rows

    # -- out ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Move rows to the database, as long as there is one, until cancelled."""
        delay_s = RETRY_FIRST_S
        while True:
            try:
                await self._pool.wait_connected()
                await self._drain()
                self._recovered()
                delay_s = RETRY_FIRST_S
                await self._arrived.wait()
                self._arrived.clear()
                if self._spool.status().rows < BATCH_ROWS_MAX:
                    await self._clock.sleep(GATHER_S)
            except (
                Exception
            ) as error:  # a dying server, or a spool that is being replaced: rows stay where they are
                self._failed(error)
                await self._clock.sleep(delay_s)
                delay_s = min(delay_s * 2, RETRY_MAX_S)

    async def flush(self, timeout_s: float) -> bool:
        """Move everything to the database if that is possible in time; return whether nothing is left."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._pool.wait_connected()
                await self._drain()
                while self._spool.status().rows:  # just put, and not committed yet
                    await self._clock.sleep(COMMIT_WAIT_S)
                    await self._drain()
        except Exception as error:  # as in `run`; what is left is safe in the spool
            self._failed(error)
        return self._spool.status().rows == 0

    async def _drain(self) -> None:
        while (batch := await self._spool.read_batch(BATCH_ROWS_MAX)) is not None:
            table = TABLE_BY_NAME.get(batch.table)
            if table is None or not batch.rows:
                await self._spool.remove(batch)
                continue
            buried: list[DeadRow] = []
            for part in batched(batch.rows, BATCH_ROWS_MAX):  # an older file may hold chunks of any size
                started_s = self._clock.monotonic_s()
                async with self._pool.connection() as connection:
                    count, dead = await insert_or_bury(connection, table, part)
                buried += dead
                self._observe_write(table.name, count, self._clock.monotonic_s() - started_s)
            await self._spool.remove(batch, buried)

    def _failed(self, error: BaseException) -> None:
        if not self._is_failing:
            logger.warning("history: rows wait in the spool (%s)", describe(error))
        self._is_failing = True

    def _recovered(self) -> None:
        if self._is_failing:
            logger.info("history: the spool is drained")
        self._is_failing = False
