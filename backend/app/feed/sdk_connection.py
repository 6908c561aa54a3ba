"""The SDK's SignalR connection, with callbacks that read every frame and never raise."""

from __future__ import annotations

import json
import threading
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from ssi_fc_data.signalr import Connection

from app.feed.errors import RejectReason

BROADCAST = "Broadcast"


class FrameReader(Protocol):
    """The stream a connection belongs to. Called on the SDK's thread; must not raise."""

    transport: Any
    socket_errors: int

    def read_broadcast(self, *arguments: object) -> None:
        """Take the arguments of a Broadcast."""
        ...

    def read_error(self, *arguments: object) -> None:
        """Take the arguments of the hub's `Error` method, or the text of a failed invocation."""
        ...

    def dispatch(self, method: object, arguments: list[Any]) -> None:
        """Take one call of the hub, whatever its shape."""
        ...

    def reject(self, reason: RejectReason) -> None:
        """Count what cannot be read."""
        ...


class _Call(Struct, gc=False):
    M: str = ""
    A: list[str] = []


class _Frame(Struct, gc=False):
    M: list[_Call] = []
    E: str | None = None


decode_frame = msgspec.json.Decoder(_Frame).decode
opening = threading.local()  # .owner: the stream whose start() is running on this thread


class GuardedConnection(Connection):  # type: ignore[misc]
    """A SignalR connection whose callbacks never raise, so that the SDK never believes itself disconnected."""

    def __init__(self, url: str, headers: dict[str, str], **options: Any) -> None:
        self._owner: FrameReader = opening.owner
        super().__init__(url, headers, **(options | {"verify_ssl": True}))
        transport = self._Connection__transport
        transport.on_message = self._receive_frame
        transport.on_socket_error = self._note_socket_error
        self._owner.transport = transport

    def _receive_frame(self, _app: Any, data: str | bytes) -> None:
        try:
            frame = decode_frame(data)
        except (msgspec.DecodeError, UnicodeError):
            self._receive_odd_frame(data)
            return
        owner = self._owner
        for call in frame.M:
            if call.M == BROADCAST and len(call.A) == 1:
                owner.read_broadcast(call.A[0])
            else:
                owner.dispatch(call.M, call.A)
        if frame.E is not None:
            owner.read_error(frame.E)

    def _receive_odd_frame(self, data: str | bytes) -> None:
        # One call of wrong shape must not take the good ones of its frame with it.
        try:
            frame = json.loads(data)
        except (ValueError, RecursionError):
            frame = None
        calls = frame.get("M", []) if isinstance(frame, dict) else None
        if not isinstance(frame, dict) or not isinstance(calls, list):
            self._owner.reject(RejectReason.BAD_FRAME)
            return
        for call in calls:
            if isinstance(call, dict) and isinstance(call.get("A"), list):
                self._owner.dispatch(call.get("M"), call["A"])
            else:
                self._owner.reject(RejectReason.BAD_FRAME)
        if frame.get("E") is not None:
            self._owner.read_error(frame["E"])

    def _note_socket_error(self, _app: Any, _error: object) -> None:
        # The SDK logs the traceback and reports itself closed here, while the socket may well be up.
        self._owner.socket_errors += 1
