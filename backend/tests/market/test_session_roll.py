from datetime import date, time

import pytest

from app.market.core_settings import LIVE_LEAD_MAX_S
from app.market.models import Phase
from tests.market.builders import (
    NEXT_DAY,
    TODAY,
    YESTERDAY,
    at,
    make_foreign,
    make_future,
    make_index,
    make_limits,
    make_processor,
    make_quote,
    make_status,
    make_tick,
    make_trade,
)


def events_of(changes, name):
    return [event for event in changes.session_events if event.event == name]


def make_reset_row(symbol="VNM", day=TODAY, **fields):
    """Return the row of 08:00: zero prices, the limits of the new day."""
    return make_trade(
        symbol, price=0, volume=0, total=0, time="08:00:07", day=day, session="C", is_combined=True, **fields
    )


def test_session_first_message_begins_the_day():
    processor = make_processor()
    changes = processor.apply([make_trade()])
    assert processor.trading_date == TODAY
    assert changes.everything
    assert [event.trading_date for event in events_of(changes, "new_day")] == [TODAY]
    assert processor.apply([make_trade(total=200)]).everything is False
    assert processor.get_session().is_final is False


def test_session_older_date_changes_nothing():
    processor = make_processor()
    processor.apply([make_trade()])
    changes = processor.apply(
        [
            make_trade("FPT", day=YESTERDAY),
            make_quote("FPT", day=YESTERDAY),
            make_foreign("FPT", buy=1, day=YESTERDAY),
            make_index(day=YESTERDAY),
            make_status("FPT", day=YESTERDAY),
            make_limits("FPT", day=YESTERDAY),
        ]
    )
    assert changes.rejected == {"older_date": 6}
    assert set(processor.get_prices()) == {"VNM"}


def test_session_date_ahead_of_the_tick_is_rejected():
    processor = make_processor()
    processor.apply([make_tick("09:59:59"), make_trade()])
    assert processor.apply([make_trade(day=NEXT_DAY)]).rejected == {"future_date": 1}
    assert processor.trading_date == TODAY


def test_session_stamp_far_ahead_of_the_tick_is_rejected():
    processor = make_processor()
    processor.apply([make_tick("10:00:00")])
    assert processor.apply([make_quote(time="10:30:01")]).rejected == {"future_time": 1}
    assert processor.trading_date is None
    assert processor.apply([make_quote(time="10:30:00")]).rejected == {}
    assert processor.apply([make_quote(time="10:30:02")]).rejected == {"future_time": 1}
    assert processor.market_time_s == at("10:30:00")


def test_session_stamp_two_minutes_ahead_of_a_live_tick_is_rejected():
    processor = make_processor(time_lead_max_s=LIVE_LEAD_MAX_S)
    processor.apply([make_tick("10:00:00")])
    assert processor.apply([make_quote(time="10:02:01")]).rejected == {"future_time": 1}
    assert processor.apply([make_quote(time="10:02:00")]).rejected == {}
    assert processor.market_time_s == at("10:02:00")


def test_market_time_is_the_greatest_stamp_or_tick():
    processor = make_processor()
    processor.apply([make_tick("10:00:05"), make_trade(time="10:00:03"), make_tick("10:00:04")])
    assert processor.market_time_s == at("10:00:05")
    processor.apply([make_trade(total=200, time="10:00:07")])
    assert processor.market_time_s == at("10:00:07")


def test_session_earlier_tick_does_not_lower_what_may_come():
    processor = make_processor()
    processor.apply([make_tick("10:00:00"), make_tick("09:00:00")])
    assert processor.apply([make_trade(time="10:30:00")]).rejected == {}


@pytest.mark.parametrize(("clock", "is_final"), [("15:04:59", False), ("15:05:00", True)])
def test_session_is_final_from_the_reset_time_on(clock, is_final):
    processor = make_processor()
    processor.apply([make_trade()])
    changes = processor.apply([make_tick(clock)])
    assert processor.get_session().is_final is is_final
    assert len(events_of(changes, "final")) == is_final
    assert processor.get_trade_analysis("VNM").total_volume == 100


def test_session_reset_time_is_a_setting():
    processor = make_processor(session_reset_time=time(15, 30, 10))
    processor.apply([make_trade(), make_tick("15:30:09")])
    assert not processor.get_session().is_final
    processor.apply([make_tick("15:30:10")])
    assert processor.get_session().is_final


def test_session_late_message_of_the_frozen_date_counts_without_alerts():
    processor = make_processor()
    processor.apply([make_trade(), make_tick("15:05:00")])
    changes = processor.apply(
        [make_trade(price=64_200, total=200, time="15:04:59"), make_foreign(buy=5, time="15:32:00")]
    )
    assert processor.get_trade_analysis("VNM").total_volume == 200
    assert processor.get_foreign("VNM").buy_volume == 5
    assert changes.alerts == []
    assert processor.get_session().is_final


def test_session_final_is_served_until_a_newer_date_speaks():
    processor = make_processor()
    processor.apply([make_trade(), make_tick("15:05:00"), make_tick("08:59:59", NEXT_DAY)])
    assert processor.get_market_snapshot().quotes["VNM"].total_volume == 100
    changes = processor.apply([make_quote(day=NEXT_DAY, time="09:00:00", session="ATO")])
    assert processor.trading_date == NEXT_DAY
    assert processor.get_session_stats() == {}
    assert processor.get_session().is_final is False
    assert changes.everything
    assert events_of(changes, "final") == []


def test_session_that_was_never_frozen_is_when_a_newer_date_speaks():
    processor = make_processor()
    processor.apply([make_trade()])
    changes = processor.apply([make_trade(day=NEXT_DAY)])
    assert [event.event for event in changes.session_events if event.event != "phase"] == ["final", "new_day"]
    assert processor.get_trade_analysis("VNM").total_volume == 100


def test_session_of_a_past_date_is_final_from_its_first_message():
    processor = make_processor()
    changes = processor.apply([make_tick("10:00:00", date(2026, 11, 21)), make_trade(price=64_200)])
    assert processor.get_session().is_final
    assert changes.alerts == []
    assert len(events_of(changes, "final")) == 1


def test_session_alert_state_is_new_with_the_day():
    processor = make_processor()
    processor.apply([make_trade(price=64_200)])
    processor.apply([make_tick("15:05:00"), make_trade(price=64_200, total=200, time="15:05:00")])
    changes = processor.apply([make_tick("09:59:59", NEXT_DAY), make_trade(price=64_200, day=NEXT_DAY)])
    assert len(changes.alerts) == 1
    assert len(processor.get_alerts()) == 2


def test_session_quote_of_yesterday_never_classifies_today():
    processor = make_processor()
    processor.apply([make_quote(bid=59_900, ask=60_000, day=YESTERDAY)])
    changes = processor.apply([make_trade(price=60_000)])
    assert changes.trades[0].bid_price == 0


def test_reset_session_freezes_once():
    processor = make_processor()
    processor.apply([make_trade()])
    assert len(events_of(processor.reset_session(), "final")) == 1
    assert processor.reset_session().session_events == []
    assert processor.get_session().is_final


@pytest.mark.parametrize(
    "message",
    [
        make_reset_row(day=NEXT_DAY),
        make_trade(price=60_000, volume=0, total=0, day=NEXT_DAY),
        make_quote(bid=0, ask=0, day=NEXT_DAY),
        make_foreign(day=NEXT_DAY),
        make_index(value=0.0, day=NEXT_DAY),
        make_status(session="C", day=NEXT_DAY),
    ],
    ids=["reset", "no volume", "no book", "no foreign", "no index", "closed"],
)
def test_session_empty_message_of_a_newer_date_changes_nothing(message):
    processor = make_processor()
    processor.apply([make_trade(), make_tick("15:05:00"), make_tick("11:00:00", NEXT_DAY)])
    assert processor.apply([message]).rejected == {"pre_open": 1}
    assert processor.trading_date == TODAY
    assert processor.get_trade_analysis("VNM").total_volume == 100


@pytest.mark.parametrize(
    "message",
    [
        make_quote(bid=0, ask=60_000, day=NEXT_DAY),
        make_foreign(sell=1, day=NEXT_DAY),
        make_foreign(buy=1, day=NEXT_DAY),
        make_index(day=NEXT_DAY),
        make_status(session="ATO", day=NEXT_DAY),
    ],
    ids=["book", "sale", "purchase", "index", "ATO"],
)
def test_session_real_message_of_a_newer_date_begins_it(message):
    processor = make_processor()
    processor.apply([make_trade()])
    processor.apply([message])
    assert processor.trading_date == NEXT_DAY


def test_session_limits_of_the_reset_row_serve_the_new_day():
    processor = make_processor()
    processor.apply([make_trade(), make_tick("15:05:00"), make_tick("08:59:00", NEXT_DAY)])
    processor.apply([make_reset_row(day=NEXT_DAY, ceiling=65_000, floor=56_000, ref_price=60_500)])
    assert processor.quotes.get_price_refs("VNM") == (60_000, 64_200, 55_800)
    processor.apply([make_quote("FPT", day=NEXT_DAY, time="09:00:00")])
    assert processor.quotes.get_price_refs("VNM") == (60_500, 65_000, 56_000)
    assert processor.get_prices()["VNM"].ceiling == 65_000


def test_session_reset_row_of_the_running_day_only_gives_limits():
    processor = make_processor()
    processor.apply([make_future(time="08:46:00", session="ATO")])
    changes = processor.apply([make_reset_row()])
    assert changes.rejected == {"pre_open": 1}
    assert processor.get_prices()["VNM"].ceiling == 64_200
    assert processor.get_prices()["VNM"].last_price is None
    assert processor.get_trade_analysis("VNM") is None


def test_session_limits_from_rest_wait_for_their_day():
    processor = make_processor()
    processor.apply([make_limits(day=None)])
    processor.apply([make_limits("FPT", day=NEXT_DAY)])
    processor.apply([make_quote("VCB")])
    assert processor.quotes.get_price_refs("VNM") == (60_000, 64_200, 55_800)
    assert processor.quotes.get_price_refs("FPT") == (0, 0, 0)
    processor.apply([make_quote("VCB", day=NEXT_DAY)])
    assert processor.quotes.get_price_refs("FPT") == (60_000, 64_200, 55_800)


def test_session_undated_limits_on_a_later_date_wait_for_the_next_day():
    processor = make_processor()
    processor.apply([make_trade(), make_tick("15:05:00")])
    processor.apply([make_limits("FPT", day=None)])
    assert processor.quotes.get_price_refs("FPT")[0] == 60_000
    processor.apply([make_tick("08:00:00", NEXT_DAY), make_limits("VNM", ref_price=61_000, day=None)])
    assert processor.quotes.get_price_refs("VNM")[0] == 60_000
    processor.apply([make_quote("FPT", time="08:30:00", day=NEXT_DAY)])
    assert processor.quotes.get_price_refs("VNM")[0] == 61_000


def test_session_undated_limits_of_the_running_day_apply_at_once():
    processor = make_processor()
    processor.apply([make_quote("VCB")])
    changes = processor.apply([make_limits("VNM", day=None), make_limits("SSI"), make_limits("VNM", 0, 0, 0)])
    assert (changes.prices, changes.ignored) == ({"VNM"}, 1)
    assert processor.get_prices()["VNM"].phase is Phase.CONTINUOUS
    assert processor.apply([make_limits("VNM")]).prices == set()


def test_session_limits_that_say_nothing_make_no_row():
    processor = make_processor()
    processor.apply([make_quote("VCB"), make_limits("VNM", 0, 0, 0)])
    assert "VNM" not in processor.get_prices()
