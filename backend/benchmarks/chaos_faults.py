"""What chaos does: one script a domain (feed, application, database, disk, clock), drawn from one seed.

Each fault is noted with its begin and end, so that the books can ask afterwards whether it was seen.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.kill_rig import KillRig

DISK_BYTES = 1024**3  # of the small file system: the spool refuses below 256 MB
LEFT_BYTES = 64 * 1024**2
TOKEN_DELAY_S = 2.0


@dataclass
class Fault:
    """One thing that was broken. `reached_s`: how long it lasted while the application was up."""

    domain: str
    name: str
    begun_s: float
    ended_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.domain}:{self.name} {self.ended_s - self.begun_s:.1f} s"


class Chaos:
    """Breaks things until it is told to stop; everything is mended when a script ends."""

    def __init__(self, rig: KillRig, rng: random.Random, speed: float, *, has_disk: bool) -> None:
        self._rig = rig
        self._rng = rng
        self._speed = speed
        self._has_disk = has_disk
        self.faults: list[Fault] = []

    def scripts(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """Return the scripts, each to run beside the others until cancelled."""
        scripts: list[Callable[[], Coroutine[Any, Any, None]]]
        scripts = [self._break_feed, self._break_app, self._break_database, self._break_clock]
        if self._has_disk:
            scripts.append(self._fill_disk)
        return scripts

    @asynccontextmanager
    async def _during(self, domain: str, name: str) -> AsyncIterator[None]:
        fault = Fault(domain, name, time.monotonic())
        self.faults.append(fault)
        try:
            yield
        finally:
            fault.ended_s = time.monotonic()

    async def _break_feed(self) -> None:
        """One fault of SSI's side after another, in an order of its own; each kind comes once before any comes twice."""
        rig, rng = self._rig, self._rng
        standing: dict[str, dict[str, float]] = {
            "stall": {}, "refuse": {"seconds": 2}, "status": {"code": 502, "count": 2}, "slow_token": {"seconds": TOKEN_DELAY_S},
            "stale_day": {"every": 5}, "duplicate": {"copies": 3}, "withhold": {"fraction": 0.05},
            "quote_delay": {"seconds": 2},
        }  # fmt: skip
        kinds = [*standing, "mute", "drop", "half_open", "token_expiry", "malformed"]
        while True:
            rng.shuffle(kinds)
            for name in kinds:
                await asyncio.sleep(rng.uniform(0.3, 1.2))
                async with self._during("feed", name):
                    try:
                        if name == "mute":
                            await rig.fault(name, channel=rng.choice(["X-TRADE", "X-QUOTE", "R", "MI", "F"]))
                        elif name == "malformed":
                            await rig.fault(name, kind="all", channel=rng.choice(["X-TRADE", "R", "MI"]))
                        else:
                            await rig.fault(name, **standing.get(name, {}))
                        if name in {"refuse", "status", "slow_token"}:
                            await rig.fault("drop")  # only a new connection meets them
                        await asyncio.sleep(
                            rng.uniform(4.0, 6.0) if name == "stall" else rng.uniform(1.0, 3.0)
                        )
                    finally:
                        await rig.clear_faults()

    async def _break_app(self) -> None:
        rig, rng = self._rig, self._rng
        while True:
            for name in rng.sample(["kill", "stop", "freeze"], 3):
                await asyncio.sleep(rng.uniform(5, 11))
                async with self._during("app", name):
                    if name == "freeze":
                        await self._freeze(rng.uniform(0.5, 3))
                    else:
                        await asyncio.shield(
                            rig.restart_app(signal.SIGKILL if name == "kill" else signal.SIGTERM)
                        )

    async def _freeze(self, seconds: float) -> None:
        app = self._rig.app
        if app is None:
            return
        self._rig.is_up = False
        try:
            os.kill(app.pid, signal.SIGSTOP)
            await asyncio.sleep(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.kill(app.pid, signal.SIGCONT)
            self._rig.is_up = True

    async def _break_database(self) -> None:
        rig, rng = self._rig, self._rng
        while True:
            for name in rng.sample(["kill", "stop", "hang"], 3):
                await asyncio.sleep(rng.uniform(3, 7))
                away_s = rng.uniform(0.3, 3)
                async with self._during("database", name):
                    act = {"kill": rig.kill_database, "stop": rig.stop_database, "hang": rig.hang_database}[
                        name
                    ]
                    await asyncio.shield(act(away_s))

    async def _break_clock(self) -> None:
        """The source's clock stands, and then hurries."""
        rig, rng = self._rig, self._rng
        while True:
            await asyncio.sleep(rng.uniform(6, 14))
            async with self._during("clock", "stand"):
                try:
                    await rig.pause()
                    await asyncio.sleep(rng.uniform(0.3, 1.0))
                finally:
                    await rig.pause(False)
            async with self._during("clock", "hurry"):
                try:
                    await rig.set_speed(self._speed * rng.uniform(2, 4))
                    await asyncio.sleep(rng.uniform(0.3, 0.8))
                finally:
                    await rig.set_speed(self._speed)

    async def _fill_disk(self) -> None:
        rng, filler = self._rng, self._rig.data_dir / "filler"
        while True:
            await asyncio.sleep(rng.uniform(10, 20))
            async with self._during("disk", "full"):
                try:
                    free = os.statvfs(filler.parent)
                    with filler.open("wb") as file:
                        os.posix_fallocate(
                            file.fileno(), 0, max(free.f_bavail * free.f_frsize - LEFT_BYTES, 1)
                        )
                    await asyncio.sleep(rng.uniform(1.5, 3))
                finally:
                    filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small file system; yield whether that is allowed here (it takes root)."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=755", "chaos", str(folder)],
        check=False,
        capture_output=True,
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)
