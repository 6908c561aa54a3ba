"""Frames as they come: JSON text into one struct each. What cannot be read, or is not known, is None."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class StatusFrame(Struct, frozen=True):
    """How the server's feed is."""

    connected: bool
    source: str
    state: str
    since: str | None = None
    ages: dict[str, float] = {}
    muted_channels: list[str] = []
    reason: str | None = None


class SnapshotFrame(Struct, frozen=True):
    """The state of a `channel` or a `topic`; alerts of full mode have no number."""

    data: Any
    channel: str | None = None
    topic: str | None = None
    epoch: str | None = None
    seq: int = 0
    position: int | None = None


class DeltaFrame(Struct, frozen=True):
    """A merge patch that leads from `prev` to `seq`."""

    channel: str
    epoch: str
    seq: int
    prev: int
    data: dict[str, Any]


class BatchFrame(Struct, frozen=True):
    """Events of one tick."""

    epoch: str
    position: int
    messages: list[dict[str, Any]]


class SubscribedFrame(Struct, frozen=True):
    """What the socket hears of now."""

    session_id: str
    position: int
    symbols: list[str] = []
    markets: list[str] = []
    sectors: list[str] = []
    rejected: list[dict[str, str | None]] = []
    aliases: dict[str, str] = {}


class ResyncFrame(Struct, frozen=True):
    """A topic (`*`: all) could not be completed."""

    topic: str
    reason: str


class ByeFrame(Struct, frozen=True):
    """The server goes."""

    reconnect_in_ms: tuple[float, float]


class TokenExpiringFrame(Struct, frozen=True):
    """The socket's token runs out in a minute."""

    expires_at: str


class TokenRefreshedFrame(Struct, frozen=True):
    """The answer to a refresh."""

    expires_at: str
    access_token: str | None = None
    refresh_token: str | None = None


class ErrorFrame(Struct, frozen=True):
    """Something we said was wrong."""

    code: str
    message: str


class PongFrame(Struct, frozen=True):
    """The answer to a ping."""


class FullFrame(Struct, frozen=True):
    """A whole state in full mode: it has no envelope."""

    data: dict[str, Any]


type Frame = (
    StatusFrame
    | SnapshotFrame
    | DeltaFrame
    | BatchFrame
    | SubscribedFrame
    | ResyncFrame
    | ByeFrame
    | TokenExpiringFrame
    | TokenRefreshedFrame
    | ErrorFrame
    | PongFrame
    | FullFrame
)

_STRUCTS: dict[str, type[Struct]] = {
    "status": StatusFrame,
    "snapshot": SnapshotFrame,
    "delta": DeltaFrame,
    "batch": BatchFrame,
    "subscribed": SubscribedFrame,
    "resync": ResyncFrame,
    "bye": ByeFrame,
    "token_expiring": TokenExpiringFrame,
    "token_refreshed": TokenRefreshedFrame,
    "error": ErrorFrame,
    "pong": PongFrame,
}


def read_frame(text: str | bytes) -> Frame | None:
    """Return a frame, None for one that this client has no use for."""
    try:
        message = msgspec.json.decode(text)
        if not isinstance(message, dict):
            return None
        if "type" not in message:
            return FullFrame(message)
        struct = _STRUCTS.get(message["type"]) if isinstance(message["type"], str) else None
        return None if struct is None else msgspec.convert(message, struct)  # type: ignore[return-value]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
