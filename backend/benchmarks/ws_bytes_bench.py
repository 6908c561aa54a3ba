"""Bytes to a client in delta mode against full mode, both from the same stream through the real processor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from app.market.messages import Message
from app.market.models import FeedSource, FeedState, FeedStatus
from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection, ClientDetails
from app.publish.data_publisher import DataPublisher
from app.publish.frame_sink import WriteBatch
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
SHARE_MAX = 0.15


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

    def write_with(self, batch: WriteBatch, frame: WireFrame) -> None:  # noqa: ARG002 a part of FrameSink
        self.write(frame)

    def close(self, code: int) -> None:
        raise AssertionError(f"closed with {code}")

    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        """Nobody asks."""


@dataclass(frozen=True)
class _Weighed:
    full: _Scales
    delta: _Scales
    messages: int


async def measure_bytes(seconds: float) -> list[Figure]:
    """Return the share of full mode's bytes that delta mode needs, at the default paces and at equal ones."""
    figures = []
    stream = list(simulated_messages(VN30_SIZE, START_S + seconds))
    for throttle_ms, delta_ms, target in (
        (500, 100, SHARE_MAX),
        (500, 250, None),
        (500, 500, None),
        (100, 100, None),
    ):
        weighed = await _weigh(stream, throttle_ms, delta_ms)
        figures.append(_figure(weighed, f"throttle {throttle_ms} ms, delta {delta_ms} ms", seconds, target))
    return figures


async def _weigh(stream: list[tuple[float, list[Message]]], throttle_ms: int, delta_ms: int) -> _Weighed:
    midnight = midnight_s(TRADING_DATE)
    clock = VirtualClock(midnight + START_S)
    processor = make_processor()
    status = FeedStatus(FeedSource.SIMULATOR, FeedState.LIVE, clock.now(), connected=True)

    def feed_status() -> FeedStatus:
        age_s = clock.time_s() % 1
        status.ages = {"X-TRADE": round(age_s / 9, 3), "X-QUOTE": round(age_s / 17, 3), "MI": round(age_s, 3)}
        return status

    publisher = DataPublisher(
        processor,
        feed_status,
        clock,
        Metrics(),
        throttle_interval_s=throttle_ms / 1000,
        delta_interval_s=delta_ms / 1000,
    )
    count = 0
    task = asyncio.create_task(publisher.run())
    scales: dict[Mode, _Scales] = {}
    batch_end_s = 0.0
    for time_s, messages in stream:
        if time_s < START_S:
            publisher.mark_changed(processor.apply(messages))
            continue
        if not scales:
            scales = {mode: _join(publisher, clock, mode) for mode in ("full", "delta")}
        count += len(messages)
        if time_s > batch_end_s:
            batch_end_s = time_s + BATCH_S
            await clock.advance_to(midnight + time_s)
        publisher.mark_changed(processor.apply(messages))
    task.cancel()
    await asyncio.wait([task])
    return _Weighed(scales["full"], scales["delta"], count)


def _join(publisher: DataPublisher, clock: VirtualClock, mode: Mode) -> _Scales:
    """Open a VN30 board; the first frame, much the same in both modes, is not weighed."""
    scales = _Scales()
    client = ClientConnection(scales, ClientDetails("market", "", "", clock.now()), 1024 * 1024)
    publisher.welcome(client)
    symbols = frozenset(symbol for symbol, _ in stock_symbols(VN30_SIZE, SEED))
    publisher.open_view(client, Channel.MARKET, mode, symbols)
    scales.frames = scales.weight_bytes = 0
    return scales


def _figure(weighed: _Weighed, what: str, seconds: float, target: float | None) -> Figure:
    full, delta = weighed.full, weighed.delta
    share = delta.weight_bytes / full.weight_bytes
    parts = ", ".join(
        f"{name} {size / delta.weight_bytes:.0%}"
        for name, size in sorted(delta.parts.items(), key=lambda item: -item[1])
    )
    return Figure(
        f"VN30 board, {weighed.messages / seconds:.0f} messages/s, {what}: bytes of delta against full mode",
        "for the record" if target is None else f"<= {target:.0%}",
        f"{share:.1%} ({delta.weight_bytes / seconds / 1e3:.1f} of {full.weight_bytes / seconds / 1e3:.1f} kB/s; "
        f"{delta.frames / seconds:.1f} and {full.frames / seconds:.1f} frames/s; {parts})",
        None if target is None else share <= target,
    )
