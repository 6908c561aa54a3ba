"""Requests and answers of HTTP/1.1, no more of it than SSI's clients use."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import orjson
from msgspec import Struct

_REASONS = {
    101: "Switching Protocols", 200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}  # fmt: skip


class Request(Struct):
    """A request; names of parameters and headers are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def bearer(self) -> str:
        """Return the access token, which java clients put into the query."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else self.query.get("access_token", "")


class Response(Struct):
    """An answer with a body."""

    body: bytes
    status: int = 200
    content_type: str = "application/json; charset=utf-8"


def json_response(value: object, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), status)


def parse_head(head: str) -> Request:
    """Return the request of a head; its body is still to come. Raise ValueError."""
    lines = head.split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    parts = urlsplit(target)
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    query = {
        name.lower().removeprefix("lookuprequest."): value
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    }
    return Request(method, parts.path, query, headers, b"")


def response_head(status: int, size: int, content_type: str, close: bool = False) -> bytes:
    """Return the head of an answer of `size` bytes."""
    connection = "close" if close else "keep-alive"
    return (
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {size}\r\nConnection: {connection}\r\n\r\n"
    ).encode()
