"""`make soak HOURS=8`: hours of market at speed; memory, descriptors, tasks and latency by the hour, and as a picture.

One application with a database on a thin simulated market, and a few clients of every kind that come and go. A sample
every two seconds of ours; nights pass at once. Passed means: the last hour needs no more than the first whole one.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from benchmarks.data_dir import temporary_data_dir
from benchmarks.figures import Figure, format_table
from benchmarks.kill_rig import KillRig, kill_rig

SAMPLE_S = 2.0
WARM_UP_HOURS = 1  # caches fill, the interpreter's free lists grow
ACTIVITY = 0.2
SPEED = 60.0
START = "08:58:00"
SESSION_S = 6 * 3600 + 3 * 60  # of a day from START to its end
GROWTH = 1.05
GROWTH_MB = 12.0
LATENCY_GROWTH = 1.5
CLIENTS = ("/ws/market", "/ws/market?mode=delta", "/ws/foreign", "/ws/index", "/ws/alerts?mode=delta")
RETURN_AFTER_S = 30.0
_SAMPLE = re.compile(r"^([a-z_]+)(?:\{([^}]*)\})? ([0-9.e+-]+|NaN|\+Inf)$", re.MULTILINE)
HISTOGRAMS = ("ws_publish_seconds_bucket", "processing_seconds_bucket")


@dataclass
class Sample:
    """One look. `hour`: market hours since the start. Buckets are growth since the look before."""

    hour: float
    rss_mb: float
    descriptors: int
    tasks: int
    buckets: dict[str, dict[float, float]]


class Samples:
    """Takes looks at a running application."""

    def __init__(self, rig: KillRig) -> None:
        self._rig = rig
        self._before: dict[str, dict[float, float]] = {name: {} for name in HISTOGRAMS}
        self.taken: list[Sample] = []

    async def take(self, hour: float) -> None:
        """Take one."""
        text = (await self._rig.http.get(f"http://127.0.0.1:{self._rig.port}/metrics")).text
        now: dict[str, dict[float, float]] = {name: defaultdict(float) for name in HISTOGRAMS}
        tasks = 0
        for name, labels, value in _SAMPLE.findall(text):
            if name in now:
                limit = re.search(r'le="([^"]+)"', labels)
                now[name][float(limit[1]) if limit else float("inf")] += float(value)
            elif name == "asyncio_tasks":
                tasks = int(float(value))
        grown = {
            name: {limit: count - self._before[name].get(limit, 0.0) for limit, count in buckets.items()}
            for name, buckets in now.items()
        }
        self._before = now
        pid = self._rig.app.pid if self._rig.app is not None else 0
        self.taken.append(Sample(hour, _rss_mb(pid), _descriptors(pid), tasks, grown))


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def quantile_ms(samples: Sequence[Sample], name: str, share: float) -> float:
    """Return the upper bound of the bucket a share of the observations lies below, ms."""
    total: dict[float, float] = defaultdict(float)
    for sample in samples:
        for limit, count in sample.buckets[name].items():
            total[limit] += count
    everything = total.get(float("inf"), 0.0)
    for limit in sorted(total):
        if everything and total[limit] >= share * everything:
            return limit * 1000
    return 0.0


async def _listen(rig: KillRig, path: str) -> None:
    """A client that reads for half a minute, goes, and comes back, for ever."""
    while True:
        with suppress(OSError, InvalidHandshake, WebSocketException, TimeoutError):
            async with connect(f"ws://127.0.0.1:{rig.port}{path}", max_size=None, proxy=None) as client:
                async with asyncio.timeout(RETURN_AFTER_S):
                    async for _frame in client:
                        pass
        await asyncio.sleep(0.2)


async def run(hours: float, speed: float) -> list[Sample]:
    """Live through so many hours of market."""
    with temporary_data_dir() as folder:
        settings = {"FEED_STALL_S": "600", "WS_MAX_CONNECTIONS_PER_IP": "40", "LOG_LEVEL": "warning"}
        async with kill_rig(folder, ACTIVITY, speed, start=START, settings=settings) as rig:
            await rig.start_app()
            listening = [asyncio.create_task(_listen(rig, path)) for path in CLIENTS]
            try:
                return await _look_on(rig, hours)
            finally:
                for task in listening:
                    task.cancel()
                await asyncio.gather(*listening, return_exceptions=True)


async def _look_on(rig: KillRig, hours: float) -> list[Sample]:
    samples, passed_s, told = Samples(rig), 0.0, -1
    before_s = await rig.market_time_s()
    while passed_s < hours * 3600:
        await asyncio.sleep(SAMPLE_S)
        now_s = await rig.market_time_s()
        passed_s += min(now_s - before_s, SAMPLE_S * 2 * SPEED)  # a night is no market
        before_s = now_s
        with suppress(httpx.TimeoutException):
            await samples.take(passed_s / 3600)
        if int(passed_s / 3600) > told:
            told = int(passed_s / 3600)
            last = samples.taken[-1]
            print(
                f"hour {told}: {last.rss_mb:.0f} MB, {last.descriptors} descriptors, {last.tasks} tasks",
                flush=True,
            )
    return samples.taken


def of_hour(samples: Sequence[Sample], hour: int) -> list[Sample]:
    return [sample for sample in samples if int(sample.hour) == hour]


def figures(samples: Sequence[Sample]) -> list[Figure]:
    """Compare the last whole hour with the first one after the warm-up."""
    hours = int(samples[-1].hour)
    first, last = of_hour(samples, WARM_UP_HOURS), of_hour(samples, max(hours - 1, WARM_UP_HOURS))
    found = []
    for what, of in (("resident memory, MB", "rss_mb"), ("descriptors", "descriptors"), ("tasks", "tasks")):
        a, b = (fmean(getattr(sample, of) for sample in part) for part in (first, last))
        slack = GROWTH_MB if of == "rss_mb" else 3
        found.append(
            Figure(
                what,
                "flat",
                f"{a:.1f} in hour {WARM_UP_HOURS}, {b:.1f} in hour {hours - 1}",
                b <= a * GROWTH + slack,
            )
        )
    for name in HISTOGRAMS:
        a, b = (quantile_ms(part, name, 0.99) for part in (first, last))
        found.append(
            Figure(
                f"{name.removesuffix('_bucket')}, p99 at most, ms",
                "as at first",
                f"{a:.1f}, {b:.1f}",
                b <= max(a * LATENCY_GROWTH, 5.0),
            )
        )
    return found


def draw(samples: Sequence[Sample], path: Path) -> None:
    """Write the three curves as an SVG."""
    width, height, gap = 900, 140, 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {3 * (height + gap)}" font-family="sans-serif" font-size="12">'
    ]
    for n, (label, of) in enumerate(
        (("resident MB", "rss_mb"), ("descriptors", "descriptors"), ("tasks", "tasks"))
    ):
        values = [float(getattr(sample, of)) for sample in samples]
        top, base, end = max(values) * 1.05 or 1.0, n * (height + gap) + height, samples[-1].hour or 1.0
        points = " ".join(
            f"{sample.hour / end * width:.1f},{base - value / top * (height - 20):.1f}"
            for sample, value in zip(samples, values, strict=True)
        )
        parts.append(
            f'<text x="4" y="{base - height + 14}">{label}: {min(values):.0f} to {max(values):.0f}, over {end:.1f} h of market</text>'
        )
        parts.append(
            f'<path d="M0 {base}H{width}" stroke="#999"/><polyline points="{points}" fill="none" stroke="#06c"/>'
        )
    path.write_text("".join([*parts, "</svg>"]), encoding="utf-8")


def main() -> int:
    """Run, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0, help="of market")
    parser.add_argument("--speed", type=float, default=SPEED)
    parser.add_argument("--out", type=Path, default=Path("../test-results/soak.svg"))
    options = parser.parse_args()
    began_s = time.monotonic()
    samples = asyncio.run(run(options.hours, options.speed))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    draw(samples, options.out)
    table = figures(samples)
    print(format_table(table))
    print(
        f"{samples[-1].hour:.1f} h of market in {time.monotonic() - began_s:.0f} s; {len(samples)} samples; {options.out}"
    )
    return 0 if all(figure.is_met for figure in table) else 1


if __name__ == "__main__":
    sys.exit(main())
