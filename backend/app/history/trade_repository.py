"""Reads of `trades`: prints newest first, and the day's totals for the restore."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from app.history.paging import Page, TimeRange, can_be_stored, check_limit, decode_cursor, page_of
from app.history.pool import DatabasePool
from app.history.stored_price import price_reader
from app.market.market_time import VIETNAM
from app.market.messages import Price
from app.market.models import Phase, TradeType


class Tick(Struct, frozen=True, gc=False):
    """A stored print. Prices of 0 are absent ones."""

    symbol: str
    price: Price
    volume: int
    value: int
    trade_type: TradeType
    bid_price: Price
    ask_price: Price
    timestamp: datetime
    phase: Phase
    exchange_side: str | None
    total_volume: int
    trading_date: date


class PhaseTotal(Struct, frozen=True, gc=False):
    """What one side traded in one phase of a symbol's day."""

    symbol: str
    phase: Phase
    trade_type: TradeType
    volume: int
    value: int
    prints: int
    total_volume: int  # the greatest of these prints
    last_time: datetime


# The key read backwards: TotalVol only grows within a day, so no other index is needed. The dates narrow the key,
# the timestamps the chunks on TimescaleDB.
_TICKS = """
    SELECT symbol, price, volume, value, trade_type, bid_price, ask_price, timestamp, phase, exchange_side,
        total_volume, trading_date
    FROM trades
    WHERE symbol = $1 AND trading_date BETWEEN $2 AND $3 AND timestamp BETWEEN $4 AND $5
        AND (trading_date, total_volume) < ($6::date, $7::int8)
    ORDER BY trading_date DESC, total_volume DESC LIMIT $8
"""
_DAY_TOTALS = """
    SELECT symbol, phase, trade_type, sum(volume)::int8, sum(value)::int8, count(*), max(total_volume), max(timestamp)
    FROM trades
    WHERE trading_date = $1 AND timestamp >= $2 AND timestamp < $2::timestamptz + INTERVAL '1 day'
    GROUP BY symbol, phase, trade_type ORDER BY symbol, phase, trade_type
"""
_BETWEEN = """
    SELECT symbol, price, volume, trade_type, value, bid_price, ask_price, timestamp, trading_date, total_volume, phase,
        exchange_side
    FROM trades JOIN unnest($1::text[], $2::int8[], $3::int8[]) AS hole (symbol, above, upto) USING (symbol)
    WHERE trading_date = $4 AND timestamp >= $5 AND timestamp < $5::timestamptz + INTERVAL '1 day'
        AND total_volume > above AND total_volume <= upto
    ORDER BY symbol, total_volume
"""  # the order of tables.TRADES
_BEYOND = (date(9999, 12, 31), 2**63 - 1)


class TradeRepository:
    """Reads stored prints."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch_ticks(
        self, symbol: str, span: TimeRange, *, limit: int, cursor: str | None = None
    ) -> Page[Tick]:
        """Return the last `limit` prints within `span`, newest first; the cursor leads to older ones."""
        check_limit(limit)
        before = decode_cursor(cursor, tuple[date, int]) if cursor is not None else _BEYOND
        if not can_be_stored(symbol):
            return Page(data=[], next_cursor=None)
        rows = await self._pool.fetch(
            _TICKS,
            symbol,
            *span.dates,
            span.start,
            span.end,
            before[0],
            min(before[1], _BEYOND[1]),
            limit + 1,
        )
        return page_of(_ticks(symbol, rows), limit, lambda tick: (tick.trading_date, tick.total_volume))

    async def fetch_day_totals(self, trading_date: date) -> list[PhaseTotal]:
        """Return what each symbol traded on `trading_date`, by phase and side."""
        rows = await self._pool.fetch(_DAY_TOTALS, trading_date, _midnight(trading_date))
        return [
            PhaseTotal(*(symbol, Phase(phase), TradeType(side), *sums, last.astimezone(VIETNAM)))
            for symbol, phase, side, *sums, last in rows
        ]

    async def fetch_between(
        self, trading_date: date, symbols: Sequence[str], above: Sequence[int], upto: Sequence[int]
    ) -> Sequence[Sequence[Any]]:
        """Return the rows of `symbols` with above < TotalVol <= upto (one of each a symbol), by symbol and total.

        As stored_rows.trades_of takes them; a symbol may be named more than once.
        """
        rows: Sequence[Sequence[Any]] = await self._pool.fetch(
            _BETWEEN, symbols, above, upto, trading_date, _midnight(trading_date)
        )
        return rows

    async def fetch_last_date(self) -> date | None:
        """Return the newest trading date with a print, None when there is none."""
        rows = await self._pool.fetch("SELECT max(bucket) FROM candle_1d")
        newest: datetime | None = rows[0][0]
        return None if newest is None else newest.astimezone(VIETNAM).date()


def _midnight(trading_date: date) -> datetime:
    return datetime(trading_date.year, trading_date.month, trading_date.day, tzinfo=VIETNAM)


def _ticks(symbol: str, rows: list[Any]) -> list[Tick]:
    price_of = price_reader(symbol)
    return [
        Tick(
            name,
            price_of(price),
            volume,
            value,
            TradeType(side),
            price_of(bid),
            price_of(ask),
            moment.astimezone(VIETNAM),
            Phase(phase),
            exchange_side,
            total_volume,
            trading_date,
        )
        for name, price, volume, value, side, bid, ask, moment, phase, exchange_side, total_volume, trading_date in rows
    ]
