"""The routes over a real database with two days of a small market in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import asyncpg

from app.api.history_reader import HistoryAccess
from app.feed.futures_resolver import FuturesResolver
from app.history import tables
from app.history.pool import DatabasePool
from app.history.stored_history import StoredHistory
from app.market.models import Alert, AlertType, Phase, Severity, TradeType
from app.market.trading_calendar import TradingCalendar
from tests.api.conftest import Backend
from tests.history.builders import make_trade

VIETNAM = timezone(timedelta(hours=7))
THURSDAY = date(2026, 11, 19)
FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 11, 0, tzinfo=VIETNAM)
FUTURE = "41I1GC000"  # December 2026, front month once November's has expired on the 19th
GONE = "ROS"  # was listed once: no exchange knows it now, the history does
TICKS_A_DAY = 120


def history_access(pool: DatabasePool) -> HistoryAccess:
    calendar = TradingCalendar(frozenset())
    resolver = FuturesResolver(calendar=calendar)
    return HistoryAccess(
        reader=StoredHistory(pool),
        market_now=lambda: NOW,
        calendar=calendar,
        contract_of=lambda name: resolver.resolve(name, FRIDAY),
    )


def history_backend(pool: DatabasePool) -> Backend:
    return Backend(overrides={"history": history_access(pool)})


async def fill(connection: asyncpg.Connection) -> None:
    await tables.insert_rows(connection, tables.TRADES, _trades())
    await tables.insert_rows(connection, tables.FOREIGN_SNAPSHOTS, _foreign())
    await tables.insert_rows(connection, tables.INDEX_SNAPSHOTS, _indices())
    await tables.insert_rows(connection, tables.BASIS_POINTS, _basis())
    await tables.insert_rows(connection, tables.GAPS, _gaps())
    await tables.insert_rows(connection, tables.ALERTS, [tables.alert_row(alert) for alert in _alerts()])


def at(day: date, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=VIETNAM)


def _trades() -> list[tables.Row]:
    sides = (TradeType.ACTIVE_BUY, TradeType.ACTIVE_SELL, TradeType.NEUTRAL)
    trades = [
        make_trade(
            "VCB",
            f"09:{15 + n // 10}:{n % 10 * 5:02}",
            (n + 1) * 100,
            trading_date=day,
            price=61_000 + n % 7 * 100,
            trade_type=sides[n % 3],
        )
        for day in (THURSDAY, FRIDAY)
        for n in range(TICKS_A_DAY)
    ]
    trades.append(make_trade(GONE, "10:00:00", 100, trading_date=THURSDAY))
    trades.append(make_trade(FUTURE, "10:00:00", 3, trading_date=FRIDAY, price=1895.5, volume=3))
    trades.append(make_trade("VCB", "14:45:00", 90_000, trading_date=THURSDAY, phase=Phase.ATC))
    return [tables.trade_row(trade) for trade in trades]


def _foreign() -> list[tables.Row]:
    return [
        ("VCB", n * 1_000, n * 400, 12.5, 1e-7, -0.25, 0.0, at(day, f"09:30:{n:02}"), n * 61_000_000, n * 24_400_000, 5_000_000)
        for day in (THURSDAY, FRIDAY)
        for n in range(1, 11)
    ]  # fmt: skip


def _indices() -> list[tables.Row]:
    return [
        (name, 1_890.0 + n / 10, n / 10, 20, 8, at(day, f"09:{n:02}:00"), n * 1_000, n * 1_000_000_000)
        for name in ("VN30", "HNX")
        for day in (THURSDAY, FRIDAY)
        for n in range(15, 45)
    ]


def _basis() -> list[tables.Row]:
    return [
        (FUTURE, 1_895.0 + n, 1_893.0, 2.0 + n, 0.11, True, at(FRIDAY, f"09:15:{n:02}")) for n in range(20)
    ]


def _gaps() -> list[tables.Row]:
    return [
        ("g1", "VCB", "total_volume_jump", at(THURSDAY, "10:00:00"), at(THURSDAY, "10:00:05"), 700, THURSDAY),
        ("g2", "*", "disconnect", at(FRIDAY, "09:40:00"), None, 0, FRIDAY),
        ("g3", "FPT", "late_start", None, at(FRIDAY, "09:15:02"), 4_000, FRIDAY),
    ]


def _alerts() -> list[Alert]:
    spike, breakout = AlertType.VOLUME_SPIKE, AlertType.PRICE_BREAKOUT
    fired = [
        ("a1", spike, Severity.WARNING, "VCB", at(THURSDAY, "09:30:00"), {"ratio": 4.2}),
        ("a2", breakout, Severity.CRITICAL, "VCB", at(THURSDAY, "14:00:00"), {"direction": "ceiling"}),
        ("a3", spike, Severity.WARNING, GONE, at(FRIDAY, "09:31:00"), {}),
        ("a4", AlertType.BASIS_DIVERGENCE, Severity.WARNING, FUTURE, at(FRIDAY, "10:00:00"), {"basis": -0.4}),
    ]
    return [
        Alert(name, kind, level, symbol, f"{symbol}: {kind}", moment, data)
        for name, kind, level, symbol, moment, data in fired
    ]
