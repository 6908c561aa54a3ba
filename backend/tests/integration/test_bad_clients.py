"""Clients that never read, that flood and that send too much: each meets its own end, the others go on."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import websockets

from benchmarks.ws_offenders import flood, send_large
from tests.api.frame_check import checked
from tests.integration.conftest import StartSimulator
from tests.integration.processes import Child, ServedApp
from tests.integration.waiting import until

STALLED, GOOD = 20, 10
STATE_BACKLOG_BYTES = 64 * 1024  # and the one frame that exceeded it
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture(scope="module")
def app(start_simulator: StartSimulator, started: list[Child]) -> ServedApp:
    """An application in a market where much happens, so that a client that does not read is soon behind."""
    simulator = start_simulator("--seed", "5", "--speed", "30", "--start", "09:20")
    served = ServedApp(
        feed_source="simulator",
        sim_url=simulator.url,
        ws_throttle_interval_ms=20,
        ws_client_buffer_bytes=65_536,
        ws_max_connections_per_ip=100,
    )
    started.append(served)
    return served


@pytest.fixture
def stalled(app: ServedApp) -> Iterator[list[socket.socket]]:
    """Sockets that asked for the whole market and read nothing of it."""
    with ExitStack() as stack:
        sockets = []
        for _ in range(STALLED):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
            sock.connect(("127.0.0.1", int(app.ws.rpartition(":")[2])))
            sock.sendall(HANDSHAKE.format(path="/ws/market").encode())
            sockets.append(sock)
        yield sockets


async def _connections(app: ServedApp) -> list[dict[str, Any]]:
    async with httpx.AsyncClient() as http:
        found: list[dict[str, Any]] = (await http.get(f"{app.http}/api/ws/connections")).json()
        return found


class Reader:
    """A good client: reads everything, keeps the last state."""

    def __init__(self) -> None:
        self.frames = 0
        self.last: dict[str, Any] = {}

    async def read(self, url: str) -> None:
        async with websockets.connect(url, max_size=None, proxy=None) as client:
            async for text in client:
                self.last = checked(text)
                self.frames += 1


async def test_bad_clients_meet_their_own_end_and_the_others_go_on(
    app: ServedApp, stalled: list[socket.socket]
) -> None:
    readers = [Reader() for _ in range(GOOD)]
    async with asyncio.TaskGroup() as tasks:
        reading = [tasks.create_task(reader.read(f"{app.ws}/ws/market")) for reader in readers]
        await until(lambda: min(reader.frames for reader in readers) > 2, "frames for the good clients")

        async def all_stalled_are_skipped() -> bool:
            behind = [client for client in await _connections(app) if client["skips"] > 5]
            return len(behind) >= len(stalled)

        await until(all_stalled_are_skipped, "the stalled to be skipped", 60)
        assert await flood(f"{app.ws}/ws/market", 1_000) == 4429
        assert await send_large(f"{app.ws}/ws/market", 10_000_000) == 1009

        frames = {reader: reader.frames for reader in readers}
        await until(
            lambda: all(reader.frames > frames[reader] + 5 for reader in readers), "frames afterwards"
        )
        # they are skipped, not closed, and what waits for them is bounded whatever the time
        connections = await _connections(app)
        assert len(connections) == STALLED + GOOD
        frame_bytes = len(json.dumps(readers[0].last))
        assert max(client["unsent_bytes"] for client in connections) <= STATE_BACKLOG_BYTES + 2 * frame_bytes
        assert not any(task.done() for task in reading)
        for task in reading:
            task.cancel()
