"""C3: one simulated day through the real client, once from X-TRADE and X-QUOTE, once from X: equal to the truth."""

from __future__ import annotations

import asyncio
import json
import time
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest

from app.feed.wire_names import index_id_of
from app.market.models import Changes, ClassifiedTrade, Phase, SessionStats, TradeType
from app.simulator.events import Print
from app.simulator.simulated_market import SimulatedMarket
from tests.conftest import Measured
from tests.integration.conftest import StartSimulator
from tests.integration.control import Control
from tests.integration.processes import SimulatorChild
from tests.integration.running_app import LongestCallback, collector_restored, running_app, watched_loop
from tests.integration.waiting import until
from tests.integration.written import everything_written, find_secrets

DAY, SEED, SYMBOLS, ACTIVITY = date(2026, 11, 23), 11, 30, 0.02
DAY_DEADLINE_S = 110.0  # 7 s on an idle machine
SIDES = {1: TradeType.ACTIVE_BUY, -1: TradeType.ACTIVE_SELL, 0: TradeType.NEUTRAL}
PHASES = ("ato", "continuous", "atc", "plo", "other")
CHANNELS = {
    "X-TRADE and X-QUOTE": ["X-TRADE:ALL", "X-QUOTE:ALL", "R:ALL", "MI:ALL", "F:ALL"],
    "X": ["X:ALL", "R:ALL", "MI:ALL", "F:ALL"],
}


@dataclass
class PlayedDay:
    """What is left of a day that was played to its end."""

    truth: dict[str, Any]
    connections: dict[str, Any]
    snapshot: dict[str, Any]  # as REST gives it
    foreign: dict[str, dict[str, Any]]
    stats: dict[str, SessionStats]
    trades: list[ClassifiedTrade]
    gaps: int
    rejected: dict[str, int]
    messages: int
    took_s: float
    held: LongestCallback
    written: list[str]

    @property
    def symbols(self) -> dict[str, Any]:
        """Return the truth per symbol."""
        symbols: dict[str, Any] = self.truth["symbols"]
        return symbols


@pytest.fixture(scope="module")
def prints() -> dict[tuple[str, int], Print]:
    """Every match of the day by symbol and TotalVol, straight from the market model: no wire in between."""
    events = SimulatedMarket(DAY, SEED, SYMBOLS, ACTIVITY, days=1).events()
    return {(e.security.symbol, e.total_volume): e for e in events if isinstance(e, Print)}


@pytest.fixture(scope="module", params=CHANNELS)
def day(request: pytest.FixtureRequest, start_simulator: StartSimulator) -> PlayedDay:
    simulator = start_simulator(
        "--date", DAY.isoformat(), "--seed", str(SEED), "--symbols", str(SYMBOLS), "--activity", str(ACTIVITY),
        "--start", "08:40", "--speed", "0", "--days", "1", "--hold",
    )  # fmt: skip
    with collector_restored(), pytest.MonkeyPatch.context() as patch:
        # 20 s of this market are milliseconds of ours: a busy machine must not be taken for a stall
        patch.setattr("app.feed.ssi_stream_service.STALL_WALL_MIN_S", 60.0)
        return asyncio.run(_play(simulator, CHANNELS[request.param]))


async def _play(simulator: SimulatorChild, channels: list[str]) -> PlayedDay:
    trades: list[ClassifiedTrade] = []
    gaps = 0

    def keep(changes: Changes) -> None:
        nonlocal gaps
        trades.extend(changes.trades)
        gaps += len(changes.gaps)

    with everything_written() as written, watched_loop() as held:
        async with (
            httpx.AsyncClient(timeout=30) as http,
            running_app(simulator.url, ssi_channels=channels) as app,
        ):
            control = Control(simulator, http)
            app.application.processor.subscribe(keep)
            started_s = time.monotonic()

            async def has_ended() -> bool:
                return bool((await control.clock())["ended"])

            await until(has_ended, "the day is over", DAY_DEADLINE_S)
            await app.has_read_all(control)
            took_s = time.monotonic() - started_s
            return PlayedDay(
                truth=await control.truth(),
                connections=await control.connections(),
                snapshot=json.loads((await app.http.get("/api/market/snapshot")).text),
                foreign={row["symbol"]: row for row in (await app.http.get("/api/foreign")).json()["stocks"]},
                stats=deepcopy(app.application.processor.get_session_stats()),
                trades=trades,
                gaps=gaps,
                rejected=await app.rejected(),
                messages=app.messages,
                took_s=took_s,
                held=held,
                written=written,
            )


def test_day_totals_equal_the_truth(day: PlayedDay, measured: Measured) -> None:
    measured("prints", len(day.trades))
    measured("messages", day.messages)
    measured("played in s", round(day.took_s, 1))
    assert day.stats.keys() == {s for s, truth in day.symbols.items() if truth["prints"]}
    for symbol, stats in day.stats.items():
        truth, price = day.symbols[symbol], day.snapshot["prices"][symbol]
        value = stats.mua_chu_dong_value + stats.ban_chu_dong_value + stats.neutral_value
        assert (stats.total_volume, value) == (truth["total_volume"], truth["total_value"]), symbol
        assert (price["total_volume"], price["total_value"]) == (truth["total_volume"], truth["total_value"])
        assert day.snapshot["quotes"][symbol]["total_volume"] == truth["total_volume"]
    assert len(day.trades) == sum(truth["prints"] for truth in day.symbols.values())


def test_day_phases_equal_the_truth_and_add_up(day: PlayedDay) -> None:
    for symbol, stats in day.stats.items():
        phases = {name: getattr(stats, name) for name in PHASES}
        truth = {name: sum(volumes.values()) for name, volumes in day.symbols[symbol]["phases"].items()}
        assert {name: part.total_volume for name, part in phases.items() if part.total_volume} == truth, (
            symbol
        )
        assert sum(part.total_volume for part in phases.values()) == stats.total_volume
        for side in ("mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume"):
            assert sum(getattr(part, side) for part in phases.values()) == getattr(stats, side)
        sides = stats.mua_chu_dong_volume + stats.ban_chu_dong_volume + stats.neutral_volume
        assert sides == stats.total_volume


def test_day_sides_equal_the_truth_on_99_of_100_continuous_prints(
    day: PlayedDay, prints: dict[tuple[str, int], Print], measured: Measured
) -> None:
    compared = agreed = 0
    for trade in day.trades:
        truth = prints[trade.symbol, trade.total_volume]
        assert (trade.volume, trade.phase) == (truth.volume, Phase(truth.phase)), trade
        if trade.phase is Phase.CONTINUOUS:
            compared += 1
            agreed += trade.trade_type is SIDES[truth.side]
    measured("sides as the truth", f"{agreed} of {compared} = {100 * agreed / compared:.2f} %")
    assert agreed / compared >= 0.99


def test_day_auctions_are_neutral(day: PlayedDay) -> None:
    outside = [trade for trade in day.trades if trade.phase is not Phase.CONTINUOUS]
    assert {trade.phase for trade in outside} >= {Phase.ATO, Phase.ATC}
    assert {trade.trade_type for trade in outside} == {TradeType.NEUTRAL}
    for stats in day.stats.values():
        for part in (stats.ato, stats.atc, stats.plo, stats.other):
            assert part.mua_chu_dong_volume == part.ban_chu_dong_volume == 0


def test_day_without_a_loss_has_no_missed_volume(day: PlayedDay) -> None:
    assert {stats.missed_volume for stats in day.stats.values()} == {0}
    assert day.gaps == 0


def test_day_prices_equal_the_truth(day: PlayedDay) -> None:
    names = ("last_price", "open", "high", "low", "ref_price", "ceiling", "floor")
    for symbol in day.stats:
        ours, truth = day.snapshot["prices"][symbol], day.symbols[symbol]
        assert {name: ours[name] for name in names} == {name: truth[name] for name in names}, symbol


def test_day_foreign_totals_equal_the_truth(day: PlayedDay) -> None:
    names = ("buy_volume", "sell_volume", "buy_value", "sell_value", "current_room")
    truths = {symbol: truth["foreign"] for symbol, truth in day.symbols.items() if truth["foreign"]}
    assert len(truths) == SYMBOLS
    for symbol, truth in truths.items():
        assert {name: day.foreign[symbol][name] for name in names} == {name: truth[name] for name in names}, (
            symbol
        )
    total = day.snapshot["foreign"]["total_net_value"]
    assert total == sum(truth["buy_value"] - truth["sell_value"] for truth in truths.values())


def test_day_indices_equal_the_truth(day: PlayedDay) -> None:
    assert len(day.truth["indices"]) >= 4
    for wire_id, truth in day.truth["indices"].items():
        ours = day.snapshot["indices"][index_id_of(wire_id)]
        same = (
            "value",
            "prior_value",
            "total_volume",
            "total_value",
            "put_through_volume",
            "no_changes",
            "ceilings",
        )
        assert {name: ours[name] for name in same} == {name: truth[name] for name in same}, wire_id
        assert ours["advances"] == truth["advances"] + truth["ceilings"]
        assert ours["declines"] == truth["declines"] + truth["floors"]


def test_day_basis_equals_the_truth(day: PlayedDay, measured: Measured) -> None:
    contracts = {row["symbol"]: row for row in day.snapshot["derivatives"]["contracts"]}
    assert contracts.keys() == day.truth["futures"].keys()
    for symbol, truth in day.truth["futures"].items():
        assert contracts[symbol]["last_price"] == truth["last_price"]
        assert contracts[symbol]["basis"] == pytest.approx(truth["basis"], abs=0.011), symbol
    measured("basis", {symbol: row["basis"] for symbol, row in contracts.items()})


def test_day_is_final_and_came_over_one_connection(day: PlayedDay, measured: Measured) -> None:
    assert day.snapshot["session"]["is_final"] is True
    assert day.snapshot["session"]["trading_date"] == DAY.isoformat()
    assert (day.connections["max"], day.connections["opened"]) == (1, 1)
    measured("rejected", day.rejected)


def test_day_never_holds_the_loop_and_writes_no_secret(day: PlayedDay, measured: Measured) -> None:
    measured("longest callback ms", day.held.ms)
    day.held.check()
    assert find_secrets(day.written) == []
