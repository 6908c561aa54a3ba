"""A client of events over real sockets: it checks every frame, keeps what it heard, and comes back where it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.publish.topics import EVERYTHING
from tests.api.frame_check import checked
from tests.publish.event_client import EventMemory

NOT_OF_THE_LOG = frozenset({"status", "ping", "pong", "session", "bye", "token_expiring"})


class WireSubscriber:
    """One program's subscription, over however many sockets it takes. `request`: the fields of its subscribe."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.memory = EventMemory()
        self.session_id = ""
        self.resyncs: list[tuple[str, str]] = []
        self._request = request
        self._before: list[Any] = []  # of sessions that are gone

    @property
    def events(self) -> list[Any]:
        """Return every event heard, in the order of the first hearing."""
        return self._before + list(self.memory.contents.values())

    def first_words(self) -> list[str]:
        """Return what to send on a socket that has just opened: nothing when a session goes on by itself."""
        return [] if self.session_id else [json.dumps({"action": "subscribe", **self._request})]

    def query(self, *, with_position: bool = True) -> str:
        """Return what to add to the URL to come back."""
        if not self.session_id:
            return ""
        is_placed = with_position and self.memory.position is not None
        self.memory.come_back(is_placed)
        return f"?session_id={self.session_id}" + (f"&position={self.memory.position}" if is_placed else "")

    def take(self, text: str | bytes) -> list[str]:
        """Read one frame and return what to send; raise when it is not of the schema, or breaks a promise of the order."""
        message = checked(text)
        assert message["type"] != "error", message
        if message["type"] in NOT_OF_THE_LOG:
            return []
        if message["type"] == "subscribed":
            self.session_id = message["session_id"]
        if message["type"] == "resync":
            self.resyncs.append((message["topic"], message["reason"]))
            if message["topic"] == EVERYTHING:
                return self._begin_anew()
        self.memory.take([message])
        return []

    def _begin_anew(self) -> list[str]:
        self._before = self.events
        self.memory = EventMemory()
        self.session_id = ""
        return self.first_words()

    @asynccontextmanager
    async def connected(self, url: str, *, with_position: bool = True) -> AsyncIterator[ClientConnection]:
        """Open a socket: the first one subscribes, a later one goes on with the session."""
        address = url + self.query(with_position=with_position)
        async with connect(address, max_size=None, proxy=None, compression=None) as client:
            for words in self.first_words():
                await client.send(words)
            yield client

    async def read_to_the_end(self, client: ClientConnection) -> None:
        """Read until the socket is gone, however it goes."""
        with suppress(ConnectionClosed):
            async for text in client:
                for words in self.take(text):
                    await client.send(words)

    async def read_until(self, client: ClientConnection, is_enough: Callable[[], bool]) -> None:
        """Read until a condition holds; it must come to hold within a minute."""
        async with asyncio.timeout(60):
            while not is_enough():
                for words in self.take(await client.recv()):
                    await client.send(words)
