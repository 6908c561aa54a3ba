"""Backfill: the days before the first start, once, marked, and never in anybody's way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from app.backfill_wiring import minutes_of
from app.clock import SystemClock
from app.feed.errors import FeedRequestError
from app.feed.http_client import make_http_client
from app.feed.request_budget import RequestBudget
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.ssi_market_service import SSIMarketService
from app.history import tables
from app.history.backfill import Backfill, MinutesUnavailableError, merge_minutes
from app.history.candles import Interval, RepairedMinute
from app.history.paging import time_range
from app.history.pool import DatabasePool
from app.history.stored_history import StoredHistory
from tests.feed.fake_clock import FakeClock
from tests.history.builders import at, make_trade
from tests.integration.processes import SimulatorChild

TODAY = date(2026, 3, 2)
YESTERDAY = TODAY - timedelta(days=1)


class SleeplessClock(FakeClock):
    """Pauses take no time of ours."""

    async def sleep(self, delay_s: float) -> None:
        self.elapsed_s += delay_s


def minute(clock: str = "09:30:12", day: date = YESTERDAY, **changes: object) -> RepairedMinute:
    fields = {"symbol": "VCB", "timestamp": at(clock, day), "open": 100, "high": 110, "low": 90, "close": 105, "volume": 500}  # fmt: skip
    return RepairedMinute(**{**fields, **changes})  # type: ignore[arg-type]


class Provider:
    """SSI's IntradayOhlc, with the faults a test asks for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, date, date]] = []
        self.broken: set[str] = set()
        self.minutes = [minute("14:45:03"), minute("09:30:12"), minute("09:31:59", volume=100)]

    async def __call__(self, symbol: str, first: date, last: date) -> Sequence[RepairedMinute]:
        self.asked.append((symbol, first, last))
        if symbol in self.broken:
            raise MinutesUnavailableError("HTTP 500")
        return [
            RepairedMinute(
                symbol, bar.timestamp, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.value
            )
            for bar in self.minutes
        ]


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def backfill(pool: DatabasePool, provider: Provider) -> Backfill:
    return Backfill(pool, SleeplessClock(), provider)


async def bars(pool: DatabasePool, symbol: str = "VCB") -> list[tuple[str, int, str | None]]:
    page = await StoredHistory(pool).bars(symbol, Interval.ONE_MINUTE, time_range(None, None), 1_000, None)
    return [(f"{bar.timestamp:%d %H:%M}", bar.volume, bar.origin) for bar in page.data]


async def test_days_before_the_first_start_are_filled_and_marked(
    backfill: Backfill, provider: Provider, pool: DatabasePool
) -> None:
    assert await backfill.run(["VCB", "FPT"], TODAY)
    assert provider.asked == [
        (symbol, TODAY - timedelta(days=30), TODAY - timedelta(days=1)) for symbol in ("VCB", "FPT")
    ]
    assert await bars(pool) == [
        ("01 09:30", 500, "backfill"), ("01 09:31", 100, "backfill"), ("01 14:45", 500, "backfill"),
    ]  # fmt: skip
    assert (backfill.symbols_done, backfill.minutes_stored) == (2, 6)


async def test_restart_goes_on_with_the_range_of_the_first_start(
    backfill: Backfill, provider: Provider, pool: DatabasePool
) -> None:
    await backfill.run(["VCB"], TODAY)
    provider.asked.clear()
    later = TODAY + timedelta(days=9)
    assert await Backfill(pool, SleeplessClock(), provider).run(["VCB", "FPT"], later)
    assert provider.asked == [("FPT", TODAY - timedelta(days=30), YESTERDAY)]


async def test_days_with_prints_of_our_own_are_left_alone(
    backfill: Backfill, provider: Provider, pool: DatabasePool, connection: asyncpg.Connection
) -> None:
    own = make_trade("HPG", "10:00:00", 100, trading_date=date(2026, 2, 27))
    await tables.insert_rows(connection, tables.TRADES, [tables.trade_row(own)])
    provider.minutes = [minute(day=date(2026, 2, 26)), minute(day=date(2026, 2, 27))]
    await backfill.run(["VCB"], TODAY)
    assert provider.asked == [("VCB", TODAY - timedelta(days=30), date(2026, 2, 26))]
    assert await bars(pool) == [("26 09:30", 500, "backfill")]


async def test_database_that_is_older_than_the_range_is_left_alone(
    backfill: Backfill, provider: Provider, connection: asyncpg.Connection
) -> None:
    own = make_trade("HPG", "10:00:00", 100, trading_date=date(2025, 2, 27))
    await tables.insert_rows(connection, tables.TRADES, [tables.trade_row(own)])
    assert await backfill.run(["VCB"], TODAY)
    assert provider.asked == []


async def test_symbol_without_bars_is_done(
    backfill: Backfill, provider: Provider, pool: DatabasePool
) -> None:
    provider.minutes = []
    assert await backfill.run(["VCB"], TODAY)
    assert await bars(pool) == []
    assert await Backfill(pool, SleeplessClock(), provider).run(["VCB"], TODAY)
    assert len(provider.asked) == 1


async def test_symbol_that_can_not_be_read_is_tried_again_and_left_for_the_next_start(
    backfill: Backfill, provider: Provider, pool: DatabasePool, caplog: pytest.LogCaptureFixture
) -> None:
    provider.broken = {"FPT"}
    with caplog.at_level(logging.INFO):
        assert not await backfill.run(["FPT", "VCB"], TODAY)
    assert [symbol for symbol, *_ in provider.asked] == ["FPT", "VCB", "FPT", "FPT"]
    assert "backfill: 2 of 2 symbols, 3 minutes stored" in caplog.messages
    assert caplog.messages[-1] == "backfill: 1 symbols are left for the next start"
    provider.broken = set()
    assert await Backfill(pool, SleeplessClock(), provider).run(["FPT", "VCB"], TODAY)
    assert len(await bars(pool, "FPT")) == 3


async def test_provider_that_gives_nothing_is_left_in_peace(
    backfill: Backfill, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    symbols = [f"S{n}" for n in range(20)]
    provider.broken = set(symbols)
    assert not await backfill.run(symbols, TODAY)
    assert len(provider.asked) == 9  # three in each of three rounds
    assert "backfill: paused, the provider gives nothing (HTTP 500)" in caplog.messages


async def test_database_that_goes_away_is_waited_for(
    backfill: Backfill, provider: Provider, pool: DatabasePool
) -> None:
    await pool.close()
    task = asyncio.create_task(backfill.run(["VCB"], TODAY))
    await asyncio.sleep(0.05)
    assert not task.done()
    assert await pool.try_connect()
    assert await asyncio.wait_for(task, 10)

    original = pool.fetch
    calls = 0

    async def lose_once(sql: str, *arguments: object) -> list[asyncpg.Record]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise asyncpg.ConnectionDoesNotExistError("gone")
        return await original(sql, *arguments)

    pool.fetch = lose_once  # type: ignore[method-assign]
    assert await Backfill(pool, SleeplessClock(), provider).run(["HPG"], TODAY)
    assert len(await bars(pool, "HPG")) == 3


def test_bars_of_a_minute_become_one_and_absurd_ones_none() -> None:
    moment = at("09:30", YESTERDAY)
    merged = merge_minutes([
        minute("09:30:05", value=10), minute("09:30:50", high=200, low=80, open=150, close=150, volume=7, value=5),
        minute("09:31", low=101), minute("09:31", high=104), minute("09:31", low=0), minute("09:31", volume=0),
        minute("09:31", high=1e12), minute("09:31", volume=10**13),
    ])  # fmt: skip
    assert merged == [RepairedMinute("VCB", moment, 100, 200, 80, 150, 507, 15)]


@pytest.fixture
async def simulator_market() -> AsyncIterator[SSIMarketService]:
    """SSI's REST as the simulator answers it, at 10:30 of its day, standing still."""
    child = await asyncio.to_thread(
        SimulatorChild, "--activity", "0.2", "--date", "2026-03-02", "--start", "10:30:00"
    )
    clock = SystemClock()
    try:
        async with make_http_client() as http:
            (await http.post(f"{child.url}sim/pause", json={"paused": True})).raise_for_status()
            auth = SSIAuthService(
                base_url=child.url, consumer_id="a", consumer_secret="b", http=http, clock=clock
            )
            yield SSIMarketService(
                base_url=child.url, auth=auth, http=http, clock=clock, budget=RequestBudget(clock, 100.0)
            )
    finally:
        await asyncio.to_thread(child.end)


async def test_minutes_of_the_simulated_day_are_those_ssi_would_give(
    simulator_market: SSIMarketService, pool: DatabasePool
) -> None:
    day = date(2026, 3, 2)
    backfill = Backfill(pool, SystemClock(), minutes_of(simulator_market))
    assert await backfill.run(["VCB", "FPT"], day + timedelta(days=1))
    rows = await simulator_market.fetch_intraday_bars("VCB", day, day)
    stored = await bars(pool)
    assert len(stored) == len({int(row.time_s // 60) for row in rows}) > 50
    assert sum(volume for _, volume, _ in await _all_bars(pool)) == sum(row.volume for row in rows)
    assert {origin for *_, origin in stored} == {"backfill"}


async def _all_bars(pool: DatabasePool) -> list[tuple[str, int, str | None]]:
    page = await StoredHistory(pool).bars("VCB", Interval.ONE_DAY, time_range(None, None), 10, None)
    return [("", bar.volume, bar.origin) for bar in page.data]


async def test_ssi_that_refuses_is_minutes_unavailable() -> None:
    class Refusing:
        async def fetch_intraday_bars(self, *_asked: object) -> list[object]:
            raise FeedRequestError("IntradayOhlc: HTTP 500, 3 times")

    market: Any = Refusing()
    with pytest.raises(MinutesUnavailableError, match="HTTP 500, 3 times"):
        await minutes_of(market)("VCB", YESTERDAY, YESTERDAY)
