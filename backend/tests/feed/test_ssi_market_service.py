from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from app.feed import ssi_market_service
from app.feed.errors import FeedPayloadError, FeedRequestError
from app.feed.http_client import make_http_client
from app.feed.request_budget import RequestBudget
from app.feed.rest_rows import IndexRow, OhlcRow, SecurityRow, read_number
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.ssi_market_service import SSIMarketService
from app.market.messages import PriceLimits
from tests.feed.fake_clock import FakeClock
from tests.feed.signalr_server import CONSUMER_ID, CONSUMER_SECRET, SignalRServer, running_server

DAY = date(2026, 7, 17)


class SleeplessClock(FakeClock):
    """Sleeping takes no time of ours, but moves its own."""

    async def sleep(self, delay_s: float) -> None:
        self.elapsed_s += delay_s


@pytest.fixture
async def server() -> AsyncIterator[SignalRServer]:
    async with running_server() as server:
        yield server


@pytest.fixture
def clock() -> SleeplessClock:
    return SleeplessClock()


@pytest.fixture
async def market(server: SignalRServer, clock: SleeplessClock) -> AsyncIterator[SSIMarketService]:
    async with make_http_client() as http:
        auth = SSIAuthService(
            base_url=server.url,
            consumer_id=CONSUMER_ID,
            consumer_secret=CONSUMER_SECRET,
            http=http,
            clock=clock,
        )
        yield SSIMarketService(
            base_url=server.url, auth=auth, http=http, clock=clock, budget=RequestBudget(clock)
        )


def success(*rows: Any, total: int | None = None) -> dict[str, Any]:
    count = len(rows) if total is None else total
    return {"data": list(rows), "message": "Success", "status": "Success", "totalRecord": count}


async def test_components_nested_as_ssi_answers_are_read(
    market: SSIMarketService, server: SignalRServer
) -> None:
    nested = [
        {"Isin": "ACB", "StockSymbol": "ACB"},
        {"Isin": "BCM", "StockSymbol": "bcm"},
        {"StockSymbol": "ACB"},
    ]
    server.gets["IndexComponents"] = success({"IndexCode": "VN30", "IndexComponent": nested}, "junk")
    assert await market.fetch_index_components("VN30") == ["ACB", "BCM"]
    target, headers = server.requests[-1]
    assert "indexCode=VN30" in target
    assert headers["authorization"] == f"Bearer {server.tokens[0]}"


async def test_components_flat_are_read_too(market: SSIMarketService, server: SignalRServer) -> None:
    server.gets["IndexComponents"] = success({"StockSymbol": "ACB"}, {"StockSymbol": "VCB"})
    assert await market.fetch_index_components("VN30") == ["ACB", "VCB"]


async def test_components_of_nothing_are_empty(market: SSIMarketService, server: SignalRServer) -> None:
    server.gets["IndexComponents"] = {"data": None, "status": "Success", "message": "Success"}
    assert await market.fetch_index_components("VN30") == []


async def test_securities_over_several_pages_are_all_read_at_one_request_a_second(
    market: SSIMarketService, server: SignalRServer, clock: SleeplessClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssi_market_service, "PAGE_ROWS", 2)
    rows = [
        {"Market": "HOSE", "Symbol": f"S{i}", "StockName": "CTCP", "StockEnName": "JSC"} for i in range(5)
    ]
    server.gets["Securities"] = [
        success(*rows[:2], total=5), success(*rows[2:4], total=5), success(rows[4], total=5),
    ]  # fmt: skip
    securities = await market.fetch_securities("HOSE")
    assert [row.symbol for row in securities] == ["S0", "S1", "S2", "S3", "S4"]
    assert securities[0] == SecurityRow("S0", "HOSE", "CTCP")
    assert (market.requests, clock.elapsed_s) == (3, 2.0)


async def test_securities_of_derivatives_get_the_streams_exchange_name(
    market: SSIMarketService, server: SignalRServer
) -> None:
    server.gets["Securities"] = success(
        {"Market": "DER", "Symbol": "41I1G8000"}, {"Market": "DER"}, {"Symbol": 7}
    )
    assert await market.fetch_securities("DER") == [SecurityRow("41I1G8000", "DERIVATIVES", "")]
    assert market.rejected_rows == {"missing_field": 2}


async def test_indices_carry_our_id_and_the_wires(market: SSIMarketService, server: SignalRServer) -> None:
    server.gets["IndexList"] = success({"IndexCode": "HNXIndex", "IndexName": "HNXIndex", "Exchange": "HNX"})
    assert await market.fetch_indices("HNX") == [IndexRow("HNX", "HNXIndex", "HNX")]


async def test_price_limits_become_messages(market: SSIMarketService, server: SignalRServer) -> None:
    row = {"TradingDate": "17/07/2026", "CeilingPrice": "21550", "FloorPrice": "18750", "RefPrice": "20150.0"}
    server.gets["DailyStockPrice"] = success(
        row | {"Symbol": "HUB"}, row | {"Symbol": "X", "RefPrice": "1e308"}
    )
    limits = await market.fetch_price_limits("HOSE", DAY)
    assert limits == [PriceLimits("HUB", DAY, "HOSE", 21_550, 18_750, 20_150)]
    assert "fromDate=17%2F07%2F2026" in server.requests[-1][0]
    assert market.rejected_rows == {"absurd": 1}


async def test_price_limits_of_a_future_stay_floats(market: SSIMarketService, server: SignalRServer) -> None:
    row = {"TradingDate": "17/07/2026", "CeilingPrice": "2042.8", "FloorPrice": "1775", "RefPrice": "1909.2"}
    server.gets["DailyStockPrice"] = success(row | {"Symbol": "41I1G8000"})
    (limits,) = await market.fetch_price_limits("DER", DAY, "41I1G8000")
    assert (limits.exchange, limits.ceiling, limits.floor) == ("DERIVATIVES", 2042.8, 1775.0)
    assert isinstance(limits.floor, float)


async def test_bars_of_minutes_and_days_are_typed(market: SSIMarketService, server: SignalRServer) -> None:
    minute = {"Symbol": "VCB", "Value": "59000", "TradingDate": "17/07/2026", "Time": "09:15:54", "Open": "59300",
              "High": "59300", "Low": "59000", "Close": "59300", "Volume": "26800"}  # fmt: skip
    day = minute | {"Time": None, "Value": "663258204999.9850", "Close": "1746.36"}
    server.gets["IntradayOhlc"], server.gets["DailyOhlc"] = success(minute), success(day)
    (bar,) = await market.fetch_intraday_bars("VCB", DAY, DAY)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.value) == (
        59_300, 59_300, 59_000, 59_300, 26_800, 0,
    )  # fmt: skip
    assert isinstance(bar, OhlcRow)
    assert bar.time_s % 86_400 == (2 * 60 + 15) * 60 + 54  # 09:15:54 in Vietnam is 02:15:54 UTC
    (bar,) = await market.fetch_daily_bars("VCB", DAY, DAY)
    assert (bar.close, bar.value) == (1746.36, 663_258_205_000)


async def test_bars_of_too_wide_a_range_are_refused_before_asking(
    market: SSIMarketService, server: SignalRServer
) -> None:
    for from_date, to_date in ((date(2026, 1, 1), DAY), (DAY, date(2026, 7, 1))):
        with pytest.raises(FeedRequestError, match="range"):
            await market.fetch_daily_bars("VCB", from_date, to_date)
    assert server.requests == []


async def test_read_with_an_error_envelope_says_what_ssi_says(
    market: SSIMarketService, server: SignalRServer
) -> None:
    server.gets["DailyOhlc"] = {"data": None, "status": "Error", "message": "max range 30 days"}
    with pytest.raises(FeedRequestError, match="max range 30 days"):
        await market.fetch_daily_bars("VCB", DAY, DAY)
    assert market.requests == 1


@pytest.mark.parametrize("refusal", [{"message": "Missing Authorization header", "status": 401}, (401, {})])
async def test_read_refused_for_the_token_logs_in_again_once(
    market: SSIMarketService, server: SignalRServer, refusal: Any
) -> None:
    server.gets["IndexList"] = [refusal, success({"IndexCode": "VN30", "Exchange": "HOSE"})]
    assert len(await market.fetch_indices("HOSE")) == 1
    assert server.logins == 2
    server.gets["IndexList"] = refusal
    with pytest.raises(FeedRequestError):
        await market.fetch_indices("HOSE")
    assert server.logins == 3


@pytest.mark.parametrize(
    "trouble",
    [(502, b"<html>"), (429, b"API calls quota exceeded! maximum admitted 1 per 1 s"), (200, b"oops"), (200, []),
     (200, {"status": "Error", "message": "API calls quota exceeded!"})],
)  # fmt: skip
async def test_read_in_trouble_is_tried_three_times(
    market: SSIMarketService, server: SignalRServer, clock: SleeplessClock, trouble: Any
) -> None:
    server.gets["IndexList"] = [trouble, trouble, success()]
    assert await market.fetch_indices("HOSE") == []
    assert clock.elapsed_s >= 6.0
    server.gets["IndexList"] = trouble
    with pytest.raises(FeedRequestError, match="3 times"):
        await market.fetch_indices("HOSE")


async def test_read_that_never_ends_is_given_up(
    market: SSIMarketService, server: SignalRServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssi_market_service, "ANSWER_TIMEOUT_S", 0.0)
    with pytest.raises(FeedRequestError, match="TimeoutError"):
        await market.fetch_indices("HOSE")


@pytest.mark.parametrize(
    ("value", "reason"), [("x", "wrong_type"), ("NaN", "not_finite"), ("-1", "negative"), ([], "wrong_type")]
)
def test_number_of_a_row_that_is_none_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(FeedPayloadError, match=reason):
        read_number({"Close": value}, "Close")
    assert read_number({}, "Close") == read_number({"Close": ""}, "Close") == 0.0
