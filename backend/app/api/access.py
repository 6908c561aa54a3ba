"""Who may come in: the shared token, the origins of browsers, the proxies that are believed."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from app.api.client_address import TrustedProxies, is_loopback, limit_key, parse_address

SUBPROTOCOL = "bearer"  # new WebSocket(url, ["bearer", token]): browsers can set no header but this one
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_FORWARDING_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host")


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """`token` None or empty: auth is off."""

    token: str | None = None
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()


class AccessPolicy:
    """Answers the questions a route asks before it serves anybody."""

    def __init__(self, settings: AccessSettings | None = None) -> None:
        settings = settings or AccessSettings()
        self.cors_origins = tuple(origin.rstrip("/").lower() for origin in settings.cors_origins)
        self._token = settings.token.encode() if settings.token else None
        self._proxies = TrustedProxies(settings.trusted_proxies)

    @property
    def is_on(self) -> bool:
        return self._token is not None

    def accepts_token(self, connection: HTTPConnection) -> bool:
        """Whether the request carries the shared token, or needs none."""
        if self._token is None:
            return True
        presented = [token.encode() for token in presented_tokens(connection)]
        return any(hmac.compare_digest(token, self._token) for token in presented)

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

    def identity(self, connection: HTTPConnection) -> str:
        """Return whose sessions a socket may go on with: until there are accounts, the token's or the address's."""
        return "token" if self.is_on else limit_key(self.client_address(connection))

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
        peer = parse_address(_peer(connection) or "")
        if peer is not None and peer in self._proxies:
            yield from connection.headers.getlist("x-forwarded-host")


def presented_tokens(connection: HTTPConnection) -> Sequence[str]:
    """Return what the request offers as a token: ?token=, Authorization: Bearer, Sec-WebSocket-Protocol."""
    tokens = connection.query_params.getlist("token")
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        tokens.append(credentials.strip())
    tokens += [protocol for protocol in offered_subprotocols(connection) if protocol != SUBPROTOCOL]
    return tokens


def offered_subprotocols(connection: HTTPConnection) -> list[str]:
    """Return the subprotocols of a WebSocket handshake, none for a plain request."""
    return list(connection.scope.get("subprotocols", ()))


def selected_subprotocol(connection: HTTPConnection) -> str | None:
    """Return the one to answer with: a browser that offered some gives up if it gets none back."""
    offered = offered_subprotocols(connection)
    if SUBPROTOCOL in offered:
        return SUBPROTOCOL
    return offered[0] if offered else None


def _peer(connection: HTTPConnection) -> str | None:
    return connection.client.host if connection.client is not None else None


def _without_default_port(host: str, scheme: str) -> str:
    return host.removesuffix(f":{_DEFAULT_PORTS[scheme]}")
