"""A running server with accounts, and its two doors: the same token knocks at REST and at a WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.api.access import AccessSettings
from app.api.http_protocol import BoundedHttpProtocol
from app.api.services import WebSocketLimits
from app.api.socket_guard import SocketGuard
from tests.api.conftest import Backend, RunningServer, Serve
from tests.api.frame_check import checked
from tests.auth.accounts import Accounts

SHARED = "sh4red-t0ken"


@dataclass
class AccountServer:
    """Accounts, with the shared token beside them."""

    accounts: Accounts
    guard: SocketGuard
    backend: Backend
    server: RunningServer

    @property
    def http(self) -> str:
        return self.server.url.replace("ws:", "http:")

    async def rest(self, path: str = "/api/indices", method: str = "GET", **options: Any) -> httpx.Response:
        """Ask once, without a cookie jar."""
        async with httpx.AsyncClient(base_url=self.http) as client:
            return await client.request(method, path, **options)

    @asynccontextmanager
    async def socket(self, query: str = "", **options: Any) -> AsyncIterator[ClientConnection]:
        async with connect(f"{self.server.url}/ws/index{query}", **options) as client:
            yield client

    async def close_code(self, query: str = "", **options: Any) -> int | None:
        """Return the code a socket is closed with at once, None for one that is served."""
        async with self.socket(query, **options) as client:
            return await closing_code(client, at_once=True)


async def closing_code(client: ClientConnection, *, at_once: bool = False) -> int | None:
    """Read until the socket closes; `at_once`: None if it says anything before."""
    async with asyncio.timeout(10):
        while True:
            try:
                await client.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006
            if at_once:
                return None


async def read_type(client: ClientConnection, wanted: str) -> Any:
    """Read until a message of a type comes."""
    async with asyncio.timeout(10):
        while (message := checked(await client.recv())).get("type") != wanted:
            pass
    return message


async def serve_accounts(serve: Serve, accounts: Accounts, **access: Any) -> AccountServer:
    """Start a server. `limits`: of its WebSockets; the rest are AccessSettings."""
    guard = SocketGuard(accounts.sign_in, accounts.clock)
    limits = access.pop("limits", WebSocketLimits(connections_per_ip=100))
    backend = Backend(
        access=AccessSettings(**{"token": SHARED, "accounts": accounts.sign_in, **access}),
        limits=limits,
        overrides={"socket_guard": guard, "clock": accounts.clock},
    )
    return AccountServer(accounts, guard, backend, await serve(backend, http=BoundedHttpProtocol))
