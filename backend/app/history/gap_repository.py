"""The gap ledger: what was traded and never shown to us, and whether its candles have been repaired.

A gap is closed by writing its row again with an end (tables.GAPS); `late_start` is no fault and needs no repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from app.history.paging import Page, can_be_stored, check_limit, decode_cursor, page_of
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM


class StoredGap(Struct, frozen=True, gc=False):
    """`symbol` is `*` for a loss of the whole feed; to_time is null while it lasts."""

    id: str
    symbol: str
    cause: str
    from_time: datetime | None
    to_time: datetime | None
    volume: int
    trading_date: date
    is_repaired: bool
    repaired_at: datetime | None


_COLUMNS = "id, symbol, cause, volume, trading_date, from_time, to_time, repaired_at"
_GAPS = f"""
    SELECT {_COLUMNS} FROM gaps
    WHERE trading_date BETWEEN $1 AND $2 AND (trading_date, id) < ($3::date, $4::text)
        AND ($5::text IS NULL OR symbol IN ($5, '*')) AND (NOT $6 OR repaired_at IS NULL AND cause <> 'late_start')
    ORDER BY trading_date DESC, id DESC LIMIT $7
"""  # noqa: S608 - constants of this file
_COUNT_OPEN = (
    "SELECT count(*) FROM gaps WHERE repaired_at IS NULL AND cause <> 'late_start' AND trading_date >= $1"
)
_REPAIR = "UPDATE gaps SET repaired_at = $2 WHERE id = ANY($1::text[]) AND repaired_at IS NULL"


class GapRepository:
    """Reads the ledger and marks repairs."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch(
        self,
        first: date,
        last: date,
        *,
        limit: int,
        symbol: str | None = None,
        is_open: bool = False,
        cursor: str | None = None,
    ) -> Page[StoredGap]:
        """Return gaps of the trading dates `first` to `last`, newest date first. `is_open`: only unrepaired faults."""
        check_limit(limit)
        before = decode_cursor(cursor, tuple[date, str]) if cursor is not None else (date.max, "")
        if symbol is not None and not can_be_stored(symbol):
            return Page(data=[], next_cursor=None)
        rows = await self._pool.fetch(_GAPS, first, last, *before, symbol, is_open, limit + 1)
        return page_of([_gap(row) for row in rows], limit, lambda gap: (gap.trading_date, gap.id))

    async def count_open(self, since: date) -> int:
        """Return how many faults from `since` on are not repaired."""
        rows = await self._pool.fetch(_COUNT_OPEN, since)
        count: int = rows[0][0]
        return count

    async def mark_repaired(self, ids: Sequence[str], repaired_at: datetime) -> int:
        """Note that the candles of these gaps have been repaired; return how many were not yet."""
        async with self._pool.connection() as connection:
            status = await connection.execute(_REPAIR, list(ids), repaired_at)
        return int(status.rpartition(" ")[2])


def _gap(row: Sequence[Any]) -> StoredGap:
    name, symbol, cause, volume, trading_date, *moments = row
    begun, ended, repaired = (moment and moment.astimezone(VIETNAM) for moment in moments)
    return StoredGap(name, symbol, cause, begun, ended, volume, trading_date, repaired is not None, repaired)
