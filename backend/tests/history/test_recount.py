"""The stored day recounted on request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from app.history import tables
from app.history.errors import HistoryUnavailable
from app.history.pool import DatabasePool
from app.history.recount import KEPT_S, SETTLE_S, Recount
from app.market.models import Phase
from tests.feed.fake_clock import FakeClock
from tests.history.builders import DAY, make_trade

DAMAGE = "UPDATE candle_1m SET volume = volume + 1 WHERE symbol = 'VCB'"
REPAIR = "UPDATE candle_1m SET volume = volume - 1 WHERE symbol = 'VCB'"


class DatabaseClock(FakeClock):
    """A clock that does something to the database while the recount waits."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        super().__init__()
        self._connection = connection
        self.meanwhile = ""
        self.slept_s: list[float] = []

    async def sleep(self, delay_s: float) -> None:
        self.slept_s.append(delay_s)
        if self.meanwhile:
            await self._connection.execute(self.meanwhile)


@pytest.fixture
async def clock(
    connection: asyncpg.Connection, settle_candles: Callable[[], Awaitable[None]]
) -> DatabaseClock:
    trades = [make_trade("VCB", f"09:{15 + n}:30", (n + 1) * 100) for n in range(6)]
    trades.append(make_trade("VCB", "14:45:00", 700, phase=Phase.ATC))
    await tables.insert_rows(connection, tables.TRADES, [tables.trade_row(trade) for trade in trades])
    await settle_candles()
    return DatabaseClock(connection)


async def test_sound_day_adds_up_at_the_first_look(pool: DatabasePool, clock: DatabaseClock) -> None:
    day = await Recount(pool, clock, lambda: DAY).get()
    assert day is not None
    assert (day.trading_date, day.trades, day.differences) == (DAY, 7, [])
    assert clock.slept_s == []


async def test_lasting_difference_is_told(
    pool: DatabasePool, clock: DatabaseClock, connection: asyncpg.Connection
) -> None:
    await connection.execute(DAMAGE)
    day = await Recount(pool, clock, lambda: DAY).get()
    assert day is not None
    assert {one.what for one in day.differences} == {"candle_1m"}
    assert clock.slept_s == [SETTLE_S, SETTLE_S]


async def test_difference_that_is_gone_a_moment_later_was_on_its_way(
    pool: DatabasePool, clock: DatabaseClock, connection: asyncpg.Connection
) -> None:
    await connection.execute(DAMAGE)
    clock.meanwhile = REPAIR
    day = await Recount(pool, clock, lambda: DAY).get()
    assert day is not None
    assert day.differences == []


async def test_recount_is_kept_for_a_minute(
    pool: DatabasePool, clock: DatabaseClock, connection: asyncpg.Connection
) -> None:
    recount = Recount(pool, clock, lambda: DAY)
    first = await recount.get()
    await connection.execute(DAMAGE)
    assert await recount.get() is first
    await clock.advance(KEPT_S)
    again = await recount.get()
    assert again is not None
    assert again.differences


async def test_day_nothing_is_stored_of_is_none(pool: DatabasePool, clock: DatabaseClock) -> None:
    assert await Recount(pool, clock, lambda: None).get() is None
    assert await Recount(pool, clock, lambda: DAY.replace(year=DAY.year - 1)).get() is None


async def test_without_a_database_it_says_so(pool: DatabasePool, clock: DatabaseClock) -> None:
    await pool.close()
    with pytest.raises(HistoryUnavailable):
        await Recount(pool, clock, lambda: DAY).get()
