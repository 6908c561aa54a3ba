"""Everything stored, as the routes and the command line ask for it: one method a kind of row, one page at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

import asyncpg
from msgspec import Struct
from msgspec.structs import astuple

from app.history.alert_repository import AlertRepository
from app.history.basis_repository import BasisRepository
from app.history.candles import Candle, CandleRepository, Interval
from app.history.errors import CursorError
from app.history.foreign_repository import ForeignRepository, ForeignSnapshot
from app.history.gap_repository import GapRepository, StoredGap
from app.history.index_candles import IndexCandleRepository
from app.history.index_repository import IndexRepository, IndexSnapshot
from app.history.market_minute_cache import DayCache
from app.history.market_minutes import (
    ActiveMinute,
    ActiveQuarter,
    Close,
    ForeignMinute,
    MarketMinuteRepository,
)
from app.history.paging import Page, TimeRange
from app.history.pool import DatabasePool
from app.history.trade_repository import Tick, TradeRepository
from app.market.messages import Price
from app.market.models import Alert, AlertType, BasisPoint, Severity


class Bar(Struct, frozen=True, gc=False):
    """A candle as it is handed out. `origin`: null for our prints, else `repair`, `backfill` or `kept`."""

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
    origin: str | None
    is_repaired: bool


class StoredHistory:
    """Reads of one database.

    Raises HistoryUnavailable without one, CursorError for a cursor that was not made here.
    """

    def __init__(self, pool: DatabasePool) -> None:
        self._candles = CandleRepository(pool)
        self._index_candles = IndexCandleRepository(pool)
        self._trades = TradeRepository(pool)
        self._foreign = ForeignRepository(pool)
        self._indices = IndexRepository(pool)
        self._basis = BasisRepository(pool)
        self._gaps = GapRepository(pool)
        self._alerts = AlertRepository(pool)
        market = MarketMinuteRepository(pool)
        self._foreign_minutes = DayCache(market.foreign, timedelta(minutes=1))
        self._active_minutes = DayCache(market.active, timedelta(minutes=1))
        self._active_quarters = DayCache(market.active_by_symbol, timedelta(minutes=15))
        self._closes = DayCache(market.closes, timedelta(minutes=5))

    async def bars(
        self, symbol: str, interval: Interval, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[Bar]:
        """Return the last `limit` bars of a symbol or an index within `span`, oldest first."""
        page = await _checked(self._candles.fetch(symbol, interval, span, limit=limit, cursor=cursor))
        if not page.data:  # no symbol has the name of an index
            page = await _checked(
                self._index_candles.fetch(symbol, interval, span, limit=limit, cursor=cursor)
            )
        return Page(data=[_bar(candle) for candle in page.data], next_cursor=page.next_cursor)

    async def ticks(self, symbol: str, span: TimeRange, limit: int, cursor: str | None) -> Page[Tick]:
        """Return the last `limit` prints within `span`, newest first."""
        return await _checked(self._trades.fetch_ticks(symbol, span, limit=limit, cursor=cursor))

    async def foreign(
        self, symbol: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[ForeignSnapshot]:
        """Return the last `limit` states of the foreign flow within `span`, newest first."""
        return await _checked(self._foreign.fetch_snapshots(symbol, span, limit=limit, cursor=cursor))

    async def foreign_daily(
        self, symbol: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[ForeignSnapshot]:
        """Return the last state of each day within `span`, newest first."""
        return await _checked(self._foreign.fetch_daily(symbol, span, limit=limit, cursor=cursor))

    async def index(
        self, index_id: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[IndexSnapshot]:
        """Return the last `limit` states of an index within `span`, newest first."""
        return await _checked(self._indices.fetch_points(index_id, span, limit=limit, cursor=cursor))

    async def derivatives(
        self, contract: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[BasisPoint]:
        """Return the last `limit` prices of a future, with its basis, within `span`, newest first."""
        return await _checked(self._basis.fetch_points(contract, span, limit=limit, cursor=cursor))

    async def gaps(
        self, dates: tuple[date, date], symbol: str | None, is_open: bool, limit: int, cursor: str | None
    ) -> Page[StoredGap]:
        """Return the gaps of the trading dates `dates`, newest first."""
        return await _checked(
            self._gaps.fetch(*dates, limit=limit, symbol=symbol, is_open=is_open, cursor=cursor)
        )

    async def alerts(
        self,
        span: TimeRange,
        symbol: str | None,
        alert_types: Collection[AlertType] | None,
        severity: Severity | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Alert]:
        """Return the last `limit` alerts within `span` that match, newest first; None: any."""
        return await _checked(
            self._alerts.fetch(
                span, limit=limit, symbol=symbol, alert_types=alert_types, severity=severity, cursor=cursor
            )
        )

    async def foreign_minutes(self, symbols: frozenset[str], days: Sequence[date]) -> Page[ForeignMinute]:
        """Return the foreign totals of many stocks, minute by minute, oldest first: all of them."""
        found = await self._foreign_minutes.days(symbols, days)
        return Page(data=list(chain.from_iterable(found)), next_cursor=None)

    async def active_minutes(self, symbols: frozenset[str], days: Sequence[date]) -> Page[ActiveMinute]:
        """Return what was traded of many stocks in each minute, oldest first: all of them."""
        found = await self._active_minutes.days(symbols, days)
        return Page(data=list(chain.from_iterable(found)), next_cursor=None)

    async def active_quarters(self, symbols: frozenset[str], days: Sequence[date]) -> Page[ActiveQuarter]:
        """Return what was traded of each stock in each quarter of an hour, by symbol: all of them."""
        found = await self._active_quarters.days(symbols, days)
        return Page(data=_by_symbol(found), next_cursor=None)

    async def closes(self, symbols: frozenset[str], days: Sequence[date]) -> Page[Close]:
        """Return the last price of each stock in each five minutes, by symbol: all of them."""
        return Page(data=_by_symbol(await self._closes.days(symbols, days)), next_cursor=None)


def _by_symbol[T: (ActiveQuarter, Close)](days: Sequence[list[T]]) -> list[T]:
    """Return rows that are in the order of time within each symbol, symbol after symbol."""
    of_symbol: dict[str, list[T]] = {}
    for row in chain.from_iterable(days):
        of_symbol.setdefault(row.symbol, []).append(row)
    return [row for symbol in sorted(of_symbol) for row in of_symbol[symbol]]


async def _checked[T](reading: Awaitable[Page[T]]) -> Page[T]:
    """Only a forged cursor holds what the database can't take: a date or a number beyond its types."""
    try:
        return await reading
    except (asyncpg.DataError, OverflowError):
        raise CursorError("the cursor is not one of ours") from None


def _bar(candle: Candle) -> Bar:
    figures: tuple[Any, ...] = astuple(candle)
    return Bar(*(*figures, candle.origin is not None))
