"""The phase of each exchange as a whole, from the clock and from what its symbols report.

A symbol's code is its own affair (halted, or in periodic auctions all day). The exchange follows the clock's window
until most of its symbols report another phase in that window: a late opening or an early close.
"""

from __future__ import annotations

from app.market.models import Phase
from app.market.trading_calendar import EXCHANGES, TradingCalendar

LATE_MESSAGES_S = 30  # after a change of window, messages of the one before still arrive


class ExchangePhases:
    """Phase per exchange; `advance` and `hear` return what changed as (exchange, phase)."""

    def __init__(self, calendar: TradingCalendar) -> None:
        self._calendar = calendar
        self.phases: dict[str, Phase] = dict.fromkeys(EXCHANGES, Phase.UNKNOWN)
        self._clock_phases: dict[str, Phase] = dict.fromkeys(EXCHANGES, Phase.UNKNOWN)
        self._left: dict[str, tuple[Phase, float]] = dict.fromkeys(EXCHANGES, (Phase.UNKNOWN, 0.0))
        self._members: dict[str, set[str]] = {exchange: set() for exchange in EXCHANGES}
        self._dissent: dict[str, dict[str, Phase]] = {exchange: {} for exchange in EXCHANGES}
        self._next_change_s = 0.0

    def join(self, exchange: str, symbol: str) -> None:
        """Count `symbol` among those whose majority can contradict the clock."""
        if exchange in self._members:
            self._members[exchange].add(symbol)

    def advance(self, time_s: float) -> list[tuple[str, Phase]]:
        """Move to market time `time_s`."""
        if time_s < self._next_change_s:
            return []
        self._next_change_s = self._calendar.next_change_s(time_s)
        changed = []
        for exchange in EXCHANGES:
            phase = self._calendar.phase_at(exchange, time_s)
            before = self._clock_phases[exchange]
            if phase is before:
                continue
            self._clock_phases[exchange] = phase
            self._left[exchange] = (before, time_s)
            self._dissent[exchange].clear()
            if phase is not self.phases[exchange]:
                self.phases[exchange] = phase
                changed.append((exchange, phase))
        return changed

    def is_past(self, exchange: str, phase: Phase, time_s: float) -> bool:
        """Return whether a message stamped `time_s` tells of a window that is over.

        The last rows of the morning, of the day or of Friday are replayed on subscription, whenever that is.
        """
        clock_phase = self._clock_phases.get(exchange)
        if clock_phase is None:
            return False
        left_phase, left_at_s = self._left[exchange]
        if phase is left_phase and time_s < left_at_s + LATE_MESSAGES_S:
            return True
        return self._calendar.phase_at(exchange, time_s) is not clock_phase

    def hear(self, exchange: str, symbol: str, phase: Phase, time_s: float) -> list[tuple[str, Phase]]:
        """Take note of the phase that `symbol` reports."""
        if phase is Phase.UNKNOWN or exchange not in self._dissent:
            return []
        dissent = self._dissent[exchange]
        if phase is self.phases[exchange]:
            dissent.pop(symbol, None)
            return []
        if dissent.get(symbol) is phase or self.is_past(exchange, phase, time_s):
            return []
        dissent[symbol] = phase
        votes = sum(1 for other in dissent.values() if other is phase)
        if votes * 2 <= len(self._members[exchange]):
            return []
        self.phases[exchange] = phase
        return [(exchange, phase)]
