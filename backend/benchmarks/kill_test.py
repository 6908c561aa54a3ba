"""`python -m benchmarks.kill_test`: checks 1 and 3 of issue 2. Everything is killed under load; then the books are compared.

Load all the while: 1,200 events a second. The database is killed -9 five times, stopped 30 s, hung 30 s; the
application is killed -9 ten times and SIGTERMed five times; /health is asked four times a second. `--late-database 60`
is check 2.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.data_dir import temporary_data_dir
from benchmarks.kill_rig import HEALTH_TIMEOUT_S, KillRig, kill_rig

LOG = Path("/tmp/kill-test-app.log")
_CANDLES = """
    WITH recount AS (
        SELECT symbol, date_bin('1 minute', timestamp, '2000-01-01 00:00+07') AS bucket, phase,
            (array_agg(price ORDER BY timestamp, total_volume))[1] AS open, max(price) AS high, min(price) AS low,
            (array_agg(price ORDER BY timestamp DESC, total_volume DESC))[1] AS close, sum(volume)::int8 AS volume,
            sum(value)::int8 AS value, count(*) AS trade_count,
            coalesce(sum(volume) FILTER (WHERE trade_type = 'mua_chu_dong'), 0)::int8 AS mua,
            coalesce(sum(volume) FILTER (WHERE trade_type = 'ban_chu_dong'), 0)::int8 AS ban
        FROM trades GROUP BY 1, 2, 3
    )
    SELECT count(*) FILTER (WHERE (r.open, r.high, r.low, r.close, r.volume, r.value, r.trade_count, r.mua, r.ban)
        IS DISTINCT FROM (c.open, c.high, c.low, c.close, c.volume, c.value, c.trade_count, c.mua_chu_dong_volume,
            c.ban_chu_dong_volume)), count(*)
    FROM recount AS r FULL JOIN candle_1m AS c USING (symbol, bucket, phase)
"""


@dataclass
class Plan:
    """How often what is done to whom."""

    seconds: float = 60
    database_kills: int = 5
    stopped_s: float = 30
    hung_s: float = 30
    app_kills: int = 10
    app_stops: int = 5
    calm_s: float = 10.0  # at the end, so that every symbol trades once more


@dataclass
class Outcome:
    """The books. Lists of what is wrong are empty when the test is passed."""

    events: int = 0
    seconds: float = 0.0
    accepted: int = 0
    stored: int = 0
    missing: list[tuple[str, int]] = field(default_factory=list)
    doubled: int = 0
    totals_wrong: dict[str, tuple[int, int]] = field(default_factory=dict)  # symbol -> truth, ours
    books_wrong: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # truth, stored, gaps
    memory_wrong: dict[str, tuple[int, int]] = field(default_factory=dict)  # shown in memory, stored
    missed: int = 0
    traded: int = 0
    candles_wrong: int = -1
    candles: int = 0
    health_answers: int = 0
    health_worst_s: float = 0.0
    health_limit_s: float = HEALTH_TIMEOUT_S
    health_failures: dict[str, int] = field(default_factory=dict)
    start_worst_s: float = 0.0
    stop_worst_s: float = 0.0

    @property
    def is_passed(self) -> bool:
        return not (
            self.missing
            or self.doubled
            or self.totals_wrong
            or self.books_wrong
            or self.memory_wrong
            or self.candles_wrong
            or self.health_failures
            or self.health_worst_s > self.health_limit_s
        )


async def run_kill_test(rig: KillRig, plan: Plan) -> Outcome:
    """Run the plan against a started simulator and database."""
    await rig.start_app()
    await asyncio.sleep(3)
    began_s, sent = time.monotonic(), await rig.events()
    rng = random.Random(3)
    ends = [signal.SIGKILL] * plan.app_kills + [signal.SIGTERM] * plan.app_stops
    rng.shuffle(ends)

    async def disturb_app() -> None:
        for number in ends:
            await asyncio.sleep(rng.uniform(1.0, 4.0))
            await rig.restart_app(number)

    async def disturb_database() -> None:
        for _ in range(plan.database_kills):
            await asyncio.sleep(rng.uniform(1.5, 4.0))
            await rig.kill_database(rng.uniform(0.2, 2.0))
        if plan.hung_s:
            await asyncio.sleep(2)
            await rig.hang_database(plan.hung_s)
        if plan.stopped_s:
            await asyncio.sleep(4)
            await rig.stop_database(plan.stopped_s)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(disturb_app())
        tasks.create_task(disturb_database())
        tasks.create_task(asyncio.sleep(plan.seconds))
    await asyncio.sleep(plan.calm_s)
    outcome = Outcome(events=await rig.events() - sent, seconds=time.monotonic() - began_s)
    await rig.pause()
    await settle(rig)
    await compare(rig, outcome)
    return outcome


async def run_late_database(rig: KillRig, absent_s: float) -> Outcome:
    """Start without a database; let it appear after `absent_s`. Everything accepted since the start is in it then."""
    await rig.server.stop()
    await rig.start_app()
    began_s, sent = time.monotonic(), await rig.events()
    await asyncio.sleep(absent_s)
    health = await rig.ask("/health")
    if health["database"] != "unavailable" or not health["spool"]["rows"]:
        raise RuntimeError(f"the database is not away: {health}")
    print(f"after {absent_s:.0f} s    {health['spool']['rows']} rows wait, /health is {health['status']}")
    await rig.start_database()
    outcome = Outcome(events=await rig.events() - sent, seconds=time.monotonic() - began_s)
    await rig.pause()
    await settle(rig)
    await compare(rig, outcome)
    return outcome


async def settle(rig: KillRig) -> None:
    """Wait until the application has read what was sent and the spool is empty."""
    deadline_s = time.monotonic() + 60
    quiet_since_s, last = time.monotonic(), -1
    while time.monotonic() < deadline_s:
        health = await rig.ask("/health")
        stats = await rig.ask("/api/session-stats")
        now = sum(row["total_volume"] for row in stats["stats"].values())
        if now != last or health["spool"]["rows"] or health["database"] != "connected":
            quiet_since_s, last = time.monotonic(), now
        elif time.monotonic() - quiet_since_s > 2:
            return
        await asyncio.sleep(0.2)
    raise RuntimeError("the spool was not drained within a minute")


async def compare(rig: KillRig, outcome: Outcome) -> None:
    """Compare the simulator's truth, the application's memory and the database."""
    truth = (await rig.truth())["symbols"]
    stats = (await rig.ask("/api/session-stats"))["stats"]
    stored = await rig.stored()
    volumes = {
        row[0]: int(row[1]) for row in await rig.query("SELECT symbol, sum(volume) FROM trades GROUP BY 1")
    }
    gaps = {
        row[0]: (int(row[1]), int(row[2] or 0))
        for row in await rig.query(
            "SELECT symbol, sum(volume), sum(volume) FILTER (WHERE cause = 'refused') FROM gaps GROUP BY 1"
        )
    }
    outcome.accepted, outcome.stored = len(rig.accepted), len(stored)
    outcome.missing = sorted(rig.accepted - set(stored))[:20]
    outcome.doubled = len(stored) - len(set(stored))
    for symbol, row in stats.items():
        expected, shown = truth[symbol]["total_volume"], row["total_volume"] - row["missed_volume"]
        kept, (lost, refused) = volumes.get(symbol, 0), gaps.get(symbol, (0, 0))
        outcome.traded += expected
        outcome.missed += row["missed_volume"]
        if row["total_volume"] != expected:
            outcome.totals_wrong[symbol] = (expected, row["total_volume"])
        if kept + lost != expected:
            outcome.books_wrong[symbol] = (expected, kept, lost)
        if not kept <= shown <= kept + refused:  # what a full disk refused is shown until the next restart
            outcome.memory_wrong[symbol] = (shown, kept)
    outcome.candles_wrong, outcome.candles = (await rig.query(_CANDLES))[0]
    outcome.health_answers = len(rig.health)
    outcome.health_worst_s = round(max(rig.health, default=0), 3)
    outcome.health_limit_s = rig.health_timeout_s
    outcome.health_failures = dict(rig.health_failures)
    outcome.start_worst_s = round(max(rig.starts, default=0), 2)
    outcome.stop_worst_s = round(max(rig.stops, default=0), 2)


async def _main(activity: float, plan: Plan, late_database_s: float) -> int:
    with temporary_data_dir() as folder:
        try:
            async with kill_rig(folder, activity) as rig:
                outcome = await (
                    run_late_database(rig, late_database_s) if late_database_s else run_kill_test(rig, plan)
                )
        finally:
            with suppress(FileNotFoundError):
                shutil.copy(folder / "app.log", LOG)
    for name, value in vars(outcome).items():
        print(f"{name:16} {value}")
    print(f"events/s         {outcome.events / outcome.seconds:.0f}")
    print("passed" if outcome.is_passed else f"FAILED, see {LOG}")
    return 0 if outcome.is_passed else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--activity", type=float, default=3.0, help="of the simulator: 3 is about 1,200/s")
    parser.add_argument("--quick", action="store_true", help="the version the tests run")
    parser.add_argument(
        "--late-database",
        type=float,
        default=0.0,
        metavar="S",
        help="check 2 instead: the database appears after S",
    )
    options = parser.parse_args()
    chosen = Plan(20, 2, 3, 3, 3, 1, 6) if options.quick else Plan()
    sys.exit(asyncio.run(_main(options.activity, chosen, options.late_database)))
