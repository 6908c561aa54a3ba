"""Market time: what the simulated exchange's clock shows, and how fast it may run.

Units: moments are seconds since the epoch; a time of day is seconds since midnight in Vietnam (fixed UTC+7).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

VIETNAM = timezone(timedelta(hours=7))  # no daylight saving since 1975
DAY_S = 86_400


def midnight_s(day: date) -> float:
    """Return the moment a Vietnamese day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()


def date_at(time_s: float) -> date:
    """Return the Vietnamese date of a moment."""
    return datetime.fromtimestamp(time_s, VIETNAM).date()


def time_of_day(text: str) -> float:
    """Read `HH:MM` or `HH:MM:SS`. Raises ValueError."""
    parts = [int(part) for part in text.split(":")]
    if len(parts) == 2:
        parts.append(0)
    hours, minutes, seconds = parts
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(f"{text!r} is not a time of day")
    return hours * 3600 + minutes * 60 + seconds


@lru_cache(maxsize=64)
def stamp(second: int) -> tuple[str, str]:
    """Return (TradingDate, Time) of a whole second as the wire writes them."""
    moment = datetime.fromtimestamp(second, UTC) + timedelta(hours=7)
    return moment.strftime("%d/%m/%Y"), moment.strftime("%H:%M:%S")


def rfc3339(time_s: float) -> str:
    """Return a moment with its +07:00."""
    return datetime.fromtimestamp(time_s, VIETNAM).isoformat(timespec="milliseconds")


class MarketClock:
    """The ceiling on market time: it may fall behind the wall, and then goes on from where it is.

    A speed of 0 means no ceiling: the clock is wherever the last event put it.
    """

    def __init__(
        self, start_s: float, speed: float = 1.0, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic_s = monotonic_s
        self._anchor_market_s = start_s
        self._anchor_wall_s = monotonic_s()
        self._speed = speed
        self._boost = 1.0
        self.paused = False

    @property
    def speed(self) -> float:
        return self._speed

    def time_s(self) -> float:
        """Return the market time reached."""
        if self.paused or self._speed == 0:
            return self._anchor_market_s
        elapsed_s = self._monotonic_s() - self._anchor_wall_s
        return self._anchor_market_s + elapsed_s * self._speed * self._boost

    def anchor(self, market_s: float) -> None:
        """Continue from this market time: used when the sender fell behind, and at speed 0 by every event."""
        self._anchor_market_s = market_s
        self._anchor_wall_s = self._monotonic_s()

    def set_speed(self, speed: float) -> None:
        """Change the ceiling without a jump."""
        self.anchor(self.time_s())
        self._speed = speed

    def set_boost(self, boost: float) -> None:
        """Run the night faster than the day."""
        if boost != self._boost:
            self.anchor(self.time_s())
            self._boost = boost

    def pause(self, paused: bool) -> None:
        """Stop or restart the market without a jump."""
        self.anchor(self.time_s())
        self.paused = paused

    def wait_s(self, market_s: float) -> float:
        """Return the wall seconds until that market time; 0 when it is due."""
        if self.paused:
            return 3600.0
        if self._speed == 0:
            return 0.0
        return max(0.0, (market_s - self.time_s()) / (self._speed * self._boost))
