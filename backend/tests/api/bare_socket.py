"""A WebSocket client without a library: it answers nothing by itself and reads only when told to."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
READ_ALL_S = 60  # a bound for hangs
_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@asynccontextmanager
async def bare_socket(
    port: int, path: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect, with buffers so small that a client that does not read is soon seen to be behind."""
    raw = socket.create_connection(("127.0.0.1", port))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
    writer.write(_HANDSHAKE.format(path=path).encode())
    await reader.readuntil(b"\r\n\r\n")
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read a frame: (opcode, payload)."""
    head = await reader.readexactly(2)
    size = head[1]
    if size == 126:
        size = struct.unpack("!H", await reader.readexactly(2))[0]
    elif size == 127:
        size = struct.unpack("!Q", await reader.readexactly(8))[0]
    return head[0] & 0x0F, await reader.readexactly(size)


async def read_frames(reader: asyncio.StreamReader) -> list[tuple[int, bytes]]:
    """Read frames to the close frame or the end: (opcode, payload)."""
    frames = []
    async with asyncio.timeout(READ_ALL_S):
        while True:
            try:
                frames.append(await read_frame(reader))
                if frames[-1][0] == CLOSE:
                    return frames
            except (asyncio.IncompleteReadError, ConnectionError):
                return frames


def close_code_of(frames: list[tuple[int, bytes]]) -> int:
    """Return the code of the close frame that ends them."""
    opcode, payload = frames[-1]
    assert opcode == CLOSE, "the socket ended without a close frame"
    code: int = struct.unpack("!H", payload[:2])[0]
    return code


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client's whole frame, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + struct.pack("!H", size)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload
