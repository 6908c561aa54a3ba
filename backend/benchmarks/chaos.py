"""`make chaos SEED=n`: a simulated day in about a minute while feed, application, database, disk, clock and clients are
broken at random; at the end the books are compared with the simulator's truth.

A seed draws the same faults in the same order; when they meet the day depends on the machine. `--seeds 50` runs so many
one after the other. Passed means: no wrong total, no lost accepted row, no doubled row or event, nothing stale shown as
live, and every fault to be seen in gaps or metrics.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.chaos_faults import Chaos, Fault, small_disk
from benchmarks.chaos_watch import Watch
from benchmarks.data_dir import temporary_data_dir
from benchmarks.kill_rig import KillRig, kill_rig
from benchmarks.kill_test import Outcome, compare, settle

START = "08:59:30"
CALM_FROM_S = 14 * 3600 + 10 * 60  # faults end here: the closing auction shows every symbol once more
OVER_S = 14 * 3600 + 50 * 60
DAY_S = 86_400
VIETNAM_S = 7 * 3600
STALL_MARKET_S = 600  # FEED_STALL_S: two seconds of ours
SLACK_S = 1.5  # for a machine that others use
ACTIVITY = 0.1
SPEED = 300.0
SUBSCRIBERS = 6
AUDIT_TIMEOUT_S = 60.0
LOG = Path("/tmp/chaos-app.log")
LIVE = frozenset({"live", "quiet", "partial"})


@dataclass
class Verdict:
    """What a run came to. Lists are empty when it is passed."""

    seed: int
    outcome: Outcome
    faults: list[Fault]
    watch: Watch
    audit: dict[str, Any]
    disk: bool
    stale_as_live: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def is_passed(self) -> bool:
        books = self.outcome
        return not (
            books.missing
            or books.doubled
            or books.totals_wrong
            or books.books_wrong
            or books.memory_wrong
            or books.candles_wrong
            or self.watch.broken_promises
            or self.stale_as_live
            or self.unseen
            or self.audit["light"] == "red"
        )


async def run(seed: int, speed: float) -> Verdict:
    """One day."""
    rng = random.Random(seed)
    with temporary_data_dir() as folder, small_disk(folder / "data") as has_disk:
        settings = {
            "FEED_STALL_S": str(STALL_MARKET_S),
            "LOG_FORMAT": "json",
            "WS_MAX_CONNECTIONS_PER_IP": "40",
        }
        try:
            async with kill_rig(folder, ACTIVITY, speed, start=START, seed=seed, settings=settings) as rig:
                return await _live_through(rig, rng, speed, seed, has_disk=has_disk)
        finally:
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(folder / "app.log", LOG)


async def _live_through(
    rig: KillRig, rng: random.Random, speed: float, seed: int, *, has_disk: bool
) -> Verdict:
    await rig.start_app()
    watch = Watch(rig, rng)
    chaos = Chaos(rig, rng, speed, has_disk=has_disk)
    began_s, sent = time.monotonic(), await rig.events()
    watching = asyncio.create_task(watch.run(SUBSCRIBERS))
    breaking = [asyncio.create_task(script()) for script in chaos.scripts()]
    try:
        await _until_market(rig, CALM_FROM_S, [watching, *breaking])
        await _end(breaking)
        await _mend(rig, speed)
        await _until_market(rig, OVER_S, [watching])
        outcome = Outcome(events=await rig.events() - sent, seconds=time.monotonic() - began_s)
        await rig.pause()
        await settle(rig)
        await compare(rig, outcome)
        answer = await rig.http.get(f"http://127.0.0.1:{rig.port}/api/audit", timeout=AUDIT_TIMEOUT_S)
    finally:
        await _end([watching, *breaking])
    verdict = Verdict(seed, outcome, chaos.faults, watch, answer.json(), has_disk)
    verdict.stale_as_live = _stale_as_live(verdict, speed)
    verdict.unseen = await _unseen(verdict, rig)
    return verdict


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _until_market(rig: KillRig, time_of_day_s: int, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for a time of the market's day; a task that dies is told at once."""
    while (await rig.market_time_s() + VIETNAM_S) % DAY_S < time_of_day_s:
        await asyncio.sleep(0.1)
        for task in tasks:
            if task.done():
                task.result()
                raise RuntimeError("a script ended by itself")


async def _mend(rig: KillRig, speed: float) -> None:
    """Whatever the cancelled scripts left: everything is up."""
    await rig.clear_faults()
    await rig.pause(False)
    await rig.set_speed(speed)
    await rig.start_database()
    if rig.app is None or not rig.is_up:
        await rig.start_app()


def _stale_as_live(verdict: Verdict, speed: float) -> list[str]:
    """Looks at which the feed had long been silent, and the application called it live all the same.

    Silence is counted in market time, by one life of the application: standing clocks and restarts begin it anew.
    """
    told_within_s = STALL_MARKET_S / speed + SLACK_S
    found = []
    for stall in (one for one in verdict.faults if (one.domain, one.name) == ("feed", "stall")):
        others = [
            one for one in verdict.faults if one.domain in {"app", "clock"} and one.ended_s > stall.begun_s
        ]
        for look in verdict.watch.looks:
            since_s = max([stall.begun_s, *(one.ended_s for one in others if one.begun_s < look.at_s)])
            if since_s + told_within_s < look.at_s < stall.ended_s and look.feed_state in LIVE:
                found.append(f"{look.feed_state} {look.at_s - since_s:.1f} s into {stall}")
    return found


async def _unseen(verdict: Verdict, rig: KillRig) -> list[str]:
    """Kinds of faults that left no trace in metrics, gaps or /health."""
    counted, looks = verdict.watch.counted, verdict.watch.looks
    gaps = {row[0] for row in await rig.query("SELECT DISTINCT cause FROM gaps")}

    def grew(*parts: str) -> bool:
        return any(all(part in name for part in parts) and count > 0 for name, count in counted.items())

    traces = {
        "feed:drop": grew("ssi_reconnects_total"),
        "feed:half_open": grew("ssi_reconnects_total"),
        "feed:refuse": grew("ssi_reconnects_total"),
        "feed:token_expiry": grew("ssi_reconnects_total"),
        "feed:status": grew("ssi_reconnects_total"),
        "feed:slow_token": grew("ssi_reconnects_total"),
        "feed:malformed": grew("ssi_messages_rejected_total"),
        "feed:duplicate": grew("ssi_messages_rejected_total", "repeat"),
        "feed:stale_day": grew("ssi_messages_rejected_total"),
        "feed:withhold": verdict.outcome.missed > 0,
        "app:kill": "restart" in gaps or verdict.outcome.missed == 0,
        "database:kill": any(look.database != "connected" for look in looks),
        "database:stop": any(look.database != "connected" for look in looks),
        "disk:full": any(look.is_refusing for look in looks) or "refused" in gaps,
    }
    happened = {f"{fault.domain}:{fault.name}" for fault in verdict.faults}
    return sorted(name for name, is_seen in traces.items() if name in happened and not is_seen)


def print_verdict(verdict: Verdict) -> None:
    """Say what happened, what was found, and what is wrong."""
    books, watch = verdict.outcome, verdict.watch
    kinds: dict[str, int] = {}
    for fault in verdict.faults:
        kinds[f"{fault.domain}:{fault.name}"] = kinds.get(f"{fault.domain}:{fault.name}", 0) + 1
    print(f"seed {verdict.seed}: {books.seconds:.0f} s, {books.events} events, {len(verdict.faults)} faults")
    print(f"  faults        {', '.join(f'{name} {count}' for name, count in sorted(kinds.items()))}")
    if not verdict.disk:
        print("  NOT RUN       a full disk: mounting a small file system is not allowed here")
    print(f"  traded {books.traded}, missed {books.missed}, accepted {books.accepted}, stored {books.stored}")
    print(
        f"  clients       {watch.events} events at most, {watch.resumes} returns, resyncs {dict(watch.resyncs)}"
    )
    print(f"  audit         {verdict.audit['light']}")
    wrong = {
        "missing": books.missing, "doubled": books.doubled, "totals": books.totals_wrong, "books": books.books_wrong,
        "memory": books.memory_wrong, "candles": books.candles_wrong, "promises": watch.broken_promises[:5],
        "stale as live": verdict.stale_as_live[:5], "unseen": verdict.unseen,
        "audit": [(one["name"], one["differences"][:3]) for one in verdict.audit["checks"] if one["verdict"] == "failed"]
        + [one["detail"] for one in verdict.audit["stored"]["differences"][:3]],
    }  # fmt: skip
    for name, value in wrong.items():
        if value:
            print(f"  WRONG {name}: {value}")
    print(f"  {'passed' if verdict.is_passed else f'FAILED, see {LOG}'}", flush=True)


def main() -> int:
    """Run the seeds that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--speed", type=float, default=SPEED, help="times real time")
    options = parser.parse_args()
    failed = []
    for seed in range(options.seed, options.seed + options.seeds):
        verdict = asyncio.run(run(seed, options.speed))
        print_verdict(verdict)
        if not verdict.is_passed:
            failed.append(seed)
    if options.seeds > 1:
        print(f"{options.seeds - len(failed)} of {options.seeds} seeds passed; failed: {failed or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
