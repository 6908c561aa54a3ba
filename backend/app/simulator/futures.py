"""VN30 futures as KRX codes them: which four contracts are listed on a day, and when each expires."""

from __future__ import annotations

from datetime import date, timedelta

from app.simulator.trading_dates import is_trading_day, next_trading_day, previous_trading_day

_YEARS = (
    "0123456789ABCDEFGHJKLMNPQRSTVW"  # HNX coding guide of 21/04/2025: a cycle of 30 from 2010, no I, O, U
)
_MONTHS = "123456789ABC"
_OLD_CODES_UNTIL = date(2025, 12, 31)  # contracts listed before KRX kept VN30Fyymm to their expiry
_OLD_CODES = frozenset({(2025, 5), (2025, 6), (2025, 9), (2025, 12)})


def krx_code(year: int, month: int) -> str:
    """Return the nine-character code of a VN30 contract, e.g. 41I1GC000 for December 2026."""
    return f"41I1{_YEARS[(year - 2010) % 30]}{_MONTHS[month - 1]}000"


def expiry_date(year: int, month: int) -> date:
    """Return the third Thursday, or the trading day before it when that is a holiday."""
    first = date(year, month, 1)
    third_thursday = first + timedelta(days=(3 - first.weekday()) % 7 + 14)
    return third_thursday if is_trading_day(third_thursday) else previous_trading_day(third_thursday)


def _month_after(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def listed_months(day: date) -> list[tuple[int, int]]:
    """Return (year, month) of the four contracts: this month, the next, the next two quarter ends."""
    year, month = day.year, day.month
    if day > expiry_date(year, month):
        year, month = _month_after(year, month)
    months = [(year, month), _month_after(year, month)]
    year, month = months[-1]
    while len(months) < 4:
        year, month = _month_after(year, month)
        if month % 3 == 0:
            months.append((year, month))
    return months


def listed_contracts(day: date) -> list[str]:
    """Return the codes of the four contracts, nearest first."""
    return [
        f"VN30F{year % 100:02d}{month:02d}"
        if (year, month) in _OLD_CODES and day <= _OLD_CODES_UNTIL
        else krx_code(year, month)
        for year, month in listed_months(day)
    ]


def front_contract(day: date) -> str:
    """Return the code of the contract that trades as VN30F1M on that day."""
    return listed_contracts(day)[0]


def roll_day(year: int, month: int) -> date:
    """Return the first session on which the next contract is the front one."""
    return next_trading_day(expiry_date(year, month))
