"""Full-jitter exponential backoff: how long to wait before the next attempt to reach SSI."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_CEILING_S = 1.0  # a dropped connection has to be back within 3 s
CEILING_MAX_S = 60.0


class Backoff:
    """Waits between 0 and a ceiling that doubles from 1 s to 60 s; the spread keeps many clients apart."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        self._jitter = jitter
        self._ceiling_s = FIRST_CEILING_S

    def next_s(self) -> float:
        """Return the next wait and double the ceiling."""
        wait_s = self._ceiling_s * self._jitter()
        self._ceiling_s = min(CEILING_MAX_S, self._ceiling_s * 2)
        return wait_s

    def reset(self) -> None:
        """Start over: the last connection was healthy."""
        self._ceiling_s = FIRST_CEILING_S
