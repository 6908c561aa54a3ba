"""One channel in delta mode: a snapshot, then patches that each name the one they build on.

Pure: the caller brings frames and the time, and sends what is asked for. On a gap the state stays as it last was, whole,
and is no longer current. Overflow: one merged state, nothing is queued; at most RESYNCS_MAX requests, RESYNC_S apart.
"""

from __future__ import annotations

import math
from typing import Any

from vnstock_tracker.frames import DeltaFrame, Frame, FullFrame, SnapshotFrame
from vnstock_tracker.merge_patch import merge_patch

RESYNC_S = 2.0
RESYNCS_MAX = 3
RESYNC = {"action": "resync"}


class GaveUp(Exception):  # noqa: N818 - not an error: the socket is of no use any more, and a new one will be
    """The server does not answer a gap: take a new socket."""


class DeltaReader:
    """The state of one channel, as far as the server told."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.state: dict[str, Any] | None = None
        self.epoch: str | None = None
        self.seq = 0
        self.patch: dict[str, Any] | None = None  # of the last change; None where everything is new
        self._has_gap = False
        self._asked_s = -math.inf
        self._unanswered = 0

    @property
    def is_current(self) -> bool:
        """Whether the state is what the server has, as far as it told us."""
        return self.epoch is not None and not self._has_gap

    @property
    def due_s(self) -> float | None:
        """When `requests` has to be asked next, None without a gap."""
        return self._asked_s + RESYNC_S if self._has_gap else None

    def expect_snapshot(self) -> None:
        """Take in that a new socket opens: its snapshot comes by itself, nothing is built on the old one's."""
        self.epoch = None
        self.seq = 0
        self._has_gap = False
        self._unanswered = 0
        self._asked_s = -math.inf

    def take(self, frame: Frame | None) -> bool:
        """Take in a frame; return whether the state changed."""
        match frame:
            case SnapshotFrame(channel=self.channel, epoch=str(), data=dict()):
                return self._take_snapshot(frame)
            case DeltaFrame(channel=self.channel):
                return self._take_delta(frame)
            case FullFrame():
                self.expect_snapshot()
                self.state, self.patch = frame.data, None
                return True
            case _:
                return False

    def requests(self, now_s: float) -> list[dict[str, Any]]:
        """Return what to send now to close a gap: after every frame, and at `due_s`. Raise GaveUp at the end."""
        if not self._has_gap or now_s - self._asked_s < RESYNC_S:
            return []
        if self._unanswered >= RESYNCS_MAX:
            raise GaveUp
        self._asked_s = now_s
        self._unanswered += 1
        return [RESYNC]

    def _take_snapshot(self, frame: SnapshotFrame) -> bool:
        self.state, self.epoch, self.seq, self.patch = frame.data, frame.epoch, frame.seq, None
        self._has_gap = False
        self._unanswered = 0
        return True

    def _take_delta(self, frame: DeltaFrame) -> bool:
        if frame.epoch == self.epoch and frame.seq <= self.seq:
            return False  # what it says is in the state already
        if frame.epoch != self.epoch or frame.prev != self.seq:
            self._has_gap = True
        if not self.is_current:
            return False
        self.state, self.seq, self.patch = merge_patch(self.state, frame.data), frame.seq, frame.data
        return True
