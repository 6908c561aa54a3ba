from datetime import date

import pytest

from app.market.contract_codes import (
    contract_months,
    expiry_date,
    is_derivative,
    krx_code,
    old_code,
    parse_contract,
)
from app.market.trading_calendar import TradingCalendar

CALENDAR = TradingCalendar({date(2026, 2, day) for day in (16, 17, 18, 19, 20)})


@pytest.mark.parametrize(
    ("code", "month"),
    [
        ("VN30F2603", (2026, 3)),
        ("VN30F2512", (2025, 12)),
        ("41I1F6000", (2025, 6)),
        ("41I1FA000", (2025, 10)),
        ("41I1G3000", (2026, 3)),
        ("41I1GC000", (2026, 12)),
        ("41I1H1000", (2027, 1)),
        ("41I1J9000", (2028, 9)),
    ],
)
def test_contract_code_of_either_format_gives_its_month(code, month):
    assert parse_contract(code) == month
    assert code in (krx_code(month), old_code(month))


@pytest.mark.parametrize(
    "code",
    [
        "VNM",
        "VN30",
        "VN30F1M",
        "VN30F2613",
        "VN30F2600",
        "41I2G3000",
        "41B5G3000",
        "41I1I3000",
        "41I1GD000",
        "41I1G0000",
        "41I1G3001",
        "41I1G3000X",
        "XVN30F2603",
    ],
)
def test_contract_code_of_anything_else_is_not_ours(code):
    assert parse_contract(code) is None


@pytest.mark.parametrize(
    "code", ["41I2G3000", "41B5G3000", "41BAG3000", "VN100F2603", "GB05F2603", "VN30F2603"]
)
def test_contract_code_of_any_derivative_is_recognised(code):
    assert is_derivative(code)


@pytest.mark.parametrize("code", ["VNM", "CVNM2601", "VN30", "E1VFVN30"])
def test_contract_code_of_a_stock_is_no_derivative(code):
    assert not is_derivative(code)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        ((2026, 11), date(2026, 11, 19)),
        ((2026, 10), date(2026, 10, 15)),
        ((2026, 2), date(2026, 2, 13)),
        ((2026, 1), date(2026, 1, 15)),
        ((2025, 5), date(2025, 5, 15)),
    ],
)
def test_contract_expiry_is_the_third_thursday_or_the_trading_day_before(month, day):
    assert expiry_date(month, CALENDAR) == day


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (date(2026, 11, 20), [(2026, 12), (2027, 1), (2027, 3), (2027, 6)]),
        (date(2026, 11, 19), [(2026, 11), (2026, 12), (2027, 3), (2027, 6)]),
        (date(2026, 4, 1), [(2026, 4), (2026, 5), (2026, 6), (2026, 9)]),
        (date(2026, 5, 4), [(2026, 5), (2026, 6), (2026, 9), (2026, 12)]),
        (date(2026, 12, 18), [(2027, 1), (2027, 2), (2027, 3), (2027, 6)]),
        (date(2026, 2, 14), [(2026, 3), (2026, 4), (2026, 6), (2026, 9)]),
    ],
)
def test_contract_months_are_two_near_ones_and_two_quarter_ends(day, months):
    assert list(contract_months(day, CALENDAR).values()) == months


def test_contract_months_are_named_by_alias():
    assert list(contract_months(date(2026, 11, 20), CALENDAR)) == ["VN30F1M", "VN30F2M", "VN30F1Q", "VN30F2Q"]
