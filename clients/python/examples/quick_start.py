"""The last price of each symbol, as it changes: python examples/quick_start.py [http://localhost:8000] [SYMBOL ...]."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from vnstock_tracker import Tracker


async def main(url: str, symbols: list[str]) -> None:
    """Print what changes, and how far it may be believed."""
    async with Tracker(url, symbols=symbols or None) as tracker:
        snapshot = await tracker.market.ready()
        print(
            f"{len(snapshot.prices)} symbols of {tracker.status.source}, the feed is {tracker.status.state}"
        )
        async for change in tracker.market.changes():
            for symbol, fields in (change.patch or {}).get("prices", {}).items():
                if fields and "last_price" in fields:
                    age = "" if tracker.is_live else "  (not live)"
                    print(f"{symbol:10} {fields['last_price']:>12,}{age}", flush=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(
            main(
                sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000",
                [s.upper() for s in sys.argv[2:]],
            )
        )
