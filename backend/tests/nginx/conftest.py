"""The shipped nginx in front of the real application on its simulator: started once, for every test here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.processes import ServedApp
from tests.integration.waiting import until_sync
from tests.nginx.shipped import Nginx, start_edge, start_static

HERE = Path(__file__).parent
TOKEN = "test-ws-token-of-the-edge"
BUSY = {"sim_start": "09:20", "sim_activity": 0.3, "trusted_proxies": "127.0.0.1", "log_format": "json"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here: `make test` runs it as a stage of its own, not with the backend's tests."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.nginx)


def _start_app(**settings: object) -> ServedApp:
    app = ServedApp(**{**BUSY, **settings})
    until_sync(lambda: httpx.get(f"{app.http}/health").json()["feed"]["state"] == "live", "live")
    return app


@pytest.fixture(scope="session")
def app() -> Iterator[ServedApp]:
    app = _start_app()
    yield app
    app.end()


@pytest.fixture(scope="session")
def guarded_app() -> Iterator[ServedApp]:
    """One that asks for a token."""
    app = _start_app(ws_auth_token=TOKEN)
    yield app
    app.end()


@pytest.fixture(scope="session")
def static() -> Iterator[Nginx]:
    static = start_static()
    yield static
    static.end()


def address_of(app: ServedApp) -> str:
    return app.http.removeprefix("http://")


@pytest.fixture(scope="session")
def edge(app: ServedApp, static: Nginx) -> Iterator[Nginx]:
    edge = start_edge(address_of(app), static.port)
    yield edge
    edge.end()


@pytest.fixture(scope="session")
def guarded_edge(guarded_app: ServedApp, static: Nginx) -> Iterator[Nginx]:
    edge = start_edge(address_of(guarded_app), static.port)
    yield edge
    edge.end()


@pytest.fixture
def http(edge: Nginx) -> Iterator[httpx.Client]:
    """A client of an address of its own, so that no test uses up another's rate."""
    octet = 1 + time.monotonic_ns() % 250
    transport = httpx.HTTPTransport(local_address=f"127.0.9.{octet}")
    with httpx.Client(base_url=f"http://127.0.0.1:{edge.port}", transport=transport, timeout=30) as client:
        yield client
