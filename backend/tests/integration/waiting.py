"""Waiting for what another process does in its own time: polls with a deadline, never a bare sleep."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

POLL_S = 0.02


async def until(
    condition: Callable[[], object | Awaitable[object]], what: str, deadline_s: float = 20
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


def until_sync(condition: Callable[[], object], what: str, deadline_s: float = 20) -> float:
    """Do the same for tests without a loop."""
    started_s = time.monotonic()
    while not condition():
        if time.monotonic() - started_s > deadline_s:
            raise AssertionError(f"after {deadline_s:.0f} s still not: {what}")
        time.sleep(POLL_S)
    return time.monotonic() - started_s
