from datetime import date

import pytest

from app.market.derivatives_tracker import DerivativesTracker
from app.market.messages import DERIVATIVES
from tests.market.builders import (
    CALENDAR,
    FRONT,
    SECOND,
    TODAY,
    make_future,
    make_index,
    make_limits,
    make_processor,
    make_quote,
    make_tick,
)

OLD_FRONT = "VN30F2612"


def test_derivatives_basis_is_future_minus_vn30():
    processor = make_processor()
    changes = processor.apply([make_index(value=1900.0), make_future(price=1905.5, volume=2, total=2)])
    data = processor.get_derivatives_data()
    assert (data.symbol, data.basis, data.basis_pct, data.is_premium) == (FRONT, 5.5, 0.2895, True)
    assert (data.last_price, data.change, data.change_pct, data.volume) == (1905.5, 5.5, 0.29, 2)
    assert (data.alias, data.expiry_date, data.stale) == ("VN30F1M", date(2026, 12, 17), False)
    (point,) = changes.basis_points
    assert (point.futures_symbol, point.futures_price, point.spot_value) == (FRONT, 1905.5, 1900.0)
    assert (point.basis, point.basis_pct, point.is_premium) == (5.5, 0.2895, True)
    assert changes.contracts == {FRONT}


@pytest.mark.parametrize(("price", "is_premium"), [(1899.9, False), (1900.0, False), (1900.1, True)])
def test_derivatives_premium_is_a_basis_above_zero(price, is_premium):
    processor = make_processor()
    processor.apply([make_index(value=1900.0), make_future(price=price)])
    assert processor.get_derivatives_data().is_premium is is_premium


def test_derivatives_without_vn30_have_no_basis():
    processor = make_processor()
    changes = processor.apply([make_future(), make_index("VNINDEX")])
    data = processor.get_derivatives_data()
    assert (data.basis, data.stale, changes.basis_points) == (None, True, [])


def test_derivatives_spot_is_fresh_for_fifteen_seconds():
    processor = make_processor()
    processor.apply([make_index(time="10:00:00"), make_future(time="10:00:15", price=1905.0)])
    assert processor.get_derivatives_data().basis == 5.0
    changes = processor.apply([make_future(time="10:00:16", price=1906.0, total=2)])
    data = processor.get_derivatives_data()
    assert (data.basis, data.stale, data.last_price, changes.basis_points) == (5.0, True, 1906.0, [])
    assert changes.contracts == {FRONT}


def test_derivatives_future_is_fresh_for_sixty_seconds():
    processor = make_processor()
    processor.apply([make_future(price=1905.0), make_index(time="10:01:00")])
    assert processor.get_derivatives_data().basis == 5.0
    changes = processor.apply([make_index(time="10:01:01", value=1890.0)])
    assert (processor.get_derivatives_data().basis, processor.get_derivatives_data().stale) == (5.0, True)
    assert changes.contracts == {FRONT}
    assert changes.basis_points == []


def test_derivatives_become_stale_while_the_feed_is_silent():
    processor = make_processor()
    processor.apply([make_index(), make_future()])
    assert processor.apply([make_tick("10:00:15")]).contracts == set()
    assert processor.apply([make_tick("10:00:16")]).contracts == {FRONT}
    assert processor.get_derivatives_data().stale
    assert processor.apply([make_tick("10:00:17")]).contracts == set()


def test_derivatives_quote_alone_is_no_price():
    processor = make_processor()
    processor.apply([make_index(), make_quote(FRONT, 1899.9, 1900.1, exchange=DERIVATIVES)])
    data = processor.get_derivatives_data()
    assert (data.bid_price, data.ask_price, data.last_price, data.stale) == (1899.9, 1900.1, None, True)
    processor.apply([make_quote(FRONT, 0, 0, exchange=DERIVATIVES)])
    assert (processor.get_derivatives_data().bid_price, processor.get_derivatives_data().ask_price) == (
        None,
        None,
    )


def test_derivatives_history_has_one_point_a_second_per_contract():
    processor = make_processor()
    changes = processor.apply(
        [
            make_index(),
            make_future(price=1901.0),
            make_future(price=1902.0, total=2),
            make_future(SECOND, price=1910.0),
            make_future(price=1903.0, total=3, time="10:00:01"),
        ]
    )
    assert [(p.futures_symbol, p.basis) for p in changes.basis_points] == [
        (FRONT, 1.0),
        (SECOND, 10.0),
        (FRONT, 3.0),
    ]
    assert [p.basis for p in processor.get_basis_trend(30)] == [1.0, 3.0]


def test_derivatives_trend_counts_back_from_market_time():
    processor = make_processor()
    for minute in (0, 1, 2, 3):
        processor.apply(
            [make_index(time=f"10:0{minute}:00"), make_future(time=f"10:0{minute}:00", total=minute + 1)]
        )
    assert len(processor.get_basis_trend(2)) == 3
    processor.apply([make_tick("10:03:01")])
    assert len(processor.get_basis_trend(2)) == 2
    assert processor.get_basis_trend(0) == []


def test_derivatives_other_contract_s_trade_does_not_move_the_active_basis():
    processor = make_processor()
    processor.apply(
        [make_index(), make_future(price=1905.0, volume=9, total=9), make_future(SECOND, price=1895.0)]
    )
    data = processor.get_derivatives_data()
    assert (data.symbol, data.basis) == (FRONT, 5.0)
    assert [(c.symbol, c.alias, c.basis) for c in data.contracts] == [
        (FRONT, "VN30F1M", 5.0),
        (SECOND, "VN30F2M", -5.0),
    ]


def test_derivatives_front_month_is_active_until_it_has_traded():
    processor = make_processor()
    processor.apply([make_future(SECOND, volume=50, total=50)])
    assert processor.get_derivatives_data().symbol == SECOND
    processor.apply([make_quote(FRONT, 1900.0, 1900.1, exchange=DERIVATIVES)])
    assert processor.get_derivatives_data().symbol == FRONT
    changes = processor.apply([make_future(FRONT, volume=1, total=1)])
    assert processor.get_derivatives_data().symbol == SECOND
    assert changes.contracts == {FRONT, SECOND}


def test_derivatives_switch_needs_ten_percent_more_volume():
    processor = make_processor()
    processor.apply([make_future(FRONT, volume=100, total=100), make_future(SECOND, volume=109, total=109)])
    assert processor.get_derivatives_data().symbol == FRONT
    processor.apply([make_future(SECOND, volume=1, total=110)])
    assert processor.get_derivatives_data().symbol == SECOND
    processor.apply([make_future(FRONT, volume=20, total=120)])
    assert processor.get_derivatives_data().symbol == SECOND
    processor.apply([make_future(FRONT, volume=1, total=121)])
    assert processor.get_derivatives_data().symbol == FRONT


@pytest.mark.parametrize("override", ["VN30F2M", SECOND])
def test_derivatives_override_wins_once_that_contract_is_seen(override):
    processor = make_processor(futures_override=override)
    processor.apply([make_future(FRONT, volume=100, total=100)])
    assert processor.get_derivatives_data().symbol == FRONT
    processor.apply([make_future(SECOND)])
    assert processor.get_derivatives_data().symbol == SECOND


@pytest.mark.parametrize("now", ["14:50:00", "20:00:00"])  # closed, and final
def test_derivatives_trend_after_the_close_ends_with_the_last_point(now):
    processor = make_processor()
    for minute in (0, 10, 20, 29):
        time = f"14:{minute:02d}:00"
        processor.apply([make_index(time=time), make_future(time=time, total=minute + 1)])
    processor.apply([make_tick(now)])
    assert [p.timestamp.minute for p in processor.get_basis_trend(10)] == [20, 29]
    assert len(processor.get_basis_trend(30)) == 4


def test_derivatives_trend_is_empty_in_a_lunch_break_that_outlasts_it():
    processor = make_processor()
    processor.apply([make_index(time="11:29:00"), make_future(time="11:29:00"), make_tick("12:30:00")])
    assert processor.get_basis_trend(30) == []
    assert len(processor.get_basis_trend(90)) == 1


def test_derivatives_trend_of_a_closed_day_without_points_is_empty():
    processor = make_processor()
    processor.apply([make_future(time="14:20:00"), make_tick("20:00:00")])
    assert processor.get_basis_trend(30) == []


def test_derivatives_old_codes_are_contracts_too():
    processor = make_processor(futures_override="VN30F1M")
    processor.apply([make_future(OLD_FRONT)])
    assert processor.get_derivatives_data().alias == "VN30F1M"
    assert processor.get_derivatives_data().symbol == OLD_FRONT


def test_derivatives_expired_contract_is_never_active():
    processor = make_processor()
    processor.apply([make_future("41I1GB000", volume=900, total=900)])
    assert processor.get_derivatives_data() is None
    assert processor.get_basis_trend(30) == []
    processor.apply([make_future(FRONT)])
    assert processor.get_derivatives_data().symbol == FRONT


def test_derivatives_new_reference_price_changes_the_contract():
    processor = make_processor()
    processor.apply([make_future(price=1900.0)])
    changes = processor.apply([make_limits(FRONT, 1890.0, 2033.0, 1767.0, exchange=DERIVATIVES)])
    assert processor.get_derivatives_data().change == 10.0
    assert changes.contracts == {FRONT}


def test_derivatives_of_other_underlyings_are_ignored():
    processor = make_processor(tracked=None, scope="ALL")
    changes = processor.apply([make_future("41I2GC000"), make_future("41B5GC000")])
    assert changes.ignored == 2
    assert processor.get_derivatives_data() is None


def test_derivatives_points_of_one_contract_can_be_asked_for():
    tracker = DerivativesTracker(CALENDAR, TODAY)
    assert tracker.get_points(FRONT) == []
    processor = make_processor()
    processor.apply([make_index(), make_future()])
    assert len(processor._roll.day.derivatives.get_points(FRONT)) == 1


def test_derivatives_symbol_that_is_no_future_is_a_programmer_s_error():
    with pytest.raises(AssertionError, match="VNM is not a VN30 future"):
        DerivativesTracker(CALENDAR, TODAY).apply_quote(make_quote("VNM"))
