"""Reads of `foreign_snapshots`. Totals are the day's so far, speeds shares per minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from app.history.paging import (
    Page,
    TimeRange,
    can_be_stored,
    check_limit,
    decode_cursor,
    encode_cursor,
    page_of,
)
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM


class ForeignSnapshot(Struct, frozen=True, gc=False):
    """One stored state of a symbol's foreign flow."""

    symbol: str
    buy_volume: int
    sell_volume: int
    net_volume: int
    buy_value: int
    sell_value: int
    net_value: int
    buy_speed_per_min: float
    sell_speed_per_min: float
    buy_acceleration: float
    sell_acceleration: float
    current_room: int
    timestamp: datetime


_COLUMNS = (
    "symbol, buy_volume, sell_volume, buy_volume - sell_volume, buy_value, sell_value, buy_value - sell_value,"
    " buy_speed, sell_speed, buy_acceleration, sell_acceleration, current_room, timestamp"
)
_NEWEST = "ORDER BY timestamp DESC, buy_volume DESC, sell_volume DESC"
_SNAPSHOTS = f"""
    SELECT {_COLUMNS} FROM foreign_snapshots
    WHERE symbol = $1 AND timestamp BETWEEN $2 AND $3
        AND (timestamp, buy_volume, sell_volume) < ($4::timestamptz, $5::int8, $6::int8)
    {_NEWEST} LIMIT $7
"""  # noqa: S608 - constants of this file
# The day's last row, not its greatest: totals may be corrected downwards. One step of the key a day.
_DAILY = f"""
    WITH RECURSIVE days AS (
        (SELECT {_COLUMNS} FROM foreign_snapshots
            WHERE symbol = $1 AND timestamp BETWEEN $2 AND $3 {_NEWEST} LIMIT 1)
        UNION ALL
        SELECT older.* FROM days CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM foreign_snapshots
            WHERE symbol = $1 AND timestamp >= $2
                AND timestamp < date_bin('1 day', days.timestamp, '2000-01-01 00:00+07')
            {_NEWEST} LIMIT 1
        ) AS older
    )
    SELECT * FROM days LIMIT $4
"""  # noqa: S608 - constants of this file
# Every symbol's last row of a range: what a restart begins with.
_LATEST = f"""
    SELECT DISTINCT ON (symbol) {_COLUMNS} FROM foreign_snapshots
    WHERE timestamp BETWEEN $1 AND $2
    ORDER BY symbol, timestamp DESC, buy_volume DESC, sell_volume DESC
"""  # noqa: S608 - constants of this file
_COUNT_MAX = 2**63 - 1


class ForeignRepository:
    """Reads stored foreign flow."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch_snapshots(
        self, symbol: str, span: TimeRange, *, limit: int, cursor: str | None = None
    ) -> Page[ForeignSnapshot]:
        """Return the last `limit` snapshots within `span`, newest first; the cursor leads to older ones."""
        check_limit(limit)
        key = (
            decode_cursor(cursor, tuple[datetime, int, int])
            if cursor is not None
            else (span.end, _COUNT_MAX, _COUNT_MAX)
        )
        if not can_be_stored(symbol):
            return Page(data=[], next_cursor=None)
        rows = await self._pool.fetch(_SNAPSHOTS, symbol, span.start, span.end, *key, limit + 1)
        return page_of(_snapshots(rows), limit, lambda row: (row.timestamp, row.buy_volume, row.sell_volume))

    async def fetch_daily(
        self, symbol: str, span: TimeRange, *, limit: int, cursor: str | None = None
    ) -> Page[ForeignSnapshot]:
        """Return the last row of each of the last `limit` days within `span`, newest first."""
        check_limit(limit)
        end = span.end
        if cursor is not None:
            (before,) = decode_cursor(cursor, tuple[datetime])
            end = min(end, before)
        if not can_be_stored(symbol):
            return Page(data=[], next_cursor=None)
        snapshots = _snapshots(await self._pool.fetch(_DAILY, symbol, span.start, end, limit + 1))
        has_more = len(snapshots) > limit
        # the next page begins with the row that did not fit
        return Page(
            data=snapshots[:limit], next_cursor=encode_cursor(snapshots[-1].timestamp) if has_more else None
        )

    async def fetch_latest(self, span: TimeRange) -> list[ForeignSnapshot]:
        """Return the last snapshot of every symbol within `span`."""
        return _snapshots(await self._pool.fetch(_LATEST, span.start, span.end))


def _snapshots(rows: Sequence[Sequence[Any]]) -> list[ForeignSnapshot]:
    return [ForeignSnapshot(*(*figures, moment.astimezone(VIETNAM))) for *figures, moment in rows]
