"""The messages of delta mode and of subscriptions for OpenAPI and the JSON Schema: snapshots, deltas, typed events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import (
    Alert,
    BasisPoint,
    DerivativesData,
    ForeignInvestorData,
    ForeignSummary,
    IndexData,
    MarketSnapshot,
    PriceData,
    SessionInfo,
    SessionStats,
)
from app.market.models import Phase, TradeType

type ChannelName = Literal["market", "foreign", "index", "alerts"]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Numbered(_Message):
    epoch: str = Field(description="The server's life; another one is another numbering.")
    seq: int
    ts: datetime = Field(description="When the frame was built, or the event numbered.")


class ChannelSnapshotMessage(_Numbered):
    """The state of a channel in delta mode; its deltas go on from `seq`."""

    type: Literal["snapshot"]
    channel: Literal["market", "foreign", "index"]
    interval_ms: int = Field(description="The pace given.")
    data: MarketSnapshot | ForeignSummary | dict[str, IndexData]


class DeltaMessage(_Numbered):
    """A JSON Merge Patch (RFC 7396) on the state of `prev`. Who has another seq asks for a resync."""

    type: Literal["delta"]
    channel: Literal["market", "foreign", "index"]
    prev: int
    data: dict[str, Any]


class AlertsChannelMessage(_Numbered):
    """The last 50 alerts, in delta mode; numbered alert events go on from `seq`."""

    type: Literal["snapshot"]
    channel: Literal["alerts"]
    position: int
    data: list[Alert]


class SymbolState(_Message):
    """Everything about one symbol; null is unknown."""

    symbol: str
    session_stats: SessionStats | None
    foreign: ForeignInvestorData | None
    price: PriceData | None
    indices: dict[str, IndexData]
    basis: BasisPoint | None


class TopicSnapshotMessage(_Numbered):
    """The state behind a topic; its next event has `seq` + 1."""

    type: Literal["snapshot"]
    topic: str
    position: int
    data: SymbolState | IndexData | DerivativesData | SessionInfo | list[Alert] | None


class _Event(_Numbered):
    topic: str = Field(examples=["symbol:VNM"])


class TradeMessage(_Event):
    """One print; the active volumes are the symbol's day after it. Prints are never merged."""

    type: Literal["trade"]
    symbol: str
    price: float
    volume: int
    value: int
    trade_type: TradeType
    exchange_side: str | None
    phase: Phase
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    timestamp: datetime


class QuoteMessage(_Event, PriceData):
    """Prices and book of a symbol; `skipped`: how many more changes it stands for."""

    type: Literal["quote"]
    symbol: str
    skipped: int = 0


class ForeignMessage(_Event, ForeignInvestorData):
    type: Literal["foreign"]
    skipped: int = 0


class IndexMessage(_Event, IndexData):
    type: Literal["index"]
    skipped: int = 0


class DerivativesMessage(_Event, DerivativesData):
    type: Literal["derivatives"]
    skipped: int = 0


class AlertMessage(_Message):
    """An alert to those who see them in full mode."""

    type: Literal["alert"]
    data: Alert


class SessionMessage(_Message):
    """`phase` changed, the day was frozen (`final`), or a new one began (`new_day`); to those without events."""

    type: Literal["session"]
    event: str
    trading_date: date | None
    timestamp: datetime
    exchange: str | None
    phase: Phase | None


class AlertEventMessage(_Event, AlertMessage):
    """The same, numbered."""


class SessionEventMessage(_Event, SessionMessage):
    """The same, numbered."""


type EventMessage = (
    TradeMessage
    | QuoteMessage
    | ForeignMessage
    | IndexMessage
    | DerivativesMessage
    | AlertEventMessage
    | SessionEventMessage
)


class BatchMessage(_Message):
    """The events of one tick, or of those sent again. `position`: what to come back with."""

    type: Literal["batch"]
    epoch: str
    position: int
    messages: list[EventMessage]


class ResyncMessage(_Message):
    """A topic could not be completed (`*`: nothing of the session could); a snapshot follows."""

    type: Literal["resync"]
    topic: str
    reason: Literal["expired", "epoch_changed", "too_many"]


class ViewSummary(_Message):
    channel: ChannelName
    mode: Literal["delta"]
    interval_ms: int


class RejectedName(_Message):
    """A name that was not subscribed to: one of symbol, market, sector, channel."""

    reason: Literal[
        "malformed",
        "unknown_symbol",
        "not_tracked",
        "is_index",
        "unknown_market",
        "unknown_sector",
        "unknown_channel",
    ]
    symbol: str | None = None
    market: str | None = None
    sector: str | None = None
    channel: str | None = None


class SubscribedMessage(_Message):
    """Everything the socket hears of now; in answer to each subscribe, unsubscribe and return.

    Unasked when symbols are tracked no longer: those are in `rejected`, and no longer in `symbols`.
    """

    type: Literal["subscribed"]
    session_id: str
    epoch: str
    position: int
    symbols: list[str]
    markets: list[str]
    sectors: list[str]
    channels: list[ViewSummary]
    rejected: list[RejectedName]
    aliases: dict[str, str] = Field(description="Of this request: a future's alias -> its contract.")


type StreamMessage = (
    ChannelSnapshotMessage
    | DeltaMessage
    | AlertsChannelMessage
    | TopicSnapshotMessage
    | BatchMessage
    | ResyncMessage
    | SubscribedMessage
)
