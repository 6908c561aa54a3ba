"""A client of VN Stock Tracker: live states, events that are never lost in silence, and history."""

from __future__ import annotations

from vnstock_tracker.credentials import Tokens
from vnstock_tracker.errors import (
    ApiError,
    ClosedError,
    NotReadyError,
    RefusedError,
    TokenExpiredError,
    TrackerError,
    UnreachableError,
)
from vnstock_tracker.event_stream import EventStream
from vnstock_tracker.events import (
    AlertRaised,
    Derivatives,
    Event,
    ForeignFlow,
    IndexChange,
    Item,
    Quote,
    Rejected,
    Resync,
    SessionChange,
    TopicSnapshot,
    Trade,
)
from vnstock_tracker.rest import Rest, log_in
from vnstock_tracker.state_channel import Change, StateChannel
from vnstock_tracker.status import TrackerStatus
from vnstock_tracker.tracker import Tracker

__version__ = "0.1.0"
__all__ = [
    "AlertRaised",
    "ApiError",
    "Change",
    "ClosedError",
    "Derivatives",
    "Event",
    "EventStream",
    "ForeignFlow",
    "IndexChange",
    "Item",
    "NotReadyError",
    "Quote",
    "RefusedError",
    "Rejected",
    "Rest",
    "Resync",
    "SessionChange",
    "StateChannel",
    "TokenExpiredError",
    "Tokens",
    "TopicSnapshot",
    "Tracker",
    "TrackerError",
    "TrackerStatus",
    "Trade",
    "UnreachableError",
    "log_in",
]
