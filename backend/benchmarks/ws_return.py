"""Everybody comes back at once: the server is started anew, and its clients return with the jitter it asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.figures import Figure
from benchmarks.ws_load import LoadClients, LoadReport, load_clients
from benchmarks.ws_rig import LOAD_CPUS, RigOptions, board_path, running_rig

SETTLE_S = 3.0
LOOK_INTERVAL_S = 1.0
BACK_WITHIN_S = 30.0
CALM_RATIO = 1.25  # feed latency counts as recovered within so much of the time before


@dataclass(frozen=True)
class ReturnPlan:
    clients: int = 5_000
    calm_s: float = 5.0  # measured before
    patience_s: float = 45.0


@dataclass
class Recovery:
    """What was seen of the wave, in seconds since the server was told to stop."""

    before: LoadReport
    last: LoadReport
    back_s: float | None = None
    calm_s: float | None = None
    worst_feed_ms: float = 0.0
    refused: int = 0

    def look(self, now_s: float, report: LoadReport, clients: int) -> None:
        """Take in a second's report."""
        self.last = report
        self.refused += report.refused
        self.worst_feed_ms = max(self.worst_feed_ms, report.feed_ms.p99)
        if self.back_s is None and report.open == clients:
            self.back_s = now_s
        is_calm = 0 < report.feed_ms.p99 <= self.before.feed_ms.p99 * CALM_RATIO
        if self.back_s is not None and self.calm_s is None and is_calm:
            self.calm_s = now_s


async def measure_return(plan: ReturnPlan) -> list[Figure]:
    """Return how long the wave and its traces last."""
    async with running_rig(RigOptions()) as (rig, restart), rig.feeding():
        async with load_clients(
            rig.load_program,
            rig.port,
            plan.clients,
            board_path(),
            cpus=LOAD_CPUS,
            in_flight=plan.clients,
            reconnects=True,
        ) as clients:
            await asyncio.sleep(SETTLE_S)
            await clients.report()
            await asyncio.sleep(plan.calm_s)
            recovery = await _watch_wave(clients, restart, plan)
        queued_share = (await rig.watch(LOOK_INTERVAL_S)).queued_share
    return _figures(plan, recovery, queued_share)


async def _watch_wave(
    clients: LoadClients, restart: Callable[[], Awaitable[None]], plan: ReturnPlan
) -> Recovery:
    before = await clients.report()
    recovery = Recovery(before, before)
    began_s = time.perf_counter()
    restarting = asyncio.ensure_future(restart())
    while recovery.calm_s is None and time.perf_counter() - began_s < plan.patience_s:
        await asyncio.sleep(LOOK_INTERVAL_S)
        report = await clients.report()
        if restarting.done():  # until then those still open are clients of the old one
            recovery.look(time.perf_counter() - began_s, report, plan.clients)
    await restarting
    return recovery


def _figures(plan: ReturnPlan, recovery: Recovery, queued_share: float) -> list[Figure]:
    before, back_s, calm_s = recovery.before.feed_ms, recovery.back_s, recovery.calm_s
    return [
        Figure(
            f"{plan.clients:,} clients come back to a server started anew",
            f"all within {BACK_WITHIN_S:.0f} s",
            (
                f"all after {back_s:.1f} s"
                if back_s
                else f"{recovery.last.open:,} after {plan.patience_s:.0f} s"
            )
            + f" of the stop, {recovery.refused:,} attempts in vain",
            back_s is not None and back_s <= BACK_WITHIN_S,
            queued_share,
        ),
        Figure(
            f"{plan.clients:,} clients come back: feed to client",
            "recovers",
            f"p99 {before.p99:.0f} ms before, {recovery.worst_feed_ms:.0f} at worst in the wave, "
            + (
                f"{recovery.last.feed_ms.p99:.0f} ms after {calm_s:.1f} s"
                if calm_s
                else f"{recovery.last.feed_ms.p99:.0f} ms at the end"
            ),
            calm_s is not None,
            queued_share,
        ),
    ]
