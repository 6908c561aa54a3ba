"""The whole feed against the simulator, over loopback, in two processes as in production."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from app.clock import VIETNAM, SystemClock
from app.feed.backoff import Backoff
from app.feed.feed_clock import RemoteFeedClock
from app.feed.http_client import make_http_client
from app.feed.request_budget import RequestBudget
from app.feed.simulator_process import SimulatorProcess
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.ssi_market_service import SSIMarketService
from app.feed.ssi_stream_service import SSIStreamService
from app.feed.thread_bridge import ThreadBridge
from app.market.messages import ForeignMessage, IndexMessage, Message, QuoteMessage, TradeMessage
from app.market.models import FeedSource, FeedState, FeedStatus

CHANNELS = "X-TRADE:ALL,X-QUOTE:ALL,X:ALL,R:ALL,MI:ALL,B:ALL,F:ALL,OL:ALL"


class SimulatedFeed:
    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        clock = SystemClock()
        self.url, self.http = url, http
        self.messages: list[Message] = []
        self.bridge = ThreadBridge(
            loop=asyncio.get_running_loop(),
            clock=clock,
            deliver=self.messages.extend,
            on_refused=lambda _count: None,
        )
        self.source_clock = RemoteFeedClock(base_url=url, http=http, clock=clock)
        auth = SSIAuthService(base_url=url, consumer_id="any", consumer_secret="any", http=http, clock=clock)
        self.market = SSIMarketService(
            base_url=url, auth=auth, http=http, clock=clock, budget=RequestBudget(clock, 100.0)
        )
        self.service = SSIStreamService(
            source=FeedSource.SIMULATOR,
            auth=auth,
            bridge=self.bridge,
            clock=clock,
            stream_url=url,
            channels=CHANNELS,
            connections="one",
            stall_s=20.0,
            market_time_s=self.source_clock.time_s,
            is_live_phase=lambda: True,
            session_label=lambda: "live",
            backoff=Backoff(lambda: 0.2),
        )
        self.lives = 0
        self._last: FeedState | None = None
        self.service.on_status(self._count_lives)
        self._tasks = [
            asyncio.create_task(self.service.run()),
            asyncio.create_task(self.source_clock.run(self.bridge.append_tick)),
        ]

    async def fault(self, **body: Any) -> dict[str, Any]:
        response = await self.http.post(self.url + "/sim/faults", json=body)
        assert response.status_code == 200, response.text
        return response.json()  # type: ignore[no-any-return]

    async def connections(self) -> dict[str, int]:
        return (await self.http.get(self.url + "/sim/connections")).json()  # type: ignore[no-any-return]

    async def until(self, condition: Callable[[], object], timeout_s: float = 15.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110 - what it waits for comes from another process
                await asyncio.sleep(0.02)

    async def until_state(self, state: FeedState) -> None:
        await self.until(lambda: self.service.status().state is state)

    def _count_lives(self, status: FeedStatus) -> None:
        was_down = self._last in {None, FeedState.CONNECTING, FeedState.RECONNECTING}
        self.lives += was_down and status.state is FeedState.LIVE
        self._last = status.state

    async def until_live_again(self, lives: int) -> None:
        await self.until(lambda: self.lives >= lives, timeout_s=30.0)

    async def stop(self) -> None:
        self._tasks[1].cancel()
        await self.service.stop()


@pytest.fixture
async def feed() -> AsyncIterator[SimulatedFeed]:
    simulator = SimulatorProcess(["--speed", "10", "--seed", "5"])
    url = (await simulator.start()).rstrip("/")
    async with make_http_client() as http:
        feed = SimulatedFeed(url, http)
        yield feed
        await feed.stop()
    await simulator.stop()


async def test_feed_of_the_simulator_is_understood_to_the_last_message(feed: SimulatedFeed) -> None:
    await feed.until_state(FeedState.LIVE)
    wanted = {TradeMessage, QuoteMessage, ForeignMessage, IndexMessage}
    await feed.until(lambda: wanted <= {type(message) for message in feed.messages})
    await feed.until(lambda: feed.bridge.received["X"] > 100)
    assert feed.bridge.rejected == {}
    assert (await feed.connections())["max"] == 1


async def test_feed_of_the_simulator_survives_its_faults(feed: SimulatedFeed) -> None:
    await feed.until_live_again(1)
    await feed.fault(name="drop")
    await feed.until_live_again(2)
    await feed.fault(name="token_expiry")
    await feed.until_live_again(3)
    await feed.fault(name="malformed", kind="all", channel="X-TRADE")
    await feed.until(lambda: feed.bridge.rejected.total() >= 20)
    await feed.fault(name="half_open")
    await feed.until_live_again(4)
    assert feed.service.reconnects["dropped"] == 2
    assert feed.service.reconnects["stalled"] == 1
    assert feed.service.threads_left == 0
    assert feed.service.connections_open == 1


async def test_rest_of_the_simulator_is_understood(feed: SimulatedFeed) -> None:
    await feed.until(lambda: feed.source_clock.trading_date is not None)
    day = feed.source_clock.trading_date
    assert day is not None
    assert day == datetime.fromtimestamp(feed.source_clock.time_s(), VIETNAM).date()
    assert len(await feed.market.fetch_index_components("VN30")) == 30
    securities = {row.symbol: row.exchange for row in await feed.market.fetch_securities()}
    assert securities["VCB"] == "HOSE"
    assert list(securities.values()).count("DERIVATIVES") == 4
    limits = await feed.market.fetch_price_limits("HOSE", day)
    assert all(limit.floor < limit.ref_price < limit.ceiling for limit in limits)
    assert {"VN30", "VNINDEX"} <= {row.index_id for row in await feed.market.fetch_indices("HOSE")}
    assert await feed.market.fetch_daily_bars("VCB", day, day) is not None
    assert feed.market.rejected_rows == {}
