"""SpoolFile: the SQLite file rows wait in until PostgreSQL has them.

Threads: all of it on the spool's own thread.
Format: `chunks` hold the rows of one table that were committed together, in the order of arrival; `positions` the last
TotalVol accepted of each symbol; `states` what a restart needs beside the rows (kept_states.py); `dead` the rows no
database takes, each with the reason.
A file that turns out to be damaged is set aside under another name, never deleted, and a new one is begun.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from itertools import batched
from pathlib import Path

from msgspec import Struct

from app.history.row_codec import BuriedRow, DeadRow, decode_rows, encode_rows
from app.history.tables import Row
from app.market.market_time import moment_at

FREE_BYTES_MIN = 256 * 1024**2  # a whole day of 1,600 symbols is about 150 MB, and PostgreSQL needs room too
FREE_BYTES_AGAIN = FREE_BYTES_MIN * 5 // 4  # not on and off around one number
DEAD_ROWS_MAX = 100_000
BATCH_CHUNKS_MAX = 200
CHUNK_ROWS_MAX = 2_000  # what waited for a file comes at once, and a chunk is one statement of the database
VACUUM_PAGES = 512  # given back to the file system at a time: 2 MB, a few ms
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS chunks (
        id INTEGER PRIMARY KEY AUTOINCREMENT, table_name TEXT NOT NULL, row_count INTEGER NOT NULL,
        accepted_at_s REAL NOT NULL, body BLOB NOT NULL);
    CREATE INDEX IF NOT EXISTS chunks_by_table ON chunks (table_name, id);
    CREATE TABLE IF NOT EXISTS positions (
        symbol TEXT PRIMARY KEY, trading_date TEXT NOT NULL, total_volume INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS states (
        kind TEXT NOT NULL, name TEXT NOT NULL, trading_date TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (kind, name));
    CREATE TABLE IF NOT EXISTS dead (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_s REAL NOT NULL, table_name TEXT NOT NULL, row TEXT NOT NULL,
        reason TEXT NOT NULL);
"""

type Positions = Mapping[str, tuple[date, int]]  # symbol -> trading date, TotalVol
type States = Mapping[tuple[str, str], tuple[date, bytes]]  # kind, name -> trading date, encoded

logger = logging.getLogger(__name__)


class SpoolLockedError(Exception):
    """Another process works on this spool; the message is one line fit for the operator."""


class SpoolBatch(Struct, frozen=True):
    """The oldest rows of one table, the chunks they came in, and what in those can't be read."""

    table: str
    rows: list[Row]
    chunk_ids: list[int]
    dead: list[DeadRow]


def is_damaged(error: BaseException) -> bool:
    """Whether an error says that the file itself is broken."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.DatabaseError) and code is not None and code & 0xFF in _DAMAGED


class SpoolFile:
    """One open file. Every method may raise sqlite3.Error; nothing is half done then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0  # waiting
        self.dead_rows = 0
        self.oldest_at_s: float | None = None
        self.set_aside = 0  # damaged files put out of the way
        self._connection: sqlite3.Connection | None = None

    # -- opening and closing --------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open or make the file. Raise SpoolLockedError, OSError or sqlite3.Error."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self.close()
            if not is_damaged(error):
                if "locked" in str(error):
                    raise SpoolLockedError(
                        f"another instance uses {self.path}: stop it, or set another DATA_DIR"
                    ) from None
                raise
            self.put_aside(str(error))
            self._open()

    def _open(self) -> None:
        connection = sqlite3.connect(self.path, timeout=1.0, isolation_level=None)
        self._connection = connection
        # held until we close: two writers on one spool would each send the other's rows
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 16777216")
        connection.executescript(_SCHEMA)
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            damage = sqlite3.DatabaseError(found)
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        self.rows = connection.execute("SELECT coalesce(sum(row_count), 0) FROM chunks").fetchone()[0]
        self.dead_rows = connection.execute("SELECT count(*) FROM dead").fetchone()[0]
        self._find_oldest()

    def close(self) -> None:
        """Close the file; what is in it stays."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def put_aside(self, reason: str) -> None:
        """Rename a damaged file, so that a new one can be made in its place."""
        self.close()
        stamp = time.strftime("%Y%m%d-%H%M%S")
        name = f"{self.path.name}.damaged-{stamp}-{self.set_aside}"
        for suffix in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                part.rename(self.path.with_name(name + suffix))
        self.set_aside += 1
        self.rows, self.dead_rows, self.oldest_at_s = 0, 0, None
        logger.error("spool: %s is damaged (%s): kept as %s", self.path, reason, name)

    def has_room(self, was_refusing: bool) -> bool:
        """Whether the disk takes more rows."""
        free = shutil.disk_usage(self.path.parent).free
        return free >= (FREE_BYTES_AGAIN if was_refusing else FREE_BYTES_MIN)

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.OperationalError("the spool is not open")
        return self._connection

    # -- rows -----------------------------------------------------------------------------------------------------

    def append(
        self, rows: Mapping[str, list[Row]], positions: Positions, at_s: float, states: States | None = None
    ) -> None:
        """Commit rows, the feed's position and states together: from now on they are accepted."""
        chunks: list[tuple[str, int, float, bytes]] = []
        dead: list[DeadRow] = []
        parts = (
            (table, part) for table, of_table in rows.items() for part in batched(of_table, CHUNK_ROWS_MAX)
        )
        for table, part in parts:
            body, count, failed = encode_rows(table, part)
            dead += failed
            if count:
                chunks.append((table, count, at_s, body))
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO chunks (table_name, row_count, accepted_at_s, body) VALUES (?, ?, ?, ?)", chunks
            )
            db.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
                [(symbol, day.isoformat(), total) for symbol, (day, total) in positions.items()],
            )
            db.executemany(
                "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)",
                [(*key, day.isoformat(), body) for key, (day, body) in (states or {}).items()],
            )
            self._bury(db, dead, at_s)
        self.rows += sum(count for _, count, _, _ in chunks)
        self._count_dead(dead)
        if self.oldest_at_s is None and chunks:
            self.oldest_at_s = at_s

    def read_batch(self, rows_max: int) -> SpoolBatch | None:
        """Return the oldest chunk with what follows of its table, up to about `rows_max` rows; None when empty."""
        found = self._db.execute(
            "SELECT id, table_name, row_count, body FROM chunks"
            " WHERE table_name = (SELECT table_name FROM chunks ORDER BY id LIMIT 1) ORDER BY id LIMIT ?",
            (BATCH_CHUNKS_MAX,),
        )
        table, rows, ids, dead = "", list[Row](), list[int](), list[DeadRow]()
        for chunk_id, table, row_count, body in found:
            if rows and len(rows) + row_count > rows_max:
                break
            decoded, unreadable = decode_rows(table, body)
            rows += decoded
            dead += unreadable
            ids.append(chunk_id)
        found.close()
        return SpoolBatch(table, rows, ids, dead) if ids else None

    def scan_table(self, table: str, take: Callable[[list[Row]], None]) -> None:
        """Hand every waiting row of one table to `take`, a chunk at a time, oldest first, and leave them there."""
        bodies = self._db.execute("SELECT body FROM chunks WHERE table_name = ? ORDER BY id", (table,))
        for (body,) in bodies:
            take(decode_rows(table, body)[0])

    def remove(self, batch: SpoolBatch, dead: Iterable[DeadRow] = ()) -> None:
        """Forget a batch that PostgreSQL has committed; keep those of its rows that no database takes."""
        buried = [*batch.dead, *dead]
        with self._transaction() as db:
            counted = 0
            for chunk_id in batch.chunk_ids:
                row = db.execute(
                    "DELETE FROM chunks WHERE id = ? RETURNING row_count", (chunk_id,)
                ).fetchone()
                counted += row[0] if row is not None else 0
            self._bury(db, buried, time.time())
        self.rows -= counted
        self._count_dead(buried)
        self._find_oldest()

    def clear(self) -> None:
        """Forget every waiting row, position and state: a simulated day begins anew."""
        with self._transaction() as db:
            db.execute("DELETE FROM chunks")
            db.execute("DELETE FROM positions")
            db.execute("DELETE FROM states")
        self.rows, self.oldest_at_s = 0, None

    def read_positions(self) -> dict[str, tuple[date, int]]:
        """Return the last TotalVol accepted of each symbol."""
        found = self._db.execute("SELECT symbol, trading_date, total_volume FROM positions")
        return {symbol: (date.fromisoformat(day), total) for symbol, day, total in found}

    def read_states(self, trading_date: date) -> dict[tuple[str, str], bytes]:
        """Return the encoded states of one trading date."""
        found = self._db.execute(
            "SELECT kind, name, body FROM states WHERE trading_date = ?", (trading_date.isoformat(),)
        )
        return {(kind, name): body for kind, name, body in found}

    def last_kept_date(self) -> date | None:
        """Return the newest trading date states were kept of, None without any."""
        found = self._db.execute("SELECT max(trading_date) FROM states").fetchone()[0]
        return date.fromisoformat(found) if found is not None else None

    def read_dead(self, rows_max: int = 100) -> list[BuriedRow]:
        """Return the newest dead rows, newest first."""
        found = self._db.execute(
            "SELECT at_s, table_name, row, reason FROM dead ORDER BY id DESC LIMIT ?", (rows_max,)
        )
        return [BuriedRow(moment_at(at_s), *texts) for at_s, *texts in found]

    def tidy(self) -> None:
        """Give a little of the emptied space back; called when there is nothing else to do."""
        if self._db.execute("PRAGMA freelist_count").fetchone()[0] > VACUUM_PAGES:
            self._db.execute(f"PRAGMA incremental_vacuum({VACUUM_PAGES})").fetchall()

    # -- parts ----------------------------------------------------------------------------------------------------

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)

    def _bury(self, db: sqlite3.Connection, dead: list[DeadRow], at_s: float) -> None:
        room = max(0, DEAD_ROWS_MAX - self.dead_rows)
        db.executemany(
            "INSERT INTO dead (at_s, table_name, row, reason) VALUES (?, ?, ?, ?)",
            [(at_s, table, row[:4000], reason[:1000]) for table, row, reason in dead[:room]],
        )

    def _count_dead(self, dead: list[DeadRow]) -> None:
        self.dead_rows += len(dead)
        for table, row, reason in dead[:3]:
            logger.error("spool: a row of %s can't be stored (%s): %.300s", table, reason, row)

    def _find_oldest(self) -> None:
        found = self._db.execute("SELECT accepted_at_s FROM chunks ORDER BY id LIMIT 1").fetchone()
        self.oldest_at_s = found[0] if found is not None else None


class _Transaction:
    """BEGIN IMMEDIATE to COMMIT, rolled back on any error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            try:
                self._connection.execute("COMMIT")
                return
            except sqlite3.Error:
                self._roll_back()
                raise
        self._roll_back()

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")
