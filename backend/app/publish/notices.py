"""What every client is told: the feed's condition, the session's turns; and alerts, to those who see them in full mode.

Overflow: NOTICES_MAX are kept for clients that are behind; older ones are lost to those. A client of alerts over its
bound is closed with 4408.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice

from app.clock import Clock
from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection
from app.publish.connection_manager import ConnectionManager
from app.publish.wire_frame import WireFrame

NOTICES_MAX = 500  # as many as the alert buffer holds
CLIENTS_PER_SLICE = 200  # about 3 ms of writing; then the loop may do something else


class Audience(Enum):
    """Who a notice is for."""

    EVERYBODY = auto()
    WITHOUT_EVENTS = auto()  # a subscriber hears of it as a numbered event
    FULL_ALERTS = auto()


@dataclass(frozen=True, slots=True)
class _Notice:
    frame: WireFrame
    audience: Audience


class NoticeStream:
    """Gives each client each notice once, in order. A client is one number: the last it was given."""

    def __init__(self, managers: Sequence[ConnectionManager], interval_s: float, clock: Clock) -> None:
        self.number = 0  # of the newest notice
        self._managers = managers
        self._interval_s = interval_s
        self._clock = clock
        self._notices: deque[_Notice] = deque(maxlen=NOTICES_MAX)
        self._wake = asyncio.Event()

    def tell(self, encode: Callable[[], WireFrame], audience: Audience) -> None:
        """Owe a notice to the clients of this moment; without any, nothing is encoded."""
        if any(manager.client_count for manager in self._managers):
            self._notices.append(_Notice(encode(), audience))
            self.number += 1
            self._wake.set()

    def bring_up_to_date(self, client: ClientConnection) -> None:
        """Owe a new client nothing of what was."""
        client.notice_number = self.number

    async def run(self) -> None:
        """Serve for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            is_owed = await self.push()
            await self._clock.sleep(self._interval_s)
            if is_owed:  # somebody was behind
                self._wake.set()

    async def push(self) -> bool:
        """Give every client what it is owed, in slices; return whether something still is."""
        is_owed = False
        clients = [client for manager in self._managers for client in manager.clients]
        for number, client in enumerate(clients):
            if number and number % CLIENTS_PER_SLICE == 0:
                await asyncio.sleep(0)
            if client.notice_number < self.number and not self.serve(client):
                is_owed = True
        return is_owed

    def serve(self, client: ClientConnection) -> bool:
        """Write what a client is owed; return whether that is all of it."""
        kept = len(self._notices)
        missing = min(self.number - client.notice_number, kept)
        for offset, notice in enumerate(islice(self._notices, kept - missing, kept)):
            if _concerns(notice.audience, client) and not client.offer_event(notice.frame):
                client.notice_number = self.number - missing + offset
                return client.closed_with is not None
        client.notice_number = self.number
        return True


def _concerns(audience: Audience, client: ClientConnection) -> bool:
    if client.closed_with is not None:
        return False
    match audience:
        case Audience.EVERYBODY:
            return True
        case Audience.WITHOUT_EVENTS:
            return not client.is_subscriber
        case Audience.FULL_ALERTS:
            view = client.views.get(Channel.ALERTS)
            return view is not None and view.mode == "full"
