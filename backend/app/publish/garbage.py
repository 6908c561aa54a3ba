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
YOUNG = 1

logger = logging.getLogger(__name__)


class GarbageKeeper:
    """Freezes what lives long and collects what has died of it. One task.

    `opened` returns how many clients there ever were, `present` how many there are.
    """

    def __init__(self, clock: Clock, opened: Callable[[], int], present: Callable[[], int]) -> None:
        self._clock = clock
        self._opened = opened
        self._present = present
        self._opened_before = 0  # at the last look
        self._frozen = 0  # clients whose objects are frozen
        self._closed_before = 0  # at the last full collection

    async def run(self) -> None:
        """Look after the garbage until cancelled."""
        while True:
            await self._clock.sleep(LOOK_INTERVAL_S)
            self.look()

    def look(self) -> None:
        """Freeze or collect if it is worth it now."""
        opened, present = self._opened(), self._present()
        is_wave = opened - self._opened_before >= WAVE_CLIENTS
        self._opened_before = opened
        closed = opened - present - self._closed_before
        if is_wave:
            return  # more may come
        if closed >= max(GONE_CLIENTS, present):
            self._collect_all(present)
        elif present - self._frozen >= WAVE_CLIENTS:
            gc.collect(YOUNG)
            gc.freeze()
            self._frozen = present

    def _collect_all(self, present: int) -> None:
        """Look at everything once; no longer than the last wave's clients need, most of which are gone."""
        began_s = self._clock.monotonic_s()
        gc.unfreeze()
        collected = gc.collect()
        gc.freeze()
        self._frozen, self._closed_before = present, self._opened() - present
        logger.debug(
            "%d objects collected in %.0f ms", collected, (self._clock.monotonic_s() - began_s) * 1e3
        )
