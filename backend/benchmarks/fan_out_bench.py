"""Feed to client: how long a message takes to be in a frame that a client has, the wait for the throttle included.

A frame shows what was sent since the frame before. At a steady rate those messages lie evenly between the newest of
the one and the newest of the other, so that a few evenly spaced moments stand for all of them.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import httpx
import msgspec
import websockets

from benchmarks.child_process import ChildProcess
from benchmarks.figures import Figure, percentile
from benchmarks.frame_mix import STAMP_MODULUS
from benchmarks.served_app import connect_when_up, served_app

CONNECT_ATTEMPTS = 300  # ten a second
FEED_RATE = 2_000
MOMENTS = 20  # that stand for the messages of one frame


class _Row(msgspec.Struct):
    bids: list[tuple[float, int]] = []


class _Frame(msgspec.Struct):
    prices: dict[str, _Row] = {}


_decode = msgspec.json.Decoder(_Frame).decode


async def measure_fan_out(clients: int, seconds: float, throttle_ms: int) -> list[Figure]:
    """Return feed-to-client latency for clients of /ws/market in full mode."""
    latencies = Latencies()
    async with AsyncExitStack() as stack:
        sender = await stack.enter_async_context(ChildProcess("-m", "benchmarks.sender"))
        environment = {
            "DATABASE_URL": "off",  # storing is measured elsewhere
            "SIM_URL": (await sender.answer())["url"],
            "WS_MAX_CONNECTIONS_PER_IP": str(clients + 1),
            "WS_THROTTLE_INTERVAL_MS": str(throttle_ms),
        }
        address, _ = await stack.enter_async_context(served_app(environment))
        sockets = [await connect_when_up(f"{address}/ws/market") for _ in range(clients)]
        await until_connected(address)
        readers = [asyncio.create_task(_read(socket, latencies)) for socket in sockets]
        await sender.tell({"count": 0})
        await sender.answer()
        await asyncio.sleep(1.0)
        latencies.is_counting = True
        await sender.tell({"count": int(FEED_RATE * seconds), "rate": FEED_RATE})
        await sender.answer(seconds + 60)
        latencies.is_counting = False
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in sockets))
    p50_ms, p99_ms = (percentile(latencies.feed_to_client_s, share) * 1e3 for share in (0.5, 0.99))
    newest_ms = [percentile(latencies.newest_s, share) * 1e3 for share in (0.5, 0.99)]
    frames = len(latencies.newest_s)
    return [
        Figure(
            f"feed to client, {clients} clients, full mode, throttle {throttle_ms} ms, {FEED_RATE:,}/s",
            "for the record",
            f"p50 {p50_ms:.0f}, p99 {p99_ms:.0f} ms; newest data of a frame {newest_ms[0]:.0f}, "
            f"{newest_ms[1]:.0f} ms; {frames:,} frames",
        )
    ]


async def until_connected(address: str) -> None:
    """Wait until the application hears the sender: what is sent before is lost on it."""
    async with httpx.AsyncClient() as http:
        for _ in range(CONNECT_ATTEMPTS):
            health = (await http.get(f"{address.replace('ws', 'http', 1)}/health")).json()
            if health["feed"]["connected"]:
                return
            await asyncio.sleep(0.1)
    raise TimeoutError("the application does not reach the sender")


class Latencies:
    """What all clients saw, in seconds."""

    def __init__(self) -> None:
        self.is_counting = False
        self.newest_s: list[float] = []
        self.feed_to_client_s: list[float] = []

    def add(self, newest_s: float, oldest_s: float) -> None:
        """Count a frame whose messages took from `newest_s` to `oldest_s`."""
        self.newest_s.append(newest_s)
        step_s = (oldest_s - newest_s) / MOMENTS
        self.feed_to_client_s += [newest_s + step_s * n for n in range(MOMENTS)]


async def _read(socket: websockets.ClientConnection, latencies: Latencies) -> None:
    """Note each frame's ages; it is parsed after the moment is taken."""
    before_us: int | None = None
    async for text in socket:
        now_us = time.monotonic_ns() // 1000
        stamps = [row.bids[2][1] for row in _decode(text).prices.values() if len(row.bids) == 3]
        if not stamps:
            continue
        newest_us = min(stamps, key=lambda stamp: (now_us - stamp) % STAMP_MODULUS)
        if not latencies.is_counting:
            continue
        if before_us is not None:
            latencies.add(
                (now_us - newest_us) % STAMP_MODULUS / 1e6, (now_us - before_us) % STAMP_MODULUS / 1e6
            )
        before_us = newest_us
