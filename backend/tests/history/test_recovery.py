"""A start in mid-session: what was stored comes back, what was traded meanwhile is missed volume."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.clock import SystemClock
from app.history.day_reader import TRADES_AT_ONCE, SpooledTrades, read_spooled, read_spooled_dates
from app.history.gap_recorder import GapRecorder
from app.history.kept_states import KeptStates
from app.history.recovery import Recovery
from app.history.simulated_days import next_simulated_date
from app.history.tables import CANDLE_TABLES, TRADES, trade_row
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from tests.history.builders import make_trade as stored_trade
from tests.history.test_batch_writer import Rig
from tests.history.test_spool import until
from tests.market.builders import (
    FRONT,
    TODAY,
    at,
    make_foreign,
    make_future,
    make_index,
    make_processor,
    make_quote,
    make_tick,
    make_trade,
)


def morning() -> list[Any]:
    """Forty minutes of VNM, FPT, a future and VN30."""
    messages: list[Any] = []
    for n in range(40):
        clock = f"10:{n:02d}:00"
        total = 100 * (n + 1)
        messages += [
            make_quote(bid=59_900, ask=60_000, time=clock),
            make_trade(price=60_000 - 100 * (n % 2), total=total, time=f"10:{n:02d}:01"),
            make_trade("FPT", price=100_000, total=total * 3, volume=100, time=f"10:{n:02d}:01"),
            make_foreign(buy=100 * n, sell=10 * n, time=clock),
            make_index(value=1900 + n, time=clock),
            make_future(price=1905.0 + n, total=10 * (n + 1), volume=10, time=f"10:{n:02d}:02"),
            make_tick(f"10:{n:02d}:05"),
        ]
    return messages


class Life:
    """One life of the application's history around a market core."""

    def __init__(self, path: Path, dsn: str) -> None:
        self.processor: MarketDataProcessor = make_processor()
        self.rig = Rig(path / "spool.sqlite", dsn)
        self.rig.writer._trading_date = lambda: self.processor.trading_date
        self.gaps = GapRecorder(
            self.rig.writer.put_rows,
            market_time_s=lambda: self.processor.market_time_s,
            trading_date=lambda: self.processor.trading_date,
            is_live_between=lambda _from_s, _until_s: True,
        )
        self.pool = self.rig.pool

    def recovery(self, source: str = "ssi") -> Recovery:
        return Recovery(
            source=source,
            clock=SystemClock(),
            processor=self.processor,
            spool=self.rig.spool,
            pool=self.pool,
            writer=self.rig.writer,
            gaps=self.gaps,
        )

    def apply(self, messages: list[Any]) -> None:
        for message in messages:
            self.rig.writer.put(self.processor.apply([message]))


async def make_lives[L: Life](life_of: Callable[[], L]) -> AsyncIterator[Callable[..., Awaitable[L]]]:
    """Yield what begins the next life; the one before then ends as a kill would leave it: with what is committed."""
    lives: list[L] = []

    async def make(*, is_connected: bool = True) -> L:
        if lives:
            await lives[-1].rig.spool.stop()
        life = life_of()
        lives.append(life)
        await life.rig.spool.start()
        if is_connected:
            assert await life.pool.try_connect()
        return life

    yield make
    for life in lives:
        await life.rig.spool.stop()
        await life.pool.close()


@pytest.fixture
async def new_life(tmp_path: Path, database_dsn: str) -> AsyncIterator[Any]:
    async for make in make_lives(lambda: Life(tmp_path, database_dsn)):
        yield make


async def test_restart_in_mid_session_gives_the_state_of_an_uninterrupted_run(new_life: Any) -> None:
    messages = morning()
    whole, first = make_processor(), await new_life()
    for message in messages:
        whole.apply([message])
    first.apply(messages[:140])
    await first.rig.writer.flush(10)
    first.apply(messages[140:196])  # these wait in the spool when we die
    second = await new_life()
    restored = await second.recovery().run(5, None)
    assert restored is not None
    assert (restored.trading_date, restored.symbols, restored.behind) == (TODAY, 3, 0)
    assert restored.trades == 28 * 3
    second.apply(messages[196:])
    ours, expected = second.processor, whole
    assert ours.get_session_stats() == expected.get_session_stats()
    for symbol, row in expected.get_prices().items():
        mine = ours.get_prices()[symbol]
        assert (mine.last_price, mine.high, mine.low) == (row.last_price, row.high, row.low)
        assert mine.total_volume == row.total_volume
    assert ours.get_basis_trend(60) == expected.get_basis_trend(60)
    assert len(ours.get_basis_trend(60)) == 79
    assert [p.value for p in ours.get_indices()["VN30"].intraday] == [
        p.value for p in expected.get_indices()["VN30"].intraday
    ]
    assert ours.get_alerts(500) == expected.get_alerts(500)
    assert ours.get_derivatives_data().symbol == FRONT


async def test_restart_brings_foreign_windows_back(new_life: Any) -> None:
    first = await new_life()
    first.apply(morning())
    speed = first.processor.get_foreign("VNM").buy_speed_per_min
    second = await new_life()
    await second.recovery().run(5, None)
    assert second.processor.get_foreign("VNM").buy_speed_per_min == speed > 0


async def test_restart_volume_of_the_time_down_is_missed(new_life: Any) -> None:
    first = await new_life()
    first.apply([make_trade(total=500, volume=500, time="10:00:00")])
    second = await new_life()
    await second.recovery().run(5, None)
    assert second.gaps.open_gaps == 1
    second.apply([make_trade(total=1500, volume=100, time="10:20:00")])
    stats = second.processor.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume) == (1500, 900)
    assert await second.rig.writer.flush(10)
    gaps = await second.pool.fetch("SELECT cause, volume FROM gaps WHERE symbol = 'VNM'")
    assert [tuple(gap) for gap in gaps] == [("restart", 900)]


async def test_restart_after_the_close_serves_the_last_session(new_life: Any) -> None:
    first = await new_life()
    first.apply(morning())
    second = await new_life()
    await second.recovery().run(5, None)
    second.processor.apply([make_tick("15:06:00")])
    session = second.processor.get_session()
    assert (session.trading_date, session.is_final) == (TODAY, True)
    assert second.processor.get_trade_analysis("VNM").total_volume == 4000


async def test_restart_without_a_database_restores_what_the_spool_has(new_life: Any) -> None:
    first = await new_life(is_connected=False)
    first.apply(morning())
    second = await new_life(is_connected=False)
    restored = await second.recovery("simulator").run(0.05, at("10:45:00"))
    assert restored is not None
    assert restored.trades == 120
    assert second.processor.get_trade_analysis("VNM").total_volume == 4000


async def test_restart_without_a_database_knows_the_totals_of_prints_that_are_out_of_reach(
    new_life: Any,
) -> None:
    first = await new_life()
    first.apply(morning())
    assert await first.rig.writer.flush(10)
    second = await new_life(is_connected=False)
    restored = await second.recovery("simulator").run(0.05, at("10:45:00"))
    assert restored is not None
    assert restored.trades == 0
    stats = second.processor.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume) == (4000, 4000)
    changes = second.processor.apply([make_trade(total=4700, volume=100, time="10:50:00")])
    assert [(gap.cause, gap.volume) for gap in changes.gaps] == [("restart", 600)]
    third = await new_life(is_connected=False)
    assert await third.recovery().run(0.05, None) is None  # another day


async def test_first_start_has_nothing_to_restore(new_life: Any) -> None:
    life = await new_life()
    assert await life.recovery().run(5, None) is None
    assert await life.recovery().last_date(5) is None
    assert life.processor.trading_date is None


async def test_simulator_that_began_the_day_anew_replaces_it(
    new_life: Any, connection: asyncpg.Connection, is_timescale: bool
) -> None:
    first = await new_life()
    first.apply(morning())
    second = await new_life()
    recovery = second.recovery("simulator")
    assert await recovery.last_date(5) == TODAY
    assert await recovery.run(5, at("09:14:40")) is None
    assert second.processor.trading_date is None
    for table in ("trades", "foreign_snapshots", "index_snapshots", "basis_points", "gaps", *CANDLE_TABLES):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert await recovery.last_date(5) is None


async def test_simulator_that_went_on_is_restored_and_a_replay_begun_anew_keeps_its_rows(
    new_life: Any,
) -> None:
    first = await new_life()
    first.apply(morning())
    second = await new_life()
    assert await second.recovery("replay").run(5, at("09:14:40")) is None
    third = await new_life()
    restored = await third.recovery("simulator").run(5, at("10:45:00"))
    assert restored is not None
    assert restored.trades == 120


async def test_rows_that_were_accepted_and_are_gone_are_said(
    new_life: Any, connection: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    first = await new_life()
    first.apply(morning())
    assert await first.rig.writer.flush(10)
    await connection.execute("DELETE FROM trades WHERE symbol = 'VNM' AND total_volume > 3000")
    second = await new_life()
    restored = await second.recovery().run(5, None)
    assert restored is not None
    assert restored.behind == 1
    assert "['VNM']" in caplog.text


async def test_recovery_that_fails_leaves_the_feed_to_start(new_life: Any, database_dsn: str) -> None:
    life = await new_life()
    await life.pool.close()
    life.pool._dsn = "postgresql://nobody@127.0.0.1:1/none"
    assert await life.recovery().run(0.05, None) is None
    life.recovery()._spool._is_stopping = True
    assert await life.recovery().run(0.05, None) is None
    life.rig.spool._is_stopping = False


async def test_restore_of_many_prints_lets_the_loop_answer(new_life: Any) -> None:
    first = await new_life()
    trades = [stored_trade(f"S{n % 20:02d}", total=n + 1, trading_date=TODAY) for n in range(20_000)]
    first.rig.spool.put({TRADES.name: [trade_row(trade) for trade in trades]}, {})
    await until(lambda: first.rig.spool._file.rows == 20_000)
    second = await new_life()
    assert await second.rig.writer.flush(20)
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    watching = asyncio.create_task(watch())
    restored = await second.recovery().run(5, None)
    watching.cancel()
    assert restored is not None
    assert restored.trades == 20_000
    assert turns >= 20_000 / TRADES_AT_ONCE


def test_spooled_trades_are_kept_as_far_as_a_restore_needs_them() -> None:
    day, kept_s = date(2026, 3, 2), stored_trade(clock="10:00:00").timestamp.timestamp()
    spooled = SpooledTrades(day, {"VCB": 300}, kept_s)
    clocks = ["09:00:00", "09:30:00", "10:00:00", "09:59:00"]
    spooled.take([trade_row(stored_trade(clock=clock, total=n * 100)) for n, clock in enumerate(clocks, 1)])
    spooled.take([trade_row(stored_trade("FPT", total=50, clock="09:00:00"))])
    spooled.take([trade_row(stored_trade(trading_date=date(2026, 3, 3), clock="14:00:00", total=900))])
    assert {symbol: [row[9] for row in rows] for symbol, rows in spooled.rows.items()} == {
        "VCB": [300, 400],
        "FPT": [50],
    }
    assert spooled.totals == {"VCB": 400, "FPT": 50}
    assert spooled.last_time == stored_trade(clock="10:00:00").timestamp


async def test_spooled_dates_and_rows_are_read_a_chunk_at_a_time(new_life: Any) -> None:
    spool = (await new_life()).rig.spool
    for day in (2, 3):
        spool.put({"trades": [trade_row(stored_trade(trading_date=date(2026, 3, day)))]}, {})
        await until(lambda: not spool._has_pending)
    assert await read_spooled_dates(spool) == {date(2026, 3, 2), date(2026, 3, 3)}
    spooled = await read_spooled(spool, date(2026, 3, 3), KeptStates(), 60.0)
    assert (list(spooled.rows), spooled.totals) == (["VCB"], {"VCB": 100})


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, None),
        (date(2026, 11, 20), None),
        (date(2026, 11, 23), date(2026, 11, 24)),
        (date(2026, 12, 4), date(2026, 12, 7)),
    ],
)
def test_own_simulator_goes_on_after_the_last_stored_date(last: date | None, expected: date | None) -> None:
    calendar = TradingCalendar(frozenset())
    assert next_simulated_date(last, date(2026, 11, 21), calendar) == expected
