"""EventStream: numbered events of a subscription, each once, over however many sockets it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

from vnstock_tracker.close_codes import NOT_ALLOWED
from vnstock_tracker.errors import TrackerError
from vnstock_tracker.event_reader import EventReader
from vnstock_tracker.events import Item, Rejected, Resync, TopicSnapshot
from vnstock_tracker.frames import Frame, SubscribedFrame
from vnstock_tracker.link import Link, Message

QUEUE_MAX = 10_000
REASK_S = 2.0
_ALWAYS = (Resync, Rejected, TopicSnapshot)


class EventStream:
    """`async for event in stream`.

    Overflow: with QUEUE_MAX events that nobody took the socket is not read any more. The server then closes it (4408),
    and once there is room the client comes back for what it missed; what the server no longer has is told by a Resync.
    """

    path = "/v1/ws"

    def __init__(
        self,
        request: dict[str, Any],
        types: Iterable[type] | None,
        close: Callable[[EventStream], Awaitable[None]],
    ) -> None:
        self._reader = EventReader(request)
        self._types = None if types is None else (*types, *_ALWAYS)
        self._close = close
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue(QUEUE_MAX)
        self._error: BaseException | None = None
        self._is_ended = False
        self._is_anew = False
        self._reask_s: float | None = None
        self.link: Link | None = None  # the tracker's

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        """Return the next item. Raise StopAsyncIteration when the stream is closed, or what ended it."""
        if self._is_ended and self._queue.empty():
            raise self._error or StopAsyncIteration
        item = await self._queue.get()
        if item is None:
            raise self._error or StopAsyncIteration
        return item

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give the subscription up, and its socket."""
        await self._close(self)

    @property
    def pending(self) -> int:
        """How many items wait to be taken."""
        return self._queue.qsize()

    # what the link is told

    @property
    def due_s(self) -> float | None:
        return self._reask_s

    def query(self) -> dict[str, str]:
        return self._reader.query()

    def on_open(self) -> list[Message]:
        self._is_anew = False
        first = self._reader.first_words()
        self._reask_s = time.monotonic() if self._reader.has_refused else None
        return first

    async def on_frame(self, frame: Frame | None, now_s: float) -> list[Message]:
        items, sends = self._reader.take(frame)
        if isinstance(frame, SubscribedFrame):
            self._reask_s = now_s + REASK_S if self._reader.has_refused else None
        for item in items:
            self._is_anew = self._is_anew or (isinstance(item, Resync) and item.reason == "session_refused")
            if self._types is None or isinstance(item, self._types):
                await self._queue.put(item)
        return sends

    def on_time(self, now_s: float) -> list[Message]:
        if self._reask_s is None or now_s < self._reask_s:
            return []
        self._reask_s = None  # until the answer
        return self._reader.ask_again()

    def on_lost(self) -> None:
        pass  # where to go on is known

    def forgives(self, code: int) -> bool:
        """Another's session is refused with 4403; without that session there is nothing to refuse."""
        return code == NOT_ALLOWED and self._is_anew

    def end(self, error: TrackerError | None) -> None:
        """Take in that nothing comes any more. What waits can still be taken."""
        self._error, self._is_ended = error, True
        if not self._queue.full():
            self._queue.put_nowait(None)
