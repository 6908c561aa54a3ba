"""`python -m benchmarks` (= `make bench`): the figures of this machine beside their targets.

`BENCH_TRADES=1000000` makes the database of the candle reads smaller (10 million; it takes minutes to load).
Children are processes of ours on 127.0.0.1; each benchmark is bounded in time. Nothing here fails on a missed target:
it is read by people. `make bench-ws` measures ten thousand clients. Ratios within a run are good to 15 %, absolute times
are the machine's.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Awaitable, Callable

import uvloop

from benchmarks.candle_read_bench import TRADES, measure_candle_reads
from benchmarks.cold_start_bench import measure_cold_start
from benchmarks.fan_out_bench import measure_fan_out
from benchmarks.feed_bench import BURST_RATE, STEADY_RATE, FeedPlan, measure_feed
from benchmarks.figures import Figure, format_table
from benchmarks.machine import describe_machine
from benchmarks.snapshot_bench import measure_snapshot
from benchmarks.stages_bench import measure_stages, measure_wake
from benchmarks.storing_bench import measure_storing
from benchmarks.ws_bytes_bench import measure_bytes
from benchmarks.ws_crowd import CrowdPlan, measure_crowd

type Bench = Callable[[bool], Awaitable[list[Figure]]]


def _plan(symbols: int, is_quick: bool) -> FeedPlan:
    steady_s, burst_s = (20, 5) if is_quick else (60, 10)
    return FeedPlan(symbols, BURST_RATE * burst_s, STEADY_RATE * steady_s, 60_000 if is_quick else 200_000)


async def _snapshot(is_quick: bool) -> list[Figure]:
    return measure_snapshot(1_600, 20 if is_quick else 100)


async def _stages(is_quick: bool) -> list[Figure]:
    return await measure_stages(30, 10_000, 3 if is_quick else 10)


BENCHES: dict[str, Bench] = {
    "feed": lambda is_quick: measure_feed(_plan(30, is_quick)),
    "feed-1600": lambda is_quick: measure_feed(_plan(1_600, is_quick)),
    "stages": _stages,
    "wake": lambda is_quick: measure_wake(5_000, 2 if is_quick else 5),
    "snapshot": _snapshot,
    "bytes": lambda is_quick: measure_bytes(15 if is_quick else 60),
    "start": lambda is_quick: measure_cold_start(2 if is_quick else 4),
    "storing": lambda is_quick: measure_storing(10 if is_quick else 60, 50_000 if is_quick else 200_000),
    "candles": lambda is_quick: measure_candle_reads(
        min(TRADES, 1_000_000) if is_quick else TRADES, 50 if is_quick else 300
    ),
    "fan-out": lambda is_quick: measure_fan_out(100, 5 if is_quick else 15, 500),
    "crowd": lambda is_quick: measure_crowd(CrowdPlan(1_000, 3 if is_quick else 8, compare_s=3)),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks asked for and print their table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("only", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)}; all by default")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a third of the time (about 3 minutes), candles on a million trades",
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.only if name not in BENCHES]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    logging.basicConfig(level=logging.ERROR)
    print(describe_machine() + "\n", flush=True)
    figures: list[Figure] = []
    for name in options.only or BENCHES:
        print(f"{name} ...", flush=True)
        figures += uvloop.run(_measure(BENCHES[name], options.quick))
    print("\n" + format_table(figures))
    return 0


async def _measure(bench: Bench, is_quick: bool) -> list[Figure]:
    return await bench(is_quick)


if __name__ == "__main__":
    raise SystemExit(main())
