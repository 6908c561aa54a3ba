"""Active buy and sell of each symbol's day, in all and by phase.

The three kinds add up to total_volume, the phases add up to the totals, and total_volume is the feed's TotalVol:
missed volume is counted as neutral in the phase of the message that revealed it.
"""

from __future__ import annotations

from datetime import datetime

from app.market.models import Phase, SessionBreakdown, SessionStats, TradeType


def breakdown_of(stats: SessionStats, phase: Phase) -> SessionBreakdown:
    """Return the part of `stats` that `phase` counts in; what has no part of its own is `other`."""
    if phase is Phase.CONTINUOUS:
        return stats.continuous
    if phase is Phase.ATO:
        return stats.ato
    if phase is Phase.ATC:
        return stats.atc
    if phase is Phase.PLO:
        return stats.plo
    return stats.other


class SessionAggregator:
    """SessionStats per symbol, stocks and futures."""

    def __init__(self) -> None:
        self.stats: dict[str, SessionStats] = {}

    def add_print(
        self, symbol: str, phase: Phase, trade_type: TradeType, volume: int, value: int, moment: datetime
    ) -> None:
        """Count one classified print."""
        stats = self.stats.get(symbol)
        if stats is None:
            stats = self.stats[symbol] = SessionStats(symbol)
        part = breakdown_of(stats, phase)
        if trade_type is TradeType.ACTIVE_BUY:
            stats.mua_chu_dong_volume += volume
            stats.mua_chu_dong_value += value
            part.mua_chu_dong_volume += volume
        elif trade_type is TradeType.ACTIVE_SELL:
            stats.ban_chu_dong_volume += volume
            stats.ban_chu_dong_value += value
            part.ban_chu_dong_volume += volume
        else:
            stats.neutral_volume += volume
            stats.neutral_value += value
            part.neutral_volume += volume
        stats.total_volume += volume
        part.total_volume += volume
        stats.last_updated = moment

    def add_missed(self, symbol: str, phase: Phase, volume: int, value: int, moment: datetime) -> None:
        """Count volume that was traded but never shown."""
        self.add_print(symbol, phase, TradeType.NEUTRAL, volume, value, moment)
        self.stats[symbol].missed_volume += volume

    def take_missed(self, symbol: str, phase: Phase, volume: int, value: int) -> bool:
        """Take back what `add_missed` counted; False, and nothing changed, when less than that is there."""
        stats = self.stats.get(symbol)
        if stats is None or min(stats.missed_volume, breakdown_of(stats, phase).neutral_volume) < volume:
            return False
        for counts in (stats, breakdown_of(stats, phase)):
            counts.neutral_volume -= volume
            counts.total_volume -= volume
        stats.neutral_value -= value
        stats.missed_volume -= volume
        return True

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        self.stats.pop(symbol, None)
