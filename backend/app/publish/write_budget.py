"""How much of a core writing to clients may take: what the rest of the process leaves, within bounds.

Python runs one thread at a time, so the feed, REST, handshakes and writing share about one core. Writing is what can
wait: clients that are served less often are shown the same with fewer words, while a feed that falls behind or a
handshake that fails is lost time for everybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app.clock import Clock

WRITE_COST_S = 12e-6  # one frame to one client (PERFORMANCE.md section 2)
BUSY_MAX = 0.85  # of a core, all together: fuller than that, everything waits for everything
WRITE_SHARE_MIN, WRITE_SHARE_MAX = 0.2, 0.6
LOOK_INTERVAL_S = 0.25
SMOOTHING = 0.3  # of a new look


class WriteBudget:
    """`share` is of a core. `cpu_s` returns the processor time of the process so far."""

    def __init__(self, clock: Clock, cpu_s: Callable[[], float] = time.process_time) -> None:
        self.share = WRITE_SHARE_MAX
        self._clock = clock
        self._read_cpu_s = cpu_s
        self._looked_s = clock.monotonic_s()
        self._cpu_s = cpu_s()
        self._spent_s = 0.0  # on writing, since the last look

    def spend(self, seconds: float) -> None:
        """Count processor time that went into delta frames, and look at what the rest took if it is time."""
        self._spent_s += seconds
        now_s = self._clock.monotonic_s()
        passed_s = now_s - self._looked_s
        if passed_s >= LOOK_INTERVAL_S:
            cpu_s = self._read_cpu_s()
            others = max(0.0, cpu_s - self._cpu_s - self._spent_s) / passed_s
            left = min(max(BUSY_MAX - others, WRITE_SHARE_MIN), WRITE_SHARE_MAX)
            self.share += SMOOTHING * (left - self.share)
            self._looked_s, self._cpu_s, self._spent_s = now_s, cpu_s, 0.0
