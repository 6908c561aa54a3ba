"""VolumeHoles: volume whose prints are stored and were out of reach when the day was restored.

It is counted as missed until the database answers; then its prints are counted by their stored side and phase, as if
they had been there at the start, and what no print shows stays missed. A hole is filled once, whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from app.market.classification_audit import ClassificationAudit
from app.market.contract_codes import CONTRACT_MULTIPLIER_VND, parse_contract
from app.market.messages import Price
from app.market.models import ClassifiedTrade, Phase
from app.market.session_aggregator import SessionAggregator


class Hole(Struct, frozen=True, gc=False, omit_defaults=True):
    """The volume between two TotalVols, counted as missed in `phase` at `price`, those of the print beside it.

    `is_last`: that print comes before it, none is known after it; else it comes after it.
    """

    above: int
    upto: int
    phase: Phase
    price: Price
    is_last: bool = False


class UnfitHoleError(Exception):
    """What is stored of a hole does not fit into it: nothing was changed."""


def missed_value(symbol: str, volume: int, price: Price) -> int:
    """Return the value in VND that missed volume is counted with, at the price of the print beside it."""
    unit = CONTRACT_MULTIPLIER_VND if parse_contract(symbol) is not None else 1
    return round(volume * price * unit)


class VolumeHoles:
    """The holes of one day, and what fills them."""

    def __init__(self, aggregator: SessionAggregator, audit: ClassificationAudit) -> None:
        self._aggregator = aggregator
        self._audit = audit
        self._holes: dict[str, tuple[Hole, ...]] = {}

    def add(self, symbol: str, *holes: Hole) -> None:
        """Note volume that has just been counted as missed, or was before a restart."""
        if holes:
            self._holes[symbol] = (*self.of(symbol), *holes)

    def of(self, symbol: str) -> tuple[Hole, ...]:
        """Return the holes of one symbol."""
        return self._holes.get(symbol, ())

    def all(self) -> list[tuple[str, Hole]]:
        """Return every hole with its symbol."""
        return [(symbol, hole) for symbol, holes in self._holes.items() for hole in holes]

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        self._holes.pop(symbol, None)

    def fill(self, symbol: str, hole: Hole, trades: Iterable[ClassifiedTrade]) -> bool:
        """Count the symbol's stored prints that lie in a hole; return whether that changed anything.

        They come by total; others are left alone. The hole is gone afterwards, also when nothing is stored of it.
        Raise UnfitHoleError when the prints overlap or more was counted than was missed: the hole stays missed volume.
        """
        if hole not in self.of(symbol):
            return False  # filled before, or of a symbol forgotten meanwhile
        self._holes[symbol] = tuple(other for other in self.of(symbol) if other != hole)
        if not self._holes[symbol]:
            del self._holes[symbol]
        prints = [trade for trade in trades if hole.above < trade.total_volume <= hole.upto]
        if not prints:
            return False
        if not _fit(hole, prints):
            raise UnfitHoleError(f"{symbol}: its stored prints overlap")
        volume = hole.upto - hole.above
        value = missed_value(symbol, volume, hole.price)
        stats = self._aggregator.stats.get(symbol)
        is_newest = hole.is_last and stats is not None and stats.total_volume == hole.upto
        updated = stats.last_updated if stats is not None else None
        if not self._aggregator.take_missed(symbol, hole.phase, volume, value):
            raise UnfitHoleError(f"{symbol}: less was missed than it holds")
        self._count(symbol, hole, prints)
        if not is_newest:
            self._aggregator.stats[symbol].last_updated = updated
        return True

    def _count(self, symbol: str, hole: Hole, prints: Sequence[ClassifiedTrade]) -> None:
        position = hole.above
        for trade in prints:
            missed = trade.total_volume - trade.volume - position
            self._count_missed(symbol, missed, trade, trade.phase, trade.price)
            self._aggregator.add_print(
                symbol, trade.phase, trade.trade_type, trade.volume, trade.value, trade.timestamp
            )
            self._audit.count_late(trade)
            position = trade.total_volume
        last = prints[-1]
        phase, price = (last.phase, last.price) if hole.is_last else (hole.phase, hole.price)
        self._count_missed(symbol, hole.upto - position, last, phase, price)

    def _count_missed(
        self, symbol: str, volume: int, beside: ClassifiedTrade, phase: Phase, price: Price
    ) -> None:
        if volume:
            value = missed_value(symbol, volume, price)
            self._aggregator.add_missed(symbol, phase, volume, value, beside.timestamp)


def _fit(hole: Hole, prints: Sequence[ClassifiedTrade]) -> bool:
    """Return whether no print begins before the one before it ended."""
    position = hole.above
    for trade in prints:
        if trade.total_volume - trade.volume < position:
            return False
        position = trade.total_volume
    return True
