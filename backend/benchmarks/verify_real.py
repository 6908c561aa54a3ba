"""`python -m benchmarks.verify_real FOLDER` (= `make verify-real DATA=folder`): our figures against real sessions.

The folder holds vn30f1m_trades_DATE.csv.gz, vn30f1m_bars_1m.csv.gz and amzn_*.csv.gz. Every trade goes through the
wire, the unmodified SDK and the application; exit code 1 if anything differs, 2 if a file is missing.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path

import uvloop

from benchmarks.aggressor_check import check_aggressor
from benchmarks.child_process import ChildError
from benchmarks.findings import Finding
from benchmarks.real_files import RealDataError, RealSession, read_folder
from benchmarks.session_check import check_session
from benchmarks.session_replay import ReplayError, replay_session


def verify(folder: Path) -> bool:
    """Check everything in the folder and print it; return whether nothing differs. Raise RealDataError."""
    data = read_folder(folder)
    is_right = True
    for session in data.sessions:
        is_right &= _print_session(session)
    print(f"{len(data.executions):,} executions with a known initiator")
    is_right &= _print_all(check_aggressor(data.executions))
    print("everything agrees" if is_right else "something differs: see the lines marked MISS")
    return is_right


def _print_session(session: RealSession) -> bool:
    print(f"VN30F1M {session.trading_date}: {len(session.trades):,} trades", flush=True)
    began_s = time.perf_counter()
    try:
        replayed = uvloop.run(replay_session(session.path))
    except (ReplayError, ChildError) as error:
        return _print_all([Finding("replay", str(error), is_right=False)])
    took_s = time.perf_counter() - began_s
    return _print_all(
        [
            *check_session(session, replayed),
            Finding("played as", f"{replayed.symbol}, in {took_s:.1f} s with the start of everything"),
        ]
    )


def _print_all(findings: list[Finding]) -> bool:
    for finding in findings:
        print(finding)
    return all(finding.is_right is not False for finding in findings)


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all agrees, 1 when something differs, 2 when there is nothing to check."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verify_real", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with the trade, bar and execution files")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR)
    try:
        return 0 if verify(options.folder) else 1
    except RealDataError as error:
        print(f"verify-real: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
