"""The way to a client's socket: pre-encoded frames straight to the transport, bounded by its write buffer.

uvicorn keeps the handshake, routing, auth and receiving; `DirectWebSocketProtocol` puts itself into
scope["extensions"], so that a frame encoded once for many is written 2 to 4 times cheaper than by `send_text`
(PERFORMANCE.md 1.1), and so that a client is bounded by the bytes it has not taken. Where the extension is missing
(TestClient, another server) `QueuedSink` does the same through `send_text`.
Overflow: the sinks bound nothing; ClientConnection asks `unsent_bytes` before it offers.
"""

from __future__ import annotations

import asyncio
import random
import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import State

from app.publish.close_codes import CLOSE_GRACE_S, CloseCode, reason_of
from app.publish.frame_sink import FrameSink, WriteBatch
from app.publish.queued_sink import QueuedSink
from app.publish.shared_deflate import SharedDeflateFactory
from app.publish.wire_frame import WireFrame

EXTENSION = "vnstock.frame_sink"
MESSAGE_BYTES_MAX = 64 * 1024  # SPEC 7.7: larger frames are refused
CLOSE_GRACES_S: dict[int, float] = {
    CloseCode.TOO_SLOW: 5.0,  # the frame stands behind a full buffer
    CloseCode.NO_PONG: 1.0,  # most likely nobody is there
}
UNSENT_IN_KERNEL_BYTES = (
    128 * 1024
)  # beyond it a backlog shows in unsent_bytes instead of hiding in the kernel
# A client says little: frames of all kinds, pings and parts of messages among them. Above it, it is told 4429 and cut.
FRAMES_PER_S_MIN, FRAMES_PER_MESSAGE = 200, 4
CHUNK_BYTES = 1024  # parsed and answered at once: 256 KB of empty pings would hold the loop for half a second
_TCP_NOTSENT_LOWAT = 25  # linux/tcp.h; the socket module does not name it


class DirectWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with a door for frames that are already encoded, and our close codes."""

    on_shutdown: Callable[[], None] | None = None  # says goodbye when the server stops
    _position: Callable[[], int] | None = None
    _confirmed: Callable[[int], None] | None = None
    _position_at_ping: int | None = None

    # What is asked at every frame has a place of its own: with forty attributes, an instance's are a hash table, which
    # for each of ten thousand clients has to come from memory.
    __slots__ = ("_door", "_is_writable", "_takes_compressed")
    _door: asyncio.Transport

    frames_per_s_max = FRAMES_PER_S_MIN
    _frames_in_second = 0
    _second = -1
    _is_flooding = False

    def __init__(self, config: Config, *arguments: Any, **options: Any) -> None:
        super().__init__(config, *arguments, **options)
        self._is_writable = False
        self._takes_compressed = False
        if config.ws_per_message_deflate:
            self.conn.available_extensions = [SharedDeflateFactory()]

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self._door = self.transport
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
            sock.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, UNSENT_IN_KERNEL_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope: dict[str, Any] | None = getattr(self, "scope", None)  # absent when the handshake was refused
        if scope is not None:
            scope["extensions"][EXTENSION] = self
            self._takes_compressed = bool(self.conn.extensions)

    def data_received(self, data: bytes) -> None:
        """Take what came in small parts; of who floods us nothing more is read."""
        for start in range(0, len(data), CHUNK_BYTES):
            if self._is_flooding:
                return
            super().data_received(data[start : start + CHUNK_BYTES])

    def handle_text(self, event: Frame) -> None:
        self._count_frame()
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        self._count_frame()
        super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        self._count_frame()
        super().handle_cont(event)

    def handle_ping(self) -> None:
        self._count_frame()
        if self._is_flooding or self.unsent_bytes > UNSENT_IN_KERNEL_BYTES:
            self.conn.data_to_send()  # it reads nothing: its pongs are not kept for it
            return
        super().handle_ping()

    def _count_frame(self) -> None:
        second = int(self.loop.time())
        if second != self._second:
            self._second, self._frames_in_second = second, 0
        self._frames_in_second += 1
        if self._frames_in_second > self.frames_per_s_max and not self._is_flooding:
            self.close(CloseCode.TOO_MANY)
            self._is_flooding = True

    @property
    def unsent_bytes(self) -> int:
        return self._door.get_write_buffer_size()

    def write(self, frame: WireFrame) -> None:
        if self._is_writable:
            self._door.write(frame.compressed_wire if self._takes_compressed else frame.wire)

    def write_with(self, batch: WriteBatch, frame: WireFrame) -> None:
        if self._is_writable:
            batch.append((self._door, frame.compressed_wire if self._takes_compressed else frame.wire))

    def close(self, code: int) -> None:
        """Send the close frame behind what is buffered, tell the application at once, and cut after a grace."""
        if not self._is_open():
            return
        self._is_writable = False
        self.stop_keepalive()
        reason = reason_of(code)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:  # or the echo of the close frame is never read
            self.read_paused = False
            self.transport.resume_reading()
        self._cut_later(CLOSE_GRACES_S.get(code, CLOSE_GRACE_S))

    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        self._position, self._confirmed = position, confirmed
        self._position_at_ping = None  # a ping under way was written before there was a position

    def start_keepalive(self) -> None:
        """The handshake is done. Send the first ping at a random moment: a crowd that came at once is not pinged at once."""
        self._is_writable = True
        del self.request, self.response  # 2 kB of each of 10,000 sockets, and nobody asks again
        if self.ping_interval:
            delay_s = random.uniform(0, self.ping_interval)  # noqa: S311 no secret
            self.ping_timer = self.loop.call_later(delay_s, self.send_keepalive_ping)

    def send_keepalive_ping(self) -> None:
        if self._position is not None:
            self._position_at_ping = self._position()
        super().send_keepalive_ping()

    def handle_pong(self, event: Frame) -> None:
        self._count_frame()
        is_awaited = self.pending_ping_payload is not None
        super().handle_pong(event)
        is_answered = is_awaited and self.pending_ping_payload is None
        if is_answered and self._confirmed is not None and self._position_at_ping is not None:
            self._confirmed(self._position_at_ping)

    def keepalive_timeout(self) -> None:
        self.pong_timer = None
        self.pending_ping_payload = None
        self.close(CloseCode.NO_PONG)

    def shutdown(self) -> None:
        if self.on_shutdown is not None and self._is_open():
            self.on_shutdown()
            return
        self._is_writable = False
        super().shutdown()
        self._bound_farewell()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_writable = False
        super().connection_lost(exc)

    def eof_received(self) -> None:
        """The peer sends nothing more, and the transport closes: once what is left is taken, or after a while."""
        self._is_writable = False
        self._bound_farewell()

    def handle_close(self, event: Frame) -> None:
        self._is_writable = False
        super().handle_close(event)
        self._bound_farewell()

    def _bound_farewell(self) -> None:
        """Cut a peer that says it goes but does not take what is left: transport.close() waits for that."""
        if self.unsent_bytes:
            self._cut_later(CLOSE_GRACE_S)

    def handle_parser_exception(self) -> None:
        self._is_writable = False
        super().handle_parser_exception()
        self._cut_later(CLOSE_GRACE_S)

    def _is_open(self) -> bool:
        return (
            self._is_writable
            and self.handshake_complete
            and not self.close_sent
            and self.conn.state is State.OPEN
            and not self.transport.is_closing()
        )

    def _cut_later(self, delay_s: float) -> None:
        """Bound the farewell: transport.close() alone waits for ever for a dead peer to take its backlog."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(delay_s, self.transport.abort)


def sink_of(websocket: WebSocket) -> FrameSink:
    """Return the direct way to an accepted socket, or the queued one where the server has none."""
    direct: DirectWebSocketProtocol | None = websocket.scope.get("extensions", {}).get(EXTENSION)
    return direct if direct is not None else QueuedSink(websocket)


def uvicorn_options(
    heartbeat_interval_s: float,
    heartbeat_timeout_s: float,
    *,
    messages_per_s: int = 0,
    is_deflating: bool = False,
) -> dict[str, Any]:
    """Return the uvicorn settings the rest of this package relies on."""
    frames_per_s_max = max(FRAMES_PER_S_MIN, messages_per_s * FRAMES_PER_MESSAGE)
    protocol = type("WebSocketProtocol", (DirectWebSocketProtocol,), {"frames_per_s_max": frames_per_s_max})
    return {
        "ws": protocol,
        "ws_max_size": MESSAGE_BYTES_MAX,
        "ws_ping_interval": heartbeat_interval_s,
        "ws_ping_timeout": heartbeat_timeout_s,
        "ws_per_message_deflate": is_deflating,  # DirectWebSocketProtocol's, shared, in place of uvicorn's own
        "proxy_headers": False,  # the client's address is decided by TRUSTED_PROXIES alone (api/client_address.py)
        "access_log": False,  # ours knows route templates and never writes a token
        "server_header": False,
    }
