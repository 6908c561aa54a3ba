"""The shapes of SPEC section 3 for OpenAPI. Answers are encoded by msgspec; a test holds both shapes together.

A field that may be null is always present, except `intraday`, which only first frames and REST carry.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.market.models import AlertType, FeedSource, FeedState, Phase, Severity, TradeType


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SessionBreakdown(_Schema):
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    neutral_volume: int
    total_volume: int


class SessionStats(_Schema):
    """Active buy and sell of one symbol's day, in shares (or contracts) and VND."""

    symbol: str = Field(examples=["VCB"])
    mua_chu_dong_volume: int = Field(examples=[1_250_300])
    mua_chu_dong_value: int
    ban_chu_dong_volume: int
    ban_chu_dong_value: int
    neutral_volume: int
    neutral_value: int
    total_volume: int = Field(description="The feed's TotalVol; the phases add up to it.")
    missed_volume: int = Field(description="Traded as TotalVol shows, but never sent as a print.")
    last_updated: datetime | None
    ato: SessionBreakdown
    continuous: SessionBreakdown
    atc: SessionBreakdown
    plo: SessionBreakdown
    other: SessionBreakdown


class PriceData(_Schema):
    """Equities in VND, futures in points. null: absent. Levels are [price, volume], best first."""

    last_price: float | None = Field(examples=[61_200])
    change: float | None
    change_pct: float | None
    ref_price: float | None
    ceiling: float | None
    floor: float | None
    open: float | None
    high: float | None
    low: float | None
    avg_price: float | None
    total_volume: int
    total_value: int
    last_volume: int | None
    bids: list[tuple[float, int]] = Field(examples=[[[61_200, 12_300]]])
    asks: list[tuple[float, int]]
    exchange: str | None = Field(examples=["HOSE"])
    phase: Phase
    est_match_price: float | None = Field(description="Auctions only.")


class IntradayPoint(_Schema):
    timestamp: datetime
    value: float


class IndexData(_Schema):
    """`advances` includes ceilings and `declines` floors."""

    index_id: str = Field(examples=["VN30"])
    value: float = Field(examples=[1893.42])
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
    intraday: list[IntradayPoint] | None = Field(
        default=None,
        description="One point a minute; in first frames and REST, of VN30, VNINDEX, HNX and UPCOM.",
    )
    last_updated: datetime | None
    advance_ratio: float | None = Field(description="advances / (advances + declines); null when both are 0.")


class ForeignInvestorData(_Schema):
    symbol: str = Field(examples=["FPT"])
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
    last_updated: datetime | None
    values_estimated: bool = Field(description="True: summed by us as volume x last price.")


class ForeignSummary(_Schema):
    """Over the tracked stocks, never futures. top_* hold five each, by net value."""

    scope: str = Field(examples=["VN30"])
    total_buy_value: int
    total_sell_value: int
    total_net_value: int
    total_buy_volume: int
    total_sell_volume: int
    total_net_volume: int
    top_buy: list[ForeignInvestorData]
    top_sell: list[ForeignInvestorData]


class BasisPoint(_Schema):
    """basis = futures - VN30, in points."""

    timestamp: datetime
    futures_symbol: str = Field(examples=["41I1GC000"])
    futures_price: float
    spot_value: float
    basis: float
    basis_pct: float
    is_premium: bool


class DerivativesContract(_Schema):
    symbol: str = Field(examples=["41I1GC000"])
    last_price: float | None
    change: float | None
    change_pct: float | None
    volume: int
    bid_price: float | None
    ask_price: float | None
    basis: float | None
    basis_pct: float | None
    is_premium: bool | None
    last_updated: datetime | None
    alias: str | None = Field(examples=["VN30F1M"])
    expiry_date: date | None
    stale: bool = Field(description="One leg is too old: the basis is the last good one.")


class DerivativesData(DerivativesContract):
    """The active contract, with each listed one beside it."""

    contracts: list[DerivativesContract]


class Alert(_Schema):
    id: str
    alert_type: AlertType
    severity: Severity
    symbol: str = Field(examples=["HPG"])
    message: str
    timestamp: datetime
    data: dict[str, Any]


class Figure(_Schema):
    """A sample of a metric; counters and buckets are totals since the start."""

    labels: dict[str, str] = Field(examples=[{"channel": "X-TRADE"}])
    value: float = Field(examples=[1_204])


class SystemFigures(_Schema):
    """By the names of `/metrics` (docs/operations.md): those of the dashboard's system page."""

    figures: dict[str, list[Figure]]


class AlertRules(_Schema):
    """The numbers of the alert rules as the server is set (ALERT_*). A guard of 0 is off."""

    volume_spike_ratio: float = Field(
        examples=[3.0], description="A print larger than so many times the average print of the window."
    )
    volume_window_min: float = Field(examples=[20.0], description="The window, minutes.")
    volume_spike_min_prints: int = Field(examples=[10], description="Guard: prints in the window.")
    foreign_change_pct: float = Field(
        examples=[30.0], description="Change of the net value over 5 minutes, percent."
    )
    foreign_min_value: int = Field(
        examples=[1_000_000_000], description="Guard: net value 5 minutes ago, VND."
    )
    dedup_s: float = Field(
        examples=[60.0], description="One alert of a type and symbol in this time, seconds."
    )


class SessionInfo(_Schema):
    trading_date: date | None
    phase: dict[str, Phase] = Field(description="Per exchange.", examples=[{"HOSE": "continuous"}])
    is_final: bool


class FeedStatus(_Schema):
    source: FeedSource
    state: FeedState
    since: datetime
    connected: bool
    ages: dict[str, float] = Field(
        description="Seconds since the last message, per channel.", examples=[{"X-TRADE": 0.2}]
    )
    muted_channels: list[str]
    reason: str | None


class MarketSnapshot(_Schema):
    quotes: dict[str, SessionStats]
    prices: dict[str, PriceData]
    indices: dict[str, IndexData]
    foreign: ForeignSummary
    derivatives: DerivativesData | None
    session: SessionInfo
    feed: FeedStatus | None


class ClassifiedTrade(_Schema):
    symbol: str
    price: float
    volume: int
    value: int
    trade_type: TradeType
    bid_price: float
    ask_price: float
    timestamp: datetime
    trading_session: str
    phase: Phase
    exchange_side: str | None
    total_volume: int
    trading_date: date


class ForeignDetail(_Schema):
    summary: ForeignSummary
    stocks: list[ForeignInvestorData]


class VolumeStats(_Schema):
    stats: dict[str, SessionStats]


class VN30Components(_Schema):
    symbols: list[str] = Field(examples=[["ACB", "BID", "CTG"]])


class Sectors(_Schema):
    sectors: dict[str, list[str]] = Field(
        description="ICB level 2, of VN30 and a few more.", examples=[{"Banks": ["ACB", "BID", "CTG"]}]
    )


class DashboardConfig(_Schema):
    source: FeedSource
    palette: str = Field(examples=["red-up"])
    auth_on: bool
    auth_kind: Literal["none", "token", "accounts"] = Field(description="What people come in with.")
    anonymous_allowed: bool = Field(description="Whether who has no token may look.")
    version: str = Field(examples=["0.1.0"])


class SpoolStatus(_Schema):
    """Rows on their way to the database."""

    rows: int
    oldest_s: float
    dead_rows: int = Field(description="rows no database takes, kept aside with the reason")
    is_refusing: bool = Field(
        description="new rows are not kept: the disk is nearly full, or can't be written"
    )
    is_failing: bool = Field(
        description="the file does not take rows, new ones wait in memory: the log says why"
    )


class BuriedRow(_Schema):
    """A row no database takes, and why."""

    buried_at: datetime
    table: str = Field(examples=["trades"])
    row: str = Field(description="Its values as text, in the order of the table's columns.")
    reason: str = Field(examples=['23514 new row violates check constraint "trades_price_plausible"'])


class DeadRows(_Schema):
    data: list[BuriedRow]


class Health(_Schema):
    status: str = Field(description="ok or degraded", examples=["ok"])
    database: str = Field(description="connected, unavailable or not_configured", examples=["connected"])
    feed: FeedStatus
    spool: SpoolStatus | None
    open_gaps: int = Field(description="losses of today that nothing has filled")


class Probe(_Schema):
    status: str = Field(examples=["ok"])


class ErrorDetail(_Schema):
    code: str = Field(examples=["unknown_symbol"])
    message: str = Field(examples=["no exchange lists ABCD"])


class ErrorBody(_Schema):
    error: ErrorDetail


class AuditRow(_Schema):
    """How well one symbol's prints could be classified, continuous trading only. Shares are null without prints."""

    symbol: str
    prints: int
    unclassified: int
    unclassified_share: float | None
    compared: int = Field(description="Prints on which both we and SSI's Side decided.")
    agreed: int
    agreement_ratio: float | None
    tick_test_ratio: float | None = Field(description="Agreement of the tick test with SSI's Side.")
    missed_volume: int
