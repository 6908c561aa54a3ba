"""A text message, encoded once for all the clients that share it."""

from __future__ import annotations

import struct

_TEXT_FIN = 0x81  # RFC 6455 5.2: final fragment, opcode 1


class WireFrame:
    """A JSON text message: `payload` for a framework that frames by itself, `wire` for the transport.

    Server frames are unmasked, so the same bytes serve every client.
    """

    __slots__ = ("_wire", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = _header(len(self.payload)) + self.payload
        return self._wire

    def __len__(self) -> int:
        return len(self.payload)


def _header(size: int) -> bytes:
    if size < 126:
        return bytes((_TEXT_FIN, size))
    if size < 65536:
        return struct.pack("!BBH", _TEXT_FIN, 126, size)
    return struct.pack("!BBQ", _TEXT_FIN, 127, size)
