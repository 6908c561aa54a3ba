"""Python's garbage collection with ten thousand sockets, each of which is a hundred objects that live for hours.

A full collection would look at all of them and stop the loop for 0.77 s (PERFORMANCE.md 1.4). So what a wave of clients
brought is frozen once the wave is over, and looked at again only when most of it has gone: a socket that closes leaves
cycles behind, and frozen ones are never collected.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable

from app.clock import Clock

LOOK_INTERVAL_S = 5.0
# the second: young objects are looked at every 250,000, about 20 ms; the third: a full one of itself almost never
THRESHOLDS = (50_000, 5, 200)
WAVE_CLIENTS = 200  # so many more than are frozen, and the wave is worth freezing
GONE_CLIENTS = 1_000  # so many have left, and what they left behind is worth collecting
WAVE_LOOKS_MAX = 6  # a wave that does not end is life as usual
YOUNG = 1

logger = logging.getLogger(__name__)


class GarbageKeeper:
    """Freezes what lives long and collects what has died of it. One task.

    `present` returns how many clients there are, `closed` how many have left or were refused.
    """

    def __init__(self, clock: Clock, present: Callable[[], int], closed: Callable[[], int]) -> None:
        self._clock = clock
        self._present = present
        self._closed = closed
        self._opened_before = 0  # at the last look
        self._wave_looks = 0  # for how many looks it has been going on
        self._frozen = 0  # clients whose objects are frozen
        self._closed_before = 0  # at the last full collection

    async def run(self) -> None:
        """Look after the garbage until cancelled."""
        while True:
            await self._clock.sleep(LOOK_INTERVAL_S)
            self.look()

    def look(self) -> None:
        """Freeze or collect if it is worth it now."""
        present, closed = self._present(), self._closed()
        opened = present + closed
        is_wave = opened - self._opened_before >= WAVE_CLIENTS
        self._opened_before = opened
        self._wave_looks = self._wave_looks + 1 if is_wave else 0
        if closed - self._closed_before >= max(GONE_CLIENTS, present):
            self._collect_all()
        elif 0 < self._wave_looks < WAVE_LOOKS_MAX:
            return  # more may come
        elif present - self._frozen >= WAVE_CLIENTS:
            gc.collect(YOUNG)
            gc.freeze()
            self._frozen = present

    def _collect_all(self) -> None:
        """Look at everything once; no longer than the last wave's clients need, most of which are gone."""
        began_s = self._clock.monotonic_s()
        gc.unfreeze()
        collected = gc.collect()
        gc.freeze()
        self._frozen, self._closed_before = self._present(), self._closed()
        logger.debug(
            "%d objects collected in %.0f ms", collected, (self._clock.monotonic_s() - began_s) * 1e3
        )
