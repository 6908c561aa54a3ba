"""Sums over many stocks, minute by minute, against sums made by hand. Runs on TimescaleDB too."""

from __future__ import annotations

from datetime import date, timedelta

import asyncpg

from app.history.market_minutes import ActiveMinute, Close, MarketMinuteRepository
from app.history.paging import TimeRange, time_range
from app.history.pool import DatabasePool
from app.history.tables import FOREIGN_SNAPSHOTS, TRADES, Row, insert_rows, trade_row
from app.market.models import Phase, TradeType
from tests.history.builders import DAY, at, make_trade

EVER = time_range(None, None)
NEXT_DAY = DAY + timedelta(days=1)


def foreign(symbol: str, clock: str, bought: int, sold: int, day: date = DAY) -> Row:
    """A row with a price of 10 for what was bought and 20 for what was sold."""
    return (symbol, bought, sold, 0.0, 0.0, 0.0, 0.0, at(clock, day), bought * 10, sold * 20, 1_000)


async def test_foreign_minute_is_the_sum_of_what_each_stock_had_by_then(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    rows = [
        foreign("VCB", "09:15:10", 100, 0),
        foreign("VCB", "09:15:50", 300, 50),
        foreign("FPT", "09:16:00", 0, 40),
        foreign("VCB", "09:17:59", 250, 50),  # corrected downwards
        foreign("FPT", "09:20:00", 70, 40),
        foreign("SSI", "09:16:30", 9_000, 0),  # not asked for
        foreign("VCB", "09:15:00", 5, 0, NEXT_DAY),  # a day begins at nothing
    ]
    await insert_rows(connection, FOREIGN_SNAPSHOTS, rows)
    minutes = await MarketMinuteRepository(pool).foreign({"VCB", "FPT", "NONE"}, EVER)
    assert [(row.timestamp, row.buy_volume, row.sell_volume) for row in minutes] == [
        (at("09:15:00"), 300, 50),
        (at("09:16:00"), 300, 90),
        (at("09:17:00"), 250, 90),
        (at("09:20:00"), 320, 90),
        (at("09:15:00", NEXT_DAY), 5, 0),
    ]
    last = minutes[3]
    assert (last.net_volume, last.buy_value, last.sell_value, last.net_value) == (230, 3_200, 1_800, 1_400)
    assert last.timestamp.utcoffset() == timedelta(hours=7)


async def test_active_minutes_and_quarters_add_up_to_the_trades(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    buy, sell = TradeType.ACTIVE_BUY, TradeType.ACTIVE_SELL
    trades = [
        make_trade("VCB", "09:15:00", 1_000, volume=1_000, phase=Phase.ATO),
        make_trade("VCB", "09:15:20", 1_300, volume=300, trade_type=buy),
        make_trade("FPT", "09:15:40", 200, volume=200, trade_type=sell),
        make_trade("FPT", "09:31:00", 250, volume=50, trade_type=buy),
        make_trade("SSI", "09:31:00", 700, volume=700, trade_type=buy),  # not asked for
    ]
    await insert_rows(connection, TRADES, [trade_row(trade) for trade in trades])
    repository = MarketMinuteRepository(pool)
    assert await repository.active({"VCB", "FPT"}, EVER) == [
        ActiveMinute(at("09:15:00"), 300, 200, 1_000, 1_500, 1_500 * 60_000),
        ActiveMinute(at("09:31:00"), 50, 0, 0, 50, 50 * 60_000),
    ]
    quarters = await repository.active_by_symbol({"VCB", "FPT"}, EVER)
    assert [(row.symbol, row.timestamp, row.mua_chu_dong_volume, row.volume) for row in quarters] == [
        ("FPT", at("09:15:00"), 0, 200),
        ("FPT", at("09:30:00"), 50, 50),
        ("VCB", at("09:15:00"), 300, 1_300),
    ]


async def test_close_is_the_last_price_of_five_minutes_whatever_the_order_of_phases(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    trades = [
        make_trade("VCB", "09:15:00", 1_000, price=61_000, phase=Phase.ATO),
        make_trade("VCB", "09:15:20", 1_100, price=61_200),  # the same minute, another phase
        make_trade("VCB", "09:19:59", 1_200, price=61_100),
        make_trade("VCB", "09:20:00", 1_300, price=61_300),
        make_trade("VCB", "09:34:00", 1_400, price=61_400),  # nothing is made up for the time between
        make_trade("41I1GC000", "09:15:00", 3, price=1895.5, volume=3),
        make_trade("SSI", "09:15:00", 700),  # not asked for
    ]
    await insert_rows(connection, TRADES, [trade_row(trade) for trade in trades])
    repository = MarketMinuteRepository(pool)
    assert await repository.closes({"VCB", "41I1GC000"}, EVER) == [
        Close("41I1GC000", at("09:15:00"), 1895.5),
        Close("VCB", at("09:15:00"), 61_100),
        Close("VCB", at("09:20:00"), 61_300),
        Close("VCB", at("09:30:00"), 61_400),
    ]


async def test_only_the_range_and_names_that_can_be_stored_are_read(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    await insert_rows(connection, FOREIGN_SNAPSHOTS, [foreign("VCB", "09:15:10", 100, 0)])
    repository = MarketMinuteRepository(pool)
    later = TimeRange(at("09:16:00"), at("15:00:00"))
    assert await repository.foreign({"VCB"}, later) == []
    assert await repository.foreign({"V\x00B", ""}, EVER) == []
    assert await repository.active(set(), EVER) == []
