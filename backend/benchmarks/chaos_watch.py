"""What looks on while everything breaks: clients that count, one that asks how live the feed claims to be, metrics."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from benchmarks.kill_rig import KillRig
from tests.api.wire_subscriber import WireSubscriber

LOOK_EVERY_S = 0.1
SCRAPE_EVERY_S = 0.5
SYMBOLS = ("VCB", "FPT", "HPG", "VNM", "VN30F1M")
_SAMPLE = re.compile(r"^([a-z_]+)(?:\{([^}]*)\})? ([0-9.e+-]+)$", re.MULTILINE)
COUNTED = (
    "ssi_messages_rejected_total", "ssi_reconnects_total", "missed_volume_total", "ws_resumes_total", "ws_closes_total",
)  # fmt: skip


@dataclass
class Look:
    """What /health said at a moment."""

    at_s: float
    feed_state: str
    source: str
    database: str
    is_refusing: bool
    open_gaps: int


@dataclass
class Watch:
    """Runs beside the chaos; every list it leaves empty is a promise kept."""

    rig: KillRig
    rng: random.Random
    looks: list[Look] = field(default_factory=list)
    counted: Counter[str] = field(
        default_factory=Counter
    )  # growth of counters, over every life of the application
    broken_promises: list[str] = field(default_factory=list)
    events: int = 0
    resumes: int = 0
    resyncs: Counter[str] = field(default_factory=Counter)
    closes: Counter[str] = field(default_factory=Counter)

    async def run(self, subscribers: int) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._ask_health())
            tasks.create_task(self._count())
            for _ in range(subscribers):
                tasks.create_task(self._subscribe())
            tasks.create_task(self._stare())
            tasks.create_task(self._babble())

    async def _ask_health(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if not self.rig.is_up:
                continue
            asked_s = time.monotonic()
            with suppress(httpx.HTTPError, KeyError):
                health = await self.rig.ask("/health")
                feed, spool = health["feed"], health["spool"] or {}
                self.looks.append(
                    Look(
                        asked_s,
                        feed["state"],
                        feed["source"],
                        health["database"],
                        bool(spool.get("is_refusing")),
                        int(health.get("open_gaps") or 0),
                    )
                )

    async def _count(self) -> None:
        """Add up what counters grew by: each life of the application begins at 0."""
        before: dict[str, float] = {}
        life: object = None
        while True:
            await asyncio.sleep(SCRAPE_EVERY_S)
            if not self.rig.is_up:
                continue
            with suppress(httpx.HTTPError):
                text = (await self.rig.http.get(f"http://127.0.0.1:{self.rig.port}/metrics")).text
                if self.rig.app is not life:
                    before, life = {}, self.rig.app
                for name, labels, value in _SAMPLE.findall(text):
                    if name in COUNTED:
                        key = f"{name}{{{labels}}}"
                        self.counted[key] += int(float(value) - before.get(key, 0.0))
                        before[key] = float(value)

    async def _subscribe(self) -> None:
        """One program: every event once, in order, or a resync that says so; it comes back where it was."""
        subscriber = WireSubscriber({"symbols": list(SYMBOLS)})
        while True:
            stays_s = self.rng.uniform(2, 20)
            has_session = bool(subscriber.session_id)
            try:
                async with subscriber.connected(f"ws://127.0.0.1:{self.rig.port}/v1/ws") as client:
                    self.resumes += has_session
                    with suppress(TimeoutError):
                        async with asyncio.timeout(stays_s):
                            await subscriber.read_to_the_end(client)
                    self.closes[str(client.close_code)] += 1
            except (OSError, InvalidHandshake, WebSocketException):
                await asyncio.sleep(0.2)
            except AssertionError as error:
                self.broken_promises.append(f"subscriber: {error}")
                subscriber = WireSubscriber({"symbols": list(SYMBOLS)})
            self.events = max(self.events, len(subscriber.memory.contents))
            for _topic, reason in subscriber.resyncs:
                self.resyncs[reason] += 1
            subscriber.resyncs.clear()

    async def _stare(self) -> None:
        """A client of the board that reads nothing for seconds, again and again."""
        while True:
            with suppress(OSError, InvalidHandshake, WebSocketException):
                async with connect(
                    f"ws://127.0.0.1:{self.rig.port}/ws/market", proxy=None, max_queue=1
                ) as client:
                    first = json.loads(await client.recv())
                    if first.get("type") != "status":
                        self.broken_promises.append(f"the first frame is {first.get('type')}")
                    await asyncio.sleep(self.rng.uniform(2, 6))
            await asyncio.sleep(0.3)

    async def _babble(self) -> None:
        """A client that talks nonsense; it must be told so, and nobody else may notice."""
        nonsense = [
            "{",
            "[]",
            '{"action":"dance"}',
            '{"action":"subscribe","symbols":42}',
            "\x00",
            '"' + "x" * 5000,
        ]
        while True:
            with suppress(OSError, InvalidHandshake, WebSocketException):
                async with connect(f"ws://127.0.0.1:{self.rig.port}/v1/ws", proxy=None) as client:
                    for _ in range(10):
                        await client.send(self.rng.choice(nonsense))
                        await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)
