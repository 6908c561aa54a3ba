"""Retention: old rows go, candles stay, policies follow the settings. Runs unchanged on TimescaleDB."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from app.history.pool import DatabasePool
from app.history.retention import Retention, RetentionDays
from app.history.tables import ALERTS, TRADES, alert_row, insert_rows, trade_row
from app.market.models import Alert, AlertType, Severity
from tests.history.builders import DAY, at, make_trade
from tests.history.conftest import Settle


async def test_retention_deletes_old_trades_and_leaves_their_candles(
    connection: asyncpg.Connection, pool: DatabasePool, is_timescale: bool, settle_candles: Settle
) -> None:
    old = DAY - timedelta(days=60)
    trades = [make_trade(trading_date=day, total=n * 100) for day in (old, DAY) for n in range(1, 4)]
    await insert_rows(connection, TRADES, [trade_row(trade) for trade in trades])
    alert = Alert("a", AlertType.VOLUME_SPIKE, Severity.INFO, "VCB", "m", at("09:00", old), {})
    await insert_rows(connection, ALERTS, [alert_row(alert)])
    await settle_candles()
    retention = Retention(pool, RetentionDays(trades=30, alerts=30))
    deleted = await retention.apply(at("15:30"))
    assert deleted["alerts"] == 1
    if is_timescale:
        intervals = await connection.fetch(
            "SELECT config->>'drop_after' FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'"
        )
        assert sorted(row[0] for row in intervals) == ["1825 days", "1825 days", "30 days", "730 days"]
        await connection.execute(
            "SELECT drop_chunks('trades', $1::timestamptz)", at("00:00") - timedelta(days=30)
        )
    else:
        assert deleted["trades"] == 3
    assert await connection.fetchval("SELECT count(*) FROM trades") == 3
    assert await connection.fetchval("SELECT sum(volume) FROM candle_1m") == 600
    assert await connection.fetchval("SELECT sum(volume) FROM candle_1d") == 600
    assert await retention.apply(at("15:30")) == {}


async def test_zero_days_keep_for_ever(connection: asyncpg.Connection, pool: DatabasePool) -> None:
    await insert_rows(connection, TRADES, [trade_row(make_trade())])
    nothing = RetentionDays(*[0] * 7)
    assert await Retention(pool, nothing).apply(at("09:00") + timedelta(days=9_000)) == {}
    assert await connection.fetchval("SELECT count(*) FROM trades") == 1


def test_trades_younger_than_the_refresh_can_not_be_dropped() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        RetentionDays(trades=3)
