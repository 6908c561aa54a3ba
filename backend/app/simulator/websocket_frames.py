"""WebSocket frames (RFC 6455): what a server sends unmasked, and what a client sends masked. Never compressed."""

from __future__ import annotations

import struct

OP_TEXT, OP_BINARY, OP_CLOSE, OP_PING, OP_PONG = 1, 2, 8, 9, 10


def websocket_frame(payload: bytes, opcode: int = OP_TEXT) -> bytes:
    """Return an unmasked, final WebSocket frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


def take_frame(buffer: bytearray) -> tuple[int, bool, bytes] | None:
    """Take one masked client frame off the buffer; None while it is incomplete."""
    if len(buffer) < 6:
        return None
    opcode, is_final, size, offset = buffer[0] & 0x0F, bool(buffer[0] & 0x80), buffer[1] & 0x7F, 2
    if size == 126:
        size, offset = int.from_bytes(buffer[2:4]), 4
    elif size == 127:
        if len(buffer) < 10:
            return None
        size, offset = int.from_bytes(buffer[2:10]), 10
    if not buffer[1] & 0x80:
        mask = b"\0\0\0\0"
    else:
        mask = bytes(buffer[offset : offset + 4])
        offset += 4
    if len(buffer) < offset + size:
        return None
    body = bytes(buffer[offset : offset + size])
    del buffer[: offset + size]
    key = (mask * (size // 4 + 1))[:size]
    return opcode, is_final, (int.from_bytes(body) ^ int.from_bytes(key)).to_bytes(size)
