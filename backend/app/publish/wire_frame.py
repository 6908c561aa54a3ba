"""A text message, encoded once for all the clients that share it."""

from __future__ import annotations

import struct

from app.publish.shared_deflate import deflate

_TEXT_FIN = 0x81  # RFC 6455 5.2: final fragment, opcode 1
_COMPRESSED = 0x40  # RFC 7692 6: RSV1


class WireFrame:
    """A JSON text message: `payload` for a framework that frames by itself, the wire forms for the transport.

    Server frames are unmasked, so the same bytes serve every client. The compressed form is made when the first client needs it.
    """

    __slots__ = ("_compressed_wire", "payload", "size", "wire")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.size = len(payload)
        self.wire = _header(self.size, _TEXT_FIN) + payload
        self._compressed_wire: bytes | None = None

    @property
    def compressed_wire(self) -> bytes:
        """For clients that negotiated shared_deflate; the plain form where compressing saves nothing."""
        if self._compressed_wire is None:
            packed = deflate(self.payload)
            self._compressed_wire = (
                self.wire if packed is None else _header(len(packed), _TEXT_FIN | _COMPRESSED) + packed
            )
        return self._compressed_wire

    def __len__(self) -> int:
        return self.size


def _header(size: int, first: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 65536:
        return struct.pack("!BBH", first, 126, size)
    return struct.pack("!BBQ", first, 127, size)
