"""VN30 futures: their two code formats, their expiry, and the aliases that move with the date.

Format: `VN30F2603` (listed before 5 May 2025, kept to expiry) and KRX's `41I1G3000`: 41, I1 = VN30, year, month, 000.
Source: HNX's coding guide of 21 April 2025. VN100 (41I2) and bond futures (41B5, 41BA) are not ours.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from app.market.trading_calendar import TradingCalendar

ALIASES = ("VN30F1M", "VN30F2M", "VN30F1Q", "VN30F2Q")
CONTRACT_MULTIPLIER_VND = 100_000  # a point of one contract
_YEARS = "0123456789ABCDEFGHJKLMNPQRSTVW"  # 30-year cycle from 2010, without I, O and U
_MONTHS = "123456789ABC"
_OLD = re.compile(r"VN30F(\d\d)(0[1-9]|1[0-2])")
_KRX = re.compile(rf"41I1([{_YEARS}])([{_MONTHS}])000")
_ANY_DERIVATIVE = re.compile(r"4[12][0-9A-Z]{7}|VN(?:30|100)F\w+|GB\d\dF\w+")
_THURSDAY = 3

type ContractMonth = tuple[int, int]  # (year, month)


@lru_cache(maxsize=256)
def parse_contract(symbol: str) -> ContractMonth | None:
    """Return the month a VN30 future expires in, None for any other symbol."""
    if match := _OLD.fullmatch(symbol):
        return 2000 + int(match[1]), int(match[2])
    if match := _KRX.fullmatch(symbol):
        return 2010 + _YEARS.index(match[1]), _MONTHS.index(match[2]) + 1
    return None


def is_derivative(symbol: str) -> bool:
    """Return whether `symbol` looks like any listed derivative, ours or not."""
    return _ANY_DERIVATIVE.fullmatch(symbol) is not None


def krx_code(month: ContractMonth) -> str:
    """Return the code KRX gives the VN30 future of `month`."""
    return f"41I1{_YEARS[(month[0] - 2010) % len(_YEARS)]}{_MONTHS[month[1] - 1]}000"


def old_code(month: ContractMonth) -> str:
    """Return the code of the VN30 future of `month` as it was before KRX."""
    return f"VN30F{month[0] % 100:02d}{month[1]:02d}"


def expiry_date(month: ContractMonth, calendar: TradingCalendar) -> date:
    """Return the third Thursday of `month`, or the trading day before it when that is closed."""
    first = date(month[0], month[1], 1)
    day = first + timedelta(days=(_THURSDAY - first.weekday()) % 7 + 14)
    return day if calendar.is_trading_day(day) else calendar.previous_trading_day(day)


def _following(month: ContractMonth) -> ContractMonth:
    return (month[0] + 1, 1) if month[1] == 12 else (month[0], month[1] + 1)


def contract_months(day: date, calendar: TradingCalendar) -> dict[str, ContractMonth]:
    """Return the month each alias stands for on `day`: the two nearest, then the next two quarter ends."""
    month = (day.year, day.month)
    if expiry_date(month, calendar) < day:
        month = _following(month)
    months = [month, _following(month)]
    while len(months) < len(ALIASES):
        month = _following(months[-1])
        while month[1] % 3:
            month = _following(month)
        months.append(month)
    return dict(zip(ALIASES, months, strict=True))
