"""Whatever a client says: nothing breaks, nothing is left behind, and nobody else notices.

FUZZ_FRAMES says how many frames are sent (`make fuzz-ws`: 100,000).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.api.services import WebSocketLimits
from app.market.models import Changes, PriceData
from tests.api.conftest import Backend, Serve
from tests.api.frame_check import checked
from tests.conftest import Measured
from tests.publish.fakes import eventually

FRAMES = int(os.environ.get("FUZZ_FRAMES", "600"))
FRAMES_PER_SOCKET = 20
TOLD_FROM_FRAMES = 10_000  # a long run says how far it is
STAGES = 5
HANG_S = 120
PATHS = ("/v1/ws", "/ws/market", "/ws/market?mode=delta", "/ws/alerts?mode=delta", "/ws/index", "/ws/alerts")
NO_CHANNEL = "that was all"
LAST_WORDS = json.dumps({"action": "subscribe", "channels": [NO_CHANNEL]})

names = st.one_of(
    st.sampled_from(
        ["VCB", "vcb ", "FPT", "HOSE", "der", "Banks", "market", "alerts", "index", "foreign", "VN30"]
    ),
    st.text(max_size=30),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
requests = st.fixed_dictionaries(
    {"action": st.sampled_from(["subscribe", "unsubscribe", "unsubscribe_all", "resync", "ping", "pong"])},
    optional={
        "symbols": st.lists(names, max_size=6) | values,
        "markets": st.lists(names, max_size=3) | values,
        "sectors": st.lists(names, max_size=3) | values,
        "channels": st.lists(names, max_size=5) | values,
        "interval_ms": st.integers(-5, 10**12) | values,
        "channel": names | values,
    },
)
frames = st.one_of(
    requests.map(json.dumps),
    requests.map(lambda request: json.dumps(request)[:-2]),
    values.map(json.dumps),
    st.text(max_size=200),
    st.binary(max_size=200),
    st.integers(1, 2_000).map(lambda depth: '{"action":' + "[" * depth),
)
sockets = st.tuples(
    st.sampled_from(PATHS),
    st.lists(frames, min_size=FRAMES_PER_SOCKET, max_size=FRAMES_PER_SOCKET),
    st.sampled_from(["", "session_id=x", "position=9", "session_id=last", "session_id=last&position=0"]),
)


class Fuzzer:
    """Sockets that talk nonsense, beside one that only listens."""

    def __init__(self, backend: Backend, url: str) -> None:
        self.backend = backend
        self.url = url
        self.last_session = ""

    async def talk(self, path: str, said: list[str | bytes], query: str) -> None:
        query = query.replace("last", self.last_session)
        async with connect(f"{self.url}{path}{'&' if '?' in path else '?'}{query}", max_size=None) as client:
            reading = asyncio.create_task(self._read(client))
            try:
                for frame in said:
                    await client.send(frame)
                await client.send(LAST_WORDS)
            except ConnectionClosed:
                pass
            async with asyncio.timeout(HANG_S):
                await reading

    async def _read(self, client: Any) -> None:
        """Read to the answer of LAST_WORDS: a client with unread frames does not hear the server's goodbye."""
        try:
            async for text in client:
                message = checked(text)
                if message.get("type") == "subscribed":
                    self.last_session = message["session_id"]
                    if any(wrong.get("channel") == NO_CHANNEL for wrong in message["rejected"]):
                        return
        except ConnectionClosed:
            pass


def _collect(talks: list[Any]) -> None:
    """Draw all the examples first: the server's own random numbers would disturb hypothesis."""

    @settings(max_examples=max(FRAMES // FRAMES_PER_SOCKET, 1), deadline=None, database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(sockets)
    def draw(talk: Any) -> None:
        talks.append(talk)

    draw()


async def test_fuzzed_frames_break_nothing_and_leave_nothing(
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    measured: Measured,
) -> None:
    talks: list[Any] = []
    _collect(talks)
    measured("frames", sum(len(said) for _, said, _ in talks))
    backend = Backend(limits=WebSocketLimits(connections_per_ip=100, messages_per_s=1_000))
    server = await serve(backend)
    fuzzer = Fuzzer(backend, server.url)
    with caplog.at_level(logging.WARNING):
        async with connect(f"{server.url}/v1/ws") as listener:
            await listener.send('{"action":"subscribe","symbols":["VCB"]}')
            while checked(await listener.recv()).get("topic") != "symbol:VCB":
                pass
            for price, talk in enumerate(talks, 1):
                if price % max(len(talks) // STAGES, 1) == 0:
                    measured(f"resident MB after {price:,} sockets", resident := _resident_mb())
                    if FRAMES >= TOLD_FROM_FRAMES:
                        with capsys.disabled():
                            print(f"{price:,} of {len(talks):,} sockets, {resident} MB", flush=True)
                talking = asyncio.create_task(fuzzer.talk(*talk))
                backend.market.prices["VCB"] = PriceData(last_price=price, exchange="HOSE")
                backend.publisher.mark_changed(Changes(prices={"VCB"}))
                assert await _hear(listener, price) == price
                await talking
    publisher = backend.publisher
    await eventually(lambda: not any(manager.client_count for manager in publisher.managers.values()))
    assert (publisher.events.subscriber_count, publisher.events.subscription_count) == (0, 0)
    assert publisher.events.sessions.in_use_count == 0
    assert backend.limiter.open_count("127.0.0.1") == 0
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def _resident_mb() -> int:
    """Return what this process has in memory: the server, its clients and what they say."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


async def _hear(listener: Any, price: int) -> int:
    """Read on until the quote with a price came; each must come."""
    async with asyncio.timeout(HANG_S):
        while True:
            message = checked(await listener.recv())
            for event in message.get("messages", []):
                if event["type"] == "quote" and event["last_price"] == price:
                    return price
