from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from app.publish import client_connection
from app.publish.data_publisher import DataPublisher
from app.telemetry.metrics import Metrics
from tests.publish.fakes import FakeClock, FakeFeed, FakeMarketReader, make_market


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed()


@pytest.fixture
def market() -> FakeMarketReader:
    return make_market()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def publisher(
    market: FakeMarketReader, feed: FakeFeed, clock: FakeClock, metrics: Metrics
) -> AsyncIterator[DataPublisher]:
    """A running DataPublisher on a clock that moves when told to."""
    publisher = DataPublisher(market, feed.status, clock, metrics)
    task = asyncio.create_task(publisher.run())
    yield publisher
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture(autouse=True)
def _late_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client's id says when it is pinged: let the first ones be pinged in the middle of the interval."""
    monkeypatch.setattr(client_connection, "_ids", count(30))
