"""Bytes to a client in delta mode against full mode, both from the same stream through the real processor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from app.clock import VIETNAM
from app.market.messages import Message
from app.market.models import FeedSource, FeedState, FeedStatus
from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection, ClientDetails
from app.publish.data_publisher import DataPublisher
from app.publish.state_view import Mode
from app.publish.wire_frame import WireFrame
from app.simulator.clock import midnight_s
from app.simulator.securities import stock_symbols
from app.telemetry.metrics import Metrics
from benchmarks.figures import Figure
from benchmarks.raw_messages import make_processor
from benchmarks.simulated_stream import SEED, TRADING_DATE, simulated_messages
from benchmarks.virtual_clock import VirtualClock

VN30_SIZE = 30
BATCH_S = 0.01  # what one wake of the feed's thread brings
START_S = (9 * 60 + 17) * 60.0  # two minutes into continuous trading
RATE = 200  # messages a second
SHARE_MAX = 0.15
SINCE = datetime(2026, 11, 20, 9, tzinfo=VIETNAM)

type Timed = tuple[float, list[Message]]


@dataclass
class _Scales:
    """A client's socket that weighs what it is given."""

    on_shutdown: Callable[[], None] | None = None
    unsent_bytes: int = 0
    frames: int = 0
    weight_bytes: int = 0
    parts: dict[str, int] = field(default_factory=dict)  # part of the state -> bytes of patches

    def write(self, frame: WireFrame) -> None:
        self.frames += 1
        self.weight_bytes += len(frame.wire)
        message = orjson.loads(frame.payload)
        if message.get("type") == "delta":
            for name, part in message["data"].items():
                self.parts[name] = self.parts.get(name, 0) + len(orjson.dumps(part))

    def close(self, code: int) -> None:
        raise AssertionError(f"closed with {code}")

    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        """Nobody asks."""


async def measure_bytes(seconds: float) -> list[Figure]:
    """Return the share of full mode's bytes that delta mode needs, at the default paces and at equal ones."""
    stream = _at_rate(list(simulated_messages(VN30_SIZE, START_S + seconds)))
    figures = []
    for throttle_ms, delta_ms, target in ((500, 100, SHARE_MAX), (500, 500, None), (100, 100, None)):
        full = await _weigh(stream, "full", throttle_ms)
        delta = await _weigh(stream, "delta", delta_ms)
        what = f"throttle {throttle_ms} ms, delta {delta_ms} ms"
        figures.append(_figure(full, delta, what, stream[-1][0] - START_S, target))
    return figures


def _at_rate(stream: list[Timed]) -> list[Timed]:
    """Stretch time after the start so that RATE messages arrive in a second."""
    count = sum(len(messages) for time_s, messages in stream if time_s >= START_S)
    factor = count / RATE / (stream[-1][0] - START_S)
    return [(START_S + (time_s - START_S) * factor, messages) for time_s, messages in stream]


async def _weigh(stream: list[Timed], mode: Mode, interval_ms: int) -> _Scales:
    """Return what one client is sent of the stream, alone on its publisher."""
    midnight = midnight_s(TRADING_DATE)
    clock = VirtualClock(midnight + START_S)
    processor = make_processor()
    interval_s = interval_ms / 1000
    publisher = DataPublisher(
        processor,
        lambda: _feed_status(clock),
        clock,
        Metrics(),
        throttle_interval_s=interval_s,
        delta_interval_s=interval_s,
    )
    task = asyncio.create_task(publisher.run())
    scales: _Scales | None = None
    batch_end_s = 0.0
    for time_s, messages in stream:
        if time_s >= START_S:
            scales = scales or _join(publisher, clock, mode)
            if time_s > batch_end_s:
                batch_end_s = time_s + BATCH_S
                await clock.advance_to(midnight + time_s)
        publisher.mark_changed(processor.apply(messages))
    task.cancel()
    await asyncio.wait([task])
    if scales is None:
        raise AssertionError("the stream ended before the measurement began")
    return scales


def _feed_status(clock: VirtualClock) -> FeedStatus:
    """Return a feed whose ages are never the same twice."""
    ages = {channel: round(clock.time_s() * n % 1, 3) for n, channel in enumerate(("X-TRADE", "R", "MI"), 1)}
    return FeedStatus(FeedSource.SIMULATOR, FeedState.LIVE, SINCE, connected=True, ages=ages)


def _join(publisher: DataPublisher, clock: VirtualClock, mode: Mode) -> _Scales:
    """Open a VN30 board; the first frame, much the same in both modes, is not weighed."""
    scales = _Scales()
    client = ClientConnection(scales, ClientDetails("market", "", "", clock.now()), 1024 * 1024)
    publisher.welcome(client)
    symbols = frozenset(symbol for symbol, _ in stock_symbols(VN30_SIZE, SEED))
    publisher.open_view(client, Channel.MARKET, mode, symbols)
    scales.frames = scales.weight_bytes = 0
    return scales


def _figure(full: _Scales, delta: _Scales, what: str, seconds: float, target: float | None) -> Figure:
    share = delta.weight_bytes / full.weight_bytes
    parts = ", ".join(
        f"{name} {size / delta.weight_bytes:.0%}"
        for name, size in sorted(delta.parts.items(), key=lambda item: -item[1])
    )
    return Figure(
        f"VN30 board, {RATE} messages/s, {what}: bytes of delta against full mode",
        "for the record" if target is None else f"<= {target:.0%}",
        f"{share:.1%} ({delta.weight_bytes / seconds / 1e3:.1f} of {full.weight_bytes / seconds / 1e3:.1f} kB/s; "
        f"{delta.frames / seconds:.1f} and {full.frames / seconds:.1f} frames/s; {parts})",
        None if target is None else share <= target,
    )
