"""Rows for the history's tests: prints as the market core makes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from app.market.models import ClassifiedTrade, Phase, TradeType

VIETNAM = timezone(timedelta(hours=7))
DAY = date(2026, 3, 2)


def at(clock: str, day: date = DAY) -> datetime:
    """Return the Vietnamese moment `clock` (HH:MM or HH:MM:SS) of `day`."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=VIETNAM)


def make_trade(
    symbol: str = "VCB", clock: str = "09:30:00", total: int = 100, **changes: Any
) -> ClassifiedTrade:
    day = changes.pop("trading_date", DAY)
    price = changes.pop("price", 60_000)
    volume = changes.pop("volume", 100)
    fields: dict[str, Any] = {
        "symbol": symbol,
        "price": price,
        "volume": volume,
        "value": changes["value"] if "value" in changes else int(price * volume),
        "trade_type": TradeType.NEUTRAL,
        "bid_price": 0,
        "ask_price": 0,
        "timestamp": at(clock, day),
        "trading_session": "LO",
        "phase": Phase.CONTINUOUS,
        "exchange_side": None,
        "total_volume": total,
        "trading_date": day,
    }
    return ClassifiedTrade(**{**fields, **changes})
