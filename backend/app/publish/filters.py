"""What a subscriber wants to hear of. Equal filters are one group, whose members share every frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.market.models import PriceData
from app.publish.event_rings import EventRings
from app.publish.topics import ALERTS, SESSION, symbol_of, symbol_topic

ALERTS_CHANNEL = frozenset({ALERTS, SESSION})  # what the alerts channel alone brings


@dataclass(frozen=True, slots=True)
class Filter:
    """Symbols, exchanges and sectors; with any of them come index, derivatives, alert and session events.

    `alerts`: the alerts channel in delta mode, which alone brings alerts and session events.
    """

    symbols: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    alerts: bool = False

    @property
    def takes_symbols(self) -> bool:
        """Whether anything of the market was subscribed to."""
        return bool(self.symbols or self.markets or self.sectors)

    @property
    def is_empty(self) -> bool:
        return not self.takes_symbols and not self.alerts

    @property
    def size(self) -> int:
        """Return how many subscriptions it counts as."""
        return len(self.symbols) + len(self.markets) + len(self.sectors)

    def __or__(self, other: Filter) -> Filter:
        return Filter(
            self.symbols | other.symbols,
            self.markets | other.markets,
            self.sectors | other.sectors,
            self.alerts or other.alerts,
        )

    def __sub__(self, other: Filter) -> Filter:
        return Filter(
            self.symbols - other.symbols,
            self.markets - other.markets,
            self.sectors - other.sectors,
            self.alerts and not other.alerts,
        )

    def with_alerts(self, alerts: bool) -> Filter:
        """Return the same with or without the alerts channel."""
        return replace(self, alerts=alerts)


class SymbolFacts:
    """What a symbol belongs to: its exchange from the market's own rows, its sector from a dated list."""

    def __init__(
        self,
        get_prices: Callable[[], dict[str, PriceData]],
        sectors: dict[str, frozenset[str]] | None = None,
    ) -> None:
        self._get_prices = get_prices
        self.sectors = sectors or {}  # sector -> its symbols
        self._sector_of = {symbol: name for name, symbols in self.sectors.items() for symbol in symbols}

    def market_of(self, symbol: str) -> str | None:
        """Return a symbol's exchange, None before it was heard of."""
        row = self._get_prices().get(symbol)
        return row.exchange if row is not None else None

    def sector_of(self, symbol: str) -> str | None:
        """Return a symbol's sector, None if the list has none."""
        return self._sector_of.get(symbol)

    def matches(self, wanted: Filter, topic: str) -> bool:
        """Whether a subscriber hears of a topic."""
        symbol = symbol_of(topic)
        if symbol is None:
            return wanted.takes_symbols or (wanted.alerts and topic in ALERTS_CHANNEL)
        return (
            symbol in wanted.symbols
            or (bool(wanted.markets) and self.market_of(symbol) in wanted.markets)
            or (bool(wanted.sectors) and self.sector_of(symbol) in wanted.sectors)
        )

    def topics_in(self, rings: EventRings, wanted: Filter) -> Iterator[str]:
        """Yield the topics with events that a subscriber hears of."""
        if wanted.markets or wanted.sectors:
            yield from (topic for topic in rings.topics if self.matches(wanted, topic))
            return
        yield from (topic for topic in map(symbol_topic, wanted.symbols) if topic in rings)
        yield from (topic for topic in rings.shared_topics if self.matches(wanted, topic))

    def symbols_of(self, wanted: Filter) -> list[str]:
        """Return every symbol of a filter: those it names, and those known now of its markets and sectors."""
        named = sorted(wanted.symbols)
        if not wanted.markets and not wanted.sectors:
            return named
        also = (symbol for symbol in self._get_prices() if symbol not in wanted.symbols)
        return named + [symbol for symbol in also if self._is_of(symbol, wanted)]

    def _is_of(self, symbol: str, wanted: Filter) -> bool:
        return self.market_of(symbol) in wanted.markets or self.sector_of(symbol) in wanted.sectors
