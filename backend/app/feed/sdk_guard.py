"""Everything that tames the unmodified ssi-fc-data 2.2.2 (docs: FEED.md section 5.1), in one place.

Its files are untouched; its modules are given other names to look up: a `requests` with time-outs and TLS
verification, a WebSocketApp that can be ended, a Connection that swallows and counts what it cannot read, and a
`print` that says nothing (its own prints the bearer token).
Threads: `open` and `resubscribe` block and belong on an executor; frames arrive on the SDK's daemon thread;
`close` may be called from anywhere. Nothing here is ever called on the event loop but `close` and properties.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Protocol

import requests
import websocket
from ssi_fc_data import fc_md_client, fc_md_stream
from ssi_fc_data.fc_md_stream import MarketDataStream
from ssi_fc_data.signalr.hubs.errors import HubError, UnAuthorizedHubError
from ssi_fc_data.signalr.transports import _transport

from app.feed.errors import FeedConnectError, RejectReason
from app.feed.sdk_connection import BROADCAST, GuardedConnection, opening
from app.feed.sdk_socket import HANDSHAKE_TIMEOUT_S, GuardedWebSocketApp

HTTP_TIMEOUT_S = (5.0, 10.0)  # connect, each read: negotiate answers in well under a second when healthy
ERROR = "Error"


class StreamSink(Protocol):
    """Where a stream puts what it hears. Called on the SDK's thread: must be quick and must not raise."""

    def receive_threadsafe(self, raw: str) -> None:
        """Take one Broadcast argument."""
        ...

    def reject_threadsafe(self, reason: RejectReason) -> None:
        """Count something that could not be read."""
        ...

    def report_error_threadsafe(self, text: str) -> None:
        """Take a text of the hub's `Error` method or of a failed invocation."""
        ...


class _BoundedRequests:
    """`requests` for the SDK: always a time-out, always TLS verification."""

    @staticmethod
    def post(url: str, data: Any = None, **options: Any) -> requests.Response:
        bounded = options | {"timeout": HTTP_TIMEOUT_S, "verify": True}
        return requests.post(url, data=data, **bounded)  # noqa: S113 - the time-out is in `bounded`

    @staticmethod
    def get(url: str, **options: Any) -> requests.Response:
        bounded = options | {"timeout": HTTP_TIMEOUT_S, "verify": True}
        return requests.get(url, **bounded)  # noqa: S113 - the time-out is in `bounded`


class _TokenHolder:
    """The SDK's idea of a client: all a stream wants of it is a token. Ours costs no second login."""

    def __init__(self, token: str) -> None:
        self._token = token

    def _get_access_token(self) -> str:
        return self._token


class GuardedStream(MarketDataStream):  # type: ignore[misc]
    """One connection to the hub: opened once, closed once, never reused. A new one is a new object."""

    def __init__(self, *, stream_url: str, token: str, selectors: str, sink: StreamSink) -> None:
        config = SimpleNamespace(auth_type="Bearer", stream_url=stream_url)
        super().__init__(config, _TokenHolder(token), on_close=self._note_close)
        self.selectors = selectors
        self.transport: Any = None
        self.app: GuardedWebSocketApp | None = None
        self.close_reports = 0  # what the SDK calls on_close: shown to be unreliable, only counted
        self.socket_errors = 0
        self._sink = sink
        self._closed = threading.Event()

    def open(self) -> None:
        """Negotiate and start the socket's thread. Blocks. Raise FeedConnectError."""
        opening.owner = self
        try:
            if self._closed.is_set():
                raise FeedConnectError("closed before it was opened")
            self.start(self._ignore, self._ignore, self.selectors)
        except UnAuthorizedHubError:
            raise FeedConnectError("the stream refuses the token (401)", is_unauthorized=True) from None
        except HubError as error:
            raise FeedConnectError(f"the stream answers {error} to negotiate") from None
        except (requests.JSONDecodeError, KeyError, TypeError, AttributeError):
            # Not JSON, or JSON of another shape: a proxy's page, or the wrong host.
            raise FeedConnectError("the stream answers negotiate with something else") from None
        except (requests.RequestException, ValueError) as error:
            raise FeedConnectError(f"the stream cannot be reached ({type(error).__name__})") from None
        finally:
            opening.owner = None

    def resubscribe(self) -> None:
        """Send the full wanted list again. Blocks. Raise FeedConnectError."""
        try:
            self.swith_channel(self.selectors)
        except (ValueError, OSError, AttributeError, websocket.WebSocketException):
            raise FeedConnectError("the connection is gone") from None

    def close(self) -> None:
        """Stop delivering and end the socket, now. Does not block; `wait_closed` proves it."""
        self._closed.set()
        if self.app is not None:
            self.app.abort()

    def wait_closed(self, timeout_s: float) -> bool:
        """Wait for the socket's thread to end. Blocks."""
        thread = self.transport._thread if self.transport is not None else None
        if thread is not None and thread.ident is not None:
            thread.join(timeout_s)
        return not self.is_alive

    @property
    def is_closed(self) -> bool:
        """Whether `close` has been called."""
        return self._closed.is_set()

    @property
    def is_alive(self) -> bool:
        """Whether the socket's thread runs: the only sign of life the SDK cannot get wrong."""
        thread = self.transport._thread if self.transport is not None else None
        return thread is not None and thread.is_alive()

    @property
    def is_connected(self) -> bool:
        """Whether the WebSocket is open, as far as this end can tell."""
        client = self.app.sock if self.app is not None else None
        return self.is_alive and not self._closed.is_set() and client is not None and bool(client.connected)

    def dispatch(self, method: object, arguments: list[Any]) -> None:
        """Take one call of the hub, whatever its shape."""
        if method == BROADCAST:
            self.read_broadcast(*arguments)
        elif method == ERROR:
            self.read_error(*arguments)
        else:
            self.reject(RejectReason.BAD_FRAME)

    def reject(self, reason: RejectReason) -> None:
        """Count what cannot be read, unless this connection is closed."""
        if not self._closed.is_set():
            self._sink.reject_threadsafe(reason)

    def read_broadcast(self, *arguments: object) -> None:
        """Take the arguments of a Broadcast."""
        if self._closed.is_set():
            return  # a frame that was in the buffer when the supervisor gave this connection up
        raw = arguments[0] if len(arguments) == 1 else None
        if isinstance(raw, str):
            self._sink.receive_threadsafe(raw)
        else:
            self._sink.reject_threadsafe(RejectReason.BAD_FRAME)

    def read_error(self, *arguments: object) -> None:
        """Take the arguments of the hub's `Error` method, or the text of a failed invocation."""
        if not self._closed.is_set():
            self._sink.report_error_threadsafe(str(arguments[0]) if arguments else "")

    # the SDK registers these names with its hub
    _on_message = read_broadcast
    _on_error = read_error

    def _note_close(self) -> None:
        self.close_reports += 1

    @staticmethod
    def _ignore(_message: object) -> None:
        """Stand where the SDK wants a handler: messages take the shorter way above."""


def _make_app(url: str, **callbacks: Any) -> GuardedWebSocketApp:
    """Stand in for websocket.WebSocketApp: the SDK makes it after negotiate, on the thread that opens."""
    owner: GuardedStream = opening.owner
    owner.app = app = GuardedWebSocketApp(url, **callbacks)
    if owner.is_closed:
        app.abort()  # close() came while negotiate was running: this one must never connect
    return app


def _say_nothing(*_values: object, **_options: object) -> None:
    """Stand in for print: the SDK prints its headers, bearer token and all."""


def _install(silence: Callable[..., None] = _say_nothing) -> None:
    fc_md_client.requests = _BoundedRequests
    fc_md_stream.Connection = GuardedConnection
    _transport.requests = _BoundedRequests
    _transport.print = silence
    _transport.websocket = SimpleNamespace(
        WebSocketApp=_make_app, enableTrace=silence, _exceptions=websocket._exceptions
    )
    websocket.setdefaulttimeout(HANDSHAKE_TIMEOUT_S)
    # Both log tracebacks and "goodbye" lines of their own; what matters of it is counted here.
    for name in ("SignalRCoreClient", "websocket"):
        logging.getLogger(name).disabled = True


_install()
