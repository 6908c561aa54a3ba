"""The stages of the hot path one by one, each alone on its thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial

from app.clock import SystemClock
from app.feed.normalizer import SSIFieldNormalizer
from app.feed.sdk_connection import decode_frame
from app.feed.thread_bridge import RawItem, ThreadBridge
from app.market.messages import Message
from app.market.models import Changes, FeedSource, FeedState, FeedStatus
from app.market.processor import MarketDataProcessor
from app.publish.data_publisher import DataPublisher
from app.telemetry.metrics import Metrics
from benchmarks.figures import Figure
from benchmarks.raw_messages import in_batches, make_frames, make_messages, make_processor, make_raws
from benchmarks.stopwatch import least_cpu_us


async def measure_stages(symbols: int, count: int, rounds: int) -> list[Figure]:
    """Return CPU a message of each stage at its best."""
    figures = [
        ("decode a frame (msgspec, outer layer)", _decoding(symbols, count)),
        ("append to the bridge", _appending(symbols, count)),
        ("normalise (two JSON layers)", _normalising(symbols, count)),
    ]
    measured = [(what, least_cpu_us(work, count, rounds)) for what, work in figures]
    measured += _apply_stages(symbols, count, rounds)
    name = f"{symbols:,} symbols, stage alone"
    return [Figure(f"{name}: {what}", "", f"{us:.2f} µs a message") for what, us in measured]


def _decoding(symbols: int, count: int) -> Callable[[], object]:
    frames = make_frames(symbols, count)[-count:]

    def work() -> None:
        for frame in frames:
            decode_frame(frame)

    return work


def _appending(symbols: int, count: int) -> Callable[[], object]:
    raws = make_raws(symbols, count)[-count:]
    loop = asyncio.get_running_loop()

    def work() -> None:
        bridge = ThreadBridge(
            loop=loop, clock=SystemClock(), deliver=lambda _batch: None, on_refused=lambda _count: None
        )
        bridge._is_woken = True  # one wake a batch is nothing; here there would be none to answer it
        for raw in raws:
            bridge.append_threadsafe(0, raw)

    return work


def _normalising(symbols: int, count: int) -> Callable[[], object]:
    raws = make_raws(symbols, count)[-count:]
    parse = SSIFieldNormalizer().parse

    def work() -> None:
        for raw in raws:
            parse(raw)

    return work


def _apply_stages(symbols: int, count: int, rounds: int) -> list[tuple[str, float]]:
    """Measure what follows the bridge; each round begins with a new day, as totals only grow."""
    messages = make_messages(symbols, count)
    opening, batches = messages[:-count], in_batches(messages[-count:])
    status = FeedStatus(FeedSource.SIMULATOR, FeedState.LIVE, SystemClock().now())
    best = {"apply": float("inf"), "mark for the publisher": float("inf"), "metrics": float("inf")}
    for _ in range(rounds):
        processor, metrics = make_processor(), Metrics()
        publisher = DataPublisher(processor, lambda: status, SystemClock(), metrics)
        processor.apply(opening)
        changed: list[Changes] = []
        works: dict[str, Callable[[], object]] = {
            "apply": partial(_apply_all, processor, batches, changed),
            "mark for the publisher": partial(_for_each, publisher.mark_changed, changed),
            "metrics": partial(_for_each, metrics.record_changes, changed),
        }
        for what, work in works.items():
            best[what] = min(best[what], least_cpu_us(work, count, 1))
    return list(best.items())


def _apply_all(processor: MarketDataProcessor, batches: list[list[Message]], changed: list[Changes]) -> None:
    for batch in batches:
        changed.append(processor.apply(batch))  # noqa: PERF401 - as `deliver` does


def _for_each(function: Callable[[Changes], None], changed: list[Changes]) -> None:
    for changes in changed:
        function(changes)


async def measure_wake(count: int, rounds: int) -> list[Figure]:
    """Compare the ways from a thread to the loop, in CPU of both threads a message."""
    best = {"deque": float("inf"), "call_soon_threadsafe": float("inf"), "coroutine": float("inf")}
    for _ in range(rounds):
        for way, least in best.items():
            best[way] = min(least, await _carry(way, count))
    ratio = best["coroutine"] / best["deque"] if best["deque"] else 0.0
    return [
        Figure(
            "thread to loop: ours (deque, one wake a batch)",
            "for the record",
            f"{best['deque']:.2f} µs a message, {ratio:.0f} x less than run_coroutine_threadsafe",
        ),
        Figure(
            "thread to loop: call_soon_threadsafe, run_coroutine_threadsafe a message",
            "",
            f"{best['call_soon_threadsafe']:.2f} µs, {best['coroutine']:.2f} µs",
        ),
    ]


async def _carry(way: str, count: int) -> float:
    loop = asyncio.get_running_loop()
    arrived = 0
    done = asyncio.Event()

    def take(number: int = 1) -> None:
        nonlocal arrived
        arrived += number
        if arrived >= count:
            done.set()

    async def take_one() -> None:
        take()

    bridge = ThreadBridge(
        loop=loop, clock=SystemClock(), deliver=lambda _batch: None, on_refused=lambda _count: None
    )

    def count_items(items: list[RawItem]) -> list[Message]:
        take(len(items))
        return []

    bridge._parse_items = count_items  # type: ignore[method-assign]
    thread_cpu_s = 0.0

    def send() -> None:
        nonlocal thread_cpu_s
        began_s = time.thread_time()
        for _ in range(count):
            if way == "deque":
                bridge.append_threadsafe(0, "")
            elif way == "coroutine":
                asyncio.run_coroutine_threadsafe(take_one(), loop)
            else:
                loop.call_soon_threadsafe(take)
        thread_cpu_s = time.thread_time() - began_s

    began_s = time.thread_time()
    thread = threading.Thread(target=send)
    thread.start()
    async with asyncio.timeout(60):
        await done.wait()
    await asyncio.to_thread(thread.join)
    return (time.thread_time() - began_s + thread_cpu_s) * 1e6 / count
