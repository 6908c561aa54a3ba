"""Market time, the phases of the exchanges, and the roll from one trading date to the next.

Market time is the greatest exchange time seen, moved on by the source's ticks: whatever must happen while the feed is
silent happens here, once a second. A day that is over (`is_final`) stays until a newer trading date speaks.
"""

from __future__ import annotations

from datetime import date

from app.market.alert_service import AlertService
from app.market.core_settings import CoreSettings
from app.market.day_watcher import DayWatcher
from app.market.exchange_phases import ExchangePhases
from app.market.market_day import MarketDay
from app.market.market_time import date_at, moment_at, start_of_day_s
from app.market.models import Changes, Phase, SessionEvent
from app.market.price_tracker import PriceTracker
from app.market.trading_calendar import TradingCalendar


class SessionRoll:
    """Owns market time and the current MarketDay."""

    def __init__(self, calendar: TradingCalendar, settings: CoreSettings) -> None:
        self._calendar = calendar
        self._thresholds = thresholds = settings.alert_thresholds
        self._futures_override = settings.futures_override
        self._channel_r_interval_s = settings.channel_r_interval_ms / 1000
        reset_time = settings.session_reset_time
        self._reset_after_s = reset_time.hour * 3600 + reset_time.minute * 60 + reset_time.second
        self._time_lead_max_s = settings.time_lead_max_s
        self.watcher: DayWatcher | None = None
        self.exchanges = ExchangePhases(calendar)
        self.alerts = AlertService(thresholds.repeat_after_s)
        self.tracker = PriceTracker(thresholds, self.alerts)
        self.day: MarketDay | None = None
        self.market_time_s = 0.0
        self.tick_s: float | None = None
        self._is_outrun = False
        self._at_tick_s = 0.0  # market time when the last tick came
        self._second = 0
        self._final_at_s = 0.0

    @property
    def trading_date(self) -> date | None:
        """Return the date of the session that is served, None before the first message."""
        return self.day.trading_date if self.day is not None else None

    def tick(self, time_s: float, is_outrun: bool, changes: Changes) -> None:
        """Take the source's clock; `is_outrun`: it is no limit to what messages may be stamped."""
        self._is_outrun = is_outrun
        if self.tick_s is None or time_s > self.tick_s:
            self.tick_s = time_s
        # messages that are on their way are older than the tick of a source that outruns it: they lead while they flow
        if not (is_outrun and self.market_time_s != self._at_tick_s):
            self.advance_to(time_s, changes)
        self._at_tick_s = self.market_time_s

    def advance_to(self, time_s: float, changes: Changes) -> None:
        """Move market time on to `time_s` unless it is there already."""
        if time_s > self.market_time_s:
            self.advance(time_s, changes)

    def is_ahead(self, time_s: float) -> bool:
        """Return whether a stamp lies too far in the future to be true; without a tick nobody knows."""
        if self.tick_s is None or self._is_outrun:
            return False
        return time_s > self.tick_s + self._time_lead_max_s

    def is_tomorrow(self, trading_date: date) -> bool:
        """Return whether a date has not come yet, as far as the source's clock tells."""
        return self.tick_s is not None and not self._is_outrun and trading_date > date_at(self.tick_s)

    def advance(self, time_s: float, changes: Changes) -> None:
        """Move market time on to `time_s`, which is greater."""
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
        if self.watcher is not None:
            self.watcher.day_frozen(changes)

    def _reset_alerts(self) -> None:
        self.tracker.reset()
        self.alerts.reset()

    def begin_day(self, trading_date: date, changes: Changes, watched_since_s: float) -> MarketDay:
        """Put an empty day in the place of the one before; one that is already over is final from the start."""
        self.freeze(changes)
        if self.watcher is not None:
            self.watcher.day_begins(changes)
        self._reset_alerts()
        self.day = MarketDay(
            trading_date,
            calendar=self._calendar,
            tracker=self.tracker,
            watched_since_s=watched_since_s,
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
