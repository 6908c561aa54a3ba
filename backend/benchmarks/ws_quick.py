"""A thousand clients at the quickest pace: how long a message takes from the feed into a frame a client has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from benchmarks.figures import Figure
from benchmarks.ws_load import load_clients
from benchmarks.ws_rig import FEED_RATE, LOAD_CPUS, RigOptions, board_path, running_rig

SETTLE_S = 2.0
FEED_P50_MS, FEED_P99_MS = 35.0, 70.0


@dataclass(frozen=True)
class QuickPlan:
    clients: int = 1_000
    seconds: float = 15.0
    interval_ms: int = 50


async def measure_quick(plan: QuickPlan) -> list[Figure]:
    """Return feed-to-client latency."""
    options = RigOptions({"WS_DELTA_INTERVAL_MS": str(plan.interval_ms)})
    async with (
        running_rig(options) as (rig, _),
        rig.feeding(),
        load_clients(rig.load_program, rig.port, plan.clients, board_path(), cpus=LOAD_CPUS) as clients,
    ):
        await asyncio.sleep(SETTLE_S)
        await clients.report()
        usage = await rig.watch(plan.seconds)
        report = await clients.report()
    feed, publish = report.feed_ms, report.publish_ms
    return [
        Figure(
            f"{plan.clients:,} clients, delta at {plan.interval_ms} ms: feed to client, {FEED_RATE:,} messages/s",
            f"p50 / p99 <= {FEED_P50_MS:.0f} / {FEED_P99_MS:.0f} ms",
            f"{feed.p50:.0f} / {feed.p99:.0f} ms; publish to client {publish.p50:.1f} / {publish.p99:.1f}; "
            f"{report.frames_per_s / plan.clients:.1f} frames/s a client; {usage.core_share:.0%} of a core",
            0 < feed.p50 <= FEED_P50_MS and feed.p99 <= FEED_P99_MS,
            usage.queued_share,
        )
    ]
