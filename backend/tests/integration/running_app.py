"""The whole application in this process, on a simulator in another, with its REST at hand."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from app.config import Settings
from app.main import create_app
from app.market.models import FeedState
from app.wiring import Application
from tests.integration.control import Control
from tests.integration.waiting import DEADLINE_S, until

REST_ROUTES = (
    "/health",
    "/health/live",
    "/health/ready",
    "/api/config",
    "/api/vn30-components",
    "/api/sectors",
    "/api/market/snapshot",
    "/api/market/snapshot?symbols=VCB,FPT",
    "/api/market/foreign-detail",
    "/api/foreign",
    "/api/foreign/VCB",
    "/api/market/volume-stats",
    "/api/session-stats",
    "/api/session-stats/VCB",
    "/api/market/basis-trend",
    "/api/derivatives/basis",
    "/api/market/alerts",
    "/api/indices",
    "/api/indices/VN30",
    "/api/market/classification-audit",
    "/api/ws/stats",
    "/api/ws/connections",
    "/openapi.json",
)


class RunningApp:
    """One running instance."""

    def __init__(self, application: Application, http: httpx.AsyncClient) -> None:
        self.application = application
        self.http = http

    @property
    def state(self) -> FeedState:
        return self.application.feed_status().state

    @property
    def messages(self) -> int:
        """How many messages of the feed were read, or refused."""
        feed = self.application.feed
        assert feed is not None
        counters = feed.counters()
        return sum(counters.received.values()) + sum(counters.rejected.values())

    async def live(self, deadline_s: float = DEADLINE_S) -> float:
        return await until(
            lambda: self.state is FeedState.LIVE, f"live (it is {self.application.feed_status()})", deadline_s
        )

    async def has_read_all(self, control: Control, deadline_s: float = 2 * DEADLINE_S) -> None:
        """Wait until everything the simulator sent has been counted. The market must stand still."""

        async def is_even() -> bool:
            return self.messages >= int((await control.connections())["messages_sent"])

        await until(is_even, "everything sent is read", deadline_s)

    async def metrics(self) -> dict[tuple[str, str], float]:
        """Return (name, its only label) -> value."""
        await asyncio.sleep(0)
        text = (await self.http.get("/metrics")).text
        return {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    async def rejected(self) -> dict[str, int]:
        """Return the messages that changed nothing, by reason, as /metrics has them."""
        return {
            label: int(value)
            for (name, label), value in (await self.metrics()).items()
            if name == "ssi_messages_rejected_total"
        }

    async def assert_every_route_answers(self) -> None:
        """Ask each REST route; each must give 200 and JSON that any parser takes."""
        for route in REST_ROUTES:
            await asyncio.sleep(
                0
            )  # a request in this process may not suspend once: each is a callback of its own
            response = await self.http.get(route)
            assert response.status_code == 200, (route, response.text)
            json.loads(response.text, parse_constant=_refuse_constant)
        assert (await self.http.get("/metrics")).status_code == 200


@asynccontextmanager
async def running_app(sim_url: str, **settings: Any) -> AsyncIterator[RunningApp]:
    """Start it on a simulator that runs already."""
    wanted = {"feed_source": "simulator", "sim_url": sim_url, "database_url": "off"} | settings
    app = create_app(Settings(_env_file=None, **wanted))  # type: ignore[call-arg]
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
            yield RunningApp(app.state.application, http)


@contextmanager
def collector_restored() -> Iterator[None]:
    """Set the test run's own objects aside, as a process of its own would not have them; undo it afterwards.

    Around a watch, not within one: a collection that walks them all takes most of a second.
    """
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


CALLBACK_MAX_S = 0.1  # issue 1: nothing may hold the loop longer
TRACED_FACTOR = 3  # under coverage every line costs more


class LongestCallback:
    """The callback that held the loop longest, in CPU time of its thread: a busy machine does not count."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.what = ""

    @property
    def ms(self) -> float:
        return round(self.seconds * 1000, 1)

    def check(self) -> None:
        is_traced = (
            sys.gettrace() is not None or sys.monitoring.get_tool(sys.monitoring.COVERAGE_ID) is not None
        )
        limit_s = CALLBACK_MAX_S * (TRACED_FACTOR if is_traced else 1)
        assert self.seconds <= limit_s, f"{self.ms} ms of CPU: {self.what}"


@contextmanager
def watched_loop() -> Iterator[LongestCallback]:
    """Measure each callback of asyncio's loop."""
    longest, run = LongestCallback(), asyncio.Handle._run

    def timed_run(handle: asyncio.Handle) -> None:
        started_s = time.thread_time()
        try:
            run(handle)
        finally:
            took_s = time.thread_time() - started_s
            if took_s > longest.seconds:
                owner = getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]
                longest.seconds, longest.what = took_s, f"{owner!r} by {handle!r}"[:600]

    asyncio.Handle._run = timed_run  # type: ignore[method-assign]
    try:
        yield longest
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def _refuse_constant(text: str) -> float:
    raise AssertionError(f"{text} is not JSON")
