"""Simulators in a thread of their own, and the real ssi-fc-data client against them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest
import requests
import websocket
from ssi_fc_data import fc_md_client, fc_md_stream, signalr
from ssi_fc_data.fc_md_client import MarketDataClient
from ssi_fc_data.fc_md_stream import MarketDataStream
from ssi_fc_data.signalr.transports import _transport

from app.simulator.clock import midnight_s, time_of_day
from app.simulator.events import Event
from app.simulator.server import Simulator
from app.simulator.settings import SimulatorSettings
from app.simulator.simulated_market import SimulatedMarket

MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _unmodified_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the feed's guard off the SDK: tests of the feed may have run in this process before."""
    monkeypatch.setattr(fc_md_client, "requests", requests)
    monkeypatch.setattr(fc_md_stream, "Connection", signalr.Connection)
    monkeypatch.setattr(_transport, "requests", requests)
    monkeypatch.setattr(_transport, "websocket", websocket)
    monkeypatch.setattr(_transport, "print", print, raising=False)


def wait_until(condition: Callable[[], Any], timeout_s: float = 60.0) -> Any:
    """Poll until a condition holds."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    pytest.fail(f"nothing came of {condition} in {timeout_s} s")


@dataclass
class SdkConfig:
    """What ssi-fc-data wants its configuration to look like."""

    url: str
    stream_url: str
    auth_type: str = "Bearer"
    consumerID: str = "id"  # noqa: N815
    consumerSecret: str = "secret"  # noqa: N815


class SdkClient:
    """One MarketDataStream and what it called back."""

    def __init__(self, url: str, channels: str) -> None:
        self.config = SdkConfig(url, url)
        self.messages: list[dict[str, Any]] = []
        self.errors: list[Any] = []
        self.closes = 0
        with contextlib.redirect_stdout(io.StringIO()):  # it prints its bearer header
            self.client = MarketDataClient(self.config)
            self.stream = MarketDataStream(self.config, self.client, on_close=self._closed)
            self.stream.start(self.messages.append, self.errors.append, channels)

    def _closed(self) -> None:
        self.closes += 1

    def of(self, channel: str) -> list[dict[str, Any]]:
        return [json.loads(m["Content"]) for m in list(self.messages) if m.get("DataType") == channel]

    def stop(self) -> None:
        """Cut the socket: the SDK's own close() leaves its thread in a select of ten seconds."""
        socket_app = self.stream.connection._Connection__transport._ws
        with contextlib.suppress(OSError, AttributeError):
            socket_app.sock.sock.shutdown(socket.SHUT_RDWR)
        self.wait_for_end()

    def wait_for_end(self) -> None:
        thread = self.stream.connection._Connection__transport._thread
        if thread is not None:
            thread.join(5)
            assert not thread.is_alive()


@dataclass
class Running:
    """A simulator that listens."""

    simulator: Simulator
    loop: asyncio.AbstractEventLoop
    url: str
    clients: list[SdkClient] = field(default_factory=list)

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        method = method or ("GET" if body is None else "POST")
        answer = httpx.request(method, f"{self.url}sim/{path}", json=body, timeout=10)
        return answer.json()

    def fault(self, name: str, **parameters: Any) -> Any:
        return self.control("faults", {"name": name, **parameters})

    def connect(self, channels: str) -> SdkClient:
        client = SdkClient(self.url, channels)
        self.clients.append(client)
        return client

    def token(self) -> str:
        body = {"consumerID": "id", "consumerSecret": "secret"}
        answer = httpx.post(f"{self.url}api/v2/Market/AccessToken", json=body)
        return str(answer.json()["data"]["accessToken"])


@contextlib.contextmanager
def _simulators() -> Iterator[Callable[..., Running]]:
    started: list[tuple[Running, threading.Thread]] = []

    def start(
        source: Any = None, start: str = "09:16", symbols: int = 6, activity: float = 0.2, **settings: Any
    ) -> Running:
        source = source or SimulatedMarket(MONDAY, 1, symbols, activity, days=1)
        start_s = midnight_s(source.trading_date) + time_of_day(start)
        simulator = Simulator(source, SimulatorSettings(**settings), start_s)
        loop = asyncio.new_event_loop()
        ready = threading.Event()

        def serve() -> None:
            asyncio.set_event_loop(loop)
            loop.run_until_complete(simulator.start())
            ready.set()
            loop.run_forever()
            loop.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert ready.wait(5)
        running = Running(simulator, loop, simulator.url)
        started.append((running, thread))
        return running

    try:
        yield start
    finally:
        for running, thread in started:
            asyncio.run_coroutine_threadsafe(running.simulator.stop(), running.loop).result(5)
            running.loop.call_soon_threadsafe(running.loop.stop)
            thread.join(5)
        for running, _ in started:
            for client in running.clients:  # their sockets were cut with the server's
                client.wait_for_end()


@pytest.fixture
def run_simulator() -> Iterator[Callable[..., Running]]:
    """Return a function that starts simulators; they and their clients are stopped afterwards."""
    with _simulators() as start:
        yield start


@pytest.fixture(scope="module")
def run_module_simulator() -> Iterator[Callable[..., Running]]:
    """The same, for tests that only read."""
    with _simulators() as start:
        yield start


@pytest.fixture(scope="session")
def day_events() -> list[Event]:
    """One whole day of forty-five stocks on three boards, thinned."""
    return list(SimulatedMarket(MONDAY, 1, 45, 0.03, days=1).events())
