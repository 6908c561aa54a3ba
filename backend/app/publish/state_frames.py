"""The frames of state views, each encoded once for all clients that are owed the same.

Overflow: frames are kept until the state moves on, at most CACHED_MAX of them.
"""

from __future__ import annotations

from app.clock import Clock
from app.publish.channels import Channel
from app.publish.state_view import StateView
from app.publish.views import MarketViews
from app.publish.wire_frame import WireFrame

CACHED_MAX = 500


class StateFrames:
    """Builds what a view is owed: a whole state, a snapshot or a delta."""

    def __init__(self, views: MarketViews, clock: Clock) -> None:
        self._views = views
        self._clock = clock
        self._version = 0  # of the frames kept
        self._kept: dict[tuple[object, ...], WireFrame | None] = {}

    def next_of(self, view: StateView) -> WireFrame | None:
        """Return the frame that brings a view to the present version, None if what it shows is the same."""
        is_first = view.version == 0
        if self._version != self._views.version or len(self._kept) >= CACHED_MAX:
            self._kept.clear()
            self._version = self._views.version
        if view.mode == "full":
            key: tuple[object, ...] = (view.channel, view.group, is_first)
        else:
            key = (view.channel, view.group, view.version, view.interval_s if is_first else None)
        if key not in self._kept:
            self._kept[key] = self._first_of(view) if is_first else self._later_of(view)
        return self._kept[key]

    def _first_of(self, view: StateView) -> WireFrame:
        state = self._views.full(view.channel, view.group, with_intraday=True)
        if view.mode == "full":
            return WireFrame(state)
        interval_ms = round(view.interval_s * 1000)
        return self._frame("snapshot", view.channel, f'"interval_ms":{interval_ms}', state)

    def _later_of(self, view: StateView) -> WireFrame | None:
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
