"""WebSockets through the edge: all five, whose they are, and two thousand of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.conftest import Measured
from tests.nginx.shipped import Nginx

PATHS = ("/ws/market", "/ws/foreign", "/ws/index", "/ws/alerts", "/v1/ws")
SOCKETS = 2_000
PER_ADDRESS = 5  # WS_MAX_CONNECTIONS_PER_IP
OPENING_AT_ONCE = 50
TOO_MANY, NOT_ALLOWED = 4429, 4403


@asynccontextmanager
async def _socket(edge: Nginx, path: str, client: str, **options: Any) -> AsyncIterator[ClientConnection]:
    """Open one from an address of this machine: all of 127.0.0.0/8 are."""
    url = f"ws://127.0.0.1:{edge.port}{path}"
    async with connect(
        url, proxy=None, max_size=None, compression=None, local_addr=(client, 0), open_timeout=60, **options
    ) as socket:
        yield socket


@pytest.mark.parametrize("path", PATHS)
async def test_socket_begins_with_the_status(edge: Nginx, path: str) -> None:
    async with _socket(edge, path, "127.0.1.1") as socket:
        first = json.loads(await socket.recv())
        assert (first["type"], first["source"]) == ("status", "simulator")


async def test_delta_and_events_come_through(edge: Nginx) -> None:
    async with _socket(edge, "/ws/market?mode=delta", "127.0.1.2") as socket:
        kinds = [json.loads(await socket.recv())["type"] for _ in range(4)]
        assert kinds[:2] == ["status", "snapshot"]
        assert "delta" in kinds
        await socket.send('{"action":"subscribe","symbols":["VCB","FPT","HPG"]}')
        async with asyncio.timeout(60):
            async for text in socket:
                if json.loads(text)["type"] == "batch":
                    break


async def _close_code(socket: ClientConnection) -> int | None:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else None


async def test_sockets_are_counted_per_person_and_forged_headers_change_nothing(edge: Nginx) -> None:
    async with AsyncExitStack() as stack:
        for n in range(PER_ADDRESS):
            forged = {
                "X-Forwarded-For": f"10.0.0.{n}",
                "X-Real-IP": f"10.1.0.{n}",
                "Forwarded": f"for=10.2.0.{n}",
            }
            socket = await stack.enter_async_context(
                _socket(edge, "/v1/ws", "127.0.2.1", additional_headers=forged)
            )
            assert json.loads(await socket.recv())["type"] == "status"
        sixth = await stack.enter_async_context(
            _socket(edge, "/v1/ws", "127.0.2.1", additional_headers={"X-Forwarded-For": "203.0.113.9"})
        )
        assert await _close_code(sixth) == TOO_MANY
        neighbour = await stack.enter_async_context(_socket(edge, "/v1/ws", "127.0.2.2"))
        assert json.loads(await neighbour.recv())["type"] == "status"


async def test_socket_of_a_foreign_page_is_refused(edge: Nginx) -> None:
    for headers in ({}, {"X-Forwarded-Host": "evil.example"}):
        async with _socket(
            edge, "/ws/market", "127.0.2.3", origin="http://evil.example", additional_headers=headers
        ) as socket:
            assert await _close_code(socket) == NOT_ALLOWED


async def test_socket_of_our_own_page_is_welcome(edge: Nginx) -> None:
    async with _socket(edge, "/ws/market", "127.0.2.4", origin=f"http://127.0.0.1:{edge.port}") as socket:
        assert json.loads(await socket.recv())["type"] == "status"


async def test_handshakes_of_one_address_are_bounded(edge: Nginx) -> None:
    """A burst of 100 is let through, the flood behind it is told 429 by the edge."""

    async def attempt() -> int:
        try:
            async with _socket(edge, "/v1/ws", "127.0.2.5"):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    statuses = await asyncio.gather(*(attempt() for _ in range(200)))
    assert set(statuses) == {101, 429}
    assert statuses.count(101) >= 100


async def test_two_thousand_sockets(edge: Nginx, measured: Measured) -> None:
    opening = asyncio.Semaphore(OPENING_AT_ONCE)
    heard: set[int] = set()
    loop = asyncio.get_running_loop()
    started_s = loop.time()

    async with AsyncExitStack() as stack:

        async def open_one(n: int) -> ClientConnection:
            place = n // PER_ADDRESS
            async with opening:
                return await stack.enter_async_context(
                    _socket(edge, "/ws/index?mode=delta", f"127.1.{place // 250}.{place % 250 + 1}")
                )

        sockets = await asyncio.gather(*(open_one(n) for n in range(SOCKETS)))
        measured("sockets open after s", round(loop.time() - started_s, 1))

        async def listen(n: int, socket: ClientConnection) -> None:
            while json.loads(await socket.recv())["type"] != "delta":
                pass
            heard.add(n)

        async with asyncio.timeout(120):
            await asyncio.gather(*(listen(n, socket) for n, socket in enumerate(sockets)))
        assert len(heard) == SOCKETS
        for socket in sockets:
            socket.transport.abort()
