"""Trades the spool refused, as gaps to be written once it takes rows again. Overflow: one entry a symbol and day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from app.market.gap_ledger import REFUSED
from app.market.models import ClassifiedTrade, Gap


class _Refusal(Struct):
    from_time: datetime
    to_time: datetime
    volume: int


class RefusedTrades:
    """What was not accepted since the last time gaps could be written."""

    def __init__(self) -> None:
        self._refusals: dict[tuple[str, date], _Refusal] = {}

    def __bool__(self) -> bool:
        return bool(self._refusals)

    def note(self, trades: Iterable[ClassifiedTrade]) -> None:
        """Count trades that are lost."""
        for trade in trades:
            refusal = self._refusals.get((trade.symbol, trade.trading_date))
            if refusal is None:
                refusal = _Refusal(trade.timestamp, trade.timestamp, 0)
                self._refusals[trade.symbol, trade.trading_date] = refusal
            refusal.from_time = min(refusal.from_time, trade.timestamp)
            refusal.to_time = max(refusal.to_time, trade.timestamp)
            refusal.volume += trade.volume

    def gaps(self) -> list[tuple[Gap, date]]:
        """Return one gap a symbol and trading date."""
        return [
            (Gap(symbol, refusal.from_time, refusal.to_time, refusal.volume, REFUSED), day)
            for (symbol, day), refusal in self._refusals.items()
        ]

    def clear(self) -> None:
        """Forget what has been written."""
        self._refusals.clear()
