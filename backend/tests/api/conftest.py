from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
import structlog
import uvicorn
from fastapi import FastAPI

from app.api.access import AccessPolicy, AccessSettings
from app.api.app_factory import create_api
from app.api.connection_limits import ConnectionLimiter
from app.api.services import ApiServices, WebSocketLimits
from app.clock import SystemClock
from app.publish.data_publisher import DataPublisher
from app.publish.transport import uvicorn_options
from app.telemetry.logging import configure_logging
from app.telemetry.metrics import Metrics
from tests.auth.conftest import accounts  # noqa: F401 - a fixture
from tests.publish.fakes import FakeFeed, FakeMarketReader, eventually, make_market

KNOWN = frozenset({"VCB", "FPT", "HPG", "41I1GC000"})
VN30 = ("FPT", "VCB")
ALIASES = {"VN30F1M": "41I1GC000"}


@dataclass
class Backend:
    """Everything the routes stand on, with a market of the test's making."""

    market: FakeMarketReader = field(default_factory=make_market)
    feed: FakeFeed = field(default_factory=FakeFeed)
    metrics: Metrics = field(default_factory=Metrics)
    is_ready: bool = True
    access: AccessSettings = field(default_factory=AccessSettings)
    limits: WebSocketLimits = field(default_factory=lambda: WebSocketLimits(connections_per_ip=100))
    throttle_interval_s: float = 0.05
    session_ttl_s: float = 300.0
    untracked: set[str] = field(default_factory=set)
    overrides: dict[str, Any] = field(default_factory=dict)

    def services(self) -> ApiServices:
        clock = SystemClock()
        self.publisher = DataPublisher(
            self.market,
            self.feed.status,
            clock,
            self.metrics,
            throttle_interval_s=self.throttle_interval_s,
            event_interval_s=0.01,
            session_ttl_s=self.session_ttl_s,
            is_tracked=self.is_tracked,
        )
        self.limiter = ConnectionLimiter(self.limits.connections_per_ip)
        services = ApiServices(
            reader=self.market,
            publisher=self.publisher,
            feed_status=self.feed.status,
            is_known_symbol=KNOWN.__contains__,
            is_tracked_symbol=self.is_tracked,
            contract_of=lambda name: ALIASES.get(name, ""),
            vn30_symbols=lambda: VN30,
            is_ready=lambda: self.is_ready,
            metrics=self.metrics,
            clock=clock,
            access=AccessPolicy(self.access),
            limits=self.limits,
            connection_limiter=self.limiter,
        )
        return replace(services, **self.overrides)

    def is_tracked(self, symbol: str) -> bool:
        return symbol not in self.untracked

    def app(self, **options: Any) -> FastAPI:
        return create_api(self.services(), **options)


@asynccontextmanager
async def rest_client(
    app: FastAPI, peer: str = "127.0.0.1", base_url: str = "http://localhost:8000"
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(peer, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client


@pytest.fixture
def configured_logging() -> Iterator[Callable[..., None]]:
    """configure_logging, undone after the test."""
    names = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore")
    loggers = [logging.getLogger(name) for name in names]
    before = [(item.handlers[:], item.level, item.propagate, item.filters[:]) for item in loggers]
    yield configure_logging
    structlog.reset_defaults()
    for item, (handlers, level, propagate, filters) in zip(loggers, before, strict=True):
        item.handlers[:], item.propagate, item.filters[:] = handlers, propagate, filters
        item.setLevel(level)


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
async def rest(backend: Backend) -> AsyncIterator[httpx.AsyncClient]:
    async with rest_client(backend.app()) as client:
        yield client


@dataclass
class RunningServer:
    """uvicorn on loopback, with the publisher's tasks beside it."""

    uvicorn: uvicorn.Server
    port: int
    task: asyncio.Task[None]

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        self.uvicorn.should_exit = True
        await self.task


type Serve = Callable[..., Awaitable[RunningServer]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start servers; they end with the test."""
    async with AsyncExitStack() as stack:

        async def start(
            backend: Backend, heartbeat_s: tuple[float, float] = (30, 10), **options: Any
        ) -> RunningServer:
            app = backend.app()
            settings = {
                **uvicorn_options(*heartbeat_s),
                "log_config": None,
                "lifespan": "off",
                "port": 0,
            } | options
            server = uvicorn.Server(uvicorn.Config(app, **settings))
            publishing = asyncio.create_task(backend.publisher.run())
            task = asyncio.create_task(server.serve())
            await eventually(lambda: server.started)
            running = RunningServer(server, server.servers[0].sockets[0].getsockname()[1], task)

            async def stop() -> None:
                await running.stop()
                publishing.cancel()
                await asyncio.wait([publishing])

            stack.push_async_callback(stop)
            return running

        yield start
