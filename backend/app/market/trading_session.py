"""From the feed's session code to a phase. The code wins over the clock; without one the clock decides.

Codes: SSI's documents and captures of 2023 to 2026. No code of the periodic auctions has been seen: whatever is
not listed is `unknown`, which makes its prints neutral.
"""

from __future__ import annotations

from app.market.market_time import date_at
from app.market.models import Phase
from app.market.trading_calendar import TradingCalendar

PHASE_OF_CODE: dict[str, Phase] = {
    "LO": Phase.CONTINUOUS,
    "ATO": Phase.ATO,
    "ATC": Phase.ATC,
    "PLO": Phase.PLO,
    "PT": Phase.PUT_THROUGH,
    "BREAK": Phase.LUNCH,
    "H": Phase.HALTED,
    "HALT": Phase.HALTED,
}
CLOSED_CODES = frozenset({"C", "CLOSE"})
AUCTION_PHASES = frozenset({Phase.ATO, Phase.ATC, Phase.UNKNOWN})


class TradingSession:
    """Maps a message's session code to its phase."""

    def __init__(self, calendar: TradingCalendar) -> None:
        self._calendar = calendar

    def phase(self, exchange: str, code: str, time_s: float) -> Phase:
        """Return the phase of a message stamped `time_s`; UNKNOWN for a code nobody has documented."""
        phase = PHASE_OF_CODE.get(code)
        if phase is not None:
            return phase
        if code in CLOSED_CODES:
            # the rows of 08:00 carry "C" as those of the afternoon do
            is_before_open = time_s < self._calendar.opening_s(exchange, date_at(time_s))
            is_trading_day = self._calendar.is_trading_day(date_at(time_s))
            return Phase.PRE_OPEN if is_before_open and is_trading_day else Phase.CLOSED
        if not code:
            return self._calendar.phase_at(exchange, time_s)
        return Phase.UNKNOWN
