"""The gap ledger: what was traded and never shown to us, and whether its candles have been repaired.

A gap is closed by writing its row again with an end (tables.GAPS); `late_start` is no fault, so it is never open.
Why candles could not be repaired yet is kept in `meta`, under `gap:` and the gap's id, until they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from msgspec import Struct

from app.history.paging import Page, can_be_stored, check_limit, decode_cursor, page_of
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM

_NOTE_PREFIX = "gap:"


class StoredGap(Struct, frozen=True, gc=False):
    """`symbol` is `*` for a loss of the whole feed; to_time is null while it lasts.

    `repair_note`: why its candles could not be repaired when that was last tried.
    """

    id: str
    symbol: str
    cause: str
    from_time: datetime | None
    to_time: datetime | None
    volume: int
    trading_date: date
    is_repaired: bool
    repaired_at: datetime | None
    repair_note: str | None


class Span(Struct, frozen=True):
    """A stretch of a day, its end excluded."""

    start: datetime
    end: datetime


_COLUMNS = f"""
    id, symbol, cause, volume, trading_date, (SELECT value FROM meta WHERE key = '{_NOTE_PREFIX}' || gaps.id) AS note,
    from_time, to_time, repaired_at
"""  # noqa: S608 - constants of this file
_GAPS = f"""
    SELECT {_COLUMNS} FROM gaps
    WHERE trading_date BETWEEN $1 AND $2 AND (trading_date, id) < ($3::date, $4::text)
        AND ($5::text IS NULL OR symbol IN ($5, '*')) AND (NOT $6 OR repaired_at IS NULL AND cause <> 'late_start')
    ORDER BY trading_date DESC, id DESC LIMIT $7
"""  # noqa: S608 - constants of this file
_OPEN_IDS = "SELECT id FROM gaps WHERE repaired_at IS NULL AND cause <> 'late_start' AND trading_date >= $1"
_UNREPAIRED = f"""
    SELECT {_COLUMNS} FROM gaps WHERE repaired_at IS NULL AND trading_date BETWEEN $1 AND $2
    ORDER BY trading_date DESC, cause = 'late_start', to_time DESC LIMIT $3
"""  # noqa: S608 - constants of this file
_REPAIR = """
    UPDATE gaps SET repaired_at = $2, to_time = coalesce(to_time, greatest(from_time, $3))
    WHERE id = ANY($1::text[]) AND repaired_at IS NULL
"""
_FORGET_NOTES = f"""
    DELETE FROM meta WHERE starts_with(key, '{_NOTE_PREFIX}') AND NOT EXISTS (
        SELECT 1 FROM gaps WHERE '{_NOTE_PREFIX}' || gaps.id = meta.key AND repaired_at IS NULL
    )
"""  # noqa: S608 - constants of this file
_NOTE = f"""
    INSERT INTO meta (key, value) SELECT '{_NOTE_PREFIX}' || id, note FROM unnest($1::text[], $2::text[]) AS rows (id, note)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""  # noqa: S608 - constants of this file
_SHOWN = """
    SELECT coalesce(sum(volume), 0)::int8 FROM unnest($3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
        AS spans (start, stop, position) LEFT JOIN trades
        ON symbol = $1 AND trading_date = $2 AND timestamp >= start AND timestamp < stop
            AND phase NOT IN ('put_through', 'plo')
    GROUP BY position ORDER BY position
"""
_SYMBOLS = "SELECT DISTINCT symbol FROM candle_1d WHERE bucket = $1"


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

    async def fetch_open_ids(self, since: date) -> list[str]:
        """Return the ids of the faults from `since` on that are not repaired."""
        return [row[0] for row in await self._pool.fetch(_OPEN_IDS, since)]

    async def fetch_unrepaired(self, first: date, last: date, limit: int) -> list[StoredGap]:
        """Return what is not repaired of the trading dates `first` to `last`: newest date first, faults first."""
        return [_gap(row) for row in await self._pool.fetch(_UNREPAIRED, first, last, limit)]

    async def fetch_shown_volumes(self, symbol: str, trading_date: date, spans: Sequence[Span]) -> list[int]:
        """Return the volume of our prints in each span, without put-through and post-close ones."""
        starts, ends = [span.start for span in spans], [span.end for span in spans]
        rows = await self._pool.fetch(_SHOWN, symbol, trading_date, starts, ends)
        return [row[0] for row in rows]

    async def fetch_symbols(self, trading_date: date) -> set[str]:
        """Return the symbols that have prints of ours on a date."""
        midnight = datetime.combine(trading_date, time(), VIETNAM)
        return {row[0] for row in await self._pool.fetch(_SYMBOLS, midnight)}

    async def mark_repaired(
        self, ids: Sequence[str], repaired_at: datetime, ended_at: datetime | None = None
    ) -> int:
        """Note that the candles of these gaps have been repaired; return how many were not yet.

        `ended_at` becomes the end of those whose end nobody wrote.
        """
        async with self._pool.connection() as connection:
            status = await connection.execute(_REPAIR, list(ids), repaired_at, ended_at or repaired_at)
            await connection.execute(
                "DELETE FROM meta WHERE key = ANY($1::text[])", [_NOTE_PREFIX + name for name in ids]
            )
        return int(status.rpartition(" ")[2])

    async def note_reasons(self, reasons: Mapping[str, str]) -> None:
        """Keep why the candles of these gaps (by id) could not be repaired."""
        await self._pool.fetch(_NOTE, list(reasons), list(reasons.values()))

    async def forget_notes(self) -> None:
        """Delete the notes of gaps that are repaired, or gone."""
        await self._pool.fetch(_FORGET_NOTES)


def _gap(row: Sequence[Any]) -> StoredGap:
    name, symbol, cause, volume, trading_date, note, *moments = row
    begun, ended, repaired = (moment and moment.astimezone(VIETNAM) for moment in moments)
    return StoredGap(
        name, symbol, cause, begun, ended, volume, trading_date, repaired is not None, repaired, note
    )
