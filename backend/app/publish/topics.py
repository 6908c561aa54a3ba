"""The names of the event topics of SPEC 7.3."""

from __future__ import annotations

DERIVATIVES = "derivatives"
ALERTS = "alerts"
SESSION = "session"
EVERYTHING = "*"  # in a resync: nothing of the session could be restored
_SYMBOL = "symbol:"
_INDEX = "index:"


def symbol_topic(symbol: str) -> str:
    """Return the topic of one symbol's prints, quotes and foreign flow."""
    return _SYMBOL + symbol


def index_topic(index_id: str) -> str:
    """Return the topic of one index."""
    return _INDEX + index_id


def symbol_of(topic: str) -> str | None:
    """Return the symbol of a symbol's topic, None of any other."""
    return topic[len(_SYMBOL) :] if topic.startswith(_SYMBOL) else None


def index_of(topic: str) -> str | None:
    """Return the index of an index's topic, None of any other."""
    return topic[len(_INDEX) :] if topic.startswith(_INDEX) else None
