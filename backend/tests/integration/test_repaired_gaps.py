"""What the feed did not show comes back from SSI's minutes: the candles are those of the market, and the ledger closes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.clock import SystemClock
from app.feed.http_client import make_http_client
from app.feed.request_budget import RequestBudget
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.ssi_market_service import SSIMarketService
from app.market.market_time import date_at
from benchmarks.data_dir import temporary_data_dir
from tests.history.conftest import database_dsn, server_dsn, template_name  # noqa: F401 - fixtures
from tests.integration.conftest import ControlOf, StartSimulator
from tests.integration.control import Control
from tests.integration.running_app import RunningApp, running_app
from tests.integration.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SPEED = 20.0
WITHHELD = ("VCB", "FPT", "HPG")


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_data_dir() as made:
        yield made


class Market:
    """A simulated market and its truth by the minute."""

    def __init__(self, control: Control, rest: SSIMarketService) -> None:
        self.control = control
        self._rest = rest

    async def minutes(self, symbol: str) -> dict[str, tuple[float, ...]]:
        day = date_at((await self.control.clock())["time_s"])
        rows = await self._rest.fetch_intraday_bars(symbol, day, day)
        return {row_time(row.time_s): (row.open, row.high, row.low, row.close, row.volume) for row in rows}


def row_time(time_s: float) -> str:
    second = int(time_s + 7 * 3600) % 86_400
    return f"{second // 3600:02}:{second % 3600 // 60:02}"


@pytest.fixture
async def market(start_simulator: StartSimulator, control_of: ControlOf) -> AsyncIterator[Market]:
    simulator = start_simulator(
        "--seed", "8", "--speed", str(SPEED), "--start", "09:14:40", "--activity", "1", "--hold",
        "--date", "2026-03-02",
    )  # fmt: skip
    clock = SystemClock()
    async with make_http_client() as http:
        auth = SSIAuthService(
            base_url=simulator.url, consumer_id="a", consumer_secret="b", http=http, clock=clock
        )
        rest = SSIMarketService(
            base_url=simulator.url, auth=auth, http=http, clock=clock, budget=RequestBudget(clock, 200.0)
        )
        yield Market(control_of(simulator), rest)


@asynccontextmanager
async def tracker(market: Market, folder: Path, dsn: str) -> AsyncIterator[RunningApp]:
    async with running_app(market.control.url, data_dir=folder, database_url=dsn, feed_stall_s=60) as app:
        await app.live(40)
        yield app


async def ledger(app: RunningApp, **query: Any) -> list[dict[str, Any]]:
    answer = await app.http.get("/api/history/gaps", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


async def bars(app: RunningApp, symbol: str) -> dict[str, dict[str, Any]]:
    answer = await app.http.get(f"/api/history/{symbol}/candles", params={"limit": 1_000})
    return {bar["timestamp"][11:16]: bar for bar in answer.json()["data"]}


async def open_gaps(app: RunningApp) -> int:
    count: int = (await app.http.get("/health")).json()["open_gaps"]
    return count


async def is_all_repaired(app: RunningApp) -> None:
    """Wait until nothing is open: what is lost last can be repaired 2.5 minutes of the market later."""
    found: list[dict[str, Any]] = []

    async def is_closed() -> bool:
        found[:] = await ledger(app, open="true")
        if not found and not await open_gaps(app):
            return True
        await asyncio.sleep(0.3)  # it takes seconds, and asking takes time of the same loop
        return False

    try:
        await until(is_closed, "every gap repaired", 200)
    except AssertionError as error:
        raise AssertionError(f"{error}: {found}") from None


async def assert_candles_are_the_truth(app: RunningApp, market: Market) -> int:
    """Compare every symbol's minutes with the market's, which must stand still; return how many were repaired."""
    await until(lambda: not app.application.history.spool_status().rows, "an empty spool")
    truth = (await market.control.truth())["symbols"]
    repaired = 0
    for symbol in app.application.processor.get_session_stats():
        if truth[symbol]["exchange"] == "DERIVATIVES":
            continue  # they have traded since 09:00, before we began
        ours, theirs = await bars(app, symbol), await market.minutes(symbol)
        assert {
            minute: tuple(bar[name] for name in ("open", "high", "low", "close", "volume"))
            for minute, bar in ours.items()
        } == theirs, symbol
        assert sum(bar["volume"] for bar in ours.values()) == truth[symbol]["total_volume"], symbol
        for bar in ours.values():
            sides = (bar["mua_chu_dong_volume"], bar["ban_chu_dong_volume"], bar["neutral_volume"])
            assert sum(sides) == bar["volume"]
            assert bar["is_repaired"] is (bar["origin"] == "repair")
            repaired += bar["is_repaired"]
    return repaired


async def stand_still(app: RunningApp, market: Market) -> None:
    """Stop the market and wait until its last message has been read: then the totals are those of the truth."""
    await market.control.pause()
    truth = (await market.control.truth())["symbols"]
    stats = app.application.processor.get_session_stats
    await until(
        lambda: all(row.total_volume == truth[symbol]["total_volume"] for symbol, row in stats().items()),
        "every total as it is",
    )


async def test_gaps_are_repaired_to_the_truth_and_stay_so_after_a_restart(
    market: Market,
    folder: Path,
    database_dsn: str,  # noqa: F811
) -> None:
    control = market.control
    async with tracker(market, folder, database_dsn) as app:
        for symbol in WITHHELD:
            await control.fault("withhold", fraction=0.5, symbol=symbol)

            async def is_withheld(symbol: str = symbol) -> bool:
                return bool((await control.truth())["symbols"][symbol]["withheld_prints"] > 3)

            await until(is_withheld, f"prints of {symbol} withheld")
            await control.clear_faults()
        await control.fault("drop")

        async def has_gaps() -> bool:
            found = {(gap["symbol"], gap["cause"]) for gap in await ledger(app, open="true")}
            wanted = {(symbol, "total_volume_jump") for symbol in WITHHELD} | {("*", "disconnect")}
            return wanted <= found

        await until(has_gaps, "the gaps in the ledger", 60)
        assert await open_gaps(app) >= len(WITHHELD) + 1
        await is_all_repaired(app)
        await stand_still(app, market)
        assert (await app.metrics())["gaps_open", ""] == 0
        assert await assert_candles_are_the_truth(app, market) > len(WITHHELD)
        stats = app.application.processor.get_session_stats()
        missed = {symbol: stats[symbol].missed_volume for symbol in WITHHELD}
        assert all(missed.values()), "the candles are repaired, what we did not see stays missed"
        before = {gap["id"]: gap for gap in await ledger(app)}
        assert all(gap["is_repaired"] for gap in before.values() if gap["cause"] != "late_start")
    await control.pause(False)
    async with tracker(market, folder, database_dsn) as app:
        after = {gap["id"]: gap for gap in await ledger(app)}
        assert {name: after[name] for name in before} == before
        await is_all_repaired(app)
        await stand_still(app, market)
        assert await assert_candles_are_the_truth(app, market) > len(WITHHELD)
        stats = app.application.processor.get_session_stats()
        volumes = Counter[str]()
        for gap in await ledger(app):
            volumes[gap["symbol"]] += gap["volume"]
        for symbol in WITHHELD:  # with what was traded while we were down
            assert stats[symbol].missed_volume == volumes[symbol] >= missed[symbol], symbol
