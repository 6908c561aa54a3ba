from datetime import date

import pytest

from app.market.exchange_phases import ExchangePhases
from app.market.models import Phase
from tests.market.builders import (
    CALENDAR,
    TODAY,
    at,
    make_limits,
    make_processor,
    make_quote,
    make_status,
    make_tick,
    make_trade,
)


def make_phases(*symbols, clock="10:00:00") -> ExchangePhases:
    phases = ExchangePhases(CALENDAR)
    for symbol in symbols:
        phases.join("HOSE", symbol)
    phases.advance(at(clock))
    return phases


def test_exchange_phases_follow_the_clock():
    phases = make_phases()
    assert phases.phases["HOSE"] is Phase.CONTINUOUS
    assert phases.advance(at("11:29:59")) == []
    changed = phases.advance(at("11:30:00"))
    assert changed == [(name, Phase.LUNCH) for name in ("HOSE", "HNX", "UPCOM", "DERIVATIVES")]
    assert phases.advance(at("12:00:00")) == []
    phases.advance(at("14:29:59"))
    assert [name for name, _ in phases.advance(at("14:30:00"))] == ["HOSE", "HNX", "DERIVATIVES"]
    assert phases.phases["UPCOM"] is Phase.CONTINUOUS


def test_exchange_phases_one_symbol_of_several_decides_nothing():
    phases = make_phases("A", "B", "C")
    assert phases.hear("HOSE", "A", Phase.HALTED, at("10:00:01")) == []
    assert phases.hear("HOSE", "A", Phase.HALTED, at("10:00:02")) == []
    assert phases.phases["HOSE"] is Phase.CONTINUOUS


def test_exchange_phases_most_symbols_win_over_the_clock():
    phases = make_phases("A", "B", "C", "D")
    phases.hear("HOSE", "A", Phase.ATO, at("10:00:01"))
    assert phases.hear("HOSE", "B", Phase.ATO, at("10:00:01")) == []
    assert phases.hear("HOSE", "C", Phase.ATO, at("10:00:01")) == [("HOSE", Phase.ATO)]
    assert phases.phases["HOSE"] is Phase.ATO


def test_exchange_phases_late_messages_of_the_window_before_do_not_count():
    phases = make_phases("A", clock="14:29:59")
    phases.advance(at("14:30:00"))
    assert phases.hear("HOSE", "A", Phase.CONTINUOUS, at("14:30:29")) == []
    assert phases.hear("HOSE", "A", Phase.CONTINUOUS, at("14:30:30")) == [("HOSE", Phase.CONTINUOUS)]


def test_exchange_phases_next_window_counts_anew():
    phases = make_phases("A", "B", "C")
    phases.hear("HOSE", "A", Phase.HALTED, at("11:00:00"))
    phases.advance(at("11:30:00"))
    assert phases.hear("HOSE", "B", Phase.HALTED, at("12:00:00")) == []
    assert phases.hear("HOSE", "A", Phase.HALTED, at("12:00:00")) == [("HOSE", Phase.HALTED)]


def test_exchange_phases_clock_change_into_the_reported_phase_is_no_event():
    phases = make_phases("A", clock="14:44:00")
    assert phases.hear("HOSE", "A", Phase.PUT_THROUGH, at("14:44:10")) == [("HOSE", Phase.PUT_THROUGH)]
    assert ("HOSE", Phase.PUT_THROUGH) not in phases.advance(at("14:45:00"))


def test_exchange_phases_unknown_phase_or_exchange_is_not_heard():
    phases = make_phases("A")
    assert phases.hear("HOSE", "A", Phase.UNKNOWN, at("10:00:01")) == []
    phases.join("HNXBOND", "B")
    assert phases.hear("HNXBOND", "B", Phase.ATO, at("10:00:01")) == []


def test_processor_phase_changes_are_session_events():
    processor = make_processor()
    processor.apply([make_trade()])
    changes = processor.apply([make_tick("11:30:00")])
    events = {event.exchange: event for event in changes.session_events}
    assert events["HOSE"].phase is Phase.LUNCH
    assert (events["HOSE"].event, events["HOSE"].trading_date) == ("phase", TODAY)
    assert events["HOSE"].timestamp.isoformat() == "2026-11-20T11:30:00+07:00"
    assert processor.phase_of("DER") is processor.phase_of("HOSE") is Phase.LUNCH
    assert processor.get_session().phase["HNX"] is Phase.LUNCH
    assert processor.get_prices()["VNM"].phase is Phase.LUNCH
    assert changes.prices == {"VNM"}


def test_processor_phase_events_come_before_any_day():
    processor = make_processor()
    changes = processor.apply([make_tick("08:00:00")])
    assert {event.phase for event in changes.session_events} == {Phase.PRE_OPEN}
    assert processor.apply([make_tick("08:00:00.5")]).session_events == []
    closed = processor.apply([make_tick("08:00:00", date(2026, 11, 21))])
    assert {event.phase for event in closed.session_events} == {Phase.CLOSED}


def test_processor_late_print_after_half_past_two_is_continuous():
    processor = make_processor()
    processor.apply([make_quote(time="14:29:59"), make_tick("14:30:00")])
    changes = processor.apply([make_trade(price=60_000, time="14:30:00", session="LO")])
    assert changes.trades[0].phase is Phase.CONTINUOUS
    assert processor.get_trade_analysis("VNM").mua_chu_dong_volume == 100
    assert processor.phase_of("HOSE") is Phase.ATC


def test_processor_feed_s_code_moves_the_exchange():
    processor = make_processor()
    changes = processor.apply([make_quote(time="09:20:00", session="ATO")])
    assert processor.phase_of("HOSE") is Phase.ATO
    assert changes.session_events[-1].phase is Phase.ATO


def test_processor_status_message_halts_one_symbol():
    processor = make_processor()
    processor.apply([make_quote("VNM"), make_quote("FPT"), make_quote("VCB")])
    changes = processor.apply([make_status("VNM", "HALT"), make_status("SSI", "HALT")])
    assert (changes.prices, changes.ignored) == ({"VNM"}, 1)
    assert processor.get_prices()["VNM"].phase is Phase.HALTED
    assert processor.phase_of("HOSE") is Phase.CONTINUOUS
    processor.apply([make_tick("11:30:00")])
    assert processor.get_prices()["VNM"].phase is Phase.HALTED
    assert processor.get_prices()["FPT"].phase is Phase.LUNCH


def test_processor_repeated_trade_does_not_move_the_phase():
    processor = make_processor()
    processor.apply([make_trade(), make_trade(session="ATC")])
    assert processor.get_prices()["VNM"].phase is Phase.CONTINUOUS


@pytest.mark.parametrize(
    ("clock", "day", "row_time", "session", "now"),
    [
        ("12:00:00", TODAY, "11:29:55", "LO", Phase.LUNCH),
        ("14:35:00", TODAY, "14:29:55", "LO", Phase.ATC),
        ("18:00:00", TODAY, "14:45:00", "ATC", Phase.CLOSED),
        ("10:00:00", date(2026, 11, 22), "14:45:00", "ATC", Phase.CLOSED),  # Sunday, rows of Friday
        ("08:30:00", date(2026, 11, 23), "14:45:00", "ATC", Phase.PRE_OPEN),
    ],
)
def test_processor_rows_replayed_on_subscription_do_not_bring_their_phase_back(
    clock, day, row_time, session, now
):
    symbols = ("VNM", "FPT", "VCB")
    processor = make_processor()
    processor.apply([make_tick(clock, day)])
    for _ in range(2):  # at the start, and again after a reconnection
        processor.apply([make_quote(symbol, time=row_time, session=session) for symbol in symbols])
        processor.apply([make_trade(symbol, total=500, time=row_time, session=session) for symbol in symbols])
        assert processor.phase_of("HOSE") is now
        assert {row.phase for row in processor.get_prices().values()} == {now}


def test_processor_replayed_auction_row_leaves_no_estimate_behind():
    processor = make_processor()
    auction = {"session": "ATC", "time": "14:45:00", "est_match_price": 60_100, "total": 500}
    processor.apply([make_tick("14:44:59")])
    for is_combined in (False, True):
        processor.apply([make_trade(is_combined=is_combined, **auction), make_tick("14:50:00")])
        assert processor.get_prices()["VNM"].est_match_price is None
        processor.apply([make_trade(is_combined=is_combined, **auction)])
        assert processor.get_prices()["VNM"].est_match_price is None


def test_processor_halt_of_before_the_window_is_shown():
    processor = make_processor()
    processor.apply([make_tick("13:30:00")])
    processor.apply([make_quote("FPT", time="13:29:00"), make_quote("VCB", time="13:29:00")])
    processor.apply([make_quote("VNM", time="10:00:00", session="H")])
    assert processor.get_prices()["VNM"].phase is Phase.HALTED
    assert processor.phase_of("HOSE") is Phase.CONTINUOUS


def test_processor_one_halt_does_not_halt_an_exchange_whose_limits_came_from_rest():
    symbols = ("VNM", "FPT", "VCB")
    processor = make_processor()
    processor.apply([make_tick("10:00:00"), *(make_limits(symbol) for symbol in symbols)])
    processor.apply([make_quote(symbol, time="10:00:01") for symbol in symbols])
    processor.apply([make_status("VNM", "HALT", time="10:00:02")])
    assert processor.phase_of("HOSE") is Phase.CONTINUOUS
    assert processor.get_prices()["FPT"].phase is Phase.CONTINUOUS


def test_exchange_phases_symbol_that_came_back_no_longer_dissents():
    phases = make_phases("A", "B", "C")
    phases.hear("HOSE", "A", Phase.HALTED, at("10:00:01"))
    phases.hear("HOSE", "A", Phase.CONTINUOUS, at("10:05:00"))
    assert phases.hear("HOSE", "B", Phase.HALTED, at("10:10:00")) == []


def test_exchange_phases_exchange_without_hours_has_no_past():
    assert not make_phases().is_past("HNXBOND", Phase.ATO, at("09:00:00"))
