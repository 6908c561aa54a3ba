"""What db-check says of rows that wait in the spool: it asks the file, or the tracker that works on it."""

from __future__ import annotations

import sqlite3

import httpx
import msgspec

from app.commands.history_verbs import data_dir_of
from app.config import Settings
from app.history.spool_file import SpoolLockedError
from app.history.waiting_rows import count_waiting_rows, spool_path

HEALTH_TIMEOUT_S = 3.0


class _SpoolFigures(msgspec.Struct):
    rows: int


class _Health(msgspec.Struct):
    spool: _SpoolFigures | None


async def waiting_text(settings: Settings) -> str:
    """Return the part of the verdict about rows that are accepted and not in the database."""
    path = spool_path(data_dir_of(settings), settings.resolved_feed_source)
    try:
        by_table = count_waiting_rows(path)
    except SpoolLockedError:
        rows = await _rows_of_tracker(settings)
        if rows is None:
            return "a running tracker holds the spool, what waits there is not known"
        return _text(rows, "the running tracker's spool")
    except sqlite3.Error as error:
        return f"{path} can't be read ({error}), what waits there is not known"
    details = ", ".join(f"{rows:,} {table}" for table, rows in by_table.items())
    return _text(sum(by_table.values()), f"the spool ({details})")


def _text(rows: int, where: str) -> str:
    return f"{rows:,} rows wait in {where}, not counted here" if rows else "no rows wait in the spool"


async def _rows_of_tracker(settings: Settings) -> int | None:
    """Ask the tracker that listens where these settings say; None when it is another's, or silent."""
    host = "127.0.0.1" if settings.app_host in {"0.0.0.0", "::"} else settings.app_host  # noqa: S104 - listens on all
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.app_port}/health"
    try:
        async with httpx.AsyncClient(timeout=HEALTH_TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(url)
        if answer.headers.get("x-feed-source") != settings.resolved_feed_source:
            return None
        spool = msgspec.json.decode(answer.content, type=_Health).spool
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.MsgspecError):
        return None
    return spool.rows if spool is not None else None
