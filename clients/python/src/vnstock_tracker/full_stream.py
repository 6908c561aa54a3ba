"""FullStream: whole states in full mode, without numbers: the simplest way to look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

import msgspec

from vnstock_tracker.errors import TrackerError
from vnstock_tracker.frames import Frame, FullFrame
from vnstock_tracker.link import Link, Message


class FullStream[T]:
    """`async for state in stream`. Overflow: only the newest state waits; older ones are dropped."""

    def __init__(
        self,
        name: str,
        typ: Any,
        query: dict[str, str],
        close: Callable[[FullStream[T]], Awaitable[None]],
    ) -> None:
        self.path = f"/ws/{name}"
        self._typ = typ
        self._query = query
        self._close = close
        self._newest: dict[str, Any] | None = None
        self._has_news = asyncio.Event()
        self._error: BaseException | None = None
        self._is_ended = False
        self.link: Link | None = None  # the tracker's

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """Return the newest state. Raise StopAsyncIteration when the stream is closed, or what ended it."""
        while self._newest is None:
            if self._is_ended:
                raise self._error or StopAsyncIteration
            self._has_news.clear()
            await self._has_news.wait()
        raw, self._newest = self._newest, None
        state: T = msgspec.convert(raw, self._typ)
        return state

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give the stream up, and its socket."""
        await self._close(self)

    @property
    def due_s(self) -> float | None:
        return None

    def query(self) -> dict[str, str]:
        return self._query

    def on_open(self) -> list[Message]:
        return []

    async def on_frame(self, frame: Frame | None, _now_s: float) -> list[Message]:
        if isinstance(frame, FullFrame):
            self._newest = frame.data
            self._has_news.set()
        return []

    def on_time(self, _now_s: float) -> list[Message]:
        return []

    def on_lost(self) -> None:
        self._newest = None  # not the present one any more

    def forgives(self, _code: int) -> bool:
        return False

    def end(self, error: TrackerError | None) -> None:
        """Take in that nothing comes any more."""
        self._error, self._is_ended = error, True
        self._has_news.set()
