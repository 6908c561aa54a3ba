"""CPU of a small piece of work, as the least of several rounds: what others do on the machine only ever adds."""

from __future__ import annotations

import time
from collections.abc import Callable


def least_cpu_us(work: Callable[[], object], items: int, rounds: int) -> float:
    """Return CPU microseconds an item of `work`, which handles `items` of them, at its best."""
    best_s = float("inf")
    for _ in range(rounds):
        began_s = time.thread_time()
        work()
        best_s = min(best_s, time.thread_time() - began_s)
    return best_s * 1e6 / items
