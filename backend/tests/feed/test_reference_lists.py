from __future__ import annotations

import asyncio
import logging
from datetime import date

import pytest

from app.feed.errors import FeedRequestError
from app.feed.reference_service import RETRY_S, Lists, ReferenceService
from app.feed.rest_rows import SecurityRow
from app.market.messages import PriceLimits
from tests.feed.fake_clock import FakeClock

DAY = date(2026, 11, 20)


class FakeMarket:
    """SSI's REST with one VN30 stock, one of HOSE, and no indices."""

    def __init__(self) -> None:
        self.securities = {"HOSE": ["FPT", "HPG"]}
        self.error: FeedRequestError | None = None

    async def fetch_index_components(self, _index_id: str) -> list[str]:
        return ["FPT"]

    async def fetch_indices(self, _exchange: str) -> list[object]:
        return []

    async def fetch_securities(self, market: str) -> list[SecurityRow]:
        if self.error is not None:
            raise self.error
        return [SecurityRow(symbol, market, "") for symbol in self.securities.get(market, [])]

    async def fetch_price_limits(self, _market: str, _day: date) -> list[PriceLimits]:
        return []


class Rig:
    def __init__(self, *wanted: str) -> None:
        self.clock = FakeClock()
        self.market = FakeMarket()
        self.lists = Lists(vn30=["ACB"])
        self.day = DAY
        self.service = ReferenceService(
            market=self.market,  # type: ignore[arg-type]
            wanted=wanted,
            lists=self.lists,
            apply=lambda _lists: None,
            clock=self.clock,
        )


async def test_lists_of_an_exchange_that_come_empty_leave_what_was_tracked() -> None:
    rig = Rig("HOSE")
    await rig.service.load_tracked(1.0)
    assert rig.lists.tracked == {"FPT", "HPG"}
    rig.market.securities = {}
    await rig.service.load_tracked(1.0)
    assert rig.lists.tracked == {"FPT", "HPG"}
    assert rig.lists.vn30 == ["FPT"]


async def test_lists_that_cannot_be_read_are_said_on_the_edges(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rig = Rig("VN30", "HPG")
    rig.market.error = FeedRequestError("Securities: HTTP 502, 3 times")
    keeping = asyncio.create_task(rig.service.keep(lambda: rig.day))
    await rig.clock.advance(5 * RETRY_S)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    rig.market.error = None
    await rig.clock.advance(RETRY_S)
    assert caplog.records[-1].getMessage() == "listed symbols read"
    assert rig.lists.known == {"FPT", "HPG"}
    assert rig.lists.tracked == {"FPT", "HPG"}
    keeping.cancel()


async def test_lists_without_a_wanted_name_say_so_once(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig("VN30", "VN3O", "HPG")
    keeping = asyncio.create_task(rig.service.keep(lambda: rig.day))
    await rig.clock.advance(5.0)
    rig.day = date(2026, 11, 23)
    await rig.clock.advance(10.0)
    assert [record.getMessage() for record in caplog.records] == [
        "TRACKED_SYMBOLS: neither an index nor a listed symbol: VN3O"
    ]
    keeping.cancel()
