"""Spool: where a row is safe. Rows handed in on the loop are committed to SQLite in groups, on a thread of its own.

Accepted means committed: within 100 ms of `put`, as long as the disk is well (GROUP_S plus one fsync).
Threads: `put`, `status` and the async methods on the loop; the file belongs to the spool's thread.
Overflow: `put` never blocks. It refuses rows (returns False) while the disk is nearly full, or once PENDING_ROWS_MAX rows
wait for a file that can't be written; what was taken before is kept and written when that is possible again.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from app.history.errors import describe
from app.history.row_codec import BuriedRow, DeadRow
from app.history.spool_file import Positions, SpoolBatch, SpoolFile, SpoolLockedError, States, is_damaged
from app.history.tables import Row

GROUP_S = 0.02  # rows that arrive within this share one fsync
GROUP_ROWS_MAX = 500
PENDING_ROWS_MAX = 200_000  # about 100 MB; a minute of the busiest opening
ALARM_ROWS = 1_000_000  # a database away for a whole day
RETRY_S = 0.5
ROOM_CHECK_S = 1.0
OPEN_TIMEOUT_S = 30.0  # a check of a large file takes seconds

logger = logging.getLogger(__name__)


class SpoolStatus(Struct, frozen=True):
    """What /health and the metrics show. `reason` says why rows are refused, or can't be committed."""

    rows: int = 0
    oldest_s: float = 0.0
    dead_rows: int = 0
    is_refusing: bool = False
    reason: str = ""
    refused_rows: int = 0
    set_aside: int = 0


class Spool:
    """The queue between the market and the database; the only one."""

    def __init__(
        self,
        path: Path,
        *,
        has_room: Callable[[SpoolFile, bool], bool] = SpoolFile.has_room,
        pending_rows_max: int = PENDING_ROWS_MAX,
    ) -> None:
        self._file = SpoolFile(path)
        self.on_accepted: Callable[[], None] = lambda: None  # called on the loop after each commit
        self._has_room = has_room
        self._pending_rows_max = pending_rows_max
        self._wake = threading.Condition()
        self._pending: dict[str, list[Row]] = {}
        self._positions: dict[str, tuple[date, int]] = {}
        self._states: dict[tuple[str, str], tuple[date, bytes]] = {}
        self._pending_rows = 0
        self._pending_since_s = 0.0
        self._retry_at_s = 0.0
        self._jobs: deque[tuple[Callable[[SpoolFile], Any], Future[Any]]] = deque()
        self._is_stopping = False
        self._is_full = False
        self._reason = "not open yet"
        self._refused_rows = 0
        self._is_alarmed = False
        self._opened: Future[None] = Future()
        self._room_checked_s = 0.0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # -- on the loop ----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the file. Raise SpoolLockedError when another process has it; any other trouble is in `status`."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="history:spool", daemon=True)
        self._thread.start()
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            await asyncio.wrap_future(self._opened)

    async def stop(self) -> None:
        """Commit what is pending and close the file."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 10.0)

    def put(self, rows: Mapping[str, list[Row]], positions: Positions, states: States | None = None) -> bool:
        """Take rows by table, the TotalVol they bring each symbol to, and states. False: refused, all of them."""
        count = sum(map(len, rows.values()))
        with self._wake:
            if self._is_full or self._pending_rows + count > self._pending_rows_max or self._is_stopping:
                self._refused_rows += count
                return False
            if not self._has_pending:
                self._pending_since_s = time.monotonic()
                self._wake.notify()
            for table, table_rows in rows.items():
                waiting = self._pending.get(table)
                if waiting is None:
                    self._pending[table] = list(table_rows)
                else:
                    waiting.extend(table_rows)
            self._positions.update(positions)
            self._states.update(states or {})
            self._pending_rows += count
            if self._pending_rows >= GROUP_ROWS_MAX:
                self._wake.notify()
        return True

    @property
    def _has_pending(self) -> bool:
        return self._pending_rows > 0 or bool(self._states)

    @property
    def pending_rows(self) -> int:
        """How many rows were taken and are not committed; after `stop` those are lost."""
        return self._pending_rows

    def status(self) -> SpoolStatus:
        """Return figures that cost nothing to read."""
        oldest_at_s = self._file.oldest_at_s
        if oldest_at_s is not None:
            oldest_s = time.time() - oldest_at_s
        else:
            oldest_s = (
                time.monotonic() - self._pending_since_s if self._reason and self._pending_rows else 0.0
            )
        is_overfull = self._pending_rows >= self._pending_rows_max
        return SpoolStatus(
            rows=self._file.rows + self._pending_rows,
            oldest_s=round(max(0.0, oldest_s), 3),
            dead_rows=self._file.dead_rows,
            is_refusing=self._is_full or is_overfull,
            reason=self._reason,
            refused_rows=self._refused_rows,
            set_aside=self._file.set_aside,
        )

    async def read_batch(self, rows_max: int) -> SpoolBatch | None:
        """Return the oldest rows of one table, None when nothing waits."""
        return await self._ask(lambda file: file.read_batch(rows_max))

    async def remove(self, batch: SpoolBatch, dead: Iterable[DeadRow] = ()) -> None:
        """Forget a batch that PostgreSQL has committed, burying `dead`."""
        kept = list(dead)
        await self._ask(lambda file: file.remove(batch, kept))

    async def scan_table(self, table: str, take: Callable[[list[Row]], None]) -> None:
        """Hand every committed row of a table that waits to `take`, oldest first, a chunk at a time on our thread.

        There may be a million of them: `take` keeps what it needs.
        """
        await self._ask(lambda file: file.scan_table(table, take))

    async def read_positions(self) -> dict[str, tuple[date, int]]:
        """Return the last TotalVol accepted of each symbol, with its trading date."""
        return await self._ask(SpoolFile.read_positions)

    async def read_states(self, trading_date: date) -> dict[tuple[str, str], bytes]:
        """Return the encoded states that were kept of one trading date."""
        return await self._ask(lambda file: file.read_states(trading_date))

    async def last_kept_date(self) -> date | None:
        """Return the newest trading date states were kept of, None without any."""
        return await self._ask(SpoolFile.last_kept_date)

    async def read_dead(self, rows_max: int = 100) -> list[BuriedRow]:
        """Return the newest dead rows, newest first."""
        return await self._ask(lambda file: file.read_dead(rows_max))

    async def clear(self) -> None:
        """Forget every waiting row, position and state."""
        await self._ask(SpoolFile.clear)

    async def _ask[T](self, job: Callable[[SpoolFile], T]) -> T:
        future: Future[T] = Future()
        with self._wake:
            if self._is_stopping:
                raise sqlite3.OperationalError("the spool is closed")
            self._jobs.append((job, future))
            self._wake.notify()
        return await asyncio.wrap_future(future)

    # -- on the spool's thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            if not self._open():
                return
            while self._wait():
                self._work()
            self._commit()
        finally:
            self._file.close()
            self._fail_jobs()

    def _open(self) -> bool:
        """Open the file; False when another process has it."""
        try:
            self._file.open()
            self._reason = ""
        except SpoolLockedError as error:
            self._opened.set_exception(error)
            return False
        except (OSError, sqlite3.Error) as error:
            self._say(f"{self._file.path} can't be opened: {describe(error)}")
        if not self._opened.done():
            self._opened.set_result(None)
        return True

    def _wait(self) -> bool:
        """Sleep until there is something to do; False when it is time to end."""
        with self._wake:
            while not self._is_stopping:
                if self._jobs:
                    return True
                if self._has_pending:
                    left_s = self._commit_at_s() - time.monotonic()
                    if left_s <= 0:
                        return True
                    self._wake.wait(left_s)
                elif not self._wake.wait(ROOM_CHECK_S):
                    return True  # idle: tidy up, look at the disk
            return False

    def _commit_at_s(self) -> float:
        is_many = self._pending_rows >= GROUP_ROWS_MAX
        return max(self._retry_at_s, 0.0 if is_many else self._pending_since_s + GROUP_S)

    def _work(self) -> None:
        self._check_room()
        self._run_jobs()
        with self._wake:
            is_due = self._has_pending and time.monotonic() >= self._commit_at_s()
            is_idle = not self._has_pending and not self._jobs
        if is_due:
            self._commit()
        elif is_idle:
            self._guarded(SpoolFile.tidy)

    def _commit(self) -> None:
        """Commit what is pending; on failure it stays pending until the next attempt."""
        with self._wake:
            if not self._has_pending:
                return
            rows, positions, states = self._pending, self._positions, self._states
            count, since_s = self._pending_rows, self._pending_since_s
            self._pending, self._positions, self._states = {}, {}, {}
        try:
            self._append(rows, positions, states)
        except (OSError, sqlite3.Error, SpoolLockedError) as error:
            self._say(f"rows can't be committed: {describe(error)}")
            with self._wake:
                self._put_back(rows, positions)
                self._states = {**states, **self._states}
                self._pending_since_s = since_s
                self._retry_at_s = time.monotonic() + RETRY_S
            return
        with self._wake:
            self._pending_rows -= count
            self._pending_since_s = time.monotonic()
        self._say("")
        self._tell()

    def _append(self, rows: dict[str, list[Row]], positions: Positions, states: States) -> None:
        try:
            self._file.append(rows, positions, time.time(), states)
            return
        except sqlite3.Error as error:
            if is_damaged(error):
                self._file.put_aside(describe(error))
            else:
                self._file.close()
        self._file.open()  # once more on a fresh connection: what was wrong may have been the old one
        self._file.append(rows, positions, time.time(), states)

    def _put_back(self, rows: dict[str, list[Row]], positions: dict[str, tuple[date, int]]) -> None:
        for table, later in self._pending.items():
            rows.setdefault(table, []).extend(later)
        self._pending = rows
        self._positions = {**positions, **self._positions}

    def _run_jobs(self) -> None:
        while True:
            with self._wake:
                if not self._jobs:
                    return
                job, future = self._jobs.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job(self._file))
            except Exception as error:  # the asker hears of it, this thread goes on
                self._recover(error)
                future.set_exception(error)

    def _guarded(self, job: Callable[[SpoolFile], object]) -> None:
        try:
            job(self._file)
        except sqlite3.Error as error:
            self._recover(error)

    def _recover(self, error: Exception) -> None:
        """Put a damaged file aside and go on with a new one."""
        if not is_damaged(error):
            return
        try:
            self._file.put_aside(describe(error))
            self._file.open()
        except (OSError, sqlite3.Error, SpoolLockedError) as again:
            self._say(f"{self._file.path} can't be opened: {describe(again)}")

    def _check_room(self) -> None:
        now_s = time.monotonic()
        if now_s < self._room_checked_s + ROOM_CHECK_S:
            return
        self._room_checked_s = now_s
        try:
            is_full = not self._has_room(self._file, self._is_full)
        except OSError:
            is_full = False  # writing will tell
        if is_full != self._is_full:
            self._is_full = is_full
            if is_full:
                logger.error("spool: the disk of %s is nearly full: new rows are refused", self._file.path)
            else:
                logger.warning("spool: there is room again on the disk of %s", self._file.path)
            self._reason = "the disk is nearly full" if is_full else ""
        is_alarmed = self._file.rows >= ALARM_ROWS
        if is_alarmed and not self._is_alarmed:
            logger.warning("spool: %s rows wait for the database", self._file.rows)
        self._is_alarmed = is_alarmed

    def _say(self, reason: str) -> None:
        if reason == self._reason or (not reason and self._is_full):
            return
        if reason:
            logger.error("spool: %s", reason)
        elif self._reason:
            logger.warning("spool: writing again")
        self._reason = reason

    def _tell(self) -> None:
        loop = self._loop
        if loop is not None and not self._is_stopping:
            try:
                loop.call_soon_threadsafe(self.on_accepted)
            except RuntimeError:  # the loop has ended
                self._loop = None

    def _fail_jobs(self) -> None:
        with self._wake:
            self._is_stopping = True
            jobs, self._jobs = self._jobs, deque()
        for _, future in jobs:
            if future.set_running_or_notify_cancel():
                future.set_exception(sqlite3.OperationalError("the spool is closed"))
