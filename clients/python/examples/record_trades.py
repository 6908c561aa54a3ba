"""Record every print to a CSV file: python examples/record_trades.py trades.csv VCB FPT [--url http://localhost:8000].

What could not be recorded (the server was restarted, or we were away too long) is said on stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
from contextlib import suppress
from pathlib import Path

from vnstock_tracker import Rejected, Resync, Tracker, Trade

FIELDS = (
    "timestamp",
    "symbol",
    "price",
    "volume",
    "value",
    "trade_type",
    "exchange_side",
    "phase",
    "seq",
    "epoch",
)


async def record(url: str, path: Path, symbols: list[str], prints: int | None) -> int:
    """Append prints to a file until stopped, or `prints` of them are there; return how many were written."""
    written = 0
    with path.open("a", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        if file.tell() == 0:
            rows.writerow(FIELDS)
        async with Tracker(url) as tracker, tracker.events(symbols, types=[Trade]) as events:
            async for event in events:
                match event:
                    case Trade():
                        rows.writerow([getattr(event, name) for name in FIELDS])
                        written += 1
                        if events.pending == 0:
                            file.flush()
                        if written == prints:
                            break
                    case Resync() | Rejected():
                        print(event, file=sys.stderr)
                    case _:
                        pass
    return written


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("symbols", nargs="+")
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--prints", type=int, help="stop after so many")
    given = parser.parse_args()
    with suppress(KeyboardInterrupt):
        print(
            asyncio.run(record(given.url, given.path, given.symbols, given.prints)), "prints", file=sys.stderr
        )
