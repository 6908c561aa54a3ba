"""Reads of `basis_points`: a future's price and its distance from VN30."""

from __future__ import annotations

from datetime import datetime

from app.history.paging import Page, TimeRange, can_be_stored, check_limit, decode_cursor, page_of
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM
from app.market.models import BasisPoint

_COLUMNS = "timestamp, futures_symbol, futures_price, spot_value, basis, basis_pct, is_premium"
_POINTS = f"""
    SELECT {_COLUMNS} FROM basis_points
    WHERE futures_symbol = $1 AND timestamp BETWEEN $2 AND $3
        AND (timestamp, futures_price, spot_value) < ($4::timestamptz, $5::float8, $6::float8)
    ORDER BY timestamp DESC, futures_price DESC, spot_value DESC LIMIT $7
"""  # noqa: S608 - constants of this file
_ALL = f"""
    SELECT {_COLUMNS} FROM basis_points WHERE timestamp BETWEEN $1 AND $2 ORDER BY timestamp, futures_symbol LIMIT $3
"""  # noqa: S608 - constants of this file
SESSION_POINTS_MAX = 200_000  # one a second and contract in a day of 5 hours is 72,000


class BasisRepository:
    """Reads stored basis points."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch_points(
        self, futures_symbol: str, span: TimeRange, *, limit: int, cursor: str | None = None
    ) -> Page[BasisPoint]:
        """Return the last `limit` points within `span`, newest first; the cursor leads to older ones."""
        check_limit(limit)
        key = decode_cursor(cursor, tuple[datetime, float, float]) if cursor is not None else None
        if not can_be_stored(futures_symbol):
            return Page(data=[], next_cursor=None)
        before = key or (span.end, float("inf"), float("inf"))
        rows = await self._pool.fetch(_POINTS, futures_symbol, span.start, span.end, *before, limit + 1)
        points = [BasisPoint(moment.astimezone(VIETNAM), *figures) for moment, *figures in rows]
        return page_of(points, limit, lambda p: (p.timestamp, p.futures_price, p.spot_value))

    async def fetch_session(self, span: TimeRange) -> list[BasisPoint]:
        """Return every contract's points within `span` (a day), oldest first."""
        rows = await self._pool.fetch(_ALL, span.start, span.end, SESSION_POINTS_MAX)
        return [BasisPoint(moment.astimezone(VIETNAM), *figures) for moment, *figures in rows]
