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

from app.history.paging import Page, TimeRange, can_be_stored, check_limit, decode_cursor, encode_cursor
from app.history.pool import DatabasePool
from app.history.stored_price import price_reader
from app.history.tables import CANDLE_REPAIRS, Row, insert_rows
from app.market.contract_codes import CONTRACT_MULTIPLIER_VND, is_derivative
from app.market.market_time import VIETNAM
from app.market.messages import Price
from app.market.models import Phase

ATC_MINUTE = 14 * 60 + 45
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


_SUMS = "volume, value, mua_chu_dong_volume, ban_chu_dong_volume, neutral_volume, trade_count"
_ROLLED_UP = """
    (array_agg(open ORDER BY open_time, open_total))[1] AS open, max(high) AS high, min(low) AS low,
    (array_agg(close ORDER BY open_time DESC, open_total DESC))[1] AS close,
    sum(volume)::int8 AS volume, sum(value)::int8 AS value,
    sum(mua_chu_dong_volume)::int8 AS mua_chu_dong_volume, sum(ban_chu_dong_volume)::int8 AS ban_chu_dong_volume,
    sum(neutral_volume)::int8 AS neutral_volume, sum(trade_count)::int8 AS trade_count, max(origin) AS origin
"""
_MINUTE = f"bucket, phase, open, high, low, close, {_SUMS}"
_WITHIN = (
    "symbol = $1 AND bucket >= $2::timestamptz - INTERVAL '1 hour'"
    " AND bucket < $3::timestamptz + make_interval(mins => $4 + 95)"
)
# Each side is cut before they meet, so that a walk of the key's end is all that is read, however long the history.
# $1 symbol, $2 start, $3 end (both of the bar's label), $4 minutes a bar, $5 minute of the opening auction's bar,
# $6 minute rows read at most. `minute` is the minute of the Vietnamese day. The range of the minutes is wider than
# that of the labels by as much as a print can move: 1 h back (PLO), 95 minutes on (lunch).
_BARS = f"""
    WITH theirs AS MATERIALIZED (
        SELECT {_MINUTE}, bucket AS open_time, 0::int8 AS open_total, origin FROM candle_repairs
        WHERE {_WITHIN} ORDER BY bucket DESC LIMIT $6
    ), newest AS MATERIALIZED (
        SELECT *, ((extract(epoch FROM bucket)::int8 + 25200) % 86400 / 60)::int4 AS minute FROM (
            SELECT * FROM (
                SELECT {_MINUTE}, open_time, open_total, NULL::text AS origin FROM candle_1m
                WHERE {_WITHIN} ORDER BY bucket DESC LIMIT $6
            ) AS ours WHERE NOT EXISTS (SELECT 1 FROM theirs WHERE theirs.bucket = ours.bucket)
            UNION ALL SELECT * FROM theirs
        ) AS merged ORDER BY bucket DESC LIMIT $6
    ), closings AS MATERIALIZED (
        SELECT DISTINCT bucket - make_interval(mins => minute - 870) AS half_past_two FROM newest WHERE phase = 'atc'
    )
    SELECT label, {_ROLLED_UP}, (SELECT count(*) FROM newest) AS rows_read
    FROM (
        SELECT *, bucket + make_interval(mins => CASE
            WHEN phase = 'atc' THEN bar_minute
            WHEN phase = 'plo' THEN greatest(bar_minute / $4, ({ATC_MINUTE} + $4) / $4) * $4
            ELSE bar_minute / $4 * $4 END - minute) AS label
        FROM (
            SELECT *, CASE
                WHEN phase = 'ato' THEN $5
                WHEN phase = 'atc' THEN {ATC_MINUTE}
                WHEN phase = 'plo' THEN greatest(minute, {ATC_MINUTE + 1})
                WHEN phase = 'continuous' AND minute BETWEEN 690 AND 779 THEN 689
                WHEN phase = 'continuous' AND minute = 870 AND bucket IN (SELECT half_past_two FROM closings)
                    THEN 869  -- UPCoM has no closing auction: its 14:30 is a minute like any other
                ELSE minute END AS bar_minute
            FROM newest OFFSET 0  -- computed once, not once a use
        ) AS placed OFFSET 0
    ) AS labelled
    WHERE label >= $2 AND label <= $3 GROUP BY label ORDER BY label DESC LIMIT $7
"""  # noqa: S608 - constants of this file
# A day with a repaired minute is rolled up from its minutes.
_DAY = "date_bin('1 day', {0}, '2000-01-01 00:00+07')"
_DAYS = f"""
    WITH repaired AS (
        SELECT DISTINCT {_DAY.format("bucket")} AS day FROM candle_repairs
        WHERE symbol = $1 AND bucket >= $2 AND bucket < $3::timestamptz + INTERVAL '1 day'
    )
    SELECT bucket AS label, open, high, low, close, {_SUMS}, NULL::text AS origin, 0::int8 AS rows_read
    FROM candle_1d WHERE symbol = $1 AND bucket >= $2 AND bucket <= $3 AND bucket NOT IN (SELECT day FROM repaired)
    UNION ALL
    SELECT day AS label, {_ROLLED_UP}, 0::int8 FROM repaired JOIN candle_minutes
        ON symbol = $1 AND bucket >= day AND bucket < day + INTERVAL '1 day'
    WHERE day >= $2 AND day <= $3 GROUP BY day
    ORDER BY label DESC LIMIT $4
"""  # noqa: S608 - constants of this file
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
            return await self._pool.fetch(_DAYS, symbol, start, end, min(limit, DAYS_MAX)), False
        minutes = MINUTES[interval]
        opening_minute = 9 * 60 if is_derivative(symbol) else 9 * 60 + 15
        rows_max = (limit + 1) * minutes + EXTRA_ROWS
        rows = await self._pool.fetch(_BARS, symbol, start, end, minutes, opening_minute, rows_max, limit)
        return rows, bool(rows) and rows[0]["rows_read"] >= rows_max and len(rows) < limit

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
