"""HTTP/1.1 and the server end of a WebSocket on an asyncio transport, no more of either than SSI's clients use.

Written by hand because the WebSocket must be ours down to the transport: a whole batch of frames is one write, and
faults need to drop, freeze or starve a socket. Loopback only; requests are small.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from msgspec import Struct

from app.simulator.http_messages import Request, Response, parse_head, response_head
from app.simulator.websocket_frames import OP_CLOSE, OP_PING, OP_PONG, OP_TEXT, take_frame, websocket_frame

_log = logging.getLogger(__name__)

_WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_REQUEST_BYTES_MAX = 65_536
_MESSAGE_BYTES_MAX = 1_048_576
_WRITE_BUFFER_BYTES = 1_048_576


class Upgrade(Struct):
    """The request becomes a WebSocket owned by this stream."""

    stream: WebSocketStream


class WebSocketStream(Protocol):
    """What the HTTP side needs to know of a connection after the upgrade."""

    def opened(self, socket: HttpConnection) -> None:
        """The handshake is on its way to the client."""
        ...

    def received(self, text: bytes) -> None:
        """A text message came."""
        ...

    def closed(self) -> None:
        """The socket is gone."""
        ...


type Answer = Callable[[Request], Awaitable[Response | Upgrade | None]]


class HttpConnection(asyncio.Protocol):
    """One accepted socket. An answer of None means: hang up without a word."""

    def __init__(self, answer: Answer, on_lost: Callable[[HttpConnection], None]) -> None:
        self._answer = answer
        self._on_lost = on_lost
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._stream: WebSocketStream | None = None
        self._message = bytearray()
        self.transport: asyncio.Transport | None = None
        self.writable = asyncio.Event()
        self.writable.set()
        self.is_frozen = False  # half open: the socket stays, nothing is read, written or answered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=_WRITE_BUFFER_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # a client may go as it likes
        self.transport = None
        self.writable.set()
        if self._task is not None:
            self._task.cancel()
        if self._stream is not None:
            self._stream.closed()
        self._on_lost(self)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        if self.is_frozen:
            return  # read and forgotten, so that we still learn when the client gives up
        self._buffer += data
        if self._stream is not None:
            self._read_frames()
        elif self._task is None:
            self._read_request()

    def write(self, data: bytes) -> None:
        """Send bytes unless the socket is gone or frozen."""
        if self.transport is not None and not self.is_frozen:
            self.transport.write(data)

    def freeze(self) -> None:
        """Leave the socket half open until it is aborted."""
        self.is_frozen = True
        self.writable.set()

    def abort(self) -> None:
        """Drop the socket: no close frame, nothing flushed."""
        if self.transport is not None:
            self.transport.abort()

    def _read_request(self) -> None:
        head, end, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if not end:
            if len(self._buffer) > _REQUEST_BYTES_MAX:
                self.abort()
            return
        try:
            request = parse_head(head.decode("latin-1"))
            size = int(request.headers.get("content-length", "0"))
        except ValueError:
            self.write(response_head(400, 0, "text/plain", close=True))
            if self.transport is not None:
                self.transport.close()
            return
        if len(rest) < size:
            return
        request.body = rest[:size]
        self._buffer = bytearray(rest[size:])
        self._task = asyncio.get_running_loop().create_task(self._respond(request))

    async def _respond(self, request: Request) -> None:
        try:
            result = await self._answer(request)
        except Exception:  # an answer that never comes would hang a client that has no time-out
            _log.exception("%s %s failed", request.method, request.path)
            result = Response(b"", 500, "text/plain")
        self._task = None
        if result is None:
            self.abort()
        elif isinstance(result, Upgrade):
            self._upgrade(request, result.stream)
        else:
            close = request.headers.get("connection", "").lower() == "close"
            self.write(
                response_head(result.status, len(result.body), result.content_type, close) + result.body
            )
            if close and self.transport is not None:
                self.transport.close()
            elif self._buffer:
                self._read_request()

    def _upgrade(self, request: Request, stream: WebSocketStream) -> None:
        key = request.headers.get("sec-websocket-key", "").encode()
        accept = base64.b64encode(
            hashlib.sha1(key + _WEBSOCKET_GUID, usedforsecurity=False).digest()
        ).decode()
        self.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self._stream = stream
        stream.opened(self)
        if self._buffer:
            self._read_frames()

    def _read_frames(self) -> None:
        while (frame := take_frame(self._buffer)) is not None:
            opcode, is_final, payload = frame
            if opcode == OP_PING:
                self.write(websocket_frame(payload, OP_PONG))
            elif opcode == OP_CLOSE:
                self.write(websocket_frame(payload[:125], OP_CLOSE))
                if self.transport is not None:
                    self.transport.close()
                return
            elif opcode in {0, OP_TEXT}:
                self._message += payload
                if len(self._message) > _MESSAGE_BYTES_MAX:
                    self.abort()
                    return
                if is_final and self._stream is not None:
                    text, self._message = bytes(self._message), bytearray()
                    self._stream.received(text)
