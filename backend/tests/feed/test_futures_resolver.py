from __future__ import annotations

from datetime import date

import pytest

from app.feed.futures_resolver import FuturesResolver
from app.market.trading_calendar import TradingCalendar

resolver = FuturesResolver(calendar=TradingCalendar(frozenset()))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 8, 14), ["41I1G8000", "41I1G9000", "41I1GC000", "41I1H3000"]),
        (date(2026, 8, 21), ["41I1G9000", "41I1GA000", "41I1GC000", "41I1H3000"]),
        (date(2025, 5, 10), ["VN30F2505", "VN30F2506", "VN30F2509", "VN30F2512"]),
        (date(2025, 7, 10), ["41I1F7000", "41I1F8000", "VN30F2509", "VN30F2512"]),
        (date(2025, 12, 10), ["VN30F2512", "41I1G1000", "41I1G3000", "41I1G6000"]),
    ],
)
def test_contracts_of_a_day_are_those_listed(day: date, expected: list[str]) -> None:
    assert resolver.contracts(day) == expected


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("vn30f1m", "41I1G8000"),
        ("VN30F1Q", "41I1GC000"),
        ("VN30F2608", "41I1G8000"),
        ("41I1G8000", "41I1G8000"),
        ("VCB", ""),
    ],
)
def test_name_of_a_future_is_resolved(name: str, symbol: str) -> None:
    assert resolver.resolve(name, date(2026, 8, 14)) == symbol


def test_override_comes_first_and_only_once() -> None:
    day = date(2026, 8, 14)
    near = FuturesResolver(calendar=TradingCalendar(frozenset()), override="VN30F1M")
    far = FuturesResolver(calendar=TradingCalendar(frozenset()), override="41i1h6000")
    assert near.contracts(day) == resolver.contracts(day)
    assert far.contracts(day) == ["41I1H6000", *resolver.contracts(day)]
