"""The real application, without HTTP, behind the real SDK client and the sender of the other process.

What is measured here reaches into private parts on purpose: a benchmark must not make the program slower to be one.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from app.config import Settings
from app.feed.thread_bridge import ThreadBridge
from app.history_wiring import History
from app.market.messages import Message, QuoteMessage, Tick
from app.market.models import Changes
from app.wiring import Application
from benchmarks.child_process import ChildProcess
from benchmarks.data_dir import temporary_data_dir
from benchmarks.frame_mix import STAMP_MODULUS
from benchmarks.thread_cpu import StageMeter, cpu_s_of, queued_s_of_process

CONNECT_TIMEOUT_S = 30.0
DRAIN_WAIT_S = 120.0
IDLE_WAIT_S = 60.0  # for what is still in sockets and queues once the sender is done
SEND_MARGIN_S = 60.0


@dataclass
class Tally:
    """What happened between two moments."""

    sent: int = 0
    received: int = 0
    applied: int = 0
    merged: int = 0
    refused: int = 0
    rejected: int = 0
    alerts: int = 0
    send_s: float = 0.0
    behind_ms: float = 0.0  # how late the sender itself was at worst
    wall_s: float = 0.0
    sdk_cpu_s: float = 0.0
    loop_cpu_s: float = 0.0
    process_cpu_s: float = 0.0
    stage_cpu_s: dict[str, float] = field(default_factory=dict)
    queued_s: float = 0.0  # its threads were ready and others had the cores
    backlog_max: int = 0
    trades: int = 0
    waiting_max: int = 0  # rows in the spool
    drain_s: float = 0.0  # from the last message in the state until its rows were in the database
    ages_s: list[float] = field(default_factory=list)  # of each batch's oldest quote once it was in the state

    @property
    def rate(self) -> float:
        """Return messages a second from the order to send until the last was in the state."""
        return self.received / self.wall_s if self.wall_s else 0.0

    @property
    def queued_share(self) -> float:
        """Return how much of the time the two threads waited for a core: what a quiet machine would have saved."""
        return self.queued_s / self.wall_s if self.wall_s else 0.0

    @property
    def lost(self) -> int:
        return self.sent - self.applied - self.merged

    def us_per_message(self, cpu_s: float) -> float:
        """Return CPU microseconds a message."""
        return cpu_s * 1e6 / self.received if self.received else 0.0


class FeedRig:
    """An application that is fed by a sender and watched."""

    def __init__(self, application: Application, sender: ChildProcess) -> None:
        self.application = application
        self._sender = sender
        self._meter = StageMeter()
        self._tally = Tally()
        processor = application.processor
        self._apply = processor.apply
        measured: Any = self._meter.wrap("processor", self._apply)

        def apply(batch: Sequence[Message]) -> Changes:
            changes: Changes = measured(batch)
            self._count(batch, changes)
            return changes

        _replace(processor, "apply", apply)
        _replace(
            application.publisher,
            "mark_changed",
            self._meter.wrap("publisher marking", application.publisher.mark_changed),
        )
        _replace(
            application.metrics,
            "record_changes",
            self._meter.wrap("metrics", application.metrics.record_changes),
        )

    @property
    def bridge(self) -> ThreadBridge:
        """Return the bridge, once the feed has one."""
        bridge = self.application.feed._bridge if self.application.feed is not None else None
        if bridge is None:
            raise AssertionError("the feed is not connected yet")
        return bridge

    def watch_bridge(self) -> None:
        """Measure the bridge's stages too."""
        bridge = self.bridge
        _replace(bridge, "_parse_items", self._meter.wrap("normaliser", bridge._parse_items))
        _replace(bridge, "_merge_quotes", self._meter.wrap("quote merging", bridge._merge_quotes))

    async def open_day(self) -> None:
        """Have each symbol say a first word."""
        await self.run(0, 0)

    async def run(self, count: int, rate: float) -> Tally:
        """Have `count` messages sent at `rate` a second and return what became of them."""
        bridge, thread = self.bridge, self._sdk_thread()
        tally = self._tally = Tally()
        self._meter.reset()
        before = (bridge.appended, bridge.merged_quotes, bridge.rejected.total())
        sdk_s, loop_s, process_s = cpu_s_of(thread), time.thread_time(), time.process_time()
        queued_s = queued_s_of_process()
        began_s = time.perf_counter()
        await self._sender.tell({"count": count, "rate": rate})
        answer = await self._sender.answer(SEND_MARGIN_S + (count / rate if rate else 0))
        tally.sent, tally.send_s = int(answer["sent"]), answer["seconds"]
        tally.behind_ms = answer["behind_ms"]
        await self._wait_idle(before[0] + tally.sent)
        tally.wall_s = time.perf_counter() - began_s
        tally.sdk_cpu_s = cpu_s_of(thread) - sdk_s
        tally.loop_cpu_s = time.thread_time() - loop_s
        tally.process_cpu_s = time.process_time() - process_s
        tally.queued_s = queued_s_of_process() - queued_s
        tally.stage_cpu_s = dict(self._meter.cpu_s)
        tally.received = bridge.appended - before[0]
        tally.merged = bridge.merged_quotes - before[1]
        tally.refused = bridge.rejected.total() - before[2]
        return tally

    async def drain(self) -> None:
        """Wait until the database has every row of the last run."""
        began_s = time.perf_counter()
        async with asyncio.timeout(DRAIN_WAIT_S):
            while self._history.spool_status().rows:  # noqa: ASYNC110 - nothing to await is meant for us
                await asyncio.sleep(0.01)
        self._tally.drain_s = time.perf_counter() - began_s

    async def stored_trades(self) -> int:
        """Return how many prints the database has, counted by its candles too; -1 when those differ."""
        rows = await self._history.pool.fetch(
            "SELECT count(*), (SELECT coalesce(sum(trade_count), 0)::int8 FROM candle_1m) FROM trades"
        )
        trades, in_candles = rows[0]
        return int(trades) if trades == in_candles else -1

    @property
    def _history(self) -> History:
        if self.application.history is None:
            raise AssertionError("the rig has a database")
        return self.application.history

    async def _wait_idle(self, appended: int) -> None:
        deadline_s = time.perf_counter() + IDLE_WAIT_S
        while time.perf_counter() < deadline_s:
            if self.bridge.appended >= appended and not self.bridge.backlog_messages:
                return
            await asyncio.sleep(0.005)

    def _sdk_thread(self) -> threading.Thread:
        feed = self.application.feed
        stream = feed._stream if feed is not None else None
        links = list(stream._links._links.values()) if stream is not None else []
        if len(links) != 1:
            raise AssertionError(f"{len(links)} connections where one is expected")
        thread: threading.Thread = links[0].transport._thread
        return thread

    def _count(self, batch: Sequence[Message], changes: Changes) -> None:
        tally = self._tally
        tally.backlog_max = max(tally.backlog_max, len(batch) + self.bridge.backlog_messages)
        rejected = sum(changes.rejected.values()) + changes.ignored
        tally.rejected += rejected
        tally.alerts += len(changes.alerts)
        tally.trades += len(changes.trades)
        tally.waiting_max = max(tally.waiting_max, self._history.spool_status().rows)
        tally.applied += sum(not isinstance(message, Tick) for message in batch) - rejected
        for message in batch:
            if isinstance(message, QuoteMessage) and len(message.bids) == 3:
                now_us = time.monotonic_ns() // 1000
                tally.ages_s.append((now_us - message.bids[2][1]) % STAMP_MODULUS / 1e6)
                return


def _replace(owner: object, name: str, function: object) -> None:
    setattr(owner, name, function)


def make_settings(**overrides: object) -> Settings:
    """Return settings that no `.env` and no environment of this machine can change where it matters."""
    given = {"feed_source": "simulator", "log_level": "error", "record_dir": None} | overrides
    return Settings(_env_file=None, **given)  # type: ignore[arg-type, call-arg]


@asynccontextmanager
async def running_rig(symbols: int) -> AsyncIterator[FeedRig]:
    """Start a sender of so many stocks and an application that listens to it."""
    sending = ChildProcess("-m", "benchmarks.sender", "--symbols", str(symbols))
    with temporary_data_dir() as data_dir:  # outlives the application: its database writes to the end
        async with sending as sender:
            url = (await sender.answer())["url"]
            tracked = ["VN30"] if symbols <= 30 else ["ALL"]
            application = Application(make_settings(sim_url=url, tracked_symbols=tracked, data_dir=data_dir))
            rig = FeedRig(application, sender)
            async with application.running():
                await _wait_connected(application)
                rig.watch_bridge()
                await rig.open_day()
                yield rig


async def _wait_connected(application: Application) -> None:
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        while not application.feed_status().connected:  # noqa: ASYNC110 - nothing to await is meant for us
            await asyncio.sleep(0.02)
    await asyncio.sleep(1.0)  # the lists of the day are read beside the stream
