"""The feed through the real SDK client into the state, the database writing: throughput, age, CPU by stage."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.feed_rig import FeedRig, Tally, running_rig
from benchmarks.figures import Figure, percentile

BURST_RATE, STEADY_RATE = 20_000, 5_000  # messages a second, PERFORMANCE.md section 3
STEADY_AGE_MS, CPU_US = 100.0, 40.0
RATE_MARGIN = 0.98  # of the rate asked for: the sender's timer is not exact
WARM_UP_MESSAGES = 5_000


@dataclass(frozen=True)
class FeedPlan:
    """How much is sent to how many symbols."""

    symbols: int
    burst_messages: int
    steady_messages: int
    flood_messages: int


async def measure_feed(plan: FeedPlan) -> list[Figure]:
    """Run one application through warm-up, steady rate, burst and as fast as it takes them."""
    async with running_rig(plan.symbols) as rig:
        before = await _stored(rig)
        warm_up = await rig.run(min(WARM_UP_MESSAGES, plan.steady_messages), STEADY_RATE)
        steady = await _run_and_drain(rig, plan.steady_messages, STEADY_RATE)
        burst = await _run_and_drain(rig, plan.burst_messages, BURST_RATE)
        flood = await _run_and_drain(rig, plan.flood_messages, 0)
        stored = await _stored(rig) - before
    trades = sum(tally.trades for tally in (warm_up, steady, burst, flood))
    name = f"{plan.symbols:,} symbols"
    return [
        *_steady_figures(name, steady),
        *_burst_figures(name, burst),
        Figure(
            f"{name}: prints of all runs in the database and its candles",
            "all",
            f"{stored:,} of {trades:,}",
            stored == trades,
        ),
        Figure(
            f"{name}: as fast as it takes them",
            "for the record",
            f"{flood.rate:,.0f}/s, {_fate(flood)}{_queued(flood)}",
        ),
        *_stage_figures(f"{name}, {BURST_RATE:,}/s", burst),
    ]


async def _run_and_drain(rig: FeedRig, count: int, rate: float) -> Tally:
    tally = await rig.run(count, rate)
    await rig.drain()
    return tally


async def _stored(rig: FeedRig) -> int:
    await rig.drain()
    return await rig.stored_trades()


def _steady_figures(name: str, tally: Tally) -> list[Figure]:
    what = f"{name}: {STEADY_RATE:,}/s for {tally.send_s:.0f} s"
    ages_ms = [age_s * 1e3 for age_s in tally.ages_s]
    worst_ms = max(ages_ms, default=0.0)
    is_met = worst_ms < STEADY_AGE_MS and tally.lost == 0
    return [
        Figure(f"{what}, lost", "0", _fate(tally), tally.lost == 0, tally.queued_share),
        Figure(
            f"{what}, age of the data in the state",
            f"< {STEADY_AGE_MS:.0f} ms always",
            f"p50 {percentile(ages_ms, 0.5):.0f}, p99 {percentile(ages_ms, 0.99):.0f}, worst {worst_ms:.0f} ms"
            f"{_queued(tally)}",
            is_met,
            tally.queued_share,
        ),
        _storing_figure(what, tally),
        _cpu_figure(what, tally),
    ]


def _burst_figures(name: str, tally: Tally) -> list[Figure]:
    what = f"{name}: {BURST_RATE:,}/s for {tally.sent / BURST_RATE:.0f} s"
    ages_ms = [age_s * 1e3 for age_s in tally.ages_s]
    return [
        Figure(
            f"{what}, sustained",
            f"{BURST_RATE:,}/s",
            f"{tally.rate:,.0f}/s, sender at most {tally.behind_ms:.0f} ms late{_queued(tally)}",
            tally.rate >= BURST_RATE * RATE_MARGIN,
            tally.queued_share,
        ),
        Figure(f"{what}, lost", "0", _fate(tally), tally.lost == 0, tally.queued_share),
        Figure(
            f"{what}, backlog and age",
            "for the record",
            f"{tally.backlog_max:,} messages, p50 {percentile(ages_ms, 0.5):.0f}, worst {max(ages_ms, default=0):.0f} ms",
        ),
        _storing_figure(what, tally),
        _cpu_figure(what, tally),
    ]


def _storing_figure(what: str, tally: Tally) -> Figure:
    return Figure(
        f"{what}, rows waiting in the spool",
        "for the record",
        f"at most {tally.waiting_max:,}, stored {tally.drain_s:.1f} s after the last message",
    )


def _cpu_figure(what: str, tally: Tally) -> Figure:
    cpu_us = tally.us_per_message(tally.sdk_cpu_s + tally.loop_cpu_s)
    return Figure(
        f"{what}, CPU a message, socket to state", f"<= {CPU_US:.0f} µs", f"{cpu_us:.1f} µs", cpu_us <= CPU_US
    )


def _stage_figures(name: str, tally: Tally) -> list[Figure]:
    """Say where the CPU goes; what no stage accounts for is the bridge, the loop and the polls of the clock."""
    stages = {
        "SDK thread (socket, websocket-client, frame's JSON, append)": tally.sdk_cpu_s,
        **tally.stage_cpu_s,
        "loop, bridge, ticks": tally.loop_cpu_s - sum(tally.stage_cpu_s.values()),
    }
    total_s = tally.sdk_cpu_s + tally.loop_cpu_s
    return [
        Figure(f"{name}, stage: {stage}", "", f"{tally.us_per_message(cpu_s):.2f} µs ({cpu_s / total_s:.0%})")
        for stage, cpu_s in stages.items()
        if total_s
    ]


def _fate(tally: Tally) -> str:
    merged = f" + {tally.merged:,} quotes merged" if tally.merged else ""
    return f"{tally.sent:,} sent, {tally.received:,} received, {tally.applied:,} applied{merged}"


def _queued(tally: Tally) -> str:
    return f" ({tally.queued_share:.0%} of the time without a core)" if tally.queued_share >= 0.05 else ""
