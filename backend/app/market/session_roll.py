"""Market time, the phases of the exchanges, and the roll from one trading date to the next.

Market time is the greatest exchange time seen, moved on by the source's ticks: whatever must happen while the feed is
silent happens here, once a second. A day that is over (`is_final`) stays until a newer trading date speaks.
"""

from __future__ import annotations

from datetime import date, time

from app.market.alert_rules import AlertThresholds
from app.market.alert_service import AlertService
from app.market.exchange_phases import ExchangePhases
from app.market.market_day import MarketDay
from app.market.market_time import moment_at, start_of_day_s
from app.market.models import Changes, Phase, SessionEvent
from app.market.price_tracker import PriceTracker
from app.market.trading_calendar import TradingCalendar

# A message stamped further ahead of the source's clock does not pull market time along: one wrong stamp must not
# end the day. Generous, because a fast simulator's ticks lie minutes apart.
TIME_LEAD_MAX_S = 300.0


class SessionRoll:
    """Owns market time and the current MarketDay."""

    def __init__(
        self,
        *,
        calendar: TradingCalendar,
        thresholds: AlertThresholds,
        futures_override: str,
        channel_r_interval_s: float,
        reset_time: time,
    ) -> None:
        self._calendar = calendar
        self._thresholds = thresholds
        self._futures_override = futures_override
        self._channel_r_interval_s = channel_r_interval_s
        self._reset_after_s = reset_time.hour * 3600 + reset_time.minute * 60 + reset_time.second
        self.exchanges = ExchangePhases(calendar)
        self.alerts = AlertService(thresholds.repeat_after_s)
        self.tracker = PriceTracker(thresholds, self.alerts)
        self.day: MarketDay | None = None
        self.market_time_s = 0.0
        self.tick_s: float | None = None
        self._second = 0
        self._final_at_s = 0.0

    @property
    def trading_date(self) -> date | None:
        """Return the date of the session that is served, None before the first message."""
        return self.day.trading_date if self.day is not None else None

    def tick(self, time_s: float, changes: Changes) -> None:
        """Take the source's clock."""
        if self.tick_s is None or time_s > self.tick_s:
            self.tick_s = time_s
        if time_s > self.market_time_s:
            self.advance(time_s, changes)

    def advance(self, time_s: float, changes: Changes) -> None:
        """Move market time on to `time_s`, which is greater."""
        if self.tick_s is not None and time_s > self.tick_s + TIME_LEAD_MAX_S:
            time_s = max(self.tick_s + TIME_LEAD_MAX_S, self.market_time_s)
        self.market_time_s = time_s
        second = int(time_s)
        if second == self._second:
            return
        self._second = second
        self.tell_phases(self.exchanges.advance(time_s), changes)
        if self.day is not None:
            if time_s >= self._final_at_s:
                self.freeze(changes)
            self.day.advance(time_s, changes)

    def tell_phases(self, changed: list[tuple[str, Phase]], changes: Changes) -> None:
        """Announce the exchanges' new phases; their symbols go along."""
        for exchange, phase in changed:
            changes.session_events.append(self._event("phase", exchange, phase))
            if self.day is not None:
                changes.prices.update(self.day.board.follow(exchange, phase))

    def _event(self, event: str, exchange: str | None = None, phase: Phase | None = None) -> SessionEvent:
        return SessionEvent(event, self.trading_date, moment_at(self.market_time_s), exchange, phase)

    def freeze(self, changes: Changes) -> None:
        """End the session that is live; later messages of its date still count, without alerts."""
        if self.day is None or self.day.is_final:
            return
        self.day.is_final = True
        self._reset_alerts()
        changes.session_events.append(self._event("final"))

    def _reset_alerts(self) -> None:
        self.tracker.reset()
        self.alerts.reset()

    def begin_day(self, trading_date: date, changes: Changes) -> MarketDay:
        """Put an empty day in the place of the one before; one that is already over is final from the start."""
        self.freeze(changes)
        self._reset_alerts()
        self.day = MarketDay(
            trading_date,
            calendar=self._calendar,
            tracker=self.tracker,
            watched_since_s=self.market_time_s,
            futures_override=self._futures_override,
            channel_r_interval_s=self._channel_r_interval_s,
            message_age_max_s=self._thresholds.message_age_max_s,
        )
        self._final_at_s = start_of_day_s(trading_date) + self._reset_after_s
        changes.everything = True
        changes.session_events.append(self._event("new_day"))
        if self.market_time_s >= self._final_at_s:
            self.freeze(changes)
        return self.day
