"""Rows of SSI's REST answers as typed values.

Units: prices in VND (futures and indices in points), volumes in shares, values in VND.
Format: every number is a string on the wire, some with float noise ("663258204999.9850"); dates are dd/MM/yyyy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from app.feed.errors import FeedPayloadError, RejectReason
from app.feed.exchange_time import parse_exchange_time
from app.feed.value_limits import PRICE_MAX
from app.feed.wire_names import index_id_of
from app.market.messages import DERIVATIVES, Price, PriceLimits

EXCHANGE_NAMES = {"DER": DERIVATIVES}  # what REST calls the futures' market


class SecurityRow(Struct, frozen=True):
    """One line of the exchanges' master list."""

    symbol: str
    exchange: str
    name: str


class IndexRow(Struct, frozen=True):
    """One index that SSI publishes. `wire_id` is what a subscription or a REST read wants."""

    index_id: str
    wire_id: str
    exchange: str


class OhlcRow(Struct, frozen=True):
    """A bar: of a minute (its time is that of its last trade) or of a day (time at midnight)."""

    symbol: str
    trading_date: date
    time_s: float
    open: Price
    high: Price
    low: Price
    close: Price
    volume: int
    value: int  # 0 for minutes: SSI's `Value` is a price there


def read_number(row: Mapping[str, Any], name: str) -> float:
    """Return a finite, non-negative number; absent, null and empty are 0. Raise FeedPayloadError."""
    value = row.get(name)
    if value is None or value == "":
        return 0.0
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise FeedPayloadError(RejectReason.WRONG_TYPE, name) from error
    if not math.isfinite(number):
        raise FeedPayloadError(RejectReason.NOT_FINITE, name)
    if number < 0:
        raise FeedPayloadError(RejectReason.NEGATIVE, name)
    return number


def read_text(row: Mapping[str, Any], name: str) -> str:
    """Return a text without blanks around it. Raise FeedPayloadError when there is none."""
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise FeedPayloadError(RejectReason.MISSING_FIELD, name)
    return value.strip()


def read_security(row: Mapping[str, Any]) -> SecurityRow:
    """Read a row of Securities."""
    exchange = read_text(row, "Market").upper()
    name = row.get("StockName") or row.get("StockEnName") or ""
    return SecurityRow(read_text(row, "Symbol").upper(), EXCHANGE_NAMES.get(exchange, exchange), str(name))


def read_index(row: Mapping[str, Any]) -> IndexRow:
    """Read a row of IndexList."""
    wire_id = read_text(row, "IndexCode")
    return IndexRow(index_id_of(wire_id), wire_id, str(row.get("Exchange") or ""))


def read_components(rows: list[dict[str, Any]]) -> list[str]:
    """Return the symbols of IndexComponents, nested as SSI answers or flat, each once."""
    symbols: dict[str, None] = {}
    for row in rows:
        nested = row.get("IndexComponent")
        for part in nested if isinstance(nested, list) else [row]:
            if isinstance(part, dict) and part.get("StockSymbol"):
                symbols[read_text(part, "StockSymbol").upper()] = None
    return list(symbols)


def read_price_limits(row: Mapping[str, Any], exchange: str) -> PriceLimits:
    """Read ceiling, floor and reference price of a row of DailyStockPrice."""
    trading_date, _ = parse_exchange_time(read_text(row, "TradingDate"), "00:00:00")
    prices = [_price(row, name, exchange) for name in ("CeilingPrice", "FloorPrice", "RefPrice")]
    return PriceLimits(read_text(row, "Symbol").upper(), trading_date, exchange, *prices)


def read_ohlc(row: Mapping[str, Any], *, has_turnover: bool) -> OhlcRow:
    """Read a row of DailyOhlc (has_turnover) or IntradayOhlc."""
    trading_date, time_s = parse_exchange_time(
        read_text(row, "TradingDate"), str(row.get("Time") or "00:00:00")
    )
    opened, high, low, close = (_price(row, name, "") for name in ("Open", "High", "Low", "Close"))
    value = round(read_number(row, "Value")) if has_turnover else 0
    volume = round(read_number(row, "Volume"))
    symbol = read_text(row, "Symbol").upper()
    return OhlcRow(symbol, trading_date, time_s, opened, high, low, close, volume, value)


def _price(row: Mapping[str, Any], name: str, exchange: str) -> Price:
    price = read_number(row, name)
    if price > PRICE_MAX:
        raise FeedPayloadError(RejectReason.ABSURD, name)
    # Equities have whole prices; futures and indices have decimals, and bars do not name their exchange.
    return round(price) if exchange != DERIVATIVES and price.is_integer() else price
