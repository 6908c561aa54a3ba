"""`python -m benchmarks.ws_bench` (= `make bench-ws`): ten thousand clients, and what can go wrong with them.

BENCH_SECONDS (20) is how long the crowd is watched: 600 for the full run; BENCH_CLIENTS (10,000) how many it is.
"""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Awaitable, Callable

import uvloop

from benchmarks.figures import Figure, format_table
from benchmarks.machine import describe_machine
from benchmarks.ws_crowd import CrowdPlan, measure_crowd
from benchmarks.ws_offenders import OffendersPlan, measure_offenders
from benchmarks.ws_quick import QuickPlan, measure_quick
from benchmarks.ws_return import ReturnPlan, measure_return
from benchmarks.ws_rig import VN30_SIZE

CLIENTS = int(os.environ.get("BENCH_CLIENTS", "10000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
SHORT_SECONDS = 8.0
WHEN_NAMED = {"deflate"}  # about a setting that is off by default

BENCHES: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "crowd": lambda: measure_crowd(CrowdPlan(CLIENTS, SECONDS)),
    "busy": lambda: measure_crowd(
        CrowdPlan(CLIENTS, min(SECONDS, SHORT_SECONDS), compare_s=0, symbols=VN30_SIZE)
    ),
    "deflate": lambda: measure_crowd(
        CrowdPlan(CLIENTS, min(SECONDS, SHORT_SECONDS), compare_s=0, deflates=True)
    ),
    "history": lambda: measure_crowd(
        CrowdPlan(
            CLIENTS,
            min(SECONDS, SHORT_SECONDS),
            compare_s=0,
            settings={"DATABASE_URL": ""},
            is_pinned=False,
        )
    ),
    "quick": lambda: measure_quick(QuickPlan()),
    "offenders": lambda: measure_offenders(OffendersPlan()),
    "return": lambda: measure_return(ReturnPlan()),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks asked for and print their table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ws_bench", description=__doc__)
    parser.add_argument(
        "only",
        nargs="*",
        metavar="BENCH",
        help=f"of {', '.join(BENCHES)}; all but {', '.join(WHEN_NAMED)} by default",
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.only if name not in BENCHES]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    logging.basicConfig(level=logging.ERROR)
    print(describe_machine() + "\n", flush=True)
    for name in options.only or [name for name in BENCHES if name not in WHEN_NAMED]:
        print(f"{name} ...", flush=True)
        print(format_table(uvloop.run(_measure(name))) + "\n", flush=True)
    return 0


async def _measure(name: str) -> list[Figure]:
    return await BENCHES[name]()


if __name__ == "__main__":
    raise SystemExit(main())
