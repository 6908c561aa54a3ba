"""StateChannel: the present state of a channel in delta mode, and what changes in it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from vnstock_tracker.delta_reader import DeltaReader
from vnstock_tracker.errors import NotReadyError, TrackerError
from vnstock_tracker.frames import Frame
from vnstock_tracker.link import Link, Message

CHANGES_MAX = 256  # a listener further behind gets the whole state instead of each change


class Change[T]:
    """One step of a channel. `patch`: what changed (RFC 7396), None where the whole state is new; `raw`: after it."""

    __slots__ = ("_typ", "epoch", "patch", "raw", "seq")

    def __init__(
        self, typ: Any, epoch: str | None, seq: int, patch: dict[str, Any] | None, raw: dict[str, Any]
    ) -> None:
        self._typ = typ
        self.epoch = epoch
        self.seq = seq
        self.patch = patch
        self.raw = raw

    @property
    def state(self) -> T:
        """The whole state after it, typed; made anew each time. Raise msgspec.ValidationError if it is not of the type."""
        state: T = msgspec.convert(self.raw, self._typ)
        return state

    def __repr__(self) -> str:
        what = "whole" if self.patch is None else f"patch of {sorted(self.patch)}"
        return f"Change(epoch={self.epoch!r}, seq={self.seq}, {what})"


class _Listener[T]:
    """Changes that one listener has not taken yet. Overflow: all of them become one with the whole state."""

    def __init__(self) -> None:
        self._pending: deque[Change[T]] = deque()
        self._has_news = asyncio.Event()
        self.is_ended = False

    def put(self, change: Change[T], typ: Any) -> None:
        if len(self._pending) >= CHANGES_MAX:
            self._pending.clear()
            change = Change(typ, change.epoch, change.seq, None, change.raw)
        self._pending.append(change)
        self._has_news.set()

    def end(self) -> None:
        self.is_ended = True
        self._has_news.set()

    async def take(self) -> Change[T] | None:
        while not self._pending:
            if self.is_ended:
                return None
            self._has_news.clear()
            await self._has_news.wait()
        return self._pending.popleft()


class StateChannel[T]:
    """One of market, foreign, index. `typ`: what its state is."""

    def __init__(self, name: str, typ: Any, query: dict[str, str]) -> None:
        self.name = name
        self.path = f"/ws/{name}"
        self._typ = typ
        self._query = {"mode": "delta", **query}
        self._reader = DeltaReader(name)
        self._typed: tuple[dict[str, Any], T] | None = None
        self._listeners: list[_Listener[T]] = []
        self._is_ready = asyncio.Event()
        self._error: BaseException | None = None
        self._is_ended = False
        self.link: Link | None = None  # the tracker's

    # what the application sees

    @property
    def raw(self) -> dict[str, Any] | None:
        """The last state, as JSON has it; None before the first. Never changed in place: keep it as long as you like."""
        return self._reader.state

    @property
    def state(self) -> T | None:
        """The last state, typed; None before the first. It may be old: see `is_current`."""
        raw = self._reader.state
        if raw is None:
            return None
        if self._typed is None or self._typed[0] is not raw:
            self._typed = (raw, msgspec.convert(raw, self._typ))
        return self._typed[1]

    @property
    def epoch(self) -> str | None:
        """The server's life that `seq` counts in; None while there is no snapshot of this socket."""
        return self._reader.epoch

    @property
    def seq(self) -> int:
        return self._reader.seq

    @property
    def is_current(self) -> bool:
        """Whether the state is all that the server told, on a socket that is open."""
        return self.is_in_step and self.link is not None and self.link.is_open

    @property
    def is_in_step(self) -> bool:
        """Whether the state is all that the server told on the socket it came by, which may have closed since."""
        return self._reader.is_current

    async def ready(self, timeout_s: float | None = 30.0) -> T:
        """Wait for the first state. Raise NotReadyError when it does not come in time, or what ended the channel."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._is_ready.wait()
        except TimeoutError:
            why = self.link.error if self.link is not None else None
            raise NotReadyError(
                f"no state of {self.name} within {timeout_s:g} s: {why or 'none came'}"
            ) from None
        state = self.state
        if self._error is not None:
            raise self._error
        if state is None:
            raise NotReadyError(f"the tracker was closed before a state of {self.name} came")
        return state

    async def changes(self) -> AsyncIterator[Change[T]]:
        """Give the present state, then each change, until the tracker is closed. Raise what ended the channel.

        Overflow: a listener more than CHANGES_MAX behind gets one change with the whole state (`patch` None) instead.
        """
        listener: _Listener[T] = _Listener()
        if self._reader.state is not None:
            listener.put(
                Change(self._typ, self._reader.epoch, self._reader.seq, None, self._reader.state), self._typ
            )
        if self._is_ended:
            listener.end()
        self._listeners.append(listener)
        try:
            while (change := await listener.take()) is not None:
                yield change
            if self._error is not None:
                raise self._error
        finally:
            self._listeners.remove(listener)

    # what the link is told

    @property
    def due_s(self) -> float | None:
        return self._reader.due_s

    def query(self) -> dict[str, str]:
        return self._query

    def on_open(self) -> list[Message]:
        self._reader.expect_snapshot()
        return []

    async def on_frame(self, frame: Frame | None, now_s: float) -> list[Message]:
        reader = self._reader
        if reader.take(frame) and reader.state is not None:
            self._is_ready.set()
            change: Change[T] = Change(self._typ, reader.epoch, reader.seq, reader.patch, reader.state)
            for listener in self._listeners:
                listener.put(change, self._typ)
        return reader.requests(now_s)

    def on_time(self, now_s: float) -> list[Message]:
        return self._reader.requests(now_s)

    def on_lost(self) -> None:
        self._reader.expect_snapshot()

    def forgives(self, _code: int) -> bool:
        return False

    def end(self, error: TrackerError | None) -> None:
        """Take in that nothing comes any more."""
        self._error, self._is_ended = error, True
        self._is_ready.set()
        for listener in self._listeners:
            listener.end()
