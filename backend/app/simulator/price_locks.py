"""Stocks that are driven to a price limit and stay there for a while."""

from __future__ import annotations

import random
from collections.abc import Iterator

from app.simulator.events import Event
from app.simulator.sessions import session_at
from app.simulator.timetable import Action, Timetable
from app.simulator.trading_day import TradingDay


class PriceLocks:
    """One stock at its ceiling and one at its floor, chosen anew for each day."""

    def __init__(self, timetable: Timetable, rng: random.Random, stocks: list[TradingDay]) -> None:
        self._timetable = timetable
        self._rng = rng
        self._stocks = stocks

    def schedule(self) -> None:
        """Send one stock to the ceiling and one to the floor for a while, on boards of at least ten stocks."""
        if len(self._stocks) < 10:
            return
        liquid = sorted(self._stocks, key=lambda day: -day.security.daily_volume)[: len(self._stocks) // 2]
        for day, side in zip(self._rng.sample(liquid, 2), (1, -1), strict=True):
            start = self._rng.choice((self._rng.uniform(9.6, 11.0), self._rng.uniform(13.1, 13.9))) * 3600
            self._timetable.at(start, self._lock_of(day, side))
            self._timetable.at(start + self._rng.uniform(900, 1_800), self._lock_of(day, 0))

    def _lock_of(self, day: TradingDay, side: int) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            was, day.lock_side = day.lock_side, side
            if side:
                return self._rush_of(day)(time_s)
            if was:
                day.book.open_at(day.price)
                _, code, _ = session_at(day.security.exchange, time_s - self._timetable.midnight_s)
                return iter((day.quote(time_s, code),))
            return iter(())

        return act

    def _rush_of(self, day: TradingDay) -> Action:
        """Drive a stock to its limit a level every few seconds, however thin the day."""

        def act(time_s: float) -> Iterator[Event]:
            if day.lock_side:
                yield from day.rush(time_s, "LO")
                self._timetable.at(time_s - self._timetable.midnight_s + day.rng.uniform(2.0, 6.0), act)

        return act
