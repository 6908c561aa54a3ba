"""The contents of SSI's channels as msgspec Structs: only the fields we use, under the wire's own names.

Format: fields stand in the wire's order, which the decoder is fastest with. Numbers are JSON numbers on the wire (floats with .0 even for volumes). `decode_loosely` takes what the
fast, typed decoding refuses: strings for numbers, nulls, other capitals, old field names.
"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
from msgspec import Struct

from app.feed.errors import FeedPayloadError, RejectReason


class TradeContent(Struct, gc=False, kw_only=True):
    """X-TRADE: one match."""

    TradingDate: str
    Time: str
    Symbol: str
    Ceiling: float = 0.0
    Floor: float = 0.0
    RefPrice: float = 0.0
    LastPrice: float
    LastVol: float
    TotalVal: float = 0.0
    TotalVol: float
    MarketId: str | None = None
    Exchange: str | None = None
    TradingSession: str | None = None
    EstMatchedPrice: float = 0.0
    Highest: float = 0.0
    Lowest: float = 0.0
    Side: str | None = None


class QuoteContent(Struct, gc=False, kw_only=True):
    """X-QUOTE: the whole book each time. Levels 4 to 10 are not used."""

    TradingDate: str
    Time: str
    Exchange: str | None = None
    Symbol: str
    AskPrice1: float
    AskPrice2: float = 0.0
    AskPrice3: float = 0.0
    AskVol1: float = 0.0
    AskVol2: float = 0.0
    AskVol3: float = 0.0
    BidPrice1: float
    BidPrice2: float = 0.0
    BidPrice3: float = 0.0
    BidVol1: float = 0.0
    BidVol2: float = 0.0
    BidVol3: float = 0.0
    TradingSession: str | None = None
    MarketId: str | None = None


class CombinedContent(Struct, gc=False, kw_only=True):
    """X: last match, day figures and book in one."""

    TradingDate: str
    Time: str
    Symbol: str
    Ceiling: float = 0.0
    Floor: float = 0.0
    RefPrice: float = 0.0
    Open: float = 0.0
    High: float = 0.0
    Low: float = 0.0
    LastPrice: float
    LastVol: float
    TotalVal: float = 0.0
    TotalVol: float
    BidPrice1: float
    BidPrice2: float = 0.0
    BidPrice3: float = 0.0
    BidVol1: float = 0.0
    BidVol2: float = 0.0
    BidVol3: float = 0.0
    AskPrice1: float
    AskPrice2: float = 0.0
    AskPrice3: float = 0.0
    AskVol1: float = 0.0
    AskVol2: float = 0.0
    AskVol3: float = 0.0
    MarketId: str | None = None
    Exchange: str | None = None
    TradingSession: str | None = None
    EstMatchedPrice: float = 0.0
    Side: str | None = None


class ForeignContent(Struct, gc=False):
    """R: the day's matched totals of foreign investors."""

    TradingDate: str
    Time: str
    Symbol: str
    BuyVol: float
    SellVol: float
    BuyVal: float = 0.0
    SellVal: float = 0.0
    TotalRoom: float = 0.0
    CurrentRoom: float = 0.0
    Exchange: str | None = None
    MarketId: str | None = None


class IndexContent(Struct, gc=False):
    """MI: an index every 5 s."""

    TradingDate: str
    Time: str
    IndexId: str
    IndexValue: float
    PriorIndexValue: float = 0.0
    Change: float = 0.0
    RatioChange: float = 0.0
    TotalQtty: float = 0.0
    TotalValue: float = 0.0
    TotalQttyPt: float = 0.0
    Advances: float = 0.0
    Declines: float = 0.0
    NoChanges: float = 0.0
    Ceilings: float = 0.0
    Floors: float = 0.0
    Exchange: str | None = None
    MarketId: str | None = None
    TradingSession: str | None = None


class StatusContent(Struct, gc=False):
    """F: a change of session or status."""

    TradingDate: str
    Time: str
    Symbol: str
    TradingSession: str | None = None
    TradingStatus: str | None = None
    Exchange: str | None = None
    MarketId: str | None = None


class BarContent(Struct, gc=False):
    """B: one fill."""

    TradingDate: str
    Time: str
    Symbol: str
    Close: float
    Volume: float


class OddLotContent(Struct, gc=False):
    """OL: the odd-lot board."""

    TradingDate: str
    Time: str
    Symbol: str
    LastPrice: float
    LastVol: float
    Exchange: str | None = None
    TradingSession: str | None = None


class Envelope(Struct, gc=False):
    """What one Broadcast carries: the channel and its content, JSON inside JSON."""

    DataType: str
    Content: str


# The 2021 form of X-QUOTE and the manual's B say TradingTime; the manual says Ceiling for MI's Ceilings.
OLDER_NAMES = {"time": "tradingtime", "ceilings": "ceiling", "floors": "floor"}


def load_object(text: str | bytes) -> dict[str, Any]:
    """Parse a JSON object whatever its keys, with lower-case keys."""
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedPayloadError(RejectReason.BAD_JSON) from error
    return lower_keys(loaded)


def lower_keys(loaded: object) -> dict[str, Any]:
    """Return the object with lower-case keys; of two that differ only in case the last wins."""
    if not isinstance(loaded, dict):
        raise FeedPayloadError(RejectReason.NOT_AN_OBJECT)
    return {key.lower(): value for key, value in loaded.items()}


def decode_loosely[T: Struct](content_type: type[T], fields: dict[str, Any]) -> T:
    """Build the content field by field: strings become numbers, null means absent."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(content_type):
        key = field.name.lower()
        if key not in fields:
            key = OLDER_NAMES.get(key, key)
        value = fields.get(key)
        if value is None:
            if field.required and (field.type is str or key not in fields):
                raise FeedPayloadError(RejectReason.MISSING_FIELD, field.name)
            values[field.name] = 0.0 if field.type is float else None
        elif field.type is float:
            values[field.name] = _parse_number(value, field.name)
        elif isinstance(value, str):
            values[field.name] = value
        else:
            raise FeedPayloadError(RejectReason.WRONG_TYPE, field.name)
    return content_type(**values)


def _parse_number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FeedPayloadError(RejectReason.WRONG_TYPE, name)
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        reason = RejectReason.ABSURD if isinstance(value, int) else RejectReason.WRONG_TYPE
        raise FeedPayloadError(reason, name) from error
    if not math.isfinite(number):
        raise FeedPayloadError(RejectReason.NOT_FINITE, name)
    return number
