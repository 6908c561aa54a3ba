"""Reads of `index_snapshots`."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from app.history.paging import Page, TimeRange, can_be_stored, check_limit, decode_cursor, page_of
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM


class IndexSnapshot(Struct, frozen=True, gc=False):
    """One stored state of an index. Volume and value are the day's so far."""

    index_id: str
    value: float
    change: float
    advances: int
    declines: int
    total_volume: int
    total_value: int
    timestamp: datetime


_COLUMNS = "index_id, value, change, advances, declines, total_volume, total_value, timestamp"
_POINTS = f"""
    SELECT {_COLUMNS} FROM index_snapshots
    WHERE index_id = $1 AND timestamp BETWEEN $2 AND $3
        AND (timestamp, total_volume, value) < ($4::timestamptz, $5::int8, $6::float8)
    ORDER BY timestamp DESC, total_volume DESC, value DESC LIMIT $7
"""  # noqa: S608 - constants of this file
# The last snapshot of each minute: what an intraday line shows.
_MINUTES = f"""
    SELECT DISTINCT ON (index_id, date_bin('1 minute', timestamp, '2000-01-01 00:00+07')) {_COLUMNS}
    FROM index_snapshots WHERE timestamp BETWEEN $1 AND $2
    ORDER BY index_id, date_bin('1 minute', timestamp, '2000-01-01 00:00+07'), timestamp DESC, total_volume DESC
"""  # noqa: S608 - constants of this file
_COUNT_MAX = 2**63 - 1


class IndexRepository:
    """Reads stored index values."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch_points(
        self, index_id: str, span: TimeRange, *, limit: int, cursor: str | None = None
    ) -> Page[IndexSnapshot]:
        """Return the last `limit` snapshots within `span`, newest first; the cursor leads to older ones."""
        check_limit(limit)
        key = decode_cursor(cursor, tuple[datetime, int, float]) if cursor is not None else None
        if not can_be_stored(index_id):
            return Page(data=[], next_cursor=None)
        before = key or (span.end, _COUNT_MAX, float("inf"))
        rows = await self._pool.fetch(_POINTS, index_id, span.start, span.end, *before, limit + 1)
        points = [IndexSnapshot(*(*figures, moment.astimezone(VIETNAM))) for *figures, moment in rows]
        return page_of(points, limit, lambda point: (point.timestamp, point.total_volume, point.value))

    async def fetch_minutes(self, span: TimeRange) -> list[IndexSnapshot]:
        """Return the last snapshot of each minute within `span` (a day), all indices, oldest first."""
        rows = await self._pool.fetch(_MINUTES, span.start, span.end)
        return [IndexSnapshot(*(*figures, moment.astimezone(VIETNAM))) for *figures, moment in rows]
