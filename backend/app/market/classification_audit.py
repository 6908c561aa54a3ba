"""How far our aggressor agrees with the exchange's: per symbol, prints of continuous trading only.

The tick test (against the last different price) is measured here and used nowhere else.
"""

from __future__ import annotations

from msgspec import Struct

from app.market.messages import Price
from app.market.models import AuditRow, ClassifiedTrade, Phase, TradeType

_SIDE_OF = {TradeType.ACTIVE_BUY: "BU", TradeType.ACTIVE_SELL: "SD"}


class AuditCounts(Struct, gc=False, omit_defaults=True):
    """What one symbol's shares are made of."""

    prints: int = 0
    unclassified: int = 0
    compared: int = 0
    agreed: int = 0
    tick_compared: int = 0
    tick_agreed: int = 0
    last_price: Price = 0
    tick_side: str = ""


class ClassificationAudit:
    """Counts per symbol."""

    def __init__(self) -> None:
        self._counts: dict[str, AuditCounts] = {}

    def count(self, trade: ClassifiedTrade) -> None:
        """Count one print."""
        if trade.phase is not Phase.CONTINUOUS:
            return
        counts = self._of(trade.symbol)
        if counts.last_price > 0 and trade.price != counts.last_price:
            counts.tick_side = "BU" if trade.price > counts.last_price else "SD"
        counts.last_price = trade.price
        _count_sides(counts, trade)
        if counts.tick_side and trade.exchange_side is not None:
            counts.tick_compared += 1
            counts.tick_agreed += counts.tick_side == trade.exchange_side

    def count_late(self, trade: ClassifiedTrade) -> None:
        """Count one print after later ones: all but the tick test, which needs their order."""
        if trade.phase is Phase.CONTINUOUS:
            _count_sides(self._of(trade.symbol), trade)

    def _of(self, symbol: str) -> AuditCounts:
        counts = self._counts.get(symbol)
        if counts is None:
            counts = self._counts[symbol] = AuditCounts()
        return counts

    def row(self, symbol: str, missed_volume: int) -> AuditRow:
        """Return the audit of one symbol."""
        counts = self._counts.get(symbol, AuditCounts())
        return AuditRow(
            symbol=symbol,
            prints=counts.prints,
            unclassified=counts.unclassified,
            unclassified_share=_share(counts.unclassified, counts.prints),
            compared=counts.compared,
            agreed=counts.agreed,
            agreement_ratio=_share(counts.agreed, counts.compared),
            tick_test_ratio=_share(counts.tick_agreed, counts.tick_compared),
            missed_volume=missed_volume,
        )

    def counts_of(self, symbol: str) -> AuditCounts | None:
        """Return the live counts of one symbol, None before its first print of continuous trading."""
        return self._counts.get(symbol)

    def restore(self, symbol: str, counts: AuditCounts) -> None:
        """Go on from counts kept before a restart."""
        self._counts[symbol] = counts

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        self._counts.pop(symbol, None)


def _count_sides(counts: AuditCounts, trade: ClassifiedTrade) -> None:
    counts.prints += 1
    ours, theirs = _SIDE_OF.get(trade.trade_type), trade.exchange_side
    if ours is None:
        counts.unclassified += 1
    elif theirs is not None:
        counts.compared += 1
        counts.agreed += ours == theirs


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
