"""A restart in mid-session, from kept states and the prints after them, against a run that was never interrupted."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from msgspec import structs

from app.history.day_reader import DayReader, StoredSession
from app.history.hole_filler import fill_holes
from app.history.kept_states import StateKeeper, decode_states
from app.history.recovery import Recovery
from app.history.tables import TRADES
from app.market.alert_rules import AlertThresholds
from app.market.messages import QuoteMessage, Tick, TradeMessage
from app.market.models import AlertType, Changes
from app.market.processor import MarketDataProcessor
from app.market.stored_day import StoredDay
from tests.history.test_recovery import Life, make_lives
from tests.history.test_spool import until
from tests.history.trading_hour import SYMBOLS, trading_hour
from tests.market.builders import TODAY, at, make_foreign, make_index, make_processor, make_quote, make_trade

TRACKED = frozenset(SYMBOLS)


def new_processor() -> MarketDataProcessor:
    """A core with a short window of prints, so that an hour has prints before it."""
    return make_processor(
        tracked=TRACKED | {"VNM"}, alert_thresholds=AlertThresholds(volume_spike_window_s=600)
    )


class KeepingLife(Life):
    """One that keeps states, on market time: every 30 s of it, as the application does on the wall's."""

    def __init__(self, path: Path, dsn: str) -> None:
        super().__init__(path, dsn)
        self.processor = new_processor()
        self.rig.writer._states = StateKeeper(
            symbol_state=self.processor.symbol_state,
            indices=self.processor.get_indices,
            trading_date=lambda: self.processor.trading_date,
            monotonic_s=lambda: self.processor.market_time_s,
        )


@pytest.fixture
async def new_life(tmp_path: Path, database_dsn: str) -> AsyncIterator[Any]:
    async for make in make_lives(lambda: KeepingLife(tmp_path, database_dsn)):
        yield make


def state_of(processor: MarketDataProcessor) -> dict[str, Any]:
    """Return everything that must be as it would have been, but the book and the foreign windows."""
    prices = processor.get_prices()
    names = (
        "last_price", "change", "change_pct", "ref_price", "ceiling", "floor", "open", "high", "low", "avg_price",
        "total_volume", "total_value", "last_volume", "exchange", "phase",
    )  # fmt: skip
    return {
        "stats": processor.get_session_stats(),
        "prices": {symbol: [getattr(row, name) for name in names] for symbol, row in prices.items()},
        "audit": processor.get_classification_audit(),
        "basis": processor.get_basis_trend(120),
        "active": processor.get_derivatives_data().symbol,
        "volumes": {row.symbol: row.volume for row in processor.get_derivatives_data().contracts},
        "indices": processor.get_indices(),
        "foreign": {
            row.symbol: (row.buy_volume, row.net_value, row.total_room, row.current_room)
            for row in processor.get_foreign_detail()
        },
        "alerts": {
            alert.id: alert
            for alert in processor.get_alerts(500)
            if alert.alert_type is not AlertType.FOREIGN_ACCELERATION  # windows begin anew
        },
    }


async def completed(recovery: Recovery) -> list[Changes]:
    return [changes async for changes in recovery.complete()]


@pytest.mark.parametrize("seed", [1, 2])
async def test_restart_from_kept_states_is_as_if_it_had_not_been(new_life: Any, seed: int) -> None:
    messages = list(trading_hour(seed, minutes=40))
    cut = len(messages) * 4 // 5
    while not isinstance(
        messages[cut - 1], Tick
    ):  # a quote just before the end is gone, and its trade unclassified
        cut += 1
    whole, first = new_processor(), await new_life()
    for message in messages[:cut]:
        whole.apply([message])
    first.apply(messages[: cut * 9 // 10])
    assert await first.rig.writer.flush(20)
    first.apply(messages[cut * 9 // 10 : cut])  # these wait in the spool when we die
    prints = first.processor.get_classification_audit()
    second = await new_life()
    restored = await second.recovery().run(5, None)
    assert restored is not None
    assert (restored.trading_date, restored.behind) == (TODAY, 0)
    assert restored.trades < sum(row.prints for row in prints.values()) * 2 // 3, (
        "older prints are not read again"
    )
    ours, expected = state_of(second.processor), state_of(whole)
    for name, figures in expected.items():
        assert ours[name] == figures, name
    for message in messages[cut:]:
        whole.apply([message])
        second.apply([message])
    ours, expected = state_of(second.processor), state_of(whole)
    for name, figures in expected.items():
        assert ours[name] == figures, name
    assert second.processor.get_prices() == whole.get_prices()


async def test_restart_without_states_counts_every_print_again(new_life: Any) -> None:
    messages = list(trading_hour(3, minutes=10, withheld_until_s=0))
    whole, first = new_processor(), await new_life()
    first.rig.writer._states = None
    for message in messages:
        whole.apply([message])
    first.apply(messages)
    second = await new_life()
    restored = await second.recovery().run(5, None)
    assert restored is not None
    assert second.processor.get_session_stats() == whole.get_session_stats()
    assert second.processor.get_classification_audit() == whole.get_classification_audit()


async def test_restart_brings_back_what_no_column_holds(new_life: Any) -> None:
    first = await new_life()
    first.apply(
        [
            make_quote(bid=59_900, ask=60_000),
            make_trade(),
            make_foreign(buy=100),
            make_index(),
            make_index("VNINDEX"),
        ]
    )
    first.rig.writer.keep_states()
    second = await new_life()
    await second.recovery().run(5, None)
    assert second.processor.get_prices() == first.processor.get_prices()
    assert second.processor.get_indices() == first.processor.get_indices()
    foreign = second.processor.get_foreign("VNM")
    assert (foreign.total_room, foreign.current_room) == (1_000_000, 400_000)
    assert second.processor.quotes.get_price_refs("VNM") == (60_000, 64_200, 55_800)
    assert second.processor.quotes.get_bid_ask("VNM") == (0, 0), "an old book classifies nothing"


async def test_restart_with_states_of_some_symbols_has_the_foreign_totals_of_all(new_life: Any) -> None:
    name, first = SYMBOLS[0], await new_life()
    first.apply(
        [
            make_trade(name, time="10:00:00"),
            make_foreign(name, buy=300, time="10:00:01"),
            make_trade(time="10:30:00"),
            make_foreign(buy=100, time="10:30:01"),
        ]
    )
    first.rig.writer.keep_states()
    assert await first.rig.writer.flush(20)
    await first.rig.spool._ask(lambda file: file._db.execute("DELETE FROM states WHERE name = ?", (name,)))
    second = await new_life()
    await second.recovery().run(5, None)
    bought = {row.symbol: row.buy_volume for row in second.processor.get_foreign_detail()}
    assert bought == {name: 300, "VNM": 100}


async def test_restart_without_a_database_has_the_totals_from_states(new_life: Any) -> None:
    messages = list(trading_hour(4, minutes=10, withheld_until_s=0))
    whole, first = new_processor(), await new_life()
    for message in messages:
        whole.apply([message])
    first.apply(messages)
    first.rig.writer.keep_states()
    assert await first.rig.writer.flush(20)
    second = await new_life(is_connected=False)
    second.recovery_used = second.recovery()
    restored = await second.recovery_used.run(0.05, None)
    assert restored is not None
    assert second.processor.get_session_stats() == whole.get_session_stats()
    assert second.processor.get_prices() == whole.get_prices()
    late = list(trading_hour(5, minutes=11, withheld_until_s=0))[-60:]  # the market goes on, still without it
    second.apply(late)
    alerts = second.processor.get_alerts(500)
    completing = asyncio.create_task(completed(second.recovery_used))
    assert await second.pool.try_connect()
    assert [changes.everything for changes in await completing] == [True]
    ours, expected = second.processor.get_basis_trend(120), whole.get_basis_trend(120)
    assert ours[: len(expected)] == expected
    assert len(ours) > len(expected)
    assert second.processor.get_alerts(500)[: len(alerts)] == alerts
    assert {alert.id for alert in whole.get_alerts(500)} <= {
        alert.id for alert in second.processor.get_alerts(500)
    }
    assert await completed(second.recovery_used) == []


def sides_of(processor: MarketDataProcessor) -> dict[str, Any]:
    """Return what each symbol's prints add up to; the tick test needs their order."""
    return {
        "stats": processor.get_session_stats(),
        "audit": {
            symbol: structs.replace(row, tick_test_ratio=None)
            for symbol, row in processor.get_classification_audit().items()
        },
    }


def life_with_a_hole(seed: int) -> tuple[list[Any], int, int, int]:
    """Return twenty minutes of messages, up to where the database had them, where we die, and where it is back.

    With an odd seed prints are withheld all along, so that some of the hole's volume stays missed.
    """
    messages = list(trading_hour(seed, minutes=20, withheld_until_s=1500 if seed % 2 else 0))
    messages = [structs.replace(m, total_value=0) if isinstance(m, TradeMessage) else m for m in messages]
    ticks = [n + 1 for n, message in enumerate(messages) if isinstance(message, Tick)]  # one a second
    drained, end, back = (ticks[second] for second in (830, 840, 1020))
    return messages, drained, end, back


@pytest.mark.parametrize("kept", ["kept", "not kept"])
@pytest.mark.parametrize("seed", [1, 2])
async def test_prints_out_of_reach_at_the_start_are_counted_when_the_database_appears(
    new_life: Any, seed: int, kept: str
) -> None:
    messages, drained, end, back = life_with_a_hole(seed)
    whole, first = new_processor(), await new_life()
    if kept == "not kept":
        first.rig.writer._states = None  # all that is known is how far each symbol came
    first.apply(messages[:drained])
    assert await first.rig.writer.flush(20)
    first.apply(messages[drained:end])  # these wait in the spool when we die
    for message in messages[:end]:
        whole.apply([message])
    second = await new_life(is_connected=False)
    recovery = second.recovery()
    assert await recovery.run(0.05, at("10:14:00")) is not None
    missed = {symbol: row.missed_volume for symbol, row in second.processor.get_session_stats().items()}
    assert sum(missed.values()) > sum(row.missed_volume for row in whole.get_session_stats().values())
    books = [message for message in messages[:end] if isinstance(message, QuoteMessage)]
    second.processor.apply(books)  # else late prints would be of no side: not what this is about
    completing = asyncio.create_task(completed(recovery))
    for message in messages[end:back]:  # the market goes on without it: repeats, late stamps
        whole.apply([message])
        second.apply([message])
    late = [message for message in messages[:end] if isinstance(message, TradeMessage)][-200:]
    second.apply(late)  # the feed says once more what it said before the start
    alerts, prices = second.processor.get_alerts(500), copy.deepcopy(second.processor.get_prices())
    assert second.processor.get_session_stats() != whole.get_session_stats()
    assert await second.pool.try_connect()
    changes = await completing
    assert any(part.stats for part in changes)
    assert not any(part.trades or part.gaps or part.rejected for part in changes)
    assert second.processor.get_prices() == prices
    assert second.processor.get_alerts(500)[: len(alerts)] == alerts
    assert sides_of(second.processor) == sides_of(whole)
    assert second.processor.holes() == []
    for message in messages[back:]:
        whole.apply([message])
        second.apply([message])
    assert await completed(recovery) == [], "nothing is counted twice"
    assert sides_of(second.processor) == sides_of(whole)
    assert await second.rig.writer.flush(20)
    third = await new_life()  # from states, some of them of before the database appeared
    recovery = third.recovery()
    await recovery.run(5, at("10:20:00"))
    await completed(recovery)
    assert third.processor.get_session_stats() == whole.get_session_stats()


async def test_a_hole_waits_for_a_database_that_goes_away_again(
    new_life: Any, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.history.recovery.COMPLETION_RETRY_S", 0.01)
    first = await new_life()
    first.apply([make_quote(bid=59_900, ask=60_000), make_trade(), make_trade(total=300, volume=200)])
    assert await first.rig.writer.flush(10)
    await connection.execute("ALTER TABLE trades RENAME TO trades_away")
    second = await new_life(is_connected=False)
    recovery = second.recovery()
    await recovery.run(0.05, at("10:00:10"))
    completing = asyncio.create_task(completed(recovery))
    assert await second.pool.try_connect()
    await until(lambda: second.pool._is_stale)  # it has asked in vain
    assert second.processor.get_trade_analysis("VNM").missed_volume == 300
    await connection.execute("ALTER TABLE trades_away RENAME TO trades")
    assert await second.pool.try_connect()
    assert [changes.stats for changes in await completing] == [{"VNM"}, set()]
    assert second.processor.get_trade_analysis("VNM") == first.processor.get_trade_analysis("VNM")


async def test_a_hole_ends_with_its_day_and_prints_that_do_not_fit_are_said(
    new_life: Any, connection: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    first = await new_life()
    first.apply([make_trade(), make_trade("S00"), make_trade("S00", total=300, volume=200)])
    assert await first.rig.writer.flush(10)
    second = await new_life(is_connected=False)
    recovery = second.recovery()
    await recovery.run(0.05, at("10:00:10"))
    assert {symbol for symbol, _ in second.processor.holes()} == {"VNM", "S00"}
    await connection.execute("UPDATE trades SET volume = 201 WHERE total_volume = 300")
    assert await second.pool.try_connect()
    stats = [changes.stats async for changes in fill_holes(second.processor, second.pool)]
    assert sorted(stats, key=len) == [set(), {"VNM"}]
    assert "does not fit into 1 holes among ['S00']" in caplog.text
    assert second.processor.get_trade_analysis("S00").missed_volume == 300
    third = await new_life(is_connected=False)
    recovery = third.recovery()
    await recovery.run(0.05, at("10:00:10"))
    third.apply([make_trade(day=TODAY + timedelta(days=3))])
    assert await third.pool.try_connect()
    assert [changes.stats for changes in await completed(recovery)] == [set()]
    assert third.processor.get_trade_analysis("VNM").missed_volume == 0


async def test_a_database_that_dies_during_the_restore_leaves_holes(
    new_life: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await new_life()
    first.apply([make_trade(), make_trade(total=300, volume=200)])
    assert await first.rig.writer.flush(10)
    second = await new_life()
    read = DayReader.rest

    async def die_after(reader: DayReader, session: StoredSession) -> StoredDay:
        stored = await read(reader, session)
        await second.pool.close()
        return stored

    monkeypatch.setattr(DayReader, "rest", die_after)
    recovery = second.recovery()
    assert await recovery.run(5, None) is not None
    assert second.processor.get_trade_analysis("VNM").missed_volume == 300
    completing = asyncio.create_task(completed(recovery))
    assert await second.pool.try_connect()
    assert [changes.stats for changes in await completing] == [{"VNM"}]
    assert second.processor.get_trade_analysis("VNM") == first.processor.get_trade_analysis("VNM")


async def test_states_of_another_version_are_left_out(
    new_life: Any, caplog: pytest.LogCaptureFixture
) -> None:
    first = await new_life()
    first.apply([make_trade(), make_trade(total=300, volume=200, time="10:00:05")])
    first.rig.spool.put(
        {}, {}, {("symbol", "VNM"): (TODAY, b'{"symbol":5}'), ("index", "VN30"): (TODAY, b"[")}
    )
    second = await new_life()
    await second.recovery().run(5, None)
    assert second.processor.get_trade_analysis("VNM").total_volume == 300
    assert "2 kept states are of another version" in caplog.text
    assert decode_states({("moon", "VNM"): b"{}"}).symbols == {}


async def test_prints_the_database_lost_are_said_and_still_counted(
    new_life: Any, connection: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    first = await new_life()
    first.apply([make_trade(total=100 * n, time=f"10:00:{n:02d}") for n in range(1, 11)])
    first.rig.writer.keep_states()
    assert await first.rig.writer.flush(10)
    await connection.execute(f"DELETE FROM {TRADES.name} WHERE total_volume > 500")
    second = await new_life()
    restored = await second.recovery().run(5, None)
    assert restored is not None
    assert restored.behind == 1
    assert second.processor.get_trade_analysis("VNM").total_volume == 1000
    assert second.processor.market_time_s == at("10:00:10")
