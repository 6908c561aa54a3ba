"""Names the gaps the reconciler finds: from when to when, and whose fault.

A symbol first seen in mid-day is a late start, no fault, unless its exchange has been watched since before it opened;
the first gap after a restart is what was traded while we were down.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date
from math import inf

from app.market.contract_codes import parse_contract
from app.market.market_time import moment_at
from app.market.messages import TradeMessage
from app.market.models import Gap
from app.market.trading_calendar import TradingCalendar
from app.market.volume_reconciler import VolumeStep

TOTAL_VOLUME_JUMP = "total_volume_jump"
LATE_START = "late_start"
RESTART = "restart"
REFUSED = "refused"  # shown by the feed, and not stored: the disk was full


class GapLedger:
    """What is needed to name a gap; the gaps themselves go out in Changes."""

    def __init__(self, calendar: TradingCalendar, trading_date: date, watched_since_s: float) -> None:
        self._calendar = calendar
        self._trading_date = trading_date
        self._watched_since_s = watched_since_s
        self._scopes_before: list[tuple[float, AbstractSet[str] | None]] = []  # until when, which symbols
        self._openings_s: dict[str, float] = {}
        self._trade_times_s: dict[str, float] = {}
        self._restored: set[str] = set()

    def watch_from(self, time_s: float, before: AbstractSet[str] | None) -> None:
        """Note that other symbols are tracked: those not in `before` (None: all) are watched only from now on."""
        self._scopes_before.append((time_s, before))

    def _symbol_watched_since_s(self, symbol: str) -> float:
        if parse_contract(symbol) is None:  # the futures are in every scope
            for time_s, before in reversed(self._scopes_before):
                if before is not None and symbol not in before:
                    return time_s
        return self._watched_since_s

    def gap(self, message: TradeMessage, step: VolumeStep) -> Gap:
        """Return the gap that `message` revealed."""
        from_s = self._trade_times_s.get(message.symbol)
        cause = TOTAL_VOLUME_JUMP
        if message.symbol in self._restored:
            cause = RESTART
        elif step.is_first and self._is_late(message):
            cause = LATE_START
        return Gap(
            symbol=message.symbol,
            # a message that was held up reveals what an earlier stamp did not: the gap ends where it began
            from_time=None if from_s is None else moment_at(min(from_s, message.exchange_time_s)),
            to_time=moment_at(message.exchange_time_s),
            volume=step.missed,
            cause=cause,
            total_volume=message.total_volume,
        )

    def _is_late(self, message: TradeMessage) -> bool:
        return self._symbol_watched_since_s(message.symbol) >= self._opening_s(message.exchange)

    def _opening_s(self, exchange: str) -> float:
        opening_s = self._openings_s.get(exchange)
        if opening_s is None:
            opening_s = self._calendar.opening_s(exchange, self._trading_date)
            if opening_s == inf:  # hours unknown, or a day the calendar thinks closed: claim no fault
                opening_s = 0.0
            self._openings_s[exchange] = opening_s
        return opening_s

    def note_trade(self, symbol: str, time_s: float) -> None:
        """Note that the total is known as of `time_s`, or of a later moment noted before: a later gap begins there."""
        self._trade_times_s[symbol] = max(time_s, self._trade_times_s.get(symbol, time_s))
        self._restored.discard(symbol)

    def time_of_total(self, symbol: str) -> float | None:
        """Return as of when the total is known, None before the first."""
        return self._trade_times_s.get(symbol)

    def note_restored(self, symbol: str, time_s: float | None) -> None:
        """Note a total that was stored before a restart; None: the symbol was seen and had none yet."""
        if time_s is not None:
            self._trade_times_s[symbol] = time_s
        self._restored.add(symbol)

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        self._trade_times_s.pop(symbol, None)
        self._restored.discard(symbol)
