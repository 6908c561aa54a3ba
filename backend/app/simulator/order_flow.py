"""How often orders come, how large they are and on which side: MARKET.md section 7 as distributions.

Units: rates per second of market time; times of day in seconds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from app.simulator.events import Security
from app.simulator.price_rules import DERIVATIVES
from app.simulator.sessions import continuous_windows

_BUCKET_S = 900
# Share of the day's volume per quarter of an hour (22 sessions of VN30F): a reverse J, not a symmetric U
_MORNING = (5.8, 6.5, 6.0, 5.0, 5.1, 4.7, 4.6, 4.6, 4.8, 4.6)
_AFTERNOON = (5.4, 6.1, 7.1, 7.4, 9.2, 11.1, 6.0, 5.0)  # the last two: UPCoM trades to 15:00
_MORNING_S, _AFTERNOON_S = 9 * 3600, 13 * 3600

SIDE_MEMORY = 0.57  # lag-1 autocorrelation of the side
QUOTES_PER_PRINT = 3.7  # besides the one each print causes: 4.7 book changes a print


@dataclass(frozen=True)
class Burst:
    """An auction's result: so many prints of one price in one second."""

    prints: int
    volume: int


def profile_percent(day_s: float) -> float:
    """Return the share of a day's volume that falls into this quarter of an hour."""
    if day_s >= _AFTERNOON_S:
        return _AFTERNOON[min(int(day_s - _AFTERNOON_S) // _BUCKET_S, len(_AFTERNOON) - 1)]
    return _MORNING[min(max(int(day_s - _MORNING_S) // _BUCKET_S, 0), len(_MORNING) - 1)]


class OrderFlow:
    """Arrivals, sizes and sides of one security's orders."""

    def __init__(self, security: Security, rng: random.Random, activity: float) -> None:
        self._rng = rng
        self._security = security
        self._is_future = security.exchange == DERIVATIVES
        if self._is_future:
            self._prints_a_day = security.daily_volume / 2.7  # 103,000 prints of 278,000 contracts
            self._prints_an_order = 3.0
        else:
            self._prints_a_day = min(
                2_500 + security.daily_volume / 1_050, security.daily_volume / 300, 60_000
            )
            self._prints_an_order = 1.5
        self.mean_volume = security.daily_volume / self._prints_a_day
        self._prints_a_day *= activity
        self._activity = activity
        self._windows = continuous_windows(security.exchange)
        self._mood = 1.0
        self._mood_minute = -1
        self._last_side = 1

    def next_arrival_s(self, day_s: float) -> float | None:
        """Return the time of day of the next order or book change, None when the board has closed."""
        rng = self._rng
        for start, end in self._windows:
            if day_s >= end:
                continue
            day_s = max(day_s, start)
            while day_s < end:
                bucket_end = min(end, (day_s // 60 + 1) * 60)
                rate = self._rate(day_s)
                step = rng.expovariate(rate) if rate > 0 else bucket_end
                if day_s + step < bucket_end:
                    return day_s + step
                day_s = bucket_end
        return None

    def is_order(self) -> bool:
        """Say whether an arrival is an order that matches, or a change of the resting book."""
        orders = 1 / self._prints_an_order
        return self._rng.random() < orders / (orders + QUOTES_PER_PRINT)

    def prints_in_order(self) -> int:
        """Return how many resting orders an incoming one meets: futures sweep dozens now and then."""
        rng = self._rng
        if self._is_future:
            return min(int(rng.paretovariate(1.45)), 150)
        return 1 if rng.random() < 0.68 else 2 + int(rng.expovariate(1.2))

    def volume(self) -> int:
        """Return the size of one print."""
        rng = self._rng
        if self._is_future:
            if rng.random() < 0.65:
                return 1
            return min(391, 1 + int(rng.paretovariate(1.15)))
        lots = rng.lognormvariate(0.0, 1.45) * self.mean_volume / 2.9 / 100  # mean / median = 2.9
        return max(1, int(lots + 0.5)) * 100

    def side(self, lean: float) -> int:
        """Return +1 or -1: mostly the last one again, else drawn with the lean (-0.5..0.5) of the market."""
        rng = self._rng
        if rng.random() >= SIDE_MEMORY:
            self._last_side = 1 if rng.random() < 0.5 + lean else -1
        return self._last_side

    def burst(self, phase: str) -> Burst:
        """Return the size of an auction's burst."""
        rng = self._rng
        share = rng.uniform(0.006, 0.012) if phase == "ato" else rng.uniform(0.015, 0.022)
        prints = 670 if phase == "ato" else 1_150
        if not self._is_future:
            share = rng.uniform(0.01, 0.03) if phase == "ato" else rng.uniform(0.03, 0.09)
            prints = rng.randint(51, 74) if phase == "ato" else rng.randint(80, 160)
        lot = self._security.lot
        scaled = max(1, int(prints * min(self._activity, 1.0) + 0.5))
        volume = max(scaled, int(self._security.daily_volume * self._activity * share / lot)) * lot
        liquid = min(1.0, self._security.daily_volume / (100_000 if self._is_future else 1_000_000))
        return Burst(max(1, int(scaled * liquid)), volume)

    def _rate(self, day_s: float) -> float:
        minute = int(day_s // 60)
        if minute != self._mood_minute:
            self._mood_minute = minute
            self._mood = min(6.0, self._mood**0.7 * self._rng.lognormvariate(-0.08, 0.4))
        prints_a_second = self._prints_a_day * profile_percent(day_s) / 100 / _BUCKET_S
        return prints_a_second * (1 / self._prints_an_order + QUOTES_PER_PRINT) * self._mood
