"""A TCP proxy before a WebSocket server that ends a connection in the middle of a frame."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

TEXT = 0x81  # one whole text frame, not compressed
CUTTABLE_BYTES = 600  # a frame worth cutting: a snapshot or a batch
READ_BYTES = 65_536


class CuttingProxy:
    """Passes bytes on; `cut_after`: of the next connection, cut the first large frame after so many bytes, None: none."""

    def __init__(self, server_url: str) -> None:
        self.cut_after: int | None = None
        self.cuts = 0
        server = urlsplit(server_url)
        self._target = (server.hostname, server.port)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[CuttingProxy]:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield self
        finally:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(*self._target)
        upward = asyncio.create_task(_pass_on(reader, to_server))
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._pass_frames(from_server, writer, self.cut_after)
        upward.cancel()
        for end in (writer, to_server):
            end.close()
            with suppress(ConnectionError):
                await end.wait_closed()

    async def _pass_frames(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut_after: int | None
    ) -> None:
        """Pass on what the server says until it ends, or is cut."""
        writer.write(await reader.readuntil(b"\r\n\r\n"))
        passed = 0
        while True:
            head = await reader.readexactly(2)
            extra = {126: 2, 127: 8}.get(head[1], 0)
            length = await reader.readexactly(extra)
            size = struct.unpack("!H" if extra == 2 else "!Q", length)[0] if extra else head[1]
            payload = await reader.readexactly(size)
            is_cut = (
                cut_after is not None and passed >= cut_after and head[0] == TEXT and size > CUTTABLE_BYTES
            )
            writer.write(head + length + (payload[: size // 2] if is_cut else payload))
            await writer.drain()
            if is_cut:
                self.cuts += 1
                return
            passed += size


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(READ_BYTES):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
