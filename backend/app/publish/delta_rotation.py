"""Delta mode: every few milliseconds the share of the views that is due is sent what changed since it was last.

Views of one pace wait in a line, the longest unserved first. Who is served together has the same version, hence the
same frame; and no moment has to write to everybody. The rotation sleeps once all have been asked since the last mark.
What serving takes is measured: the period grows with the clients and with what each costs here and now, and slots come
less often the more there is to take in and to build for each.
Overflow: a client that is behind is passed over; its version stays, so that a later frame carries all it missed.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from math import ceil

from app.clock import Clock
from app.publish.client_connection import ClientConnection
from app.publish.frame_sink import WriteBatch
from app.publish.state_server import StateServer
from app.publish.state_view import StateView
from app.publish.write_budget import WRITE_COST_S, WriteBudget
from app.telemetry.metrics import Metrics

SLOT_S = 0.005
SLOT_MAX_S = 0.025
BUILD_SHARE = 0.15  # of the time, for taking the state in and building frames
LOAD_PERIOD_MAX_S = 0.5  # the clients' number alone makes nobody wait longer
PACE_MAX_S = 10.0
PACE_STEP_S = 0.01  # paces asked for are rounded up, so that there are few lines
VIEWS_PER_SLOT_MIN = 50  # a few are served at once: they share a frame
SLOT_WORK_S = (
    0.010  # after that a slot's frames are old, by a slice at most; who is left waits for the next slot
)
LATE_PAUSE_S = 0.001  # for what else the loop has to do
SLOTS_CAUGHT_UP = 4  # after a pause no slot gets more than the share of so many
SLICE_S = 0.003  # of serving; then the loop may do something else
VIEWS_PER_LOOK = 50  # at the clock, and as many writes are put together
VIEWS_MEASURED_MIN = 25  # in a slice: fewer say little about what one costs
SMOOTHING = 0.1  # of a new measurement


class _Line:
    """The views of one pace, the longest unserved first."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self.views: deque[tuple[StateView, ClientConnection]] = deque()
        self.unasked = 0  # how many have not been served since the last mark: those at the front
        self.has_skipped = False  # somebody was behind, and is to be asked again
        self.served_s = float("-inf")

    def mark(self) -> None:
        """Have every view asked once more."""
        self.unasked = len(self.views)
        self.has_skipped = False

    def take_due(self, most: int, now_s: float) -> list[tuple[StateView, ClientConnection]]:
        """Take out the first views that are due."""
        views = self.views
        due: list[tuple[StateView, ClientConnection]] = []
        while len(due) < most and views and views[0][0].due_s <= now_s:
            due.append(views.popleft())
        self.unasked -= len(due)
        return due

    def put_back(
        self, served: list[tuple[StateView, ClientConnection]], now_s: float, period_s: float
    ) -> None:
        """Have views wait for their next turn; those that were closed have none.

        It is a period after the turn they had, not after the moment it came: late turns would add up to a slower pace.
        """
        for entry in served:
            view = entry[0]
            next_s = view.due_s + period_s
            view.due_s = next_s if next_s > now_s else now_s + period_s
            if not view.is_closed:
                self.views.append(entry)


class DeltaRotation:
    """Serves the delta views of all clients; one task."""

    def __init__(self, server: StateServer, interval_s: float, clock: Clock, metrics: Metrics) -> None:
        self.interval_s = interval_s  # the quickest pace
        self.view_count = 0
        self._server = server
        self._clock = clock
        self._lines: dict[float, _Line] = {}
        self._wake = asyncio.Event()
        self._batch = WriteBatch()
        self._budget = WriteBudget(clock)
        self._is_marked = False  # since the slot took the state in
        self._is_late = False  # it could not serve all that were due
        self._cost_s = WRITE_COST_S  # of serving one view
        self._build_s = 0.0  # of a slot: taking the state in, and building the frames of its first views
        self._publish_seconds = metrics.ws_publish_seconds.labels("delta")

    def pace_s(self, asked_s: float | None) -> float:
        """Return the pace that is given to who asks for this one."""
        if asked_s is None or asked_s <= self.interval_s:
            return self.interval_s
        steps = ceil(asked_s / PACE_STEP_S - 1e-9)
        return min(round(steps * PACE_STEP_S, 3), max(PACE_MAX_S, self.interval_s))

    def add(self, client: ClientConnection, view: StateView) -> None:
        """Serve a view from now on."""
        line = self._lines.get(view.interval_s)
        if line is None:
            line = self._lines[view.interval_s] = _Line(view.interval_s)
        view.due_s = self._clock.monotonic_s() + (view.interval_s if view.version else 0.0)
        line.views.append((view, client))
        self.view_count += 1
        self._server.watch(view)
        if not self._server.is_current(view):
            self.mark()

    def remove(self, view: StateView) -> None:
        """Serve it no longer: its line drops it when its turn comes."""
        if not view.is_closed:
            view.is_closed = True
            self.view_count -= 1
            self._server.unwatch(view)
            self.mark()

    def mark(self) -> None:
        """Remember that the state may be newer than what clients have."""
        self._is_marked = True
        if self._lines:
            for line in self._lines.values():
                line.mark()
            self._wake.set()

    async def run(self) -> None:
        """Serve for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while any(line.unasked for line in self._lines.values()):
                started_s = self._clock.monotonic_s()
                await self.serve_slot()
                await self._clock.sleep(self._pause_s(started_s))

    async def serve_slot(self) -> None:
        """Serve what is due in this slot, all of it with the state of its beginning."""
        started_s, built_s = self._clock.monotonic_s(), self._server.build_s
        self._is_marked = self._is_late = False
        self._server.take_in_watched()
        for line in list(self._lines.values()):
            if line.unasked:
                await self._serve_line(line, started_s + SLOT_WORK_S)
        if self._is_marked:  # between two slices: who came after was asked too, but shown what was before
            self.mark()
        self._build_s += SMOOTHING * (self._server.build_s - built_s - self._build_s)
        self._publish_seconds.observe(self._clock.monotonic_s() - started_s)

    async def _serve_line(self, line: _Line, until_s: float) -> None:
        now_s = self._clock.monotonic_s()
        period_s = self._period_s(line)
        left = self._share(line, now_s, period_s)
        while left > 0 and line.unasked and line.views[0][0].due_s <= now_s:
            left -= self._serve_slice(line, min(left, line.unasked), now_s, period_s)
            if self._clock.monotonic_s() > until_s:
                is_due = line.unasked > 0 and line.views[0][0].due_s <= now_s
                self._is_late |= left > 0 and is_due
                break
            if left > 0:
                await asyncio.sleep(0)
        if not line.views:
            del self._lines[line.interval_s]
        elif not line.unasked and line.has_skipped:
            line.mark()

    def _serve_slice(self, line: _Line, most: int, now_s: float, period_s: float) -> int:
        """Serve views for a moment; return how many."""
        started_s, built_s, used_s = self._clock.monotonic_s(), self._server.build_s, time.thread_time()
        served = 0
        while due := line.take_due(min(most - served, VIEWS_PER_LOOK), now_s):
            line.has_skipped |= not self._server.serve(due, self._batch)
            self._batch.flush()
            line.put_back(due, now_s, period_s)
            served += len(due)
            if self._clock.monotonic_s() - started_s > SLICE_S:
                break
        self._budget.spend(time.thread_time() - used_s)  # without waiting for the feed's threads
        spent_s = self._clock.monotonic_s() - started_s
        if served >= VIEWS_MEASURED_MIN:
            cost_s = (spent_s - self._server.build_s + built_s) / served
            self._cost_s += SMOOTHING * (cost_s - self._cost_s)
        return served

    def _share(self, line: _Line, now_s: float, period_s: float) -> int:
        """Return how many views this slot may serve."""
        passed_s = min(now_s - line.served_s, self._slot_s * SLOTS_CAUGHT_UP)
        line.served_s = now_s
        return max(VIEWS_PER_SLOT_MIN, ceil(len(line.views) * passed_s / period_s))

    def _period_s(self, line: _Line) -> float:
        cost_s = max(WRITE_COST_S, self._cost_s)
        return max(line.interval_s, min(LOAD_PERIOD_MAX_S, self.view_count * cost_s / self._budget.share))

    @property
    def _slot_s(self) -> float:
        return min(max(SLOT_S, self._build_s / BUILD_SHARE), SLOT_MAX_S)

    def _pause_s(self, started_s: float) -> float:
        """Return how long nobody is due, whatever is marked meanwhile; somebody quicker may join."""
        if self._is_late:
            return LATE_PAUSE_S
        next_due_s = min((line.views[0][0].due_s for line in self._lines.values()), default=0.0)
        now_s = self._clock.monotonic_s()
        return max(started_s + self._slot_s - now_s, min(next_due_s - now_s, self.interval_s), LATE_PAUSE_S)
