"""The tokens of one tracker: one writer, who renews them once for all sockets.

A refresh token is good once, so only one socket may spend it at a time; the others go on with the access token it gave.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from msgspec import Struct


class Tokens(Struct, frozen=True):
    """`refresh_token` None: the access token can't be renewed."""

    access_token: str
    refresh_token: str | None = None

    def __repr__(self) -> str:
        return "Tokens(...)"  # never in a log


type OnTokens = Callable[[Tokens], None]


class Credentials:
    """What to come in with. `on_tokens` is told of each renewal: the old refresh token is used up."""

    def __init__(
        self, token: str | None, refresh_token: str | None = None, on_tokens: OnTokens | None = None
    ) -> None:
        self._tokens = None if token is None else Tokens(token, refresh_token)
        self._on_tokens = on_tokens
        self._spender: object | None = None  # the socket that has spent the refresh token, and waits
        self._lock = asyncio.Lock()
        self._listeners: list[Callable[[str], None]] = []

    @property
    def token(self) -> str | None:
        return None if self._tokens is None else self._tokens.access_token

    @property
    def headers(self) -> dict[str, str]:
        """Return the header that brings the token: in an address it would reach logs."""
        return {} if self._tokens is None else {"Authorization": f"Bearer {self._tokens.access_token}"}

    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Have a socket told of each new access token; return its own stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def spend(self, spender: object) -> str | None:
        """Return the refresh token for a socket to renew with; None without one, or while another socket does."""
        if self._tokens is None or self._spender is not None:
            return None
        if self._tokens.refresh_token is not None:
            self._spender = spender
        return self._tokens.refresh_token

    def settle(self, spender: object, *, is_void: bool = False) -> None:
        """Take in that a socket's renewal failed, or that the socket is gone. `is_void`: the token is good for nothing."""
        if self._spender is not spender:
            return
        self._spender = None
        if is_void and self._tokens is not None:
            self._tokens = Tokens(self._tokens.access_token)

    def accept(self, tokens: Tokens) -> None:
        """Take new tokens, and tell everybody."""
        self._tokens = tokens
        self._spender = None
        if self._on_tokens is not None:
            self._on_tokens(tokens)
        for listener in list(self._listeners):
            listener(tokens.access_token)

    async def renew(self, stale: str | None, exchange: Callable[[str], Awaitable[Tokens | None]]) -> bool:
        """Renew over REST unless somebody has since `stale`; return whether there is a token worth another try."""
        async with self._lock:
            if self.token != stale:
                return True
            if self._tokens is None or self._tokens.refresh_token is None:
                return False
            found = await exchange(self._tokens.refresh_token)
            if found is None:
                self._tokens = Tokens(self._tokens.access_token)
                return False
            self.accept(found)
            return True
