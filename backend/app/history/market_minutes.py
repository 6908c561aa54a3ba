"""The day of many stocks minute by minute: their foreign flow, who was the aggressor, where their prices went.

A minute is that of the exchange's clock; one in which nothing was stored has no row. Values in VND, volumes in shares.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct

from app.history.paging import TimeRange, can_be_stored
from app.history.pool import DatabasePool
from app.history.stored_price import price_reader
from app.market.market_time import VIETNAM
from app.market.messages import Price


class ForeignMinute(Struct, frozen=True, gc=False):
    """Foreign totals of the day up to the end of a minute, over all the stocks asked for."""

    timestamp: datetime
    buy_volume: int
    sell_volume: int
    net_volume: int
    buy_value: int
    sell_value: int
    net_value: int


class ActiveMinute(Struct, frozen=True, gc=False):
    """What was traded within a minute, over all the stocks asked for; the three kinds add up to `volume`."""

    timestamp: datetime
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    neutral_volume: int
    volume: int
    value: int


class ActiveQuarter(Struct, frozen=True, gc=False):
    """What was traded of one stock within a quarter of an hour."""

    symbol: str
    timestamp: datetime
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    neutral_volume: int
    volume: int


class Close(Struct, frozen=True, gc=False):
    """The last price of one stock within five minutes: VND, points for futures."""

    symbol: str
    timestamp: datetime
    close: Price


_BIN = "date_bin('{0}', {1}, '2000-01-01 00:00+07')"
_TOTALS = ("buy_volume", "sell_volume", "buy_value", "sell_value")
_STEPS = ", ".join(f"{name} - lag({name}, 1, 0::int8) OVER of_symbol AS {name}" for name in _TOTALS)
_SUMS = ", ".join(f"(sum(sum({name})) OVER of_day)::int8" for name in _TOTALS)
# Rows are totals of a symbol's day: what its last row of a minute adds to the one before is the minute's step.
# A range that begins within a day takes along what each symbol had by then.
_FOREIGN = f"""
    WITH snapshots AS (
        SELECT symbol, timestamp, {", ".join(_TOTALS)} FROM foreign_snapshots
        WHERE symbol = ANY($1::text[]) AND timestamp BETWEEN $2 AND $3
        UNION ALL
        SELECT earlier.* FROM unnest($1::text[]) AS wanted (name), LATERAL (
            SELECT symbol, timestamp, {", ".join(_TOTALS)} FROM foreign_snapshots
            WHERE symbol = wanted.name AND timestamp >= {_BIN.format("1 day", "$2::timestamptz")} AND timestamp < $2
            ORDER BY timestamp DESC, buy_volume DESC, sell_volume DESC LIMIT 1
        ) AS earlier
    ), closing AS (
        SELECT DISTINCT ON (symbol, minute) symbol, minute, {", ".join(_TOTALS)}
        FROM (SELECT *, {_BIN.format("1 minute", "timestamp")} AS minute FROM snapshots) AS stamped
        ORDER BY symbol, minute, timestamp DESC, buy_volume DESC, sell_volume DESC
    ), steps AS (
        SELECT day, minute, {_STEPS} FROM (
            SELECT *, {_BIN.format("1 day", "minute")} AS day FROM closing
        ) AS dated
        WINDOW of_symbol AS (PARTITION BY symbol, day ORDER BY minute)
    )
    SELECT * FROM (
        SELECT minute, {_SUMS} FROM steps GROUP BY day, minute
        WINDOW of_day AS (PARTITION BY day ORDER BY minute)
    ) AS minutes WHERE minute >= {_BIN.format("1 minute", "$2::timestamptz")} ORDER BY minute
"""  # noqa: S608 - constants of this file
_ACTIVE = ", ".join(
    f"sum({name})::int8"
    for name in ("mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume", "volume", "value")
)
_CANDLES = "FROM candle_minutes WHERE symbol = ANY($1::text[]) AND bucket BETWEEN $2 AND $3"
_MINUTES = f"SELECT bucket, {_ACTIVE} {_CANDLES} GROUP BY bucket ORDER BY bucket"
_QUARTERS = f"""
    SELECT symbol, {_BIN.format("15 minutes", "bucket")} AS quarter, {_ACTIVE} {_CANDLES}
    GROUP BY symbol, quarter ORDER BY symbol, quarter
"""
# of a minute with two phases, the one that began later has the last word
_CLOSES = f"""
    SELECT DISTINCT ON (symbol, five_minutes) symbol, {_BIN.format("5 minutes", "bucket")} AS five_minutes, close
    {_CANDLES} ORDER BY symbol, five_minutes, open_time DESC, open_total DESC
"""


class MarketMinuteRepository:
    """Reads sums over many stocks, oldest minute first."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def foreign(self, symbols: Collection[str], span: TimeRange) -> list[ForeignMinute]:
        """Return the foreign totals of each day within `span`, minute by minute."""
        rows = await self._fetch(_FOREIGN, symbols, span)
        return [
            ForeignMinute(_local(minute), bought, sold, bought - sold, buy_value, sell_value, buy_value - sell_value)
            for minute, bought, sold, buy_value, sell_value in rows
        ]  # fmt: skip

    async def active(self, symbols: Collection[str], span: TimeRange) -> list[ActiveMinute]:
        """Return what was traded in each minute of `span`."""
        return [
            ActiveMinute(_local(minute), *sums)
            for minute, *sums in await self._fetch(_MINUTES, symbols, span)
        ]

    async def active_by_symbol(self, symbols: Collection[str], span: TimeRange) -> list[ActiveQuarter]:
        """Return what was traded of each symbol in each quarter of an hour, by symbol."""
        rows = await self._fetch(_QUARTERS, symbols, span)
        return [ActiveQuarter(symbol, _local(quarter), *sums) for symbol, quarter, *sums, _value in rows]

    async def closes(self, symbols: Collection[str], span: TimeRange) -> list[Close]:
        """Return the last price of each symbol in each five minutes in which it traded, by symbol."""
        rows = await self._fetch(_CLOSES, symbols, span)
        return [Close(symbol, _local(moment), price_reader(symbol)(close)) for symbol, moment, close in rows]

    async def _fetch(self, statement: str, symbols: Collection[str], span: TimeRange) -> list[Any]:
        wanted = sorted(symbol for symbol in symbols if can_be_stored(symbol))
        return await self._pool.fetch(statement, wanted, span.start, span.end)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)
