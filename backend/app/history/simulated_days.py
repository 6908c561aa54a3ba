"""Simulated days among stored ones: our own simulator goes on at a later date, one that began again replaces its day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.history.candle_refresh import refresh_candles
from app.history.pool import DatabasePool
from app.history.tables import CANDLE_TABLES
from app.market.market_time import VIETNAM
from app.market.trading_calendar import TradingCalendar

_BY_MOMENT = {
    "trades": "timestamp",
    "foreign_snapshots": "timestamp",
    "index_snapshots": "timestamp",
    "basis_points": "timestamp",
    "alerts": "timestamp",
    "candle_repairs": "bucket",
}


def next_simulated_date(last_stored: date | None, today: date, calendar: TradingCalendar) -> date | None:
    """Return the day our own simulator has to begin at, None for the one it chooses: the next trading day."""
    if last_stored is None or last_stored < calendar.next_trading_day(today):
        return None
    return calendar.next_trading_day(last_stored)


async def forget_day(pool: DatabasePool, trading_date: date) -> None:
    """Delete every stored row of a simulated date, candles and all."""
    start = datetime(trading_date.year, trading_date.month, trading_date.day, tzinfo=VIETNAM)
    end = start + timedelta(days=1)
    async with pool.connection() as connection:
        is_timescale = await connection.fetchval("SELECT value FROM meta WHERE key = 'branch'") == "timescale"
        columns = _BY_MOMENT if is_timescale else {**_BY_MOMENT, **dict.fromkeys(CANDLE_TABLES, "bucket")}
        async with connection.transaction():
            for table, column in columns.items():
                await connection.execute(
                    f"DELETE FROM {table} WHERE {column} >= $1 AND {column} < $2",  # noqa: S608 - names from this file
                    start,
                    end,
                )
            await connection.execute("DELETE FROM gaps WHERE trading_date = $1", trading_date)
        if is_timescale:
            await refresh_candles(connection, start, end)
