"""Who may come in: accounts and the shared token, the origins of browsers, the proxies that are believed."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from app.api.client_address import TrustedProxies, is_loopback, limit_key, parse_address
from app.auth.accounts import Role
from app.auth.errors import ExpiredTokenError, InvalidTokenError
from app.auth.sign_in import AccountPass, SignIn

SUBPROTOCOL = "bearer"  # new WebSocket(url, ["bearer", token]): browsers can set no header but this one
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
TOKENS_READ_MAX = 4  # of one request: each costs a signature to check
_FORWARDING_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host")


type AuthKind = Literal["none", "token", "accounts"]


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """`token` None or empty and `accounts` None: auth is off. `anonymous`: who has no token may look."""

    token: str | None = None
    accounts: SignIn | None = None
    anonymous: bool = False
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who was let in.

    `identity`: whose sessions a socket may go on with. `limit_key`: what its open sockets are counted by. `kind`: what
    let it in; `open`: nothing was needed.
    """

    kind: Literal["open", "anonymous", "token", "account"]
    identity: str
    limit_key: str
    is_operator: bool = False
    account_pass: AccountPass | None = None


class Refusal(Enum):
    """Why somebody is not let in."""

    TOKEN_INVALID = auto()  # or missing
    TOKEN_EXPIRED = auto()


class AccessPolicy:
    """Answers the questions a route asks before it serves anybody."""

    def __init__(self, settings: AccessSettings | None = None) -> None:
        settings = settings or AccessSettings()
        self.cors_origins = tuple(origin.rstrip("/").lower() for origin in settings.cors_origins)
        self.accounts = settings.accounts
        self.admits_anonymous = settings.anonymous
        self._token = settings.token.encode() if settings.token else None
        self._proxies = TrustedProxies(settings.trusted_proxies)

    @property
    def kind(self) -> AuthKind:
        """What people come in with; where both work, people have accounts and programs the token."""
        if self.accounts is not None:
            return "accounts"
        return "none" if self._token is None else "token"

    @property
    def is_on(self) -> bool:
        return self.kind != "none"

    def admit(self, connection: HTTPConnection) -> Visitor | Refusal:
        """Say who is there. One good token suffices; a bad one is refused where none at all would be let in."""
        address_key = limit_key(self.client_address(connection))
        if not self.is_on:
            return Visitor("open", address_key, address_key, self.is_local_operator(connection))
        tokens = presented_tokens(connection)
        if not tokens and self.admits_anonymous:
            return Visitor("anonymous", address_key, address_key)
        refusal = Refusal.TOKEN_INVALID
        for token in tokens:
            if self._is_shared(token):
                # a token that everybody shares makes an admin of nobody where there are accounts
                return Visitor("token", "token", address_key, is_operator=self.accounts is None)
            try:
                if self.accounts is not None:
                    return _visitor_of(self.accounts.read_access(token))
            except ExpiredTokenError:
                refusal = Refusal.TOKEN_EXPIRED
            except InvalidTokenError:
                continue
        return refusal

    def _is_shared(self, token: str) -> bool:
        return self._token is not None and hmac.compare_digest(token.encode(), self._token)

    def accepts_origin(self, connection: HTTPConnection) -> bool:
        """Whether a browser's page may talk to us. No Origin header: a program, not a page."""
        origin = connection.headers.get("origin")
        if origin is None:
            return True
        origin = origin.rstrip("/").lower()
        if "*" in self.cors_origins or origin in self.cors_origins:
            return True
        scheme, _, host = origin.partition("://")
        if not host or scheme not in _DEFAULT_PORTS:
            return False  # "null" and such
        return _without_default_port(host, scheme) in {
            _without_default_port(own.lower(), scheme) for own in self._own_hosts(connection)
        }

    def client_address(self, connection: HTTPConnection) -> str:
        """Return the client's address, from X-Forwarded-For only behind a trusted proxy."""
        return self._proxies.client_address(_peer(connection), connection.headers.getlist("x-forwarded-for"))

    def is_https(self, connection: HTTPConnection) -> bool:
        """Whether the browser came by https, which a proxy in front says."""
        if connection.url.scheme in {"https", "wss"}:
            return True
        is_told = connection.headers.get("x-forwarded-proto", "").strip().lower() == "https"
        return is_told and self._is_trusted_peer(connection)

    def is_local_operator(self, connection: HTTPConnection) -> bool:
        """Whether this is somebody on the machine itself. A header can only take that away, never grant it."""
        host = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
        return (
            is_loopback(_peer(connection))
            and not any(name in connection.headers for name in _FORWARDING_HEADERS)
            and (host == "localhost" or is_loopback(host))  # a rebound name of a foreign page is neither
        )

    def _own_hosts(self, connection: HTTPConnection) -> Iterable[str]:
        yield connection.headers.get("host", "")
        if self._is_trusted_peer(connection):
            yield from connection.headers.getlist("x-forwarded-host")

    def _is_trusted_peer(self, connection: HTTPConnection) -> bool:
        peer = parse_address(_peer(connection) or "")
        return peer is not None and peer in self._proxies


def presented_tokens(connection: HTTPConnection) -> Sequence[str]:
    """Return what the request offers as a token: ?token=, Authorization: Bearer, Sec-WebSocket-Protocol; the first few."""
    return list(islice(_offered_tokens(connection), TOKENS_READ_MAX))


def _offered_tokens(connection: HTTPConnection) -> Iterable[str]:
    tokens = connection.query_params.getlist("token")
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        tokens.append(credentials.strip())
    tokens += [protocol for protocol in offered_subprotocols(connection) if protocol != SUBPROTOCOL]
    return filter(None, tokens)


def offered_subprotocols(connection: HTTPConnection) -> list[str]:
    """Return the subprotocols of a WebSocket handshake, none for a plain request."""
    return list(connection.scope.get("subprotocols", ()))


def selected_subprotocol(connection: HTTPConnection) -> str | None:
    """Return the one to answer with: a browser that offered some gives up if it gets none back."""
    offered = offered_subprotocols(connection)
    if SUBPROTOCOL in offered:
        return SUBPROTOCOL
    return offered[0] if offered else None


def _visitor_of(account_pass: AccountPass) -> Visitor:
    account = account_pass.account
    key = f"account:{account.id}"
    return Visitor("account", key, key, account.role is Role.ADMIN, account_pass)


def _peer(connection: HTTPConnection) -> str | None:
    return connection.client.host if connection.client is not None else None


def _without_default_port(host: str, scheme: str) -> str:
    return host.removesuffix(f":{_DEFAULT_PORTS[scheme]}")
