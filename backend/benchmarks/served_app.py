"""`python -m app serve` as a child of the benchmarks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress

import websockets

from benchmarks.child_process import ChildProcess
from benchmarks.data_dir import temporary_data_dir

CONNECT_RETRY_S = 0.02
STARTED_WITHIN_S = 60.0


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def served_app(
    environment: dict[str, str], port: int | None = None, cpus: Collection[int] | None = None
) -> AsyncIterator[tuple[str, ChildProcess]]:
    """Start the server; yield its WebSocket address and itself at once, whether or not it answers yet."""
    port = port or free_port()
    settings = {"LOG_LEVEL": "warning", "FEED_SOURCE": "simulator", "RECORD_DIR": ""} | environment
    with temporary_data_dir() as data_dir:
        settings = {"DATABASE_URL": "", "DATA_DIR": str(data_dir)} | settings
        arguments = ("-m", "app", "serve", "--port", str(port))
        async with ChildProcess(*arguments, environment=settings, cpus=cpus) as server:
            yield f"ws://127.0.0.1:{port}", server


async def connect_when_up(url: str) -> websockets.ClientConnection:
    """Connect as soon as somebody listens."""
    async with asyncio.timeout(STARTED_WITHIN_S):
        while True:
            with suppress(OSError, websockets.InvalidHandshake):
                return await websockets.connect(url, compression=None, max_size=None)
            await asyncio.sleep(CONNECT_RETRY_S)
