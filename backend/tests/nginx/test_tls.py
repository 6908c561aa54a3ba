"""The TLS variant with a certificate made here."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.integration.processes import ServedApp
from tests.nginx.conftest import address_of
from tests.nginx.shipped import Nginx, start_edge


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    chain, key = folder / "fullchain.pem", folder / "privkey.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(key), "-out", str(chain)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return chain, key


@pytest.fixture(scope="module")
def tls_edge(app: ServedApp, static: Nginx, certificate: tuple[Path, Path]) -> Iterator[Nginx]:
    edge = start_edge(address_of(app), static.port, tls=certificate)
    yield edge
    edge.end()


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_pages_rest_and_sockets_over_tls_with_hsts(tls_edge: Nginx, trusting: ssl.SSLContext) -> None:
    base = f"https://127.0.0.1:{tls_edge.port}"
    with httpx.Client(verify=trusting) as client:
        for path in ("/", "/api/config", "/health", "/metrics", "/assets/none.js"):
            assert client.get(base + path).headers["Strict-Transport-Security"] == "max-age=31536000", path
    with connect(
        f"wss://127.0.0.1:{tls_edge.port}/ws/market", ssl=trusting, proxy=None, origin=base
    ) as client:
        assert '"status"' in str(client.recv(10))


def test_plain_http_leads_to_https_and_does_nothing_else(tls_edge: Nginx) -> None:
    answer = httpx.get(f"http://127.0.0.1:{tls_edge.plain_port}/chart?symbol=VCB", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://127.0.0.1/chart?symbol=VCB")
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(("version", "is_spoken"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_only_tls_1_2_and_1_3_are_spoken(tls_edge: Nginx, version: str, is_spoken: bool) -> None:
    wanted = ssl.TLSVersion[version]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # so that it is the server who refuses
    with pytest.warns() if version == "TLSv1_1" else nullcontext():
        context.minimum_version = context.maximum_version = wanted
    with socket.create_connection(("127.0.0.1", tls_edge.port), 10) as plain:
        if not is_spoken:
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(plain)
            return
        with context.wrap_socket(plain) as secured:
            assert secured.version() == version.replace("_", ".")
