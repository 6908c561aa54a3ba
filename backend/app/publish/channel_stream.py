"""What one channel owes its clients, and the one task that pays it.

A client is two numbers: the version of the state it has, and the last event it was given. Whoever is older than the
channel is owed something; skipping a slow client is leaving its numbers alone.
Overflow: at most EVENTS_MAX events are kept for slow clients of a state; older ones are lost to those.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice

from app.clock import Clock
from app.publish.channels import Group
from app.publish.client_connection import ClientConnection
from app.publish.connection_manager import ConnectionManager
from app.publish.wire_frame import WireFrame
from app.telemetry.metrics import Metrics

EVENTS_MAX = 500  # as many as the alert buffer holds
CLIENTS_PER_SLICE = 200  # about 3 ms of writing; then the loop may do something else
WRITE_COST_S = 12e-6  # one frame to one client (PERFORMANCE.md section 2)
WRITE_SHARE = 0.6  # of a core that writing may take: the period grows with the clients


class ChannelStream:
    """Trailing-edge throttle: the first change goes at once, later ones within the interval as one newest state."""

    def __init__(
        self,
        manager: ConnectionManager,
        build_state: Callable[[Group], bytes] | None,
        interval_s: float,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self.manager = manager
        self.version = 0
        self.event_number = 0
        self._events: deque[WireFrame] = deque(maxlen=EVENTS_MAX)  # the last is event_number
        self._build_state = build_state
        self._interval_s = interval_s
        self._clock = clock
        self._wake = asyncio.Event()
        self._publish_seconds = metrics.ws_publish_seconds.labels(manager.channel)
        self._skipped = metrics.ws_frames_skipped_total.labels(manager.channel)

    def mark_state(self) -> None:
        """Remember that the state is newer than what clients have."""
        self.version += 1
        if self.manager.client_count:
            self._wake.set()

    def add_event(self, encode: Callable[[], WireFrame]) -> None:
        """Owe an event to the clients of this moment; without any, nothing is encoded."""
        if self.manager.client_count:
            self._events.append(encode())
            self.event_number += 1
            self._wake.set()

    def bring_up_to_date(self, client: ClientConnection) -> None:
        """Note that a client has just been given the present state."""
        client.version = self.version
        client.event_number = self.event_number

    async def run(self) -> None:
        """Serve for ever. One task, so a late timer cannot fire twice."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            is_owed = await self.push()
            await self._clock.sleep(self.period_s)
            if is_owed:  # somebody was skipped: the last state must reach him though nothing else happens
                self._wake.set()

    @property
    def period_s(self) -> float:
        return max(self._interval_s, self.manager.client_count * WRITE_COST_S / WRITE_SHARE)

    async def push(self) -> bool:
        """Give every client what it is owed, in slices; return whether something is still owed."""
        started_s = self._clock.monotonic_s()
        version = self.version
        frames: dict[Group, WireFrame] = {}
        is_owed = False
        for number, client in enumerate(self.manager.clients):
            if number and number % CLIENTS_PER_SLICE == 0:
                await asyncio.sleep(0)
            if not self._serve(client, version, frames):
                self._skipped.inc()
                is_owed = True
        self._publish_seconds.observe(self._clock.monotonic_s() - started_s)
        return is_owed

    def _serve(self, client: ClientConnection, version: int, frames: dict[Group, WireFrame]) -> bool:
        if client.closed_with is not None:
            return True
        if client.event_number < self.event_number and not self._serve_events(client):
            return False
        if self._build_state is None or client.version >= version:
            return True
        if client.is_behind:  # asked before building: nothing is built for clients that cannot take it
            client.frames_skipped += 1
            return False
        group = client.details.group
        if group not in frames:
            frames[group] = WireFrame(self._build_state(group))
        client.offer_state(frames[group])
        client.version = version
        return True

    def _serve_events(self, client: ClientConnection) -> bool:
        kept = len(self._events)
        missing = min(self.event_number - client.event_number, kept)
        for offset, frame in enumerate(islice(self._events, kept - missing, kept)):
            if not client.offer_event(frame):
                client.event_number = self.event_number - missing + offset
                return False
        client.event_number = self.event_number
        return True
