"""Symbols as the wire writes them, checked once and remembered.

Overflow: what is remembered is bounded by SYMBOLS_CACHED_MAX.
"""

from __future__ import annotations

import re

from app.feed.errors import FeedPayloadError, RejectReason

SYMBOLS_CACHED_MAX = 20_000  # about 2,000 securities with warrants; the rest is room for a year of listings

_SYMBOL = re.compile(r"[A-Z0-9_.]{1,20}")


class SymbolNames:
    """`known.get(text) or check(text)` is a symbol: the look-up is the hot path's own, without a call."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def check(self, text: str) -> str:
        """Return a symbol not seen before. Raise FeedPayloadError."""
        symbol = text.strip().upper()
        if not _SYMBOL.fullmatch(symbol):
            raise FeedPayloadError(RejectReason.BAD_SYMBOL)
        if len(self.known) >= SYMBOLS_CACHED_MAX:
            self.known.clear()
        self.known[text] = symbol
        return symbol

    def of(self, text: str) -> str:
        """Return the symbol of a message that is not so frequent. Raise FeedPayloadError."""
        return self.known.get(text) or self.check(text)
