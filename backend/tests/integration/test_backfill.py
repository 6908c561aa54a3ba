"""The candles of the days before a first start with real keys: the whole application, with the simulator in SSI's place."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from app import wiring
from app.clock import VIETNAM, SystemClock
from app.history import backfill
from benchmarks.data_dir import temporary_data_dir
from tests.history.conftest import database_dsn, server_dsn, template_name  # noqa: F401 - fixtures
from tests.integration.conftest import ControlOf, StartSimulator
from tests.integration.processes import SimulatorChild
from tests.integration.running_app import RunningApp, running_app
from tests.integration.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

TRADED = date(2026, 3, 2)
SYMBOLS = ("VCB", "FPT")


class NextMorning(SystemClock):
    """The real clock, set to 07:00 on the day after the simulated one."""

    def __init__(self) -> None:
        begun_s = datetime(2026, 3, 3, 7, tzinfo=VIETNAM).timestamp()
        self._ahead_s = begun_s - super().time_s()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time_s(), VIETNAM)

    def time_s(self) -> float:
        return super().time_s() + self._ahead_s


@pytest.fixture
def simulator(start_simulator: StartSimulator) -> SimulatorChild:
    """A market that has traded for a while; to play it all would take longer."""
    return start_simulator(
        "--date", TRADED.isoformat(), "--start", "09:45", "--activity", "0.3", "--speed", "0.01",
        "--consumer-id", "key", "--consumer-secret", "test-consumer-secret",
    )  # fmt: skip


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_data_dir() as made:
        yield made


@asynccontextmanager
async def tracker(simulator: SimulatorChild, folder: Path, dsn: str) -> AsyncIterator[RunningApp]:
    settings: dict[str, Any] = {
        "feed_source": "ssi",
        "ssi_base_url": simulator.url,
        "ssi_stream_url": simulator.url,
        "ssi_consumer_id": "key",
        "ssi_consumer_secret": "test-consumer-secret",
        "ssi_channels": ["F:ALL", "MI:ALL"],  # no print of our own: such a day would be left alone
        "tracked_symbols": list(SYMBOLS),
        "database_url": dsn,
        "data_dir": folder,
    }
    async with running_app("", **settings) as app:
        yield app


async def bars(app: RunningApp, symbol: str, interval: str) -> list[dict[str, Any]]:
    query: dict[str, Any] = {"interval": interval, "limit": 1_000}
    answer = await app.http.get(f"/api/history/{symbol}/candles", params=query)
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


async def test_first_start_with_keys_fills_the_days_before_and_the_second_does_not_again(
    simulator: SimulatorChild,
    control_of: ControlOf,
    folder: Path,
    database_dsn: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    control = control_of(simulator)
    await control.pause()
    monkeypatch.setattr(wiring, "SystemClock", NextMorning)
    caplog.set_level(logging.INFO)
    async with tracker(simulator, folder, database_dsn) as app:
        done = "backfill: 6 of 6 symbols"  # two stocks and four futures
        await until(lambda: any(done in line for line in caplog.messages), "all of it filled", 60)
        assert "backfill: 6 symbols, 2026-02-01 to 2026-03-02" in caplog.messages
        progress = [line for line in caplog.messages if line.startswith("backfill: 1 of 6 symbols")]
        assert len(progress) == 1
        truth = (await control.truth())["symbols"]
        for symbol in SYMBOLS:
            minutes, (day,) = await bars(app, symbol, "1m"), await bars(app, symbol, "1d")
            assert {bar["origin"] for bar in [*minutes, day]} == {"backfill"}
            assert {bar["timestamp"][:10] for bar in minutes} == {TRADED.isoformat()}
            assert sum(bar["volume"] for bar in minutes) == day["volume"] == truth[symbol]["total_volume"]
            for name, figure in (("open", "open"), ("high", "high"), ("low", "low"), ("close", "last_price")):
                assert day[name] == truth[symbol][figure], (symbol, name)
        assert (await app.http.get("/health")).json()["open_gaps"] == 0
        before = await bars(app, "VCB", "1m")
    caplog.clear()
    filled: list[bool] = []
    run = backfill.Backfill.run

    async def watched(self: backfill.Backfill, *asked: Any) -> bool:
        filled.append(await run(self, *asked))
        assert self.symbols_done == 0
        return filled[-1]

    monkeypatch.setattr(backfill.Backfill, "run", watched)
    async with tracker(simulator, folder, database_dsn) as app:
        await until(lambda: filled, "the second start has looked", 60)
        assert filled == [True]
        assert not [line for line in caplog.messages if line.startswith("backfill:")]
        assert await bars(app, "VCB", "1m") == before
