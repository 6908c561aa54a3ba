"""The exchanges' days and hours: which dates trade, and which phase the clock says it is.

The hours are the exchanges' rules as of September 2026 (unchanged by KRX on 5 May 2025). Windows are half-open.
The feed's session code always wins over what is worked out here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from math import inf

from app.market.market_time import DAY_S, date_at, second_of_day, start_of_day_s
from app.market.messages import DERIVATIVES
from app.market.models import Phase

EXCHANGES = ("HOSE", "HNX", "UPCOM", DERIVATIVES)

type PhaseWindow = tuple[int, Phase]  # (second of the day it begins at, phase)


def _at(hour: int, minute: int) -> int:
    return hour * 3600 + minute * 60


_MORNING: list[PhaseWindow] = [(0, Phase.PRE_OPEN), (_at(9, 0), Phase.CONTINUOUS)]
_MIDDAY: list[PhaseWindow] = [(_at(11, 30), Phase.LUNCH), (_at(13, 0), Phase.CONTINUOUS)]
_CLOSING_AUCTION: PhaseWindow = (_at(14, 30), Phase.ATC)

WINDOWS: dict[str, list[PhaseWindow]] = {
    "HOSE": [
        (0, Phase.PRE_OPEN),
        (_at(9, 0), Phase.ATO),
        (_at(9, 15), Phase.CONTINUOUS),
        *_MIDDAY,
        _CLOSING_AUCTION,
        (_at(14, 45), Phase.PUT_THROUGH),
        (_at(15, 0), Phase.CLOSED),
    ],
    "HNX": [*_MORNING, *_MIDDAY, _CLOSING_AUCTION, (_at(14, 45), Phase.PLO), (_at(15, 0), Phase.CLOSED)],
    "UPCOM": [*_MORNING, *_MIDDAY, (_at(15, 0), Phase.CLOSED)],
    DERIVATIVES: [
        (0, Phase.PRE_OPEN),
        (_at(8, 45), Phase.ATO),
        (_at(9, 0), Phase.CONTINUOUS),
        *_MIDDAY,
        _CLOSING_AUCTION,
        (_at(14, 45), Phase.CLOSED),
    ],
}
_STARTS = {exchange: [start for start, _ in windows] for exchange, windows in WINDOWS.items()}
_ALIASES = {"DER": DERIVATIVES}  # REST's name
_LIVE_PHASES = frozenset({Phase.ATO, Phase.CONTINUOUS, Phase.ATC, Phase.PLO})
_SATURDAY = 5


def exchange_named(name: str) -> str:
    """Return the stream's name of an exchange, also when REST's is given."""
    return _ALIASES.get(name, name)


class TradingCalendar:
    """Trading days and phase windows. Holidays come in as plain dates; Saturdays and Sundays never trade."""

    def __init__(self, holidays: AbstractSet[date]) -> None:
        self._holidays = frozenset(holidays)

    def is_trading_day(self, day: date) -> bool:
        """Return whether the exchanges are open on `day`."""
        return day.weekday() < _SATURDAY and day not in self._holidays

    def previous_trading_day(self, day: date) -> date:
        """Return the last trading day strictly before `day`."""
        return self._nearest(day, -1)

    def next_trading_day(self, day: date) -> date:
        """Return the first trading day strictly after `day`."""
        return self._nearest(day, 1)

    def _nearest(self, day: date, step: int) -> date:
        day += timedelta(days=step)
        while not self.is_trading_day(day):
            day += timedelta(days=step)
        return day

    def phase_at(self, exchange: str, time_s: float) -> Phase:
        """Return the phase the clock gives; an exchange without known hours is in an unknown phase."""
        exchange = exchange_named(exchange)
        if exchange not in WINDOWS:
            return Phase.UNKNOWN
        if not self.is_trading_day(date_at(time_s)):
            return Phase.CLOSED
        return WINDOWS[exchange][bisect_right(_STARTS[exchange], second_of_day(time_s)) - 1][1]

    def next_change_s(self, time_s: float) -> float:
        """Return the first moment after `time_s` at which some exchange's window may change."""
        midnight_s = start_of_day_s(date_at(time_s))
        second = second_of_day(time_s)
        following = (start for starts in _STARTS.values() for start in starts if start > second)
        return midnight_s + min(following, default=DAY_S)

    def opening_s(self, exchange: str, day: date) -> float:
        """Return when orders first match on `exchange` (infinity when it never opens that day)."""
        exchange = exchange_named(exchange)
        if exchange not in WINDOWS or not self.is_trading_day(day):
            return inf
        return start_of_day_s(day) + WINDOWS[exchange][1][0]

    def is_live(self, time_s: float) -> bool:
        """Return whether orders may match on some exchange: when the feed is expected to speak."""
        return any(self.phase_at(exchange, time_s) in _LIVE_PHASES for exchange in EXCHANGES)

    def is_live_between(self, from_s: float, until_s: float) -> bool:
        """Return whether orders may match at `from_s` or at some moment after it and before `until_s`."""
        moment_s = from_s
        while not self.is_live(moment_s):
            moment_s = self.next_change_s(moment_s)
            if moment_s >= until_s:
                return False
        return True
