"""The active volumes of a symbol's day after each single print of a batch.

SessionStats has them after the whole batch: the prints are walked backwards from there. A print of an older trading
date than the one that is served now (the day rolled within the batch) is counted on from what was known before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from app.market.models import ClassifiedTrade, SessionStats, TradeType

type CountedTrade = tuple[ClassifiedTrade, int, int]  # the print, active buy and sell of the day after it


class ActiveVolumes:
    """Knows each symbol's active buy and sell as of the last batch."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[date | None, int, int]] = {}

    def begin(self, trading_date: date | None, stats: Mapping[str, SessionStats]) -> None:
        """Take the state of this moment."""
        self._known = {
            symbol: (trading_date, row.mua_chu_dong_volume, row.ban_chu_dong_volume)
            for symbol, row in stats.items()
        }

    def count(
        self, trades: Sequence[ClassifiedTrade], trading_date: date | None, stats: Mapping[str, SessionStats]
    ) -> list[CountedTrade]:
        """Return each print with the volumes after it; `stats` is the state after all of them."""
        counted = [
            (trade, *self._count_on(trade))
            for trade in trades
            if trade.trading_date != trading_date or trade.symbol not in stats
        ]
        backwards: dict[str, tuple[int, int]] = {}
        current: list[CountedTrade] = []
        for trade in reversed(trades):
            row = stats.get(trade.symbol)
            if trade.trading_date != trading_date or row is None:
                continue
            if trade.symbol not in backwards:
                backwards[trade.symbol] = (row.mua_chu_dong_volume, row.ban_chu_dong_volume)
                self._known[trade.symbol] = (trading_date, *backwards[trade.symbol])
            bought, sold = backwards[trade.symbol]
            current.append((trade, bought, sold))
            backwards[trade.symbol] = _before(trade, bought, sold)
        return counted + current[::-1]

    def _count_on(self, trade: ClassifiedTrade) -> tuple[int, int]:
        day, bought, sold = self._known.get(trade.symbol, (trade.trading_date, 0, 0))
        if day != trade.trading_date:
            bought = sold = 0
        if trade.trade_type is TradeType.ACTIVE_BUY:
            bought += trade.volume
        elif trade.trade_type is TradeType.ACTIVE_SELL:
            sold += trade.volume
        self._known[trade.symbol] = (trade.trading_date, bought, sold)
        return bought, sold


def _before(trade: ClassifiedTrade, bought: int, sold: int) -> tuple[int, int]:
    if trade.trade_type is TradeType.ACTIVE_BUY:
        return bought - trade.volume, sold
    if trade.trade_type is TradeType.ACTIVE_SELL:
        return bought, sold - trade.volume
    return bought, sold
