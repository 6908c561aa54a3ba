"""What the server says in an envelope: everything on a socket that is not a full state.

Format: JSON objects told apart by `type`; api/websocket_schemas.py documents them in OpenAPI.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from app.market.models import Alert, FeedStatus, Phase, SessionEvent
from app.publish.wire_frame import WireFrame

_encode = msgspec.json.Encoder().encode

PING = WireFrame(b'{"type":"ping"}')
PONG = WireFrame(b'{"type":"pong"}')


class StatusMessage(Struct, tag="status", gc=False):
    """How the feed is: first on every channel, and again at each change."""

    connected: bool
    source: str
    state: str
    since: datetime
    ages: dict[str, float]
    muted_channels: list[str]
    reason: str | None


class SessionMessage(Struct, tag="session", gc=False):
    """A phase changed, the day was frozen (`final`), or a new one began (`new_day`)."""

    event: str
    trading_date: str | None
    timestamp: datetime
    exchange: str | None
    phase: Phase | None


class AlertMessage(Struct, tag="alert", gc=False):
    data: Alert


class AlertsSnapshotMessage(Struct, tag="snapshot", gc=False):
    channel: str
    data: list[Alert]


class ByeMessage(Struct, tag="bye", gc=False):
    """The server is going away: come back after a random time within [lo, hi] ms."""

    reconnect_in_ms: tuple[int, int]


class TokenExpiringMessage(Struct, tag="token_expiring", gc=False):
    """The socket's token runs out in a minute: refresh it, or be closed with 4402."""

    expires_at: datetime


class TokenRefreshedMessage(Struct, tag="token_refreshed", gc=False):
    """The socket stands until then. The tokens are null where the client brought its own access token."""

    expires_at: datetime
    access_token: str | None
    refresh_token: str | None


class ErrorMessage(Struct, tag="error", gc=False):
    code: str
    message: str


class ViewSummary(Struct, gc=False):
    """A channel in delta mode: at most one frame in `interval_ms`."""

    channel: str
    mode: str
    interval_ms: int


class SubscribedMessage(Struct, tag="subscribed", gc=False):
    """Everything the socket hears of now: after each subscribe, unsubscribe and return, and when symbols are lost."""

    session_id: str
    epoch: str
    position: int
    symbols: list[str]
    markets: list[str]
    sectors: list[str]
    channels: list[ViewSummary]
    rejected: Sequence[Struct]
    aliases: dict[str, str]


def encode_message(message: Struct) -> WireFrame:
    """Return the frame of a message."""
    return WireFrame(_encode(message))


def encode_status(status: FeedStatus) -> WireFrame:
    """Return the status frame of the feed."""
    return WireFrame(
        _encode(
            StatusMessage(
                connected=status.connected,
                source=status.source,
                state=status.state,
                since=status.since,
                ages=status.ages,
                muted_channels=status.muted_channels,
                reason=status.reason,
            )
        )
    )


def encode_session(event: SessionEvent) -> WireFrame:
    """Return the frame of a session event."""
    return WireFrame(
        _encode(
            SessionMessage(
                event=event.event,
                trading_date=event.trading_date.isoformat() if event.trading_date else None,
                timestamp=event.timestamp,
                exchange=event.exchange,
                phase=event.phase,
            )
        )
    )


def encode_alert(alert: Alert) -> WireFrame:
    """Return the frame of one alert."""
    return WireFrame(_encode(AlertMessage(data=alert)))


def encode_alerts_snapshot(alerts: Sequence[Alert]) -> WireFrame:
    """Return the first state of the alerts channel."""
    return WireFrame(_encode(AlertsSnapshotMessage(channel="alerts", data=list(alerts))))


def encode_bye(reconnect_in_ms: tuple[int, int]) -> WireFrame:
    """Return the farewell before a shutdown."""
    return WireFrame(_encode(ByeMessage(reconnect_in_ms=reconnect_in_ms)))


def encode_token_expiring(expires_at: datetime) -> WireFrame:
    """Return the warning before a socket's token runs out."""
    return encode_message(TokenExpiringMessage(expires_at))


def encode_error(code: str, message: str) -> WireFrame:
    """Return an error frame; `code` is stable, `message` is for people."""
    return WireFrame(_encode(ErrorMessage(code=code, message=message)))
