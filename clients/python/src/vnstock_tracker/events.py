"""What `async for event in tracker.events(...)` gives: typed events, and what is said about the stream itself."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from vnstock_tracker.models import (
    Alert,
    DerivativesData,
    ForeignInvestorData,
    IndexData,
    PriceData,
    SymbolState,
)


class _Numbered(Struct, frozen=True, kw_only=True):
    """`topic` and `seq`: its place; contiguous within an `epoch`. `ts`: when the server numbered it."""

    topic: str
    epoch: str
    seq: int
    ts: datetime


class Trade(_Numbered, frozen=True, kw_only=True, tag_field="type", tag="trade"):
    """One print; the active volumes are the symbol's day after it. Prints are never merged."""

    symbol: str
    price: float
    volume: int
    value: int
    trade_type: str
    phase: str
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    timestamp: datetime
    exchange_side: str | None = None


class Quote(PriceData, frozen=True, kw_only=True, tag_field="type", tag="quote"):
    """Prices and book of a symbol. `skipped`: how many more changes it stands for."""

    symbol: str
    topic: str
    epoch: str
    seq: int
    ts: datetime
    skipped: int = 0


class ForeignFlow(ForeignInvestorData, frozen=True, kw_only=True, tag_field="type", tag="foreign"):
    """Foreign flow of a symbol."""

    topic: str
    epoch: str
    seq: int
    ts: datetime
    skipped: int = 0


class IndexChange(IndexData, frozen=True, kw_only=True, tag_field="type", tag="index"):
    """An index."""

    topic: str
    epoch: str
    seq: int
    ts: datetime
    skipped: int = 0


class Derivatives(DerivativesData, frozen=True, kw_only=True, tag_field="type", tag="derivatives"):
    """The active VN30 future."""

    topic: str
    epoch: str
    seq: int
    ts: datetime
    skipped: int = 0


class AlertRaised(_Numbered, frozen=True, kw_only=True, tag_field="type", tag="alert"):
    """A signal."""

    data: Alert


class SessionChange(_Numbered, frozen=True, kw_only=True, tag_field="type", tag="session"):
    """A `phase` changed, the day was frozen (`final`), or a new one began (`new_day`)."""

    event: str
    timestamp: datetime
    trading_date: date | None = None
    exchange: str | None = None
    phase: str | None = None


class TopicSnapshot(Struct, frozen=True, dict=True):
    """The state behind a topic: the first that is heard of it, and again after its Resync. Its next event has seq + 1."""

    topic: str
    epoch: str
    seq: int
    data: Any

    @cached_property
    def symbol_state(self) -> SymbolState:
        """The state of a `symbol:` topic. Raise msgspec.ValidationError for any other."""
        return msgspec.convert(self.data, SymbolState)


class Resync(Struct, frozen=True):
    """Events of a topic (`*`: of all) are missing between the last one and the next; a TopicSnapshot follows.

    `reason`: `expired`, `too_many`, `epoch_changed` (the server was restarted), `session_refused` or `gap`.
    """

    topic: str
    reason: str


class Rejected(Struct, frozen=True):
    """A name that was not subscribed to, or is tracked no longer. `kind`: symbol, market, sector or channel."""

    kind: str
    name: str
    reason: str


type Event = Trade | Quote | ForeignFlow | IndexChange | Derivatives | AlertRaised | SessionChange
type Item = Event | TopicSnapshot | Resync | Rejected

_EVENTS = Trade | Quote | ForeignFlow | IndexChange | Derivatives | AlertRaised | SessionChange


def read_event(message: dict[str, Any]) -> Event | None:
    """Return a typed event, None for one that this client does not know."""
    try:
        event: Event = msgspec.convert(message, _EVENTS)
        return event
    except msgspec.ValidationError:
        return None
