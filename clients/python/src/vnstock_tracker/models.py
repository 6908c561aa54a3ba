"""The server's states as typed values. Equity prices in VND, futures and indices in points, values in VND.

What may be null, or absent, is None. Fields that a newer server adds are ignored.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

type Level = tuple[float, int]  # price, volume
type Interval = Literal["1m", "5m", "15m", "30m", "1h", "1d"]


class SessionBreakdown(Struct, frozen=True):
    """Volumes of one phase of the day."""

    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    neutral_volume: int
    total_volume: int


class SessionStats(Struct, frozen=True):
    """Active buying (mua chủ động) and selling (bán chủ động) of one symbol's day."""

    symbol: str
    mua_chu_dong_volume: int
    mua_chu_dong_value: int
    ban_chu_dong_volume: int
    ban_chu_dong_value: int
    neutral_volume: int
    neutral_value: int
    total_volume: int
    missed_volume: int
    ato: SessionBreakdown
    continuous: SessionBreakdown
    atc: SessionBreakdown
    plo: SessionBreakdown
    other: SessionBreakdown
    last_updated: datetime | None = None


class PriceData(Struct, frozen=True):
    """Prices and book of one symbol; levels are best first."""

    total_volume: int
    total_value: int
    bids: list[Level]
    asks: list[Level]
    phase: str
    last_price: float | None = None
    change: float | None = None
    change_pct: float | None = None
    ref_price: float | None = None
    ceiling: float | None = None
    floor: float | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    avg_price: float | None = None
    last_volume: int | None = None
    exchange: str | None = None
    est_match_price: float | None = None


class IntradayPoint(Struct, frozen=True):
    """An index at a minute."""

    timestamp: datetime
    value: float


class IndexData(Struct, frozen=True):
    """An index with its breadth; `advances` includes ceilings, `declines` floors."""

    index_id: str
    value: float
    prior_value: float
    change: float
    ratio_change: float
    total_volume: int
    total_value: int
    put_through_volume: int
    advances: int
    declines: int
    no_changes: int
    ceilings: int
    floors: int
    intraday: list[IntradayPoint] | None = None
    last_updated: datetime | None = None
    advance_ratio: float | None = None


class ForeignInvestorData(Struct, frozen=True):
    """Foreign flow of one symbol's day; speeds in shares per minute."""

    symbol: str
    buy_volume: int
    sell_volume: int
    net_volume: int
    buy_value: int
    sell_value: int
    net_value: int
    total_room: int
    current_room: int
    buy_speed_per_min: float
    sell_speed_per_min: float
    buy_acceleration: float
    sell_acceleration: float
    values_estimated: bool
    last_updated: datetime | None = None


class ForeignSummary(Struct, frozen=True):
    """Foreign flow over the tracked stocks; five each at the top, by net value."""

    scope: str
    total_buy_value: int
    total_sell_value: int
    total_net_value: int
    total_buy_volume: int
    total_sell_volume: int
    total_net_volume: int
    top_buy: list[ForeignInvestorData]
    top_sell: list[ForeignInvestorData]


class ForeignDetail(Struct, frozen=True):
    """The summary, and each tracked stock."""

    summary: ForeignSummary
    stocks: list[ForeignInvestorData]


class BasisPoint(Struct, frozen=True):
    """basis = futures - VN30, in points."""

    timestamp: datetime
    futures_symbol: str
    futures_price: float
    spot_value: float
    basis: float
    basis_pct: float
    is_premium: bool


class DerivativesContract(Struct, frozen=True, kw_only=True):
    """A listed VN30 future."""

    symbol: str
    volume: int
    stale: bool
    last_price: float | None = None
    change: float | None = None
    change_pct: float | None = None
    bid_price: float | None = None
    ask_price: float | None = None
    basis: float | None = None
    basis_pct: float | None = None
    is_premium: bool | None = None
    last_updated: datetime | None = None
    alias: str | None = None
    expiry_date: date | None = None


class DerivativesData(DerivativesContract, frozen=True, kw_only=True):
    """The active contract, with each listed one beside it."""

    contracts: list[DerivativesContract]


class Alert(Struct, frozen=True):
    """A signal; `data` depends on its type."""

    id: str
    alert_type: str
    severity: str
    symbol: str
    message: str
    timestamp: datetime
    data: dict[str, Any]


class SessionInfo(Struct, frozen=True):
    """The day that is served; `phase` per exchange. `is_final`: it is over and frozen."""

    phase: dict[str, str]
    is_final: bool
    trading_date: date | None = None


class FeedStatus(Struct, frozen=True):
    """The server's feed; `ages`: seconds since the last message, per channel."""

    source: str
    state: str
    since: datetime
    connected: bool
    ages: dict[str, float]
    muted_channels: list[str]
    reason: str | None = None


class MarketSnapshot(Struct, frozen=True):
    """Everything, by symbol and index."""

    quotes: dict[str, SessionStats]
    prices: dict[str, PriceData]
    indices: dict[str, IndexData]
    foreign: ForeignSummary
    session: SessionInfo
    derivatives: DerivativesData | None = None
    feed: FeedStatus | None = None


class SymbolState(Struct, frozen=True):
    """Everything about one symbol."""

    symbol: str
    session_stats: SessionStats | None = None
    foreign: ForeignInvestorData | None = None
    price: PriceData | None = None
    indices: dict[str, IndexData] = {}
    basis: BasisPoint | None = None


class Candle(Struct, frozen=True):
    """One bar, from `timestamp` on. `origin`: where it is not of prints of the server's own."""

    timestamp: datetime
    open: float
    high: float
    low: float
    close: float
    volume: int
    value: int
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    neutral_volume: int
    trade_count: int
    is_repaired: bool
    origin: str | None = None


class Tick(Struct, frozen=True):
    """One stored print. A bid or ask of 0 was absent."""

    symbol: str
    price: float
    volume: int
    value: int
    trade_type: str
    bid_price: float
    ask_price: float
    timestamp: datetime
    phase: str
    total_volume: int
    trading_date: date
    exchange_side: str | None = None


class AuditDifference(Struct, frozen=True):
    """One figure that is not as it must be."""

    subject: str
    what: str
    expected: float
    actual: float


class AuditCheck(Struct, frozen=True):
    """One rule over all it applies to."""

    name: str
    verdict: str
    compared: int
    failed: int
    differences: list[AuditDifference]


class StoredDay(Struct, frozen=True):
    """The day recounted in the server's database."""

    verdict: str
    reason: str
    trades: int
    candles: int
    symbols: int
    failed: int
    differences: list[dict[str, Any]]


class SideAgreement(Struct, frozen=True):
    """How well prints could be told active buying or selling."""

    prints: int
    unclassified: int
    compared: int
    missed_volume: int
    unclassified_share: float | None = None
    agreement_ratio: float | None = None
    tick_test_ratio: float | None = None


class AuditResidual(Struct, frozen=True):
    """An index's change beside the plain mean of its constituents', percent."""

    index_id: str
    change_pct: float
    constituents_mean_pct: float
    residual_pct: float
    constituents: int


class AuditReport(Struct, frozen=True):
    """Whether the day's figures add up. `light` is green, amber, red or unknown."""

    light: str
    is_final: bool
    checked_at: datetime
    checks: list[AuditCheck]
    stored: StoredDay
    sides: SideAgreement
    trading_date: date | None = None
    index: AuditResidual | None = None
