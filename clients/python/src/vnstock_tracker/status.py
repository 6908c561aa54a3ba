"""TrackerStatus: how far what the tracker shows may be believed."""

from __future__ import annotations

from msgspec import Struct

MOVING = frozenset({"live", "quiet"})  # states of a feed whose market is open and heard of


class TrackerStatus(Struct, frozen=True):
    """`source` (ssi, simulator, replay) and `state` (live, quiet, partial, stalled, reconnecting, lunch, closed, ...) are
    what the server last said of its feed, None before it did. `age_s`: since the server was last heard, on the socket
    that is silent longest. `is_current`: every socket is open and has all that the server told. `is_live`: and the market
    is open and heard of: what you see is now. `error`: why a socket is not open.
    """

    source: str | None
    state: str | None
    reason: str | None
    muted_channels: tuple[str, ...]
    age_s: float | None
    is_current: bool
    is_live: bool
    error: str | None
