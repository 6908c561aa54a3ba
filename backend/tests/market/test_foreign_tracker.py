import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.market.foreign_flow import NetValueChange
from app.market.foreign_tracker import ForeignInvestorTracker
from app.market.market_time import moment_at
from app.market.messages import DERIVATIVES
from app.market.models import ForeignInvestorData
from tests.market.builders import (
    FRONT,
    at,
    make_foreign,
    make_processor,
    make_tick,
    make_trade,
)

T0 = at("10:00:00")
RANKED = "ABCDEFGHIJKLMNOPQR"  # enough to fill both lists of five


def clock_of(offset_s: int) -> str:
    return f"10:{offset_s // 60:02d}:{offset_s % 60:02d}"


def make_tracker(*steps, price=60_000, interval_s=1.0) -> ForeignInvestorTracker:
    """Return a tracker that took (offset_s, buy, sell) totals of VNM, each at its own time."""
    tracker = ForeignInvestorTracker(interval_s)
    for offset_s, buy, sell in steps:
        take(tracker, offset_s, buy, sell, price=price)
    return tracker


def take(tracker, offset_s, buy, sell, price=60_000, **fields):
    message = make_foreign(buy=buy, sell=sell, time=clock_of(offset_s), price=price, **fields)
    reason = tracker.apply(message, 0, T0 + offset_s)
    if reason is None:
        tracker.compute_if_due(message.symbol, T0 + offset_s)
    return reason


def test_foreign_tracker_first_message_is_a_baseline_not_a_flow():
    data = make_tracker((0, 6_000_000, 2_000_000)).get("VNM")
    assert (data.buy_volume, data.sell_volume, data.net_volume) == (6_000_000, 2_000_000, 4_000_000)
    assert (data.buy_value, data.sell_value) == (360_000_000_000, 120_000_000_000)
    assert data.net_value == 240_000_000_000
    assert (data.total_room, data.current_room) == (1_000_000, 400_000)
    assert (data.buy_speed_per_min, data.buy_acceleration) == (0, 0)
    assert data.last_updated.isoformat() == "2026-11-20T10:00:00+07:00"


def test_foreign_tracker_speed_is_volume_per_minute_over_five_minutes():
    data = make_tracker((0, 0, 0), (10, 1000, 500)).get("VNM")
    assert (data.buy_speed_per_min, data.sell_speed_per_min) == (200, 100)


def test_foreign_tracker_speed_window_is_half_open():
    tracker = make_tracker((0, 0, 0), (10, 1000, 500))
    assert tracker.advance(T0 + 70) == (["VNM"], [])  # the acceleration ends
    assert tracker.advance(T0 + 309) == ([], [])
    assert tracker.get("VNM").buy_speed_per_min == 200
    assert tracker.advance(T0 + 310) == (["VNM"], [])
    data = tracker.get("VNM")
    assert (data.buy_speed_per_min, data.sell_speed_per_min) == (0, 0)


def test_foreign_tracker_acceleration_is_the_change_of_speed_in_a_minute():
    tracker = make_tracker((0, 0, 0), (10, 1000, 500))
    data = tracker.get("VNM")
    assert (data.buy_acceleration, data.sell_acceleration) == (200, 100)
    assert tracker.advance(T0 + 69)[0] == []
    assert tracker.advance(T0 + 70)[0] == ["VNM"]
    assert (data.buy_acceleration, data.sell_acceleration) == (0, 0)
    tracker.advance(T0 + 310)
    assert (data.buy_acceleration, data.sell_acceleration) == (-200, -100)
    tracker.advance(T0 + 370)
    assert (data.buy_acceleration, data.sell_acceleration) == (0, 0)
    assert tracker.advance(T0 + 5000) == ([], [])


def test_foreign_tracker_negative_step_is_a_resync_never_a_sale():
    tracker = make_tracker((0, 0, 0), (10, 1000, 500), (20, 400, 600))
    data = tracker.get("VNM")
    assert (data.buy_volume, data.sell_volume, data.net_volume) == (400, 600, -200)
    assert (data.buy_speed_per_min, data.sell_speed_per_min) == (200, 100)
    take(tracker, 30, 500, 600)
    assert (data.buy_speed_per_min, data.sell_speed_per_min) == (220, 100)


def test_foreign_tracker_negative_step_of_sales_is_a_resync_too():
    tracker = make_tracker((0, 1000, 1000), (10, 2000, 999))
    data = tracker.get("VNM")
    assert (data.buy_volume, data.sell_volume) == (2000, 999)
    assert (data.buy_speed_per_min, data.sell_speed_per_min) == (0, 0)


def test_foreign_tracker_older_message_changes_nothing():
    tracker = make_tracker((10, 1000, 500))
    assert take(tracker, 9, 900, 500) == "out_of_order"
    assert tracker.get("VNM").buy_volume == 1000
    assert take(tracker, 10, 1100, 500) is None


def test_foreign_tracker_recomputes_once_an_interval_and_keeps_totals_current():
    tracker = ForeignInvestorTracker(interval_s=2.0)
    assert tracker.apply(make_foreign(time=clock_of(0)), 0, T0) is None
    first = tracker.compute_if_due("VNM", T0)
    assert first is not tracker.get("VNM")
    tracker.apply(make_foreign(buy=500, time=clock_of(1)), 0, T0 + 1)
    assert tracker.compute_if_due("VNM", T0 + 1) is None
    assert tracker.get("VNM").buy_volume == 500
    assert tracker.get("VNM").buy_speed_per_min == 0
    assert tracker.advance(T0 + 1.5) == ([], [])
    moved, rows = tracker.advance(T0 + 2)
    assert moved == ["VNM"]
    assert (rows[0].buy_volume, rows[0].buy_speed_per_min) == (500, 100)
    assert tracker.compute_if_due("VNM", T0 + 9) is None


def test_foreign_tracker_samples_of_one_moment_are_one():
    tracker = ForeignInvestorTracker()
    for buy in (0, 100, 300):
        tracker.apply(make_foreign(buy=buy), 0, T0)
    tracker.compute_if_due("VNM", T0)
    assert tracker.get("VNM").buy_speed_per_min == 60


def test_foreign_tracker_long_day_keeps_only_ten_minutes():
    tracker = make_tracker(*((second, second * 10, 0) for second in range(0, 1800, 10)))
    flow = tracker._flows["VNM"]
    assert len(flow.times_s) == len(flow.samples) == 61
    assert tracker.get("VNM").buy_speed_per_min == 600
    assert tracker.get("VNM").buy_acceleration == 0


def test_foreign_tracker_net_value_change_needs_five_minutes_of_watching():
    tracker = make_tracker((0, 1000, 0), (100, 1500, 200))
    assert tracker.net_value_change("VNM", T0 + 299) is None
    assert tracker.net_value_change("VNM", T0 + 300) == NetValueChange(300 * 60_000, 1000 * 60_000)
    assert tracker.net_value_change("VNM", T0 + 399) == NetValueChange(300 * 60_000, 1000 * 60_000)
    assert tracker.net_value_change("VNM", T0 + 400) == NetValueChange(0, 1300 * 60_000)


def test_foreign_tracker_net_value_change_counts_purchases_less_sales():
    tracker = make_tracker((0, 1000, 400), (100, 1500, 600), (200, 1600, 650))
    assert tracker.net_value_change("VNM", T0 + 300) == NetValueChange(350 * 60_000, 600 * 60_000)


def test_foreign_tracker_speed_after_a_long_silence_counts_only_what_is_new():
    tracker = make_tracker((0, 0, 0), (10, 1000, 500), (20, 2000, 1000), (700, 2500, 1100))
    data = tracker.get("VNM")
    assert tracker._flows["VNM"].times_s == [T0 + 20, T0 + 700]
    assert (data.buy_speed_per_min, data.sell_speed_per_min) == (100, 20)
    assert (data.buy_acceleration, data.sell_acceleration) == (100, 20)


def test_foreign_tracker_correction_is_no_change_of_net_value():
    tracker = make_tracker((0, 1000, 0), (100, 900, 0), (200, 1000, 0))
    assert tracker.net_value_change("VNM", T0 + 300) == NetValueChange(100 * 60_000, 900 * 60_000)


def test_foreign_tracker_values_at_volume_times_price_are_replaced_by_our_sum():
    tracker = ForeignInvestorTracker()
    tracker.apply(make_foreign(buy=1000, sell=100, price=60_000), 60_000, T0)
    tracker.apply(make_foreign(buy=1000, sell=100, price=60_000), 60_000, T0 + 1)
    data = tracker.get("VNM")
    assert not data.values_estimated
    tracker.apply(make_foreign(buy=1100, sell=300, price=61_000), 61_000, T0 + 2)
    assert data.values_estimated
    assert data.buy_value == 60_000_000 + 6_100_000
    assert data.sell_value == 6_000_000 + 12_200_000
    net_before = data.net_value
    tracker.apply(make_foreign(buy=1200, sell=340, price=62_000), 62_000, T0 + 3)
    assert data.buy_value == 66_100_000 + 6_200_000
    assert data.net_value == net_before + 60 * 62_000
    assert tracker.net_value_change("VNM", T0 + 302) == NetValueChange(60 * 62_000, net_before)
    assert tracker.net_value_change("VNM", T0 + 303) == NetValueChange(0, data.net_value)
    tracker.apply(make_foreign(buy=1000, sell=340, price=62_000), 62_000, T0 + 4)
    assert data.buy_value == 62_000_000
    assert tracker.summary("VN30").total_buy_value == 62_000_000


@pytest.mark.parametrize(
    ("buy_value", "sell_value", "price"),
    [
        (66_000_001, 6_000_000, 60_000),
        (67_100_000, 6_100_001, 61_000),
        (67_100_001, 6_100_000, 61_000),
        (67_100_000, 6_100_000, 0),
        (0, 0, 0),
    ],
)
def test_foreign_tracker_true_values_are_kept(buy_value, sell_value, price):
    tracker = ForeignInvestorTracker()
    tracker.apply(make_foreign(buy=1000, sell=100, price=60_000), 60_000, T0)
    tracker.apply(make_foreign(buy=1000, sell=100, price=60_000), 60_000, T0 + 1)
    message = make_foreign(buy=1100, sell=100, buy_value=buy_value, sell_value=sell_value)
    tracker.apply(message, price, T0 + 2)
    assert not tracker.get("VNM").values_estimated
    assert tracker.get("VNM").buy_value == buy_value


def test_foreign_tracker_equal_volumes_both_ways_prove_revaluation_too():
    tracker = ForeignInvestorTracker()
    for price in (60_000, 60_000, 61_000):
        tracker.apply(make_foreign(buy=100, sell=100, price=price), price, T0)
    assert tracker.get("VNM").values_estimated


def test_foreign_tracker_zero_volumes_prove_nothing_about_values():
    tracker = ForeignInvestorTracker()
    for price in (60_000, 61_000, 62_000):
        tracker.apply(make_foreign(), price, T0)
    assert not tracker.get("VNM").values_estimated


def test_foreign_tracker_without_a_price_steps_by_the_feed_s_average():
    tracker = ForeignInvestorTracker()
    tracker.apply(make_foreign(buy=1000, price=60_000), 0, T0)
    tracker.apply(make_foreign(buy=1500, price=60_000), 0, T0 + 1)
    assert tracker._flows["VNM"].our_buy_value == 90_000_000


def test_foreign_summary_adds_stocks_and_leaves_futures_out():
    tracker = ForeignInvestorTracker()
    tracker.apply(make_foreign("VNM", buy=300, sell=100), 0, T0)
    tracker.apply(make_foreign("FPT", buy=100, sell=400), 0, T0)
    tracker.apply(make_foreign(FRONT, buy=9, sell=1, exchange=DERIVATIVES), 0, T0)
    summary = tracker.summary("VN30")
    assert summary.scope == "VN30"
    assert (summary.total_buy_volume, summary.total_sell_volume, summary.total_net_volume) == (400, 500, -100)
    assert (summary.total_buy_value, summary.total_sell_value) == (24_000_000, 30_000_000)
    assert summary.total_net_value == -6_000_000
    assert [data.symbol for data in summary.top_buy] == ["VNM"]
    assert [data.symbol for data in summary.top_sell] == ["FPT"]
    assert [data.symbol for data in tracker.detail()] == ["FPT", "VNM"]
    assert tracker.get(FRONT).buy_volume == 9


def test_foreign_summary_ranks_the_five_largest_each_way():
    tracker = ForeignInvestorTracker()
    for i in range(1, 8):
        tracker.apply(make_foreign(f"BUY{i}", buy=i * 100), 0, T0)
        tracker.apply(make_foreign(f"SELL{i}", sell=i * 100), 0, T0)
    tracker.apply(make_foreign("EVEN", buy=10, sell=10), 0, T0)
    summary = tracker.summary("ALL")
    assert [data.symbol for data in summary.top_buy] == ["BUY7", "BUY6", "BUY5", "BUY4", "BUY3"]
    assert [data.symbol for data in summary.top_sell] == ["SELL7", "SELL6", "SELL5", "SELL4", "SELL3"]
    tracker.apply(make_foreign("BUY1", buy=9000, time=clock_of(1)), 0, T0 + 1)
    assert tracker.summary("ALL").top_buy[0].symbol == "BUY1"
    assert tracker.summary("ALL") is summary


@given(
    st.lists(
        st.tuples(st.sampled_from(RANKED), st.integers(0, 3), st.integers(0, 3)), min_size=10, max_size=60
    )
)
def test_foreign_summary_ranks_after_each_message_as_if_it_had_looked_at_all(flows):
    tracker = ForeignInvestorTracker()
    totals = dict.fromkeys(RANKED, (0, 0))
    opening = [(symbol, number % 3, 2 - number % 3) for number, symbol in enumerate(RANKED)]
    for offset_s, (symbol, bought, sold) in enumerate(opening + flows):
        buy, sell = totals[symbol] = (totals[symbol][0] + bought * 100, totals[symbol][1] + sold * 100)
        message = make_foreign(symbol, buy=buy, sell=sell, time=clock_of(offset_s))
        tracker.apply(message, 0, T0 + offset_s)
        summary = tracker.summary("ALL")
        stocks = sorted(tracker.detail(), key=lambda data: (-data.net_value, data.symbol))
        assert summary.top_buy == [data for data in stocks if data.net_value > 0][:5]
        stocks.sort(key=lambda data: (data.net_value, data.symbol))
        assert summary.top_sell == [data for data in stocks if data.net_value < 0][:5]


def test_foreign_summary_ranks_nobody_whose_net_value_is_zero():
    tracker = ForeignInvestorTracker()
    tracker.apply(make_foreign("EVEN", buy=10, sell=10), 0, T0)
    assert tracker.summary("ALL").top_buy == tracker.summary("ALL").top_sell == []


def test_foreign_tracker_forgotten_symbol_leaves_the_totals():
    tracker = ForeignInvestorTracker()
    tracker.apply(make_foreign("VNM", buy=300, sell=100), 0, T0)
    tracker.apply(make_foreign("FPT", buy=100, sell=400), 0, T0)
    tracker.summary("VN30")
    tracker.forget("VNM")
    tracker.forget("NONE")
    summary = tracker.summary("VN30")
    assert (summary.total_buy_volume, summary.total_sell_volume) == (100, 400)
    assert summary.top_buy == []
    assert tracker.get("VNM") is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(0, 9999), st.integers(0, 9999)), max_size=40
    )
)
def test_foreign_summary_any_order_equals_the_sum_of_the_stocks(steps):
    tracker = ForeignInvestorTracker()
    for i, (symbol, buy, sell) in enumerate(steps):
        tracker.apply(
            make_foreign(symbol, buy, sell, clock_of(i), price=60_000 + i % 2), 60_000 + i % 2, T0 + i
        )
    summary, stocks = tracker.summary("ALL"), tracker.detail()
    for name in ("buy_volume", "sell_volume", "net_volume", "buy_value", "sell_value", "net_value"):
        assert getattr(summary, f"total_{name}") == sum(getattr(data, name) for data in stocks)
    assert all(data.net_value == data.buy_value - data.sell_value for data in stocks)


def test_processor_foreign_flow_reaches_the_summary_and_the_rows():
    processor = make_processor()
    changes = processor.handle_foreign(make_foreign(buy=300, sell=100))
    assert changes.foreign == {"VNM"}
    assert [row.buy_volume for row in changes.foreign_rows] == [300]
    assert processor.get_foreign_summary().total_net_volume == 200
    assert processor.get_foreign("VNM") is processor.get_foreign_detail()[0]
    changes = processor.apply([make_foreign(buy=400, sell=100)])
    assert (changes.foreign, changes.foreign_rows) == ({"VNM"}, [])
    changes = processor.apply([make_tick("10:00:01")])
    assert changes.foreign == {"VNM"}
    assert [row.buy_volume for row in changes.foreign_rows] == [400]


def test_processor_foreign_speed_empties_on_ticks_alone():
    processor = make_processor()
    processor.apply([make_trade(), make_foreign(buy=0), make_foreign(buy=1000, time="10:00:10")])
    assert processor.get_foreign("VNM").buy_speed_per_min == 200
    changes = processor.apply([make_tick("10:05:10")])
    assert processor.get_foreign("VNM").buy_speed_per_min == 0
    assert changes.foreign == {"VNM"}


def test_processor_foreign_message_out_of_order_or_untracked_changes_nothing():
    processor = make_processor()
    processor.apply([make_foreign(buy=300, time="10:00:05")])
    changes = processor.apply([make_foreign(buy=400, time="10:00:04"), make_foreign("SSI", buy=1)])
    assert (changes.rejected, changes.ignored, changes.foreign) == ({"out_of_order": 1}, 1, set())


def test_processor_foreign_values_are_estimated_at_the_last_price():
    processor = make_processor()
    processor.apply(
        [
            make_trade(price=60_000),
            make_foreign(buy=1000, price=60_000),
            make_foreign(buy=1000, price=60_000),
            make_trade(price=61_000, total=200),
            make_foreign(buy=1100, price=61_000),
        ]
    )
    assert processor.get_foreign("VNM").values_estimated
    assert processor.get_foreign("VNM").buy_value == 66_100_000


def test_foreign_tracker_restored_rows_say_how_net_value_moved():
    rows = [
        ForeignInvestorData("VNM", net_value=net, last_updated=moment_at(T0 + offset_s))
        for offset_s, net in ((0, 1_000), (100, 5_000), (320, 4_000))
    ]
    tracker = ForeignInvestorTracker()
    tracker.restore(rows, is_future=False, now_s=T0 + 330)
    assert tracker.net_value_change("VNM", T0 + 330) == NetValueChange(3_000, 1_000)
    assert tracker.net_value_change("VNM", T0 + 410) == NetValueChange(-1_000, 5_000)
