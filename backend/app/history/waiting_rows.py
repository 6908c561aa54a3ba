"""Rows that are accepted and not in the database yet: how many wait in a spool, without being its owner."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.history.spool_file import SpoolLockedError

_LOCK_WAIT_S = 0.5
_COUNT = "SELECT table_name, sum(row_count) FROM chunks GROUP BY table_name ORDER BY table_name"


def spool_path(data_dir: Path, source: str) -> Path:
    """Return where the spool of `source` is."""
    return data_dir / f"spool-{source}.sqlite"


def count_waiting_rows(path: Path) -> dict[str, int]:
    """Return the rows that wait in the spool at `path`, by table; none when there is no such file.

    Raise SpoolLockedError when a tracker works on it, sqlite3.Error when it can't be read.
    """
    if not path.exists():
        return {}
    try:
        with closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_LOCK_WAIT_S)
        ) as connection:
            return dict(connection.execute(_COUNT).fetchall())
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise SpoolLockedError(f"a tracker works on {path}") from None
        raise
