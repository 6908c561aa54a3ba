"""Codes, listing and roll of the futures, and the calendar behind them."""

from __future__ import annotations

from datetime import date

import pytest

from app.simulator.futures import expiry_date, front_contract, krx_code, listed_contracts, roll_day
from app.simulator.price_rules import DERIVATIVES, daily_band, price_below, round_down, round_up
from app.simulator.securities import SYMBOLS_MAX, make_futures, make_stock, stock_symbols, vn30_symbols
from app.simulator.trading_dates import is_trading_day, next_trading_day, previous_trading_day


@pytest.mark.parametrize(
    ("year", "month", "code"),
    [
        (2025, 6, "41I1F6000"),
        (2026, 4, "41I1G4000"),
        (2025, 10, "41I1FA000"),
        (2026, 12, "41I1GC000"),
        (2027, 1, "41I1H1000"),
        (2028, 3, "41I1J3000"),
        (2033, 3, "41I1P3000"),
    ],
)
def test_a_contract_has_its_krx_code(year, month, code):
    assert krx_code(year, month) == code


def test_four_contracts_are_listed_in_november_2026_after_expiry():
    assert listed_contracts(date(2026, 11, 23)) == ["41I1GC000", "41I1H1000", "41I1H3000", "41I1H6000"]


@pytest.mark.parametrize(
    ("day", "front"),
    [
        (date(2026, 11, 19), "41I1GB000"),
        (date(2026, 11, 20), "41I1GC000"),
        (date(2026, 3, 2), "41I1G3000"),
        (date(2026, 2, 12), "41I1G2000"),
        (date(2026, 2, 24), "41I1G3000"),
        (date(2025, 5, 10), "VN30F2505"),
        (date(2025, 7, 10), "41I1F7000"),
        (date(2026, 12, 31), "41I1H1000"),
    ],
)
def test_the_front_contract_is_the_next_to_expire(day, front):
    assert front_contract(day) == front


def test_expiry_moves_before_a_holiday():
    assert expiry_date(2026, 8) == date(2026, 8, 20)
    assert expiry_date(2026, 2) == date(2026, 2, 13)  # the third Thursday falls into Tet
    assert roll_day(2026, 11) == date(2026, 11, 20)


def test_trading_days_skip_weekends_and_holidays():
    assert next_trading_day(date(2026, 11, 21)) == date(2026, 11, 23)
    assert next_trading_day(date(2026, 2, 13)) == date(2026, 2, 23)
    assert previous_trading_day(date(2026, 2, 23)) == date(2026, 2, 13)
    assert not is_trading_day(date(2026, 9, 2))


@pytest.mark.parametrize(
    ("ref", "ceiling", "floor"),
    [
        (56_200, 60_100, 52_300),
        (54_600, 58_400, 50_800),
        (116_500, 124_600, 108_400),
        (25_000, 26_750, 23_250),
    ],
)
def test_bands_round_inwards_to_the_tick(ref, ceiling, floor):
    assert daily_band("HOSE", ref) == (ceiling, floor)


def test_bands_never_close_on_the_reference():
    assert daily_band("UPCOM", 500) == (600, 400)
    assert daily_band("HOSE", 100) == (110, 90) or daily_band("HOSE", 100)[0] > 100
    ceiling, floor = daily_band(DERIVATIVES, 19_000)
    assert (ceiling, floor) == (20_330, 17_670)
    assert (round_down("HNX", 15_250), round_up("HNX", 15_250), price_below("HNX", 15_200)) == (
        15_200,
        15_300,
        15_100,
    )


def test_up_to_1600_distinct_symbols_are_listed_on_three_boards():
    symbols = stock_symbols(5_000, 1)
    assert len(symbols) == SYMBOLS_MAX == len({symbol for symbol, _ in symbols})
    assert [symbol for symbol, _ in symbols[:30]] == list(vn30_symbols())
    assert {exchange for _, exchange in symbols} == {"HOSE", "HNX", "UPCOM"}
    for symbol, exchange in symbols[:200]:
        stock = make_stock(symbol, exchange, None, 1)
        assert stock.floor < stock.ref_price < stock.ceiling


def test_a_new_contract_starts_at_the_index():
    futures = make_futures(date(2026, 11, 23), {"41I1GC000": 19_111}, 1_900.0)
    assert [future.ref_price for future in futures] == [19_111, 19_000, 19_000, 19_000]
