"""Ten thousand VN30 boards on one core: are all there, how late is what they see, and what does a frame cost?

The CPU per frame is the server's with clients less what it needs for the feed alone, both in this run; it stands beside
a writer in C and Starlette's send_text, which write the same sizes at the same pace to as many clients.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from benchmarks.figures import Figure
from benchmarks.ws_load import LoadReport, load_clients
from benchmarks.ws_rig import (
    FEED_RATE,
    LOAD_CPUS,
    MARKET_SIZE,
    VN30_SIZE,
    Rig,
    RigOptions,
    Usage,
    board_path,
    running_rig,
)
from benchmarks.ws_writers import Traffic, measure_writer

WARM_S = 2.0  # the first frames after a start are not counted
FRAME_BYTES_MAX = 8 * 1024
PUBLISH_P99_MS = 50.0
RSS_MAX_BYTES = 500_000_000
MACHINE_SHARE_MAX = 0.5
MACHINE_CORES = 2  # the target is half of a two-core machine
C_RATIO_MAX, TEXT_RATIO_MIN = 2.0, 2.0


@dataclass(frozen=True)
class CrowdPlan:
    """How many clients for how long. Without `compare_s` no other writer is measured."""

    clients: int = 10_000
    seconds: float = 20.0
    compare_s: float = 8.0
    alone_s: float = 4.0  # the feed without clients
    settle_s: float = 3.0  # after the last one is in
    mode: str = "delta"
    settings: dict[str, str] = field(default_factory=dict)
    is_pinned: bool = True
    deflates: bool = False
    symbols: int = MARKET_SIZE

    @property
    def name(self) -> str:
        """What the figures are called."""
        history = "" if self.settings.get("DATABASE_URL", "off") == "off" else ", history on"
        busy = ", all messages on the 30" if self.symbols <= VN30_SIZE else ""
        return f"{self.clients:,} clients, {self.mode}{', deflate' if self.deflates else ''}{history}{busy}"


async def measure_crowd(plan: CrowdPlan) -> list[Figure]:
    """Return the figures of one crowd."""
    settings = plan.settings | {"WS_DEFLATE": str(plan.deflates).lower()}
    async with running_rig(RigOptions(settings, plan.is_pinned, plan.symbols)) as (rig, _):
        async with rig.feeding():
            await asyncio.sleep(WARM_S)
            alone = await rig.watch(plan.alone_s)
            path = board_path(plan.mode)
            async with load_clients(
                rig.load_program,
                rig.port,
                plan.clients,
                path,
                cpus=LOAD_CPUS,
                deflates=plan.deflates,
                counts_evenly=plan.mode != "delta" or plan.symbols <= VN30_SIZE,
            ) as clients:
                await asyncio.sleep(plan.settle_s)
                await clients.report()
                usage = await rig.watch(plan.seconds)
                report = await clients.report()
        figures = _figures(plan, rig, clients.connect_s, report, usage)
        our_us = max(0.0, usage.cpu_s - alone.core_share * usage.seconds) / max(1, report.frames) * 1e6
        all_us = usage.cpu_s / max(1, report.frames) * 1e6
        figures.append(
            Figure(
                f"{plan.name}: CPU per frame delivered",
                "for the record",
                f"{our_us:.1f} us; {all_us:.1f} us with the feed's {alone.core_share:.0%} of a core",
            )
        )
        if plan.compare_s:
            traffic = Traffic(plan.clients, plan.clients / report.frames_per_s * 1000, report.sizes)
            figures += await _compare(plan, rig, traffic, our_us, usage)
    return figures


def _figures(plan: CrowdPlan, rig: Rig, connect_s: float, report: LoadReport, usage: Usage) -> list[Figure]:
    name, queued = plan.name, usage.queued_share
    closes = sum(report.closes.values())
    publish, feed = report.publish_ms, report.feed_ms
    machine_share = usage.core_share / MACHINE_CORES
    return [
        Figure(
            f"{name}: all stay for {report.seconds:.0f} s",
            f"{plan.clients:,} open, 0 closed",
            f"{report.open:,} open, {closes} closed; each had {report.fewest_frames:,} frames or more; "
            f"connected in {connect_s:.1f} s",
            report.open == plan.clients and closes == 0 and report.fewest_frames > 0,
            queued,
        ),
        Figure(
            f"{name}: frames",
            f"<= {FRAME_BYTES_MAX // 1024} KB each",
            f"{report.frames_per_s:,.0f}/s of {report.bytes_per_frame / 1024:.1f} KB, "
            f"{report.frames_per_s / plan.clients:.1f}/s a client",
            report.bytes_per_frame <= FRAME_BYTES_MAX,
        ),
        Figure(
            f"{name}: publish to client",
            f"p99 < {PUBLISH_P99_MS:.0f} ms",
            f"p50 {publish.p50:.1f}, p99 {publish.p99:.1f}, max {publish.max:.0f} ms",
            publish.p99 < PUBLISH_P99_MS if publish.count else None,
            queued,
        ),
        Figure(
            f"{name}: feed to client at {FEED_RATE:,} messages/s",
            "for the record",
            f"p50 {feed.p50:.0f}, p99 {feed.p99:.0f} ms; the sender at most {rig.behind_ms:.0f} ms late",
        ),
        Figure(
            f"{name}: server's memory",
            f"< {RSS_MAX_BYTES / 1e6:.0f} MB",
            f"{usage.rss_max_bytes / 1e6:.0f} MB",
            usage.rss_max_bytes < RSS_MAX_BYTES,
        ),
        Figure(
            f"{name}: server's CPU",
            f"< {MACHINE_SHARE_MAX:.0%} of two cores",
            f"{machine_share:.0%} ({usage.core_share:.0%} of a core); load client "
            f"{report.cpu_s / report.seconds:.0%} of a core",
            machine_share < MACHINE_SHARE_MAX,
            queued,
        ),
    ]


async def _compare(plan: CrowdPlan, rig: Rig, traffic: Traffic, our_us: float, usage: Usage) -> list[Figure]:
    c_us = await measure_writer(rig.load_program, "c", traffic, plan.compare_s)
    text_us = await measure_writer(rig.load_program, "send_text", traffic, plan.compare_s)
    above, below = our_us / c_us, text_us / our_us if our_us else 0.0
    return [
        Figure(
            f"{plan.name}: CPU per frame against a writer in C",
            f"<= {C_RATIO_MAX:.0f} x",
            f"{above:.2f} x ({c_us:.1f} us)",
            above <= C_RATIO_MAX,
            usage.queued_share,
        ),
        Figure(
            f"{plan.name}: CPU per frame against send_text",
            f">= {TEXT_RATIO_MIN:.0f} x better",
            f"{below:.2f} x better ({text_us:.1f} us)",
            below >= TEXT_RATIO_MIN,
            usage.queued_share,
        ),
    ]
