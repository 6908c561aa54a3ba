"""{"type":"ping"} for browsers, which cannot see protocol pings.

Protocol pings and the close with 4412 are DirectWebSocketProtocol's, on uvicorn's timers. Both kinds are spread over
the interval: ten thousand at once would be 0.1 s of writing.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.clock import Clock
from app.publish.connection_manager import ConnectionManager
from app.publish.messages import PING

SLOTS = 60  # an interval is divided into so many; a client's id says which is its own


class Heartbeat:
    """Lets every client see, once in an interval, that the server is alive."""

    def __init__(self, managers: Sequence[ConnectionManager], clock: Clock, interval_s: float) -> None:
        self._managers = managers
        self._clock = clock
        self._interval_s = interval_s

    async def run(self) -> None:
        """Ping for ever."""
        while True:
            for slot in range(SLOTS):
                await self._clock.sleep(self._interval_s / SLOTS)
                self.ping_slot(slot)

    def ping_slot(self, slot: int) -> None:
        """Offer one ping to each client of a slot; those that are behind have enough to read."""
        for manager in self._managers:
            for client in manager.clients:
                if client.id % SLOTS == slot and not client.is_behind:
                    client.offer_event(PING)
