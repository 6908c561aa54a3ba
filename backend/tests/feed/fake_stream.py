"""A GuardedStream without a socket, and an executor without threads: for the supervisor's logic."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from app.feed.errors import FeedConnectError
from app.feed.sdk_guard import StreamSink


class FakeStream:
    def __init__(self, hub: FakeHub, token: str, selectors: str, sink: StreamSink) -> None:
        self.hub = hub
        self.token = token
        self.selectors = selectors
        self.sink = sink
        self.is_alive = False
        self.is_connected = False
        self.resubscriptions = 0
        self.ends_when_closed = True

    def open(self) -> None:
        if self.hub.open_errors:
            raise self.hub.open_errors.pop(0)
        self.is_alive = True
        self.is_connected = self.hub.connects
        self.hub.note_connections()

    def resubscribe(self) -> None:
        if not self.is_connected:
            raise FeedConnectError("the connection is gone")
        self.resubscriptions += 1

    def close(self) -> None:
        self.is_connected = False
        if self.ends_when_closed:
            self.is_alive = False

    def wait_closed(self, _timeout_s: float) -> bool:
        return not self.is_alive

    def drop(self) -> None:
        self.is_alive = self.is_connected = False

    def say(self, *raws: str) -> None:
        for raw in raws:
            self.sink.receive_threadsafe(raw)


class FakeHub:
    """The stream factory; knows every stream it made."""

    def __init__(self) -> None:
        self.streams: list[FakeStream] = []
        self.open_errors: list[Exception] = []
        self.connects = True
        self.alive_max = 0

    def __call__(self, *, stream_url: str, token: str, selectors: str, sink: StreamSink) -> FakeStream:
        assert stream_url.endswith("/")
        self.streams.append(FakeStream(self, token, selectors, sink))
        return self.streams[-1]

    @property
    def last(self) -> FakeStream:
        return self.streams[-1]

    def note_connections(self) -> None:
        self.alive_max = max(self.alive_max, sum(stream.is_alive for stream in self.streams))


class InlineExecutor(Executor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
