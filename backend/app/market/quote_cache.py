"""The last book and the price limits of each symbol. Cleared with the day.

A price of 0 is an absent price.
"""

from __future__ import annotations

from app.market.messages import Price, QuoteMessage

# A quote stamped this much later than a trade was made after it, whatever the order of arrival: a trade that was
# held up, or a cached trade replayed on subscription behind the newest book.
QUOTE_LEAD_MAX_S = 1.0
_ABSENT: tuple[Price, Price] = (0, 0)
_NO_REFS: tuple[Price, Price, Price] = (0, 0, 0)


class QuoteCache:
    """Last quote and (ref, ceiling, floor) per symbol."""

    def __init__(self) -> None:
        self._quotes: dict[str, QuoteMessage] = {}
        self._refs: dict[str, tuple[Price, Price, Price]] = {}

    def put_quote(self, quote: QuoteMessage) -> bool:
        """Store a quote; return False for one older than what is known, which changes nothing."""
        known = self._quotes.get(quote.symbol)
        if known is not None and quote.exchange_time_s < known.exchange_time_s:
            return False
        self._quotes[quote.symbol] = quote
        return True

    def put_price_refs(self, symbol: str, ref_price: Price, ceiling: Price, floor: Price) -> bool:
        """Store those of the three that are present; return whether that changed anything."""
        known = self._refs.get(symbol, _NO_REFS)
        refs = (ref_price or known[0], ceiling or known[1], floor or known[2])
        if refs == known:
            return False
        self._refs[symbol] = refs
        return True

    def get_bid_ask(self, symbol: str) -> tuple[Price, Price]:
        """Return the best bid and ask, 0 for a side that is absent."""
        quote = self._quotes.get(symbol)
        if quote is None:
            return _ABSENT
        return (quote.bids[0][0] if quote.bids else 0, quote.asks[0][0] if quote.asks else 0)

    def get_bid_ask_before(self, symbol: str, trade_time_s: float) -> tuple[Price, Price]:
        """Return the best bid and ask a trade stamped `trade_time_s` met; (0, 0) when the book is a later one."""
        quote = self._quotes.get(symbol)
        if quote is None or quote.exchange_time_s > trade_time_s + QUOTE_LEAD_MAX_S:
            return _ABSENT
        return (quote.bids[0][0] if quote.bids else 0, quote.asks[0][0] if quote.asks else 0)

    def get_price_refs(self, symbol: str) -> tuple[Price, Price, Price]:
        """Return (ref, ceiling, floor), 0 where absent."""
        return self._refs.get(symbol, _NO_REFS)

    def get_quote(self, symbol: str) -> QuoteMessage | None:
        """Return the last quote, None before the first of the day."""
        return self._quotes.get(symbol)

    def forget(self, symbol: str) -> None:
        """Drop what is known of a symbol that is no longer tracked."""
        self._quotes.pop(symbol, None)
        self._refs.pop(symbol, None)

    def clear(self) -> None:
        """Forget the day."""
        self._quotes.clear()
        self._refs.clear()
