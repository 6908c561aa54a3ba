"""Full mode of one channel: the whole state to each view of it, at most once in an interval.

Overflow: a client that is behind is passed over; what it is sent later is newer.
"""

from __future__ import annotations

import asyncio

from app.clock import Clock
from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection
from app.publish.frame_sink import WriteBatch
from app.publish.state_server import StateServer
from app.publish.state_view import StateView
from app.publish.write_budget import WRITE_COST_S, WRITE_SHARE_MAX
from app.telemetry.metrics import Metrics

CLIENTS_PER_SLICE = 200  # about 3 ms of writing; then the loop may do something else
RETRY_INTERVAL_S = 0.05  # before a slow client is asked again, also when there is no throttle


class FullStream:
    """Trailing-edge throttle: the first change goes at once, later ones within the interval as one newest state."""

    def __init__(
        self, channel: Channel, server: StateServer, interval_s: float, clock: Clock, metrics: Metrics
    ) -> None:
        self.interval_s = interval_s
        self._channel = channel
        self._server = server
        self._views: dict[StateView, ClientConnection] = {}
        self._clock = clock
        self._wake = asyncio.Event()
        self._publish_seconds = metrics.ws_publish_seconds.labels(channel)

    @property
    def view_count(self) -> int:
        return len(self._views)

    def add(self, client: ClientConnection, view: StateView) -> None:
        """Serve a view from now on."""
        self._views[view] = client
        if not self._server.is_current(view):
            self._wake.set()

    def remove(self, view: StateView) -> None:
        """Serve it no longer, not even in a push that is under way."""
        view.is_closed = True
        self._views.pop(view, None)

    def mark(self) -> None:
        """Remember that the state may be newer than what clients have."""
        if self._views:
            self._wake.set()

    async def run(self) -> None:
        """Serve for ever. One task, so a late timer cannot fire twice."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            is_owed = await self.push()
            await self._clock.sleep(max(self.period_s, RETRY_INTERVAL_S) if is_owed else self.period_s)
            if is_owed:  # somebody was skipped: the last state must reach him though nothing else happens
                self._wake.set()

    @property
    def period_s(self) -> float:
        return max(self.interval_s, len(self._views) * WRITE_COST_S / WRITE_SHARE_MAX)

    async def push(self) -> bool:
        """Give every view what it is owed, in slices; return whether something is still owed."""
        started_s = self._clock.monotonic_s()
        is_owed = False
        batch = WriteBatch()
        views = list(self._views.items())
        for number in range(0, len(views), CLIENTS_PER_SLICE):
            if number:
                await asyncio.sleep(0)
            self._server.take_in(self._channel)
            if not self._server.serve(views[number : number + CLIENTS_PER_SLICE], batch):
                is_owed = True
            batch.flush()
        self._publish_seconds.observe(self._clock.monotonic_s() - started_s)
        return is_owed
