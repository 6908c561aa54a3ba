"""{"type":"ping"} for browsers, which cannot see protocol pings.

Protocol pings and the close with 4412 are DirectWebSocketProtocol's, on uvicorn's timers: one per client and spread
by the time it connected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.clock import Clock
from app.publish.connection_manager import ConnectionManager
from app.publish.messages import PING

CLIENTS_PER_SLICE = 200


class Heartbeat:
    """Lets every client see, at least once in an interval, that the server is alive."""

    def __init__(self, managers: Sequence[ConnectionManager], clock: Clock, interval_s: float) -> None:
        self._managers = managers
        self._clock = clock
        self._interval_s = interval_s

    async def run(self) -> None:
        """Ping for ever."""
        while True:
            await self._clock.sleep(self._interval_s)
            await self.ping_all()

    async def ping_all(self) -> None:
        """Offer one ping to each client; those that are behind have enough to read."""
        clients = [client for manager in self._managers for client in manager.clients]
        for number, client in enumerate(clients):
            if number and number % CLIENTS_PER_SLICE == 0:
                await asyncio.sleep(0)
            if not client.is_behind:
                client.offer_event(PING)
