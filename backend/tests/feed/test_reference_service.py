"""The lists read from SSI's REST: what is tracked, what is known, what to do without an answer."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import cast

import pytest

from app.feed.errors import FeedConnectError, FeedRequestError
from app.feed.reference_service import LOOK_INTERVAL_S, RETRY_S, Lists, ReferenceService
from app.feed.rest_rows import IndexRow, SecurityRow
from app.feed.ssi_market_service import SSIMarketService
from app.market.messages import PriceLimits
from tests.feed.fake_clock import FakeClock

DAY, NEXT_DAY = date(2026, 8, 14), date(2026, 8, 17)
FALLBACK = ["ACB", "FPT"]


class FakeMarketService:
    """SSI's REST as the service sees it; an error set is raised by every read."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.is_hung = False
        self.components = {"VN30": ["VCB", "FPT", "HPG"], "HNX30": ["SHS"]}
        self.securities = {"HOSE": ["VCB", "FPT", "HPG"], "HNX": ["SHS"], "UPCOM": ["BSR"]}
        self.limit_days: list[date] = []

    async def _answer(self) -> None:
        if self.is_hung:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error

    async def fetch_index_components(self, index_id: str) -> list[str]:
        await self._answer()
        return self.components.get(index_id, [])

    async def fetch_indices(self, exchange: str) -> list[IndexRow]:
        await self._answer()
        return {"HNX": [IndexRow("HNX30", "HNX30", "HNX")]}.get(exchange, [])

    async def fetch_securities(self, market: str = "") -> list[SecurityRow]:
        await self._answer()
        return [SecurityRow(symbol, market, "") for symbol in self.securities.get(market, [])]

    async def fetch_price_limits(self, market: str, trading_date: date) -> list[PriceLimits]:
        await self._answer()
        self.limit_days.append(trading_date)
        return [PriceLimits("VCB", None, "HOSE", 1, 1, 1)] if market == "HOSE" else []


class Harness:
    def __init__(self, *wanted: str) -> None:
        self.market = FakeMarketService()
        self.clock = FakeClock()
        self.applied: list[frozenset[str]] = []
        self.lists = Lists(vn30=list(FALLBACK))
        self.day = DAY
        self.service = ReferenceService(
            market=cast("SSIMarketService", self.market),
            wanted=wanted or ("VN30",),
            lists=self.lists,
            apply=lambda lists: self.applied.append(lists.tracked),
            clock=self.clock,
        )


@pytest.mark.parametrize(
    ("wanted", "tracked"),
    [
        (["VN30"], {"VCB", "FPT", "HPG"}),
        (["HNX30"], {"SHS"}),
        (["HNX"], {"SHS"}),
        (["HOSE", "BSR"], {"VCB", "FPT", "HPG", "BSR"}),
        (["ALL"], set()),
    ],
)
async def test_tracked_names_become_symbols(wanted: list[str], tracked: set[str]) -> None:
    harness = Harness(*wanted)
    await harness.service.load_tracked(1)
    assert harness.applied == [frozenset(tracked)]
    assert harness.lists.vn30 == ["FPT", "HPG", "VCB"]


@pytest.mark.parametrize("error", [FeedRequestError("quota"), FeedConnectError("unreachable")])
async def test_tracked_without_an_answer_is_the_fallback(error: Exception) -> None:
    harness = Harness("VN30", "SHS", "HNX")
    harness.market.error = error
    await harness.service.load_tracked(1)
    assert harness.applied == [frozenset({*FALLBACK, "SHS"})]


async def test_tracked_without_an_answer_in_time_is_the_fallback() -> None:
    harness = Harness()
    harness.market.is_hung = True
    await harness.service.load_tracked(0.01)
    assert harness.applied == [frozenset(FALLBACK)]


async def test_components_that_are_empty_leave_the_fallback() -> None:
    harness = Harness()
    harness.market.components.clear()
    await harness.service.load_tracked(1)
    assert harness.lists.vn30 == FALLBACK
    assert harness.applied == [frozenset(FALLBACK)]


async def test_lists_are_read_again_on_a_new_trading_date_only() -> None:
    harness = Harness()
    task = asyncio.create_task(harness.service.keep(lambda: harness.day))
    await harness.clock.settle()
    assert harness.lists.known == frozenset({"VCB", "FPT", "HPG", "SHS", "BSR"})
    assert [limits.symbol for limits in harness.lists.limits] == ["VCB"]
    reads = len(harness.market.limit_days)
    await harness.clock.advance(10 * LOOK_INTERVAL_S)
    assert len(harness.market.limit_days) == reads
    harness.day = NEXT_DAY
    await harness.clock.advance(LOOK_INTERVAL_S)
    assert set(harness.market.limit_days) == {DAY, NEXT_DAY}
    task.cancel()


async def test_list_that_fails_keeps_what_was_known_and_is_tried_again() -> None:
    harness = Harness()
    harness.market.error = FeedRequestError("quota")
    task = asyncio.create_task(harness.service.keep(lambda: harness.day))
    await harness.clock.settle()
    assert harness.applied == []
    assert harness.lists.known is None
    harness.market.error = None
    await harness.clock.advance(RETRY_S)
    assert harness.lists.known is not None
    assert harness.applied[-1] == frozenset({"VCB", "FPT", "HPG"})
    task.cancel()


async def test_master_list_that_is_empty_changes_nothing() -> None:
    harness = Harness()
    harness.market.securities.clear()
    task = asyncio.create_task(harness.service.keep(lambda: harness.day))
    await harness.clock.settle()
    assert harness.lists.known is None
    task.cancel()
