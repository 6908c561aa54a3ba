"""How long to wait before the next attempt: full jitter, and what `bye` said."""

from __future__ import annotations

from collections.abc import Callable
from random import random

BASE_S = 1.0
CAP_S = 30.0
FLOOR_S = 0.1
BUSY_S = 5.0  # on top, for a server that said it has too many
STABLE_S = 10.0  # a socket that lasted so long was no failed attempt
_DOUBLINGS_MAX = 10


class RetryPlan:
    """Counts failed attempts in a row. `uniform` gives numbers in [0, 1)."""

    def __init__(self, uniform: Callable[[], float] = random) -> None:
        self._uniform = uniform
        self._failures = 0
        self._bye_s: tuple[float, float] | None = None

    @property
    def failures(self) -> int:
        return self._failures

    def announce(self, low_ms: float, high_ms: float) -> None:
        """Take in that the server goes and when it wants us back: no failure."""
        low_s = min(max(low_ms / 1000, 0.0), CAP_S)
        self._bye_s = (low_s, min(max(high_ms / 1000, low_s), 2 * CAP_S))

    def next_delay_s(self, held_s: float | None, *, is_busy: bool = False) -> float:
        """Take in that a socket is gone after `held_s` (None: it never served); return how long to wait."""
        if held_s is not None and held_s >= STABLE_S:
            self._failures = 0
        if self._bye_s is not None:
            low_s, high_s = self._bye_s
            self._bye_s = None
            return low_s + self._uniform() * (high_s - low_s)
        self._failures += 1
        window_s = min(CAP_S, BASE_S * (1 << min(self._failures - 1, _DOUBLINGS_MAX)))
        return FLOOR_S + self._uniform() * (window_s - FLOOR_S) + (BUSY_S if is_busy else 0.0)
