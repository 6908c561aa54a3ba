"""Bars of the exchange's day, rolled up on read from the minutes the database keeps; the day has its own candle.

What makes a bar here (MARKET.md 8.7):
- a future's opening auction belongs to its 09:00 bar, a stock's to 09:15; the closing auction stands alone at 14:45;
- prints stamped 11:30 or 14:30 that were matched before the break belong to the minute before it: lunch has no bars;
- post-close prints (PLO) come after the closing auction's bar, put-through ones are in none.
Units: prices in VND or points, volumes in shares or contracts, values in VND.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from app.history.candle_statements import (
    ATC_MINUTE,
    DAYS_STATEMENT,
    SOURCE_MINUTES,
    Source,
    bars_statement,
)
from app.history.paging import Page, TimeRange, can_be_stored, check_limit, decode_cursor, encode_cursor
from app.history.pool import DatabasePool
from app.history.stored_price import price_reader
from app.history.tables import CANDLE_REPAIRS, Row, insert_rows
from app.market.contract_codes import CONTRACT_MULTIPLIER_VND, is_derivative
from app.market.market_time import VIETNAM
from app.market.messages import Price
from app.market.models import Phase

DAYS_MAX = 10_000
# minutes after the last bar that may belong to it (1 h of the widest bar, 95 of lunch), and those of an auction
EXTRA_ROWS = 60 + 95 + 45


class Interval(StrEnum):
    ONE_MINUTE = "1m"
    FIVE_MINUTES = "5m"
    FIFTEEN_MINUTES = "15m"
    THIRTY_MINUTES = "30m"
    ONE_HOUR = "1h"
    ONE_DAY = "1d"


MINUTES = {
    Interval.ONE_MINUTE: 1,
    Interval.FIVE_MINUTES: 5,
    Interval.FIFTEEN_MINUTES: 15,
    Interval.THIRTY_MINUTES: 30,
    Interval.ONE_HOUR: 60,
}
_STATEMENTS: dict[Source, str] = {source: bars_statement(source) for source in SOURCE_MINUTES}


class Candle(Struct, frozen=True, gc=False):
    """`timestamp` begins the bar. `origin`: null for our prints, else where (some of) it came from:
    `repair`, `backfill` or `kept`.
    """

    timestamp: datetime
    open: Price
    high: Price
    low: Price
    close: Price
    volume: int
    value: int
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    neutral_volume: int
    trade_count: int
    origin: str | None = None


class RepairedMinute(Struct, frozen=True, gc=False):
    """A provider's candle of one minute, for `CandleRepository.store_repairs`."""

    symbol: str
    timestamp: datetime
    open: float
    high: float
    low: float
    close: float
    volume: int
    value: int = 0  # 0: volume times the mean of high and low


# What is ours of a repaired minute stays: its active volumes. The rest of the provider's volume is neutral.
_OURS = """
    SELECT wanted.symbol, wanted.bucket, coalesce(sum(mua_chu_dong_volume), 0)::int8,
        coalesce(sum(ban_chu_dong_volume), 0)::int8, coalesce(sum(trade_count), 0)::int8, min(phase)
    FROM unnest($1::text[], $2::timestamptz[]) AS wanted (symbol, bucket) LEFT JOIN candle_1m
        ON candle_1m.symbol = wanted.symbol AND candle_1m.bucket = wanted.bucket
    GROUP BY wanted.symbol, wanted.bucket
"""
# A minute that was repaired before is one row still, whatever phase our prints say it has by now.
_OTHER_PHASES = """
    DELETE FROM candle_repairs USING unnest($1::text[], $2::timestamptz[], $3::text[]) AS wanted (symbol, bucket, phase)
    WHERE candle_repairs.symbol = wanted.symbol AND candle_repairs.bucket = wanted.bucket
        AND candle_repairs.phase <> wanted.phase
"""


class CandleRepository:
    """Reads bars, and stores minutes a provider has and we have not."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch(
        self, symbol: str, interval: Interval, span: TimeRange, *, limit: int, cursor: str | None = None
    ) -> Page[Candle]:
        """Return the last `limit` bars that begin within `span`, oldest first; the cursor leads to older ones."""
        check_limit(limit)
        if not can_be_stored(symbol):
            return Page(data=[], next_cursor=None)
        end = span.end
        if cursor is not None:
            (before,) = decode_cursor(cursor, tuple[datetime])
            end = min(end, before)
        rows, is_cut = await self._read(symbol, interval, span.start, end, limit + 2)
        price_of = price_reader(symbol)
        candles = [_candle(row, price_of) for row in rows]
        if cursor is not None and candles and candles[0].timestamp == end:
            candles.pop(0)  # the page before ended with it
        if is_cut and candles:
            candles.pop()  # its first minutes may not have been read
        has_more = len(candles) > limit or is_cut
        candles = candles[:limit]
        next_cursor = encode_cursor(candles[-1].timestamp) if has_more and candles else None
        candles.reverse()
        return Page(data=candles, next_cursor=next_cursor)

    async def _read(
        self, symbol: str, interval: Interval, start: datetime, end: datetime, limit: int
    ) -> tuple[list[Any], bool]:
        if interval is Interval.ONE_DAY:
            return await self._pool.fetch(DAYS_STATEMENT, symbol, start, end, min(limit, DAYS_MAX)), False
        minutes = MINUTES[interval]
        source: Source = "candle_15m" if minutes % SOURCE_MINUTES["candle_15m"] == 0 else "candle_1m"
        opening_minute = 9 * 60 if is_derivative(symbol) else 9 * 60 + 15
        rows = await self._pool.fetch(
            _STATEMENTS[source],
            symbol,
            start,
            end,
            minutes,
            opening_minute,
            _rows_max(limit, minutes, SOURCE_MINUTES[source]),
            limit,
        )
        return rows, bool(rows) and rows[0]["is_cut"] and len(rows) < limit

    async def store_repairs(self, minutes: Sequence[RepairedMinute], origin: str) -> int:
        """Let a provider's minutes (`repair` or `backfill`) replace ours; return how many were stored."""
        if not minutes:
            return 0
        async with self._pool.connection() as connection:
            found = await connection.fetch(
                _OURS, [minute.symbol for minute in minutes], [minute.timestamp for minute in minutes]
            )
            ours = {(symbol, bucket): figures for symbol, bucket, *figures in found}
            rows = [_repair_row(minute, ours[minute.symbol, minute.timestamp], origin) for minute in minutes]
            async with connection.transaction():
                await connection.execute(_OTHER_PHASES, *zip(*(row[:3] for row in rows), strict=True))
                return await insert_rows(connection, CANDLE_REPAIRS, rows)


def _rows_max(bars: int, bar_minutes: int, row_minutes: int) -> int:
    """Return how many rows of the source hold so many bars for certain.

    A quarter may have one more: of an auction, or of prints that were matched before a break.
    """
    a_bar = bar_minutes // row_minutes + (1 if row_minutes > 1 else 0)
    return (bars + 1) * a_bar + EXTRA_ROWS


def _repair_row(minute: RepairedMinute, ours: Sequence[Any], origin: str) -> Row:
    buy, sell, count, phase = ours
    buy = min(buy, minute.volume)
    sell = min(sell, minute.volume - buy)
    return (
        minute.symbol, minute.timestamp, _phase_of(minute.timestamp, phase), minute.open, minute.high, minute.low,
        minute.close, minute.volume, minute.value or _estimated_value(minute), buy, sell, minute.volume - buy - sell,
        count, origin,
    )  # fmt: skip


def _phase_of(moment: datetime, ours: str | None) -> str:
    """Return the phase of a provider's minute: the closing auction is the bar it labels 14:45."""
    local = moment.astimezone(VIETNAM)
    if local.hour * 60 + local.minute == ATC_MINUTE:
        return Phase.ATC
    return ours if ours in {Phase.ATO, Phase.PLO} else Phase.CONTINUOUS


def _estimated_value(minute: RepairedMinute) -> int:
    multiplier = CONTRACT_MULTIPLIER_VND if is_derivative(minute.symbol) else 1
    return round(minute.volume * (minute.high + minute.low) / 2 * multiplier)


def _candle(row: Any, price_of: Callable[[float], Price]) -> Candle:
    label, first, high, low, last, *figures = tuple(row)[:-1]
    return Candle(
        label.astimezone(VIETNAM), price_of(first), price_of(high), price_of(low), price_of(last), *figures
    )
