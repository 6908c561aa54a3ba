"""Bar 6 from the application's side: refused, and logged without secrets."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from app.api import http_protocol
from app.api.access import AccessSettings
from app.api.dashboard import dashboard_router
from app.api.http_protocol import BODY_BYTES_MAX, HEAD_BYTES_MAX, BoundedHttpProtocol
from tests.api.account_backend import serve_accounts
from tests.api.conftest import Backend, RunningServer, Serve, rest_client
from tests.auth.accounts import Accounts

SECRET = "s3cret-of-mine"


@pytest.fixture
async def server(serve: Serve) -> RunningServer:
    return await serve(Backend(access=AccessSettings(token=SECRET)), http=BoundedHttpProtocol)


async def talk(server: RunningServer, *parts: bytes, ends: bool = False) -> bytes:
    """Send parts and read until the server hangs up, or `ends`: until one answer is whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        async with asyncio.timeout(20):
            for part in parts:
                writer.write(part)
                await writer.drain()
            if ends:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
                return head + await reader.readexactly(length)
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.transport.abort()


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def error_of(answer: bytes) -> str:
    code: str = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"]
    return code


HEAD = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        [HEAD, *[b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(40)], b"\r\n"],  # many
        [HEAD + b"X: ", *[b"y" * 1000] * 40],  # one that does not end
        [b"GET /" + b"a" * 50_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"],  # an address
        [b"GET /api/indices?token=" + SECRET.encode() * 3000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
    ],
)
async def test_head_over_its_bound_is_431(server: RunningServer, parts: list[bytes]) -> None:
    answer = await talk(server, *parts)
    assert (status_of(answer), error_of(answer)) == (431, "headers_too_large")
    assert b"connection: close" in answer.lower()


async def test_head_of_a_websocket_is_bounded_too(server: RunningServer) -> None:
    handshake = (
        b"GET /ws/index HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: bearer, "
    )
    assert status_of(await talk(server, handshake, b"x" * 50_000, b"\r\n\r\n")) == 431


async def test_head_just_within_its_bound_and_a_body_behind_it_are_served(server: RunningServer) -> None:
    padding = b"X: " + b"y" * (HEAD_BYTES_MAX - 2000) + b"\r\n"
    assert status_of(await talk(server, HEAD, padding, b"\r\n", ends=True)) == 200
    body = b'{"username":"' + b"x" * 60_000 + b'"}'
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    assert status_of(await talk(server, head % len(body) + body, ends=True)) == 422  # read, and no log-in


async def test_many_requests_on_one_connection_are_counted_each_for_itself(server: RunningServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    padding = b"X: " + b"y" * 10_000 + b"\r\n\r\n"
    async with asyncio.timeout(20):
        for _ in range(10):  # 100 KiB of heads together
            writer.write(HEAD + padding)
            head = await reader.readuntil(b"\r\n\r\n")
            assert status_of(head) == 200
            await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r")[0]))
    writer.transport.abort()


async def test_head_that_does_not_come_to_an_end_is_408(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "head_timeout_s", 0.3)
    server = await serve(Backend(), http=BoundedHttpProtocol)
    for started in ([], [HEAD], [HEAD + b"\r\n" + b"GET /slow"]):
        answer = await talk(server, *started)
        assert b"408 Request Timeout" in answer
        assert b"request_timeout" in answer


@pytest.mark.parametrize("declares", [True, False])
async def test_body_over_its_bound_is_413(server: RunningServer, declares: bool) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    piece = b'{"username":"' + b"x" * 9000
    if declares:
        answer = await talk(server, head + b"Content-Length: 100000\r\n\r\n" + piece, ends=True)
    else:
        chunks = [b"%x\r\n%b\r\n" % (len(piece), piece)] * 10
        answer = await talk(server, head + b"Transfer-Encoding: chunked\r\n\r\n", *chunks, ends=True)
    assert (status_of(answer), error_of(answer)) == (413, "payload_too_large")


async def test_body_that_never_ends_is_cut(server: RunningServer) -> None:
    head = b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    sent: list[int] = []

    async def send_on() -> None:
        writer.write(head)
        while len(sent) < 800:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()
            sent.append(0x10000)

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(send_on(), 30)
    assert sum(sent) < 20 * BODY_BYTES_MAX  # what the kernel's buffers take is not ours
    writer.transport.abort()


async def test_refused_head_is_logged_without_what_was_in_it(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", http_protocol.__name__)
    await talk(server, b"GET /x?token=" + SECRET.encode() * 3000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert "request refused with 431 from 127.0.0.1" in caplog.text
    assert SECRET not in caplog.text


# -- pages of others, and names of others -------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_websocket_of_a_foreign_page_is_refused_4403_even_with_a_good_token(
    serve: Serve, accounts: Accounts, origin: str
) -> None:
    server = await serve_accounts(serve, accounts)
    token = (await accounts.log_in()).access_token
    assert await server.close_code(f"?token={token}", origin=origin) == 4403
    headers = {"X-Forwarded-Host": origin.rpartition("/")[2], "Forwarded": f"host={origin}"}
    assert await server.close_code(f"?token={token}", origin=origin, additional_headers=headers) == 4403
    assert await server.close_code(f"?token={token}", origin=server.http) is None


@pytest.mark.parametrize(
    "path",
    ["/api/indices/", "//evil.example/", "/api//indices", "/\\evil.example", "/login?next=//evil.example"],
)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@x"])
async def test_nothing_redirects_wherever_a_path_or_host_header_points(
    tmp_path: Path, path: str, host: str
) -> None:
    (tmp_path / "index.html").write_text("<p>ours</p>")
    app = Backend().app(dist=tmp_path)
    async with rest_client(app) as rest:
        answer = await rest.get(
            "http://localhost:8000" + path, headers={"Host": host}, follow_redirects=False
        )
    assert answer.status_code in {200, 404}
    assert "location" not in answer.headers
    assert "evil" not in answer.text


async def test_forwarded_headers_of_a_stranger_open_nothing(serve: Serve, accounts: Accounts) -> None:
    server = await serve_accounts(serve, accounts, anonymous=True)
    forged: dict[str, Any] = {
        "X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1",
        "X-Forwarded-User": "root", "X-Original-URL": "/health", "X-Rewrite-URL": "/health",
    }  # fmt: skip
    assert (await server.rest("/api/ws/stats", headers=forged)).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt", "/..%5csecret.txt", "//secret.txt", "/%00", "/assets/%00secret.txt", "/.%2e/.%2e/etc/passwd",
        "/link.txt",
    ],
)  # fmt: skip
async def test_no_path_leaves_the_folder_of_the_dashboard(serve: Serve, tmp_path: Path, path: str) -> None:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<p>ours</p>")
    (tmp_path / "secret.txt").write_text("the secret")
    (dist / "link.txt").symlink_to(tmp_path / "secret.txt")
    backend = Backend()
    app = backend.app()
    app.include_router(dashboard_router(dist))
    backend.app = lambda **_options: app  # type: ignore[method-assign]
    server = await serve(backend, http=BoundedHttpProtocol)
    answer = await talk(server, b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode())
    assert status_of(answer) in {200, 400, 404}
    assert b"the secret" not in answer
    assert b"root:" not in answer
    if status_of(answer) == 200:
        assert b"ours" in answer
