"""Requests that mean harm: refused, in the log without secrets, and everybody else goes on."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress

import httpx
import pytest

from tests.nginx.shipped import Nginx

HEADER_TIMEOUT_S = 10.0  # client_header_timeout and client_body_timeout of nginx/http/limits.conf
SLACK_S = 60.0  # a busy machine; the bound is there to tell "closed" from "for ever"


def _raw(edge: Nginx, request: bytes, *, timeout_s: float = 30.0) -> bytes:
    """Send bytes as they are and return the answer, until the connection ends."""
    with socket.create_connection(("127.0.0.1", edge.port), timeout_s, ("127.0.3.1", 0)) as connection:
        connection.sendall(request)
        answer = b""
        with suppress(ConnectionResetError):  # it does not wait for a body it does not want
            while part := connection.recv(65536):
                answer += part
        return answer


def _get(path: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join(
        (b"GET " + path + b" HTTP/1.1", b"Host: localhost", b"Connection: close", *lines, b"", b"")
    )


@pytest.mark.parametrize(
    "path",
    [b"/../../../etc/passwd", b"/assets/../../../../etc/passwd", b"/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
     b"/assets/..%2f..%2f..%2fetc%2fpasswd", b"/assets/%252e%252e/etc/passwd", b"/api/..%2f..%2fetc/passwd",
     b"/assets//etc/passwd", b"/assets/..\\..\\etc\\passwd", b"/%00/etc/passwd"],
)  # fmt: skip
def test_path_traversal_gets_nothing(edge: Nginx, path: bytes) -> None:
    answer = _raw(edge, _get(path))
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 200"))
    assert b"root:" not in answer
    assert b"daemon:" not in answer
    if answer.startswith(b"HTTP/1.1 200"):
        assert b"<!doctype html>" in answer, "at most the page that says there is no such page"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (_get(b"/api/config?token=" + b"a" * 9_000), b"414"),
        (_get(b"/api/config", b"Authorization: Bearer " + b"a" * 9_000), b"400"),
        (_get(b"/api/config", *(b"X-%d: %s" % (n, b"a" * 7_000) for n in range(6))), b"400"),
        (b"POST /api/config HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 70000\r\n\r\n", b"413"),
        (b"GET /api/config HTTP/1.1\r\nConnection: close\r\n\r\n", b"400"),  # no Host
        (b"GET /api/config HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET /api/config HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", b"400"),
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"TRACE / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", b"405"),
        (b"POST /api/config HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n"
         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),  # smuggling
    ],
)  # fmt: skip
def test_oversized_and_malformed_requests_are_refused(
    edge: Nginx, request_bytes: bytes, status: bytes
) -> None:
    answer = _raw(edge, request_bytes)
    assert answer.partition(b"\r\n")[0].split()[1:2] == [status] or (status == b"400" and not answer)


def test_refusals_have_the_error_body(edge: Nginx) -> None:
    answer = _raw(
        edge, b"POST /api/config HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 70000\r\n\r\n"
    )
    assert b'{"error":{"code":"payload_too_large"' in answer


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "/assets", "/api", "/health/", "/%2f%2fevil.example"]
)
def test_no_answer_leads_to_another_host(http: httpx.Client, path: str) -> None:
    answer = http.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
    assert "evil.example" not in answer.headers.get("Location", "")


def test_many_requests_of_one_address_are_bounded_and_others_are_not(edge: Nginx) -> None:
    def client(address: str) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://127.0.0.1:{edge.port}",
            transport=httpx.HTTPTransport(local_address=address),
            timeout=30,
        )

    with client("127.0.4.1") as flood, client("127.0.4.2") as neighbour:
        statuses = [flood.get("/api/auth/login").status_code for _ in range(40)]
        limited = flood.get("/api/auth/login", headers={"X-Forwarded-For": "203.0.113.77"})
        assert statuses[0] != 429
        assert 429 in statuses
        assert limited.status_code == 429, "a forged address is no new one"
        assert limited.json()["error"]["code"] == "too_many_requests"
        assert limited.headers["Retry-After"] == "1"
        assert neighbour.get("/api/config").status_code == 200
        assert flood.get("/api/config").status_code == 200, "the log-in's limit is its own"


SLOW = (  # what is sent at first, and each second
    (b"GET /api/config HTTP/1.1\r\nHost: h\r\nX-Slow: ", b"a"),
    (b"POST /api/config HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n", b""),
    (b"", b""),
)


def test_slow_requests_are_cut_off(edge: Nginx) -> None:
    """A byte now and then does not keep a header going; a body that does not come and silence end as well."""
    started_s = time.monotonic()
    open_ones: dict[socket.socket, bytes] = {}
    for beginning, drip in SLOW:
        connection = socket.create_connection(("127.0.0.1", edge.port), 5, ("127.0.3.2", 0))
        connection.sendall(beginning)
        open_ones[connection] = drip
    while open_ones:
        assert time.monotonic() - started_s < HEADER_TIMEOUT_S + SLACK_S, "still open"
        for connection in select.select(list(open_ones), [], [], 1.0)[0]:
            with suppress(ConnectionResetError):
                if connection.recv(4096):
                    continue  # the 408 before the end
            assert time.monotonic() - started_s >= HEADER_TIMEOUT_S - 1, "cut off, but not for being slow"
            del open_ones[connection]
            connection.close()
        for connection, drip in open_ones.items():
            with suppress(OSError):
                connection.sendall(drip)


def test_slow_crowd_keeps_nobody_out(edge: Nginx, http: httpx.Client) -> None:
    crowd = [
        socket.create_connection(("127.0.0.1", edge.port), 5, (f"127.0.5.{n % 250 + 1}", 0))
        for n in range(500)
    ]
    try:
        for connection in crowd:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ")
        assert http.get("/api/config").status_code == 200
    finally:
        for connection in crowd:
            connection.close()
