"""websocket-client as the SDK uses it, made bounded, closable and cheap.

Threads: `run_forever` lives on the SDK's daemon thread; `abort` may be called from any.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import websocket
from websocket import _utils
from websocket._dispatcher import Dispatcher

HANDSHAKE_TIMEOUT_S = 10.0  # TCP connect and each read of the upgrade; without it the kernel tries for 127 s
READ_BYTES = 65_536  # one system call fetches about 60 frames of a burst instead of a third of one frame
TCP_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)


def wsaccel_in_use() -> bool:
    """Tell whether websocket-client checks UTF-8 in C: in Python it costs 226 µs a message, holding the GIL."""
    validator = getattr(_utils, "Utf8Validator", None)
    return validator is not None and validator.__module__.startswith("wsaccel")


class BufferedReceive:
    """Serves websocket-client's small reads (2 bytes, 2 bytes, a payload) out of large ones."""

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._buffer = b""
        self._position = 0

    def __call__(self, size: int) -> bytes:
        """Return up to `size` bytes, reading from the socket only when nothing is left."""
        if self._position >= len(self._buffer):
            self._buffer = self._receive(READ_BYTES)
            self._position = 0
        chunk = self._buffer[self._position : self._position + size]
        self._position += len(chunk)
        return chunk


class BlockingDispatcher(Dispatcher):
    """Reads until the socket ends, without a selector call per frame."""

    app: GuardedWebSocketApp

    def read(self, _sock: Any, read_callback: Callable[[], bool], _check: Callable[[], bool]) -> None:
        client = self.app.sock
        if client is None or client.sock is None:
            return
        self.app.client = client
        client.sock.settimeout(None)  # silence is the supervisor's to judge; it ends the read by abort()
        client.frame_buffer.recv = BufferedReceive(client._recv)
        try:
            while self.app.keep_running and read_callback():
                pass
        except BaseException:
            self.app.abort()  # or the tear-down waits 3 s for a close frame, and the loss shows 3 s late
            raise


class GuardedWebSocketApp(websocket.WebSocketApp):
    """A WebSocketApp that verifies TLS whatever it is told, and that can be ended at once from any thread."""

    def __init__(self, url: str, *, on_open: Callable[[Any], None], **callbacks: Any) -> None:
        super().__init__(url, on_open=self._open_unless_aborted, **callbacks)
        self._on_open = on_open
        self._is_aborted = False
        self.client: websocket.WebSocket | None = None  # once it reads

    def run_forever(self, *_args: Any, **_options: Any) -> bool:
        """Connect and read until the end. The SDK's options (CERT_NONE) are not taken."""
        if self._is_aborted:
            return False
        # UTF-8 is checked by the JSON decoder, so it is not checked and copied here again.
        try:
            return super().run_forever(sockopt=list(TCP_KEEPALIVE), sslopt={}, skip_utf8_validation=True)
        finally:
            if self.client is not None:
                self.client.shutdown()  # type: ignore[no-untyped-call]  # after a close frame websocket-client leaves its socket open

    def create_dispatcher(self, ping_timeout: Any, *_args: Any, **_options: Any) -> BlockingDispatcher:
        """Return the reader of this connection."""
        return BlockingDispatcher(self, ping_timeout)

    def abort(self) -> None:
        """End the connection now: no close frame, no waiting for one (websocket-client would wait 3 s)."""
        self._is_aborted = True
        self.keep_running = False
        client = self.sock
        raw = client.sock if client is not None else None
        if raw is not None:
            try:
                # Past the TLS layer, whose own shutdown may block on the peer.
                socket.socket.shutdown(raw, socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself

    def _open_unless_aborted(self, app: Any) -> None:
        if self._is_aborted:
            self.abort()  # abort() came before there was a socket
        else:
            self._on_open(app)
