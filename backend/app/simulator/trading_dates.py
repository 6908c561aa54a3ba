"""Which days the exchanges trade, read from the reference file as data."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

REFERENCE_DIR = Path(__file__).resolve().parent.parent / "reference"


@cache
def closed_days() -> frozenset[date]:
    """Return the weekdays known to be closed; the uncertain ones count as open."""
    table = json.loads((REFERENCE_DIR / "trading_holidays.json").read_text(encoding="utf-8"))["closed"]
    return frozenset(date.fromisoformat(f"{year}-{day}") for year, days in table.items() for day in days)


def is_trading_day(day: date) -> bool:
    """Say whether the exchanges open on that day."""
    return day.weekday() < 5 and day not in closed_days()


def next_trading_day(day: date) -> date:
    """Return the first trading day after the given one."""
    day += timedelta(days=1)
    while not is_trading_day(day):
        day += timedelta(days=1)
    return day


def previous_trading_day(day: date) -> date:
    """Return the last trading day before the given one."""
    day -= timedelta(days=1)
    while not is_trading_day(day):
        day -= timedelta(days=1)
    return day


def trading_days_between(first: date, last: date) -> list[date]:
    """Return the trading days of a closed range, oldest first."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if is_trading_day(day)]
