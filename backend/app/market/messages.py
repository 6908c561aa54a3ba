"""The messages of the feed as the market understands them: what every other part of `market` consumes.

Units: equity prices in VND (int), futures and index values in points (float), volumes in shares or contracts,
values in VND. Moments are seconds since the epoch, from the exchange's TradingDate + Time.
A price of 0 means "absent". Everything in here is finite and non-negative: the normaliser rejects the rest.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

type Price = int | float
type Level = tuple[Price, int]  # (price, volume); price > 0

DERIVATIVES = "DERIVATIVES"  # the stream's exchange name of futures; REST calls it DER


class ExchangeSide(StrEnum):
    """The aggressor as SSI's `Side` names it."""

    BUY_UP = "BU"
    SELL_DOWN = "SD"


class PriceLimits(Struct, frozen=True, gc=False):
    """Ceiling, floor and reference price of the day, each 0 when absent. Source: REST, X, X-TRADE."""

    symbol: str
    trading_date: date | None  # None: from REST, good for the current day
    exchange: str
    ceiling: Price
    floor: Price
    ref_price: Price


class TradeMessage(Struct, frozen=True, gc=False):
    """A match (X-TRADE), or the trade part of a combined X message, which may carry no new match at all."""

    symbol: str
    exchange: str
    trading_date: date
    exchange_time_s: float
    session: str  # the feed's code, upper case, "" when null
    price: Price  # 0 before the first match of the day
    volume: int  # LastVol
    total_volume: int  # TotalVol after this match
    total_value: int  # TotalVal, VND
    exchange_side: ExchangeSide | None
    is_combined: bool  # from X: a match only if total_volume grew
    ceiling: Price
    floor: Price
    ref_price: Price
    open: Price  # 0 in X-TRADE
    high: Price
    low: Price
    est_match_price: Price


class QuoteMessage(Struct, frozen=True, gc=False):
    """The resting book, best three levels a side, best first, absent levels left out. Source: X-QUOTE or X."""

    symbol: str
    exchange: str
    trading_date: date
    exchange_time_s: float
    session: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class ForeignMessage(Struct, frozen=True, gc=False):
    """Foreign investors' matched totals of the day, all cumulative. Source: R."""

    symbol: str
    exchange: str
    trading_date: date
    exchange_time_s: float
    buy_volume: int
    sell_volume: int
    buy_value: int
    sell_value: int
    total_room: int
    current_room: int


class IndexMessage(Struct, frozen=True, gc=False):
    """An index with its breadth. `advances` here excludes ceilings, as on the wire. Source: MI."""

    index_id: str  # ours: VN30, VNINDEX, HNX, UPCOM, the wire's own for the rest
    exchange: str
    trading_date: date
    exchange_time_s: float
    session: str
    value: float
    prior_value: float
    change: float
    ratio_change: float
    total_volume: int  # matched, all indices: TotalQtty
    total_value: int
    put_through_volume: int
    advances: int
    declines: int
    no_changes: int
    ceilings: int
    floors: int


class SecurityStatusMessage(Struct, frozen=True, gc=False):
    """A change of session or status of one symbol. Source: F."""

    symbol: str
    exchange: str
    trading_date: date
    exchange_time_s: float
    session: str
    status: str


class BarMessage(Struct, frozen=True, gc=False):
    """One fill (or one index step) as channel B repeats it: parsed and counted, never traded on."""

    symbol: str
    trading_date: date
    exchange_time_s: float
    price: Price
    volume: int


class OddLotMessage(Struct, frozen=True, gc=False):
    """The odd-lot board: neutral by definition, kept out of prices and volumes. Source: OL."""

    symbol: str
    exchange: str
    trading_date: date
    exchange_time_s: float
    session: str
    price: Price
    volume: int


class ReferenceLists(Struct, frozen=True):
    """What is tracked, what the exchanges list, and the day's limits, as they were read from REST.

    They go with the messages, not beside them: what a recording does not hold cannot be replayed.
    """

    tracked: frozenset[str] | None  # None: all
    scope: str  # what the tracked set is called
    known: frozenset[str] | None = None  # the master list; None: not read yet
    limits: tuple[PriceLimits, ...] = ()
    vn30: tuple[str, ...] = ()  # shown, and no part of the state


class Tick(Struct, frozen=True, gc=False):
    """The source's clock, sent by wiring so that silence has a time too."""

    time_s: float
    is_outrun: bool = False  # the source outruns its ticks: no message is too far ahead of them


type Message = (
    TradeMessage
    | QuoteMessage
    | ForeignMessage
    | IndexMessage
    | SecurityStatusMessage
    | BarMessage
    | OddLotMessage
    | PriceLimits
    | ReferenceLists
    | Tick
)
