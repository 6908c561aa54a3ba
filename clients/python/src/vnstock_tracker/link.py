"""Link: one socket at a time to one path, opened again as long as that makes sense, and never believed when silent.

What is said on it is a Conversation's; the link keeps it alive: close codes, backoff, `bye`, tokens, silence.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from vnstock_tracker.close_codes import AfterClose, after_close
from vnstock_tracker.credentials import Credentials, Tokens
from vnstock_tracker.delta_reader import GaveUp
from vnstock_tracker.errors import RefusedError, TokenExpiredError, TrackerError
from vnstock_tracker.frames import (
    ByeFrame,
    ErrorFrame,
    Frame,
    StatusFrame,
    TokenExpiringFrame,
    TokenRefreshedFrame,
    read_frame,
)
from vnstock_tracker.retry_plan import RetryPlan

QUIET_S = 4.0  # nothing heard for so long: ask whether the server is there
SILENCE_S = 12.0  # nothing for so long, the question included: the socket is dead
OPEN_S = 10.0
ABNORMAL = 1006  # RFC 6455: gone without a close frame
REFUSED_TOKENS = frozenset({"INVALID_REFRESH_TOKEN"})
_PING = {"action": "ping"}

type Message = dict[str, Any]
type Renew = Callable[[str | None], Awaitable[bool]]


class Conversation(Protocol):
    """What is said on a socket."""

    path: str

    @property
    def due_s(self) -> float | None:
        """When `on_time` wants to be called, None: never. Seconds of time.monotonic()."""
        ...

    def query(self) -> dict[str, str]:
        """Return the query of the next socket."""
        ...

    def on_open(self) -> list[Message]:
        """Take in that a socket opened; return what to say."""
        ...

    async def on_frame(self, frame: Frame | None, now_s: float, /) -> list[Message]:
        """Take in a frame; return what to say. Raise GaveUp for a new socket. While it waits nothing is read."""
        ...

    def on_time(self, now_s: float, /) -> list[Message]:
        """Return what to say now. Raise GaveUp for a new socket."""
        ...

    def on_lost(self) -> None:
        """Take in that the socket is gone."""
        ...

    def forgives(self, code: int, /) -> bool:
        """Whether to come back after a close code that forbids it, because the reason is gone."""
        ...


class Link:
    """The socket of one conversation. `renew` gets a new token over REST after 4402."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        conversation: Conversation,
        renew: Renew,
        retry: RetryPlan | None = None,
    ) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._conversation = conversation
        self._renew = renew
        self._retry = retry or RetryPlan()
        self._socket: ClientConnection | None = None
        self._outbox: list[Message] = []  # of the credentials, said by the reader
        self._token: str | None = None  # of the socket
        self._asked_s: float | None = None
        self.heard_s: float | None = None  # time.monotonic() of the last word
        self.feed: StatusFrame | None = None
        self.error: str | None = None  # why there is no socket

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    @property
    def age_s(self) -> float | None:
        """Seconds since the server was last heard, None before."""
        return None if self.heard_s is None else time.monotonic() - self.heard_s

    async def run(self) -> None:
        """Serve the conversation for ever. Raise RefusedError when the server does not want us back."""
        while True:
            opened_s = time.monotonic()
            code, reason, has_served = await self._serve_once()
            held_s = time.monotonic() - opened_s if has_served else None
            self.error = reason or f"closed with {code}"
            after = after_close(code)
            if after is AfterClose.STOP and not self._conversation.forgives(code):
                raise RefusedError(code, reason)
            delay_s = self._retry.next_delay_s(held_s, is_busy=after is AfterClose.LATER)
            if after is AfterClose.REFRESH and self._retry.failures <= 1:
                delay_s = 0.0
            await asyncio.sleep(delay_s)
            if after is AfterClose.REFRESH:
                await self._renew_token(code, reason)

    async def _renew_token(self, code: int, reason: str) -> None:
        """Get another token; a server that does not answer is asked again with the next socket."""
        try:
            is_renewed = await self._renew(self._token)
        except TrackerError as error:
            self.error = str(error)
            return
        if not is_renewed:
            raise TokenExpiredError(code, reason)

    async def _serve_once(self) -> tuple[int, str, bool]:
        """Open a socket and read it to its end; return the close code, the reason, and whether it ever spoke."""
        query = self._conversation.query()
        address = self._base_url + self._conversation.path + (f"?{urlencode(query)}" if query else "")
        self._token = self._credentials.token
        headers = self._credentials.headers
        try:
            socket = await connect(
                address,
                additional_headers=headers,
                open_timeout=OPEN_S,
                ping_interval=None,  # ours travel in order with the data, so they also show how far behind we are
                close_timeout=2,
                max_size=None,
                proxy=None,
            )
        except (OSError, TimeoutError, InvalidHandshake, EOFError) as error:
            return ABNORMAL, f"{type(error).__name__}: {error}", False
        except InvalidURI as error:
            raise TrackerError(str(error)) from None
        stop_listening = self._credentials.listen(self._say_token)
        has_served = False
        try:
            self._socket, self._asked_s = socket, None
            self.heard_s, self.error = time.monotonic(), None
            self._outbox = self._conversation.on_open()
            while True:
                text = await self._next_text(socket)
                has_served = has_served or text is not None
        except ConnectionClosed as closed:
            received = closed.rcvd
            return (
                (received.code, received.reason, has_served) if received else (ABNORMAL, "lost", has_served)
            )
        except GaveUp:
            return ABNORMAL, "gave the socket up", has_served
        finally:
            self._socket = None
            stop_listening()
            self._credentials.settle(self)
            self._conversation.on_lost()
            with suppress(Exception):
                await socket.close()

    async def _next_text(self, socket: ClientConnection) -> str | bytes | None:
        """Say what is to be said, then hear a frame, or nothing until something is due."""
        for message in self._take_outbox():
            await socket.send(msgspec.json.encode(message).decode())
        try:
            async with asyncio.timeout(self._wait_s()):
                text = await socket.recv()
        except TimeoutError:
            self._on_time(time.monotonic())
            return None
        self.heard_s, self._asked_s = time.monotonic(), None
        frame = read_frame(text)
        self._take(frame)
        self._outbox += await self._conversation.on_frame(frame, time.monotonic())
        self.heard_s = time.monotonic()  # what the application took its time for is not the server's silence
        return text

    def _take_outbox(self) -> list[Message]:
        said, self._outbox = self._outbox, []
        return said

    def _wait_s(self) -> float:
        heard_s = self.heard_s or 0.0
        due_s = heard_s + (QUIET_S if self._asked_s is None else SILENCE_S)
        if self._conversation.due_s is not None:
            due_s = min(due_s, self._conversation.due_s)
        return max(0.0, due_s - time.monotonic())

    def _on_time(self, now_s: float) -> None:
        self._outbox += self._conversation.on_time(now_s)
        silent_s = now_s - (self.heard_s or 0.0)
        if silent_s >= SILENCE_S:
            raise GaveUp
        if silent_s >= QUIET_S and self._asked_s is None:
            self._asked_s = now_s
            self._outbox.append(_PING)

    def _take(self, frame: Frame | None) -> None:
        """Take in what concerns the link itself."""
        match frame:
            case StatusFrame():
                self.feed = frame
            case ByeFrame(reconnect_in_ms=(low_ms, high_ms)):
                self._retry.announce(low_ms, high_ms)
            case TokenExpiringFrame():
                self._extend()
            case TokenRefreshedFrame(access_token=str() as access, refresh_token=refresh):
                self._token = access
                self._credentials.accept(Tokens(access, refresh))
            case ErrorFrame(code=code):
                self._credentials.settle(self, is_void=code in REFUSED_TOKENS)
            case _:
                pass

    def _extend(self) -> None:
        """Go on beyond the token's end: with a token that is newer already, else with the refresh token."""
        token = self._credentials.token
        if token is not None and token != self._token:
            self._say_token(token)
            return
        refresh_token = self._credentials.spend(self)
        if refresh_token is not None:
            self._outbox.append({"action": "refresh", "refresh_token": refresh_token})

    def _say_token(self, token: str) -> None:
        """Have this socket go on with a token that another one got."""
        if token != self._token:
            self._token = token
            self._outbox.append({"action": "refresh", "access_token": token})
