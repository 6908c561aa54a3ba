"""Prints µs a message: normalising each channel, and the whole way from the socket through the real SDK.

Run in backend/: `python -m tests.feed.measure_feed [messages]`. Both processes share the machine.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import resource
import socket
import sys
import time
from typing import Any

from app.clock import SystemClock
from app.feed.normalizer import SSIFieldNormalizer
from app.feed.sdk_guard import GuardedStream
from app.feed.sdk_socket import GuardedWebSocketApp, wsaccel_in_use
from app.feed.thread_bridge import ThreadBridge
from app.market.messages import Message
from tests.feed.payload_samples import frame_of, raw_of, sample
from tests.feed.signalr_server import Connection, running_server

CASES = {"X-TRADE": "x_trade", "X-QUOTE": "x_quote", "X": "x_stock", "R": "r", "MI": "mi", "F": "f", "B": "b"}
REPEATS = 5


def measure_normalizer() -> None:
    parse = SSIFieldNormalizer().parse
    for data_type, case in CASES.items():
        raw = raw_of(data_type, sample(case))
        best_us = float("inf")
        for _ in range(REPEATS):
            started_s = time.perf_counter()
            for _ in range(10_000):
                parse(raw)
            best_us = min(best_us, (time.perf_counter() - started_s) * 100)
        print(f"parse {data_type:8} {len(raw):5} bytes  {best_us:6.2f} us")


def serve(port: Any, go: Any, messages: int) -> None:
    async def run() -> None:
        async with running_server() as server:
            server.good_tokens.add("token")
            port.put(server.url)
            connection = await server.wait_subscribed()
            pair = frame_bytes(frame_of(raw_of("X-QUOTE", sample("x_quote")))) + frame_bytes(
                frame_of(raw_of("X-TRADE", sample("x_trade")))
            )
            await asyncio.to_thread(go.wait)
            for _ in range(messages // 200):
                connection.writer.write(pair * 100)
                await connection.writer.drain()
            await asyncio.sleep(30)

    asyncio.run(run())


def frame_bytes(text: str) -> bytes:
    class Sink:
        data = b""

        def write(self, data: bytes) -> None:
            self.data = data

    sink = Sink()
    Connection(sink).send(text)  # type: ignore[arg-type]
    return sink.data


async def measure_wire(messages: int, *, parsing: bool) -> None:
    port: Any = multiprocessing.Queue()
    go = multiprocessing.Event()
    server = multiprocessing.Process(target=serve, args=(port, go, messages), daemon=True)
    server.start()
    url = await asyncio.to_thread(port.get)
    clock = SystemClock()
    count = 0

    def deliver(batch: list[Message]) -> None:
        nonlocal count
        count += len(batch)

    bridge = ThreadBridge(
        loop=asyncio.get_running_loop(),
        clock=clock,
        deliver=deliver,
        on_refused=lambda n: print("refused", n),
    )

    class Sink:
        heard = 0

        def receive_threadsafe(self, raw: str) -> None:
            if parsing:
                bridge.append_threadsafe(int(clock.time_s() * 1e9), raw)
            else:
                Sink.heard += 1

        def reject_threadsafe(self, reason: object) -> None:
            raise AssertionError(reason)

        report_error_threadsafe = reject_threadsafe

    stream = GuardedStream(stream_url=url, token="token", selectors="X-TRADE:ALL", sink=Sink())
    await asyncio.to_thread(stream.open)
    await asyncio.sleep(0.5)
    go.set()
    cpu_s, wall_s = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    oldest_s = 0.0
    while (count if parsing else Sink.heard) < messages:
        await asyncio.sleep(0.01)
        oldest_s = max(oldest_s, bridge.backlog_age_s())
    wall_s = time.perf_counter() - wall_s
    end = resource.getrusage(resource.RUSAGE_SELF)
    used_s = end.ru_utime + end.ru_stime - cpu_s.ru_utime - cpu_s.ru_stime
    what = "socket to message" if parsing else "socket to A[0]   "
    print(
        f"{what} {messages / wall_s:8.0f} messages/s  {used_s / messages * 1e6:6.2f} us CPU  "
        f"oldest {oldest_s * 1e3:.0f} ms, longest slice {bridge.longest_slice_s * 1e3:.1f} ms, "
        f"merged {bridge.merged_quotes}"
    )
    stream.close()
    await asyncio.to_thread(stream.wait_closed, 5.0)
    server.terminate()


async def main(messages: int) -> None:
    print(
        f"wsaccel in use: {wsaccel_in_use()}, app: {GuardedWebSocketApp.__name__}, host: {socket.gethostname()}"
    )
    measure_normalizer()
    await measure_wire(messages, parsing=False)
    await measure_wire(messages, parsing=True)
    print(json.dumps({"messages": messages}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
