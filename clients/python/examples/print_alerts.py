"""Print each signal as it comes: python examples/print_alerts.py [http://localhost:8000]."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from vnstock_tracker import AlertRaised, Resync, TopicSnapshot, Tracker


async def main(url: str) -> None:
    """Print the last signals, oldest first, then each new one."""
    async with Tracker(url) as tracker:
        async for event in tracker.alerts():
            match event:
                case TopicSnapshot(data=list() as last):
                    for alert in reversed(last):
                        print(f"{alert['timestamp']}  {alert['severity']:8}  {alert['message']}")
                case AlertRaised(data=alert):
                    print(f"{alert.timestamp.isoformat()}  {alert.severity:8}  {alert.message}", flush=True)
                case Resync(reason=reason):
                    print(f"signals may be missing: {reason}", file=sys.stderr)
                case _:
                    pass


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"))
