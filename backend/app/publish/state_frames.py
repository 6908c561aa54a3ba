"""The frames of state views, each encoded once for all clients that are owed the same.

Overflow: frames are kept until the state moves on, first frames a little longer; at most KEPT_BYTES_MAX of each.
"""

from __future__ import annotations

from typing import NamedTuple

from app.clock import Clock
from app.publish.channels import Channel, Group
from app.publish.state_view import StateView
from app.publish.views import MarketViews
from app.publish.wire_frame import WireFrame

KEPT_BYTES_MAX = 16 * 1024 * 1024
# Of the time, for building first frames: in a wave of clients that come at once most get one that is a few
# milliseconds old, and what changed since as their first delta.
FIRST_FRAMES_SHARE = 0.05


class StateFrame(NamedTuple):
    """A frame, None when there is nothing to say, and the version it brings a view to."""

    frame: WireFrame | None
    version: int


class _FirstFrame(NamedTuple):
    state: StateFrame
    good_until_s: float


class _Kept[T]:
    """Frames by what they show; all are forgotten when they are too much together."""

    def __init__(self) -> None:
        self._frames: dict[tuple[object, ...], T] = {}
        self._bytes = 0

    def get(self, key: tuple[object, ...]) -> T | None:
        return self._frames.get(key)

    def put(self, key: tuple[object, ...], value: T, frame: WireFrame | None) -> None:
        size = 0 if frame is None else len(frame)
        if self._bytes + size > KEPT_BYTES_MAX:
            self.clear()
        self._frames[key] = value
        self._bytes += size

    def clear(self) -> None:
        self._frames.clear()
        self._bytes = 0


_NONE: tuple[Channel | None, Group, int | None, StateFrame] = (None, None, -1, StateFrame(None, 0))


class StateFrames:
    """Builds what a view is owed: a whole state, a snapshot or a delta."""

    def __init__(self, views: MarketViews, clock: Clock) -> None:
        self.build_s = 0.0  # how long building took so far
        self._views = views
        self._clock = clock
        self._version = 0  # of the later frames kept
        self._later = _Kept[StateFrame]()
        self._last = _NONE  # those who are served together are mostly owed the same
        self._first = _Kept[_FirstFrame]()

    def next_of(self, view: StateView) -> StateFrame:
        """Return the frame that brings a view to the present version, or to one from a moment ago if it is its first."""
        return self._first_of(view) if view.version == 0 else self._later_of(view)

    def _first_of(self, view: StateView) -> StateFrame:
        key = (view.channel, view.mode, view.group, view.interval_s)
        began_s = self._clock.monotonic_s()
        kept = self._first.get(key)
        if kept is not None:
            version = kept.state.version
            if version == self._views.version or (version >= view.seen and began_s < kept.good_until_s):
                return kept.state
        frame = self._build_first(view)
        state = StateFrame(frame, self._views.version)
        now_s = self._clock.monotonic_s()
        self.build_s += now_s - began_s
        good_until_s = now_s + (now_s - began_s) / FIRST_FRAMES_SHARE
        self._first.put(key, _FirstFrame(state, good_until_s), frame)
        return state

    def _later_of(self, view: StateView) -> StateFrame:
        if self._version != self._views.version:
            self._later.clear()
            self._last = _NONE
            self._version = self._views.version
        since = None if view.mode == "full" else view.version
        channel, group, last_since, last = self._last
        if since == last_since and view.group is group and view.channel is channel:
            return last
        key = (view.channel, view.group, since)
        state = self._later.get(key)
        if state is None:
            began_s = self._clock.monotonic_s()
            frame = self._build_later(view)
            self.build_s += self._clock.monotonic_s() - began_s
            state = StateFrame(frame, self._views.version)
            self._later.put(key, state, frame)
        self._last = (view.channel, view.group, since, state)
        return state

    def _build_first(self, view: StateView) -> WireFrame:
        state = self._views.full(view.channel, view.group, with_intraday=True)
        if view.mode == "full":
            return WireFrame(state)
        interval_ms = round(view.interval_s * 1000)
        return self._frame("snapshot", view.channel, f'"interval_ms":{interval_ms}', state)

    def _build_later(self, view: StateView) -> WireFrame | None:
        if view.mode == "full":
            return WireFrame(self._views.full(view.channel, view.group))
        patch = self._views.patch(view.channel, view.group, view.version)
        if patch is None:
            return None
        return self._frame("delta", view.channel, f'"prev":{view.version}', patch)

    def _frame(self, kind: str, channel: Channel, extra: str, data: bytes) -> WireFrame:
        ts = self._clock.now().isoformat(timespec="microseconds")
        head = (
            f'{{"type":"{kind}","channel":"{channel}","epoch":"{self._views.epoch}","seq":{self._views.version},'
            f'{extra},"ts":"{ts}","data":'
        )
        return WireFrame(head.encode() + data + b"}")
