"""A server with a certificate nobody vouches for is refused, by negotiate and by the WebSocket alike."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.feed.errors import FeedConnectError
from app.feed.sdk_guard import GuardedStream
from app.feed.sdk_socket import GuardedWebSocketApp
from tests.feed.test_sdk_guard import Ear

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="needs openssl to make a certificate")


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    assert OPENSSL is not None
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context


@pytest.fixture
async def port(certificate: ssl.SSLContext) -> AsyncIterator[int]:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65_536))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate)
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    yield server.sockets[0].getsockname()[1]
    server.close()
    assert b"".join(heard) == b""  # not one byte of ours: no token for a stranger


async def test_negotiate_with_a_stranger_is_refused(port: int) -> None:
    stream = GuardedStream(stream_url=f"https://localhost:{port}/", token="t", selectors="MI:ALL", sink=Ear())
    with pytest.raises(FeedConnectError, match="SSLError"):
        await asyncio.to_thread(stream.open)


async def test_websocket_with_a_stranger_is_refused(port: int) -> None:
    errors: list[object] = []
    app = GuardedWebSocketApp(
        f"wss://localhost:{port}/",
        header={"Authorization": "Bearer t"},
        on_open=lambda _app: errors.append("opened"),
        on_error=lambda _app, error: errors.append(error),
    )
    await asyncio.to_thread(app.run_forever, sslopt={"cert_reqs": ssl.CERT_NONE})
    assert [type(error) for error in errors] == [ssl.SSLCertVerificationError]
