"""Daily rows of the days before the simulator began: invented, the same each time, joined to the first reference.

Units: VND or points, as on the wire.
"""

from __future__ import annotations

import random
from datetime import date

from app.simulator.events import Security
from app.simulator.price_rules import round_down
from app.simulator.trading_dates import previous_trading_day, trading_days_between
from app.simulator.truth import DayRow
from app.simulator.wire import wire_price

_DAYS_MAX = 260


def rows_before(
    name: str, first_date: date, first_ref: float, volume: int, unit: float, from_date: date
) -> dict[date, DayRow]:
    """Return the days from `from_date` to the one before `first_date`, whose close is the first reference.

    `unit` is the step prices are rounded to.
    """
    rows: dict[date, DayRow] = {}
    close = first_ref
    day = previous_trading_day(first_date)
    while day >= from_date and len(rows) < _DAYS_MAX:
        rng = random.Random(f"{name} {day.isoformat()}")
        opening = _rounded(close / (1 + rng.gauss(0, 0.012)), unit)
        high = _rounded(max(opening, close) * (1 + abs(rng.gauss(0, 0.006))), unit)
        low = _rounded(min(opening, close) * (1 - abs(rng.gauss(0, 0.006))), unit)
        traded = int(volume * rng.uniform(0.6, 1.4) / 100) * 100
        rows[day] = DayRow(
            opening, max(high, opening, close), low, close, traded, int(traded * (high + low) / 2)
        )
        close = opening
        day = previous_trading_day(day)
    return rows


def stock_rows_before(
    security: Security, first_date: date, first_ref: int, from_date: date
) -> dict[date, DayRow]:
    """Return the invented past of a stock or future."""
    ref = wire_price(security, first_ref)
    unit = 0.1 if security.scale > 1 else float(max(50, round_down(security.exchange, 100)))
    return rows_before(security.symbol, first_date, ref, security.daily_volume, unit, from_date)


def wanted_days(from_date: date, to_date: date) -> list[date]:
    """Return the trading days of a request."""
    return trading_days_between(from_date, to_date)


def _rounded(price: float, unit: float) -> float:
    return round(round(price / unit) * unit, 2)
