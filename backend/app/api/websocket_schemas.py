"""The messages of a WebSocket for OpenAPI, so that a front end can generate their types from openapi.json."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import Alert, ForeignSummary, IndexData, MarketSnapshot
from app.api.websocket_events import AlertMessage, ChannelName, SessionMessage, StreamMessage
from app.market.models import FeedSource, FeedState


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StatusMessage(_Message):
    """First on every channel, and at each change of the feed."""

    type: Literal["status"]
    connected: bool
    source: FeedSource
    state: FeedState
    since: datetime
    ages: dict[str, float]
    muted_channels: list[str]
    reason: str | None


class AlertsSnapshotMessage(_Message):
    """The last 50, first on /ws/alerts after the status."""

    type: Literal["snapshot"]
    channel: Literal["alerts"]
    data: list[Alert]


class PingMessage(_Message):
    """The server is alive; no answer is expected."""

    type: Literal["ping"]


class PongMessage(_Message):
    """The answer to {"action":"ping"}."""

    type: Literal["pong"]


class ByeMessage(_Message):
    """The server stops: come back after a random time within [lo, hi] milliseconds."""

    type: Literal["bye"]
    reconnect_in_ms: tuple[int, int]


class TokenExpiringMessage(_Message):
    """A minute before the socket's token runs out and the socket is closed with 4402."""

    type: Literal["token_expiring"]
    expires_at: datetime


class TokenRefreshedMessage(_Message):
    """The answer to a refresh. The tokens are null where the client brought its own access token."""

    type: Literal["token_refreshed"]
    expires_at: datetime
    access_token: str | None
    refresh_token: str | None


class ErrorMessage(_Message):
    type: Literal["error"]
    code: str
    message: str


type ServerMessage = (
    StatusMessage
    | SessionMessage
    | AlertMessage
    | AlertsSnapshotMessage
    | PingMessage
    | PongMessage
    | ByeMessage
    | TokenExpiringMessage
    | TokenRefreshedMessage
    | ErrorMessage
    | StreamMessage
)

# What a full mode channel sends has no envelope.
type ServerFrame = ServerMessage | MarketSnapshot | ForeignSummary | dict[str, IndexData]


class ClientMessage(_Message):
    """`interval_ms`: the pace of the channels named. `channel`: of a resync; without it, of everything."""

    action: Literal["ping", "subscribe", "unsubscribe", "unsubscribe_all", "resync", "refresh"]
    symbols: list[str] | None = None
    markets: list[str] | None = None
    sectors: list[str] | None = None
    channels: list[ChannelName] | None = None
    interval_ms: float | None = None
    channel: ChannelName | None = None
    refresh_token: str | None = Field(None, description="Of a refresh: it is replaced by the answer's.")
    access_token: str | None = Field(None, description="Of a refresh: a newer one of the same account.")


class CloseCodeEntry(_Message):
    code: int
    when: str
    come_back: str


class WebSocketProtocol(_Message):
    """Everything that travels on the four channels."""

    close_codes: list[CloseCodeEntry]
    error_codes: dict[str, str]
    client_messages: list[ClientMessage]
    server_messages: list[ServerMessage] = Field(description="One example each.")
    market: MarketSnapshot = Field(description="What /ws/market sends now.")
    foreign: ForeignSummary = Field(description="What /ws/foreign sends now.")
    index: dict[str, IndexData] = Field(description="What /ws/index sends now.")


class ChannelStats(_Message):
    connections: int
    connections_total: int
    frames: int
    bytes: int
    skips: int
    closes: dict[str, int] = Field(description="By close code.")


class WebSocketStats(_Message):
    """Frames, bytes and skips are those of the clients connected now; the other totals of this process's life."""

    connections: int
    subscribers: int = Field(description="Sockets that hear of events.")
    subscriptions: int = Field(description="Symbols, markets and sectors, summed over the sockets.")
    resumes: int
    saved_sessions: int
    events_kept: int
    events_kept_bytes: int
    channels: dict[str, ChannelStats]


class ViewEntry(_Message):
    """What a client is shown of a channel. `symbols` null: all; `interval_ms`: at most one frame in this time."""

    channel: str
    mode: Literal["full", "delta"]
    interval_ms: int
    symbols: list[str] | None


class ConnectionEntry(_Message):
    id: int
    path: str
    address: str
    views: list[ViewEntry]
    subscriptions: int
    connected_at: datetime
    frames: int
    bytes: int
    skips: int
    unsent_bytes: int
