"""The domain models of SPEC section 3: what the market core hands out. Field names are the wire's.

Units: see messages.py. Moments are aware datetimes in Asia/Ho_Chi_Minh (RFC 3339 with +07:00 once encoded).
Format: msgspec encodes these directly; api/schemas.py has the same shapes as pydantic models for OpenAPI, and a
test holds the two together.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from app.market.messages import Price


class TradeType(StrEnum):
    """Who crossed the spread."""

    ACTIVE_BUY = "mua_chu_dong"
    ACTIVE_SELL = "ban_chu_dong"
    NEUTRAL = "neutral"


class Phase(StrEnum):
    """Session phases (SPEC section 2)."""

    PRE_OPEN = "pre_open"
    ATO = "ato"
    CONTINUOUS = "continuous"
    LUNCH = "lunch"
    ATC = "atc"
    PLO = "plo"
    PUT_THROUGH = "put_through"
    CLOSED = "closed"
    HALTED = "halted"
    UNKNOWN = "unknown"


class AlertType(StrEnum):
    VOLUME_SPIKE = "VOLUME_SPIKE"
    PRICE_BREAKOUT = "PRICE_BREAKOUT"
    FOREIGN_ACCELERATION = "FOREIGN_ACCELERATION"
    BASIS_DIVERGENCE = "BASIS_DIVERGENCE"


class Severity(StrEnum):
    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


class FeedSource(StrEnum):
    SSI = "ssi"
    SIMULATOR = "simulator"
    REPLAY = "replay"


class FeedState(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    QUIET = "quiet"
    PARTIAL = "partial"
    STALLED = "stalled"
    RECONNECTING = "reconnecting"
    LUNCH = "lunch"
    CLOSED = "closed"
    FAILED = "failed"


class ClassifiedTrade(Struct, frozen=True, gc=False):
    """One print with its aggressor. `total_volume` is the day's after this print: part of its natural key."""

    symbol: str
    price: Price
    volume: int
    value: int
    trade_type: TradeType
    bid_price: Price
    ask_price: Price
    timestamp: datetime
    trading_session: str  # the feed's code
    phase: Phase
    exchange_side: str | None
    total_volume: int
    trading_date: date


class SessionBreakdown(Struct, gc=False):
    mua_chu_dong_volume: int = 0
    ban_chu_dong_volume: int = 0
    neutral_volume: int = 0
    total_volume: int = 0


class SessionStats(Struct, gc=False):
    """Active buy and sell of one symbol's day. The phases add up to the totals; total_volume is the feed's TotalVol."""

    symbol: str
    mua_chu_dong_volume: int = 0
    mua_chu_dong_value: int = 0
    ban_chu_dong_volume: int = 0
    ban_chu_dong_value: int = 0
    neutral_volume: int = 0
    neutral_value: int = 0
    total_volume: int = 0
    missed_volume: int = 0
    last_updated: datetime | None = None
    ato: SessionBreakdown = field(default_factory=SessionBreakdown)
    continuous: SessionBreakdown = field(default_factory=SessionBreakdown)
    atc: SessionBreakdown = field(default_factory=SessionBreakdown)
    plo: SessionBreakdown = field(default_factory=SessionBreakdown)
    other: SessionBreakdown = field(default_factory=SessionBreakdown)


class PriceData(Struct, gc=False):
    """Prices, book and day figures of one symbol. null = absent. Levels are [price, volume], best first."""

    last_price: Price | None = None
    change: Price | None = None
    change_pct: float | None = None
    ref_price: Price | None = None
    ceiling: Price | None = None
    floor: Price | None = None
    open: Price | None = None
    high: Price | None = None
    low: Price | None = None
    avg_price: Price | None = None
    total_volume: int = 0
    total_value: int = 0
    last_volume: int | None = None
    bids: tuple[tuple[Price, int], ...] = ()
    asks: tuple[tuple[Price, int], ...] = ()
    exchange: str | None = None
    phase: Phase = Phase.UNKNOWN
    est_match_price: Price | None = None


class IntradayPoint(Struct, frozen=True, gc=False):
    timestamp: datetime
    value: float


class IndexData(Struct, gc=False):
    """`advances` includes ceilings and `declines` floors; advance_ratio is null when both are 0."""

    index_id: str
    value: float = 0.0
    prior_value: float = 0.0
    change: float = 0.0
    ratio_change: float = 0.0
    total_volume: int = 0
    total_value: int = 0
    put_through_volume: int = 0
    advances: int = 0
    declines: int = 0
    no_changes: int = 0
    ceilings: int = 0
    floors: int = 0
    intraday: list[IntradayPoint] = field(default_factory=list)
    last_updated: datetime | None = None
    advance_ratio: float | None = None


class ForeignInvestorData(Struct, gc=False):
    """Foreign flow of one symbol: totals are the day's, speeds shares per minute over 5 minutes of market time."""

    symbol: str
    buy_volume: int = 0
    sell_volume: int = 0
    net_volume: int = 0
    buy_value: int = 0
    sell_value: int = 0
    net_value: int = 0
    total_room: int = 0
    current_room: int = 0
    buy_speed_per_min: float = 0.0
    sell_speed_per_min: float = 0.0
    buy_acceleration: float = 0.0
    sell_acceleration: float = 0.0
    last_updated: datetime | None = None
    values_estimated: bool = False


class ForeignSummary(Struct, gc=False):
    """Foreign flow over the tracked stocks (never futures). top_* hold five each, by net value."""

    scope: str
    total_buy_value: int = 0
    total_sell_value: int = 0
    total_net_value: int = 0
    total_buy_volume: int = 0
    total_sell_volume: int = 0
    total_net_volume: int = 0
    top_buy: list[ForeignInvestorData] = field(default_factory=list)
    top_sell: list[ForeignInvestorData] = field(default_factory=list)


class BasisPoint(Struct, frozen=True, gc=False):
    """basis = futures - VN30, in points."""

    timestamp: datetime
    futures_symbol: str
    futures_price: float
    spot_value: float
    basis: float
    basis_pct: float
    is_premium: bool


class DerivativesContract(Struct, gc=False):
    """One listed VN30 future. `stale`: one leg is too old, the basis is the last good one."""

    symbol: str
    last_price: float | None = None
    change: float | None = None
    change_pct: float | None = None
    volume: int = 0
    bid_price: float | None = None
    ask_price: float | None = None
    basis: float | None = None
    basis_pct: float | None = None
    is_premium: bool | None = None
    last_updated: datetime | None = None
    alias: str | None = None
    expiry_date: date | None = None
    stale: bool = True


class DerivativesData(DerivativesContract):
    """The active contract, with the same figures for each listed contract beside it."""

    contracts: list[DerivativesContract] = field(default_factory=list)


class Alert(Struct, frozen=True, gc=False):
    """`id` is derived from the content, so the same firing has the same id everywhere."""

    id: str
    alert_type: AlertType
    severity: Severity
    symbol: str
    message: str
    timestamp: datetime
    data: dict[str, Any]


class SessionInfo(Struct, gc=False):
    """is_final: the finished session that is served until a newer trading date speaks."""

    trading_date: date | None = None
    phase: dict[str, Phase] = field(default_factory=dict)  # per exchange
    is_final: bool = False


class FeedStatus(Struct, gc=False):
    """Where the data comes from and how the feed is. `ages`: seconds since the last message, per channel."""

    source: FeedSource
    state: FeedState
    since: datetime
    connected: bool = False
    ages: dict[str, float] = field(default_factory=dict)
    muted_channels: list[str] = field(default_factory=list)
    reason: str | None = None


class MarketSnapshot(Struct, gc=False):
    quotes: dict[str, SessionStats]
    prices: dict[str, PriceData]
    indices: dict[str, IndexData]
    foreign: ForeignSummary
    derivatives: DerivativesData | None
    session: SessionInfo
    feed: FeedStatus | None = None


class AuditRow(Struct, frozen=True, gc=False):
    """How well one symbol's prints could be classified, continuous trading only. Shares are null without prints."""

    symbol: str
    prints: int = 0
    unclassified: int = 0
    unclassified_share: float | None = None
    compared: int = 0  # prints on which both we and SSI's Side decided
    agreed: int = 0
    agreement_ratio: float | None = None
    tick_test_ratio: float | None = None  # agreement of the tick test with SSI's Side
    missed_volume: int = 0


class Gap(Struct, frozen=True, gc=False):
    """Volume the feed shows was traded but never sent as prints.

    cause: total_volume_jump, late_start, disconnect, stall, restart, refused. `late_start` is no fault.
    `total_volume` is the day's total that revealed it, part of its natural key: two losses of one second may be equal
    in all else. 0 when no total did.
    """

    symbol: str
    from_time: datetime | None
    to_time: datetime
    volume: int
    cause: str
    total_volume: int = 0


class SessionEvent(Struct, frozen=True, gc=False):
    """A change every channel is told: event is `phase`, `final` (day frozen), `new_day`, or `seek` (of a replay)."""

    event: str
    trading_date: date | None
    timestamp: datetime
    exchange: str | None = None
    phase: Phase | None = None


class Changes(Struct, gc=False):
    """What one `apply()` changed: names for the publisher, rows for the history."""

    prices: set[str] = field(default_factory=set)  # PriceData (last, book, limits)
    stats: set[str] = field(default_factory=set)  # SessionStats
    foreign: set[str] = field(default_factory=set)
    indices: set[str] = field(default_factory=set)
    contracts: set[str] = field(default_factory=set)  # derivatives: basis, quote or price of these
    trades: list[ClassifiedTrade] = field(default_factory=list)
    basis_points: list[BasisPoint] = field(default_factory=list)
    foreign_rows: list[ForeignInvestorData] = field(default_factory=list)  # at most one a symbol and interval
    index_rows: list[IndexData] = field(default_factory=list)  # copies without intraday, one a message
    alerts: list[Alert] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    session_events: list[SessionEvent] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)  # reason -> messages that changed nothing
    everything: bool = False  # day roll or reset: all state is new
    ignored: int = 0  # messages of symbols outside the tracked set, and of channels nothing is made of
    unknown_sessions: dict[str, int] = field(default_factory=dict)  # undocumented session code -> messages
