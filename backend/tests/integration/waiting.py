"""Waiting for what another process does in its own time: polls with a deadline, never a bare sleep."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

POLL_S = 0.01
DEADLINE_S = (
    60.0  # of what takes a second: a bound for hangs, not a measure. Ten busy neighbours are no failure
)


async def until(
    condition: Callable[[], object | Awaitable[object]], what: str, deadline_s: float = DEADLINE_S
) -> float:
    """Return the seconds until `condition` holds. Raise AssertionError when it does not in time."""
    started_s = time.monotonic()
    while True:
        holds = condition()
        if inspect.isawaitable(holds):
            holds = await holds
        elapsed_s = time.monotonic() - started_s
        if holds:
            return elapsed_s
        if elapsed_s > deadline_s:
            raise AssertionError(f"after {deadline_s:.0f} s still not: {what}")
        await asyncio.sleep(POLL_S)


def until_sync(condition: Callable[[], object], what: str, deadline_s: float = DEADLINE_S) -> float:
    """Do the same for tests without a loop."""
    started_s = time.monotonic()
    while not condition():
        if time.monotonic() - started_s > deadline_s:
            raise AssertionError(f"after {deadline_s:.0f} s still not: {what}")
        time.sleep(POLL_S)
    return time.monotonic() - started_s


async def is_steady(
    value: Callable[[], object], what: str, for_s: float = 0.3, deadline_s: float = DEADLINE_S
) -> None:
    """Wait until a value has stayed the same for a while."""
    last, since_s = value(), time.monotonic()

    def has_stayed() -> bool:
        nonlocal last, since_s
        now = value()
        if now != last:
            last, since_s = now, time.monotonic()
        return time.monotonic() - since_s >= for_s

    await until(has_stayed, what, deadline_s)
