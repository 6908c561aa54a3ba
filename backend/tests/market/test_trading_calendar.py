from datetime import date
from math import inf

import pytest

from app.market.market_time import date_at, moment_at, second_of_day, start_of_day_s
from app.market.models import Phase
from app.market.trading_calendar import TradingCalendar, exchange_named
from app.market.trading_session import TradingSession
from tests.market.builders import CALENDAR, NEXT_DAY, TODAY, at

HOURS = {
    "HOSE": [
        ("08:59:59", Phase.PRE_OPEN),
        ("09:00:00", Phase.ATO),
        ("09:14:59", Phase.ATO),
        ("09:15:00", Phase.CONTINUOUS),
        ("11:29:59", Phase.CONTINUOUS),
        ("11:30:00", Phase.LUNCH),
        ("12:59:59", Phase.LUNCH),
        ("13:00:00", Phase.CONTINUOUS),
        ("14:29:59", Phase.CONTINUOUS),
        ("14:30:00", Phase.ATC),
        ("14:44:59", Phase.ATC),
        ("14:45:00", Phase.PUT_THROUGH),
        ("15:00:00", Phase.CLOSED),
        ("23:59:59", Phase.CLOSED),
    ],
    "HNX": [
        ("08:59:59", Phase.PRE_OPEN),
        ("09:00:00", Phase.CONTINUOUS),
        ("14:30:00", Phase.ATC),
        ("14:45:00", Phase.PLO),
        ("14:59:59", Phase.PLO),
        ("15:00:00", Phase.CLOSED),
    ],
    "UPCOM": [
        ("09:00:00", Phase.CONTINUOUS),
        ("11:30:00", Phase.LUNCH),
        ("14:59:59", Phase.CONTINUOUS),
        ("15:00:00", Phase.CLOSED),
    ],
    "DER": [
        ("00:00:00", Phase.PRE_OPEN),
        ("08:44:59", Phase.PRE_OPEN),
        ("08:45:00", Phase.ATO),
        ("09:00:00", Phase.CONTINUOUS),
        ("11:30:00", Phase.LUNCH),
        ("14:30:00", Phase.ATC),
        ("14:45:00", Phase.CLOSED),
    ],
}


@pytest.mark.parametrize(
    ("exchange", "clock", "phase"), [(name, *row) for name, rows in HOURS.items() for row in rows]
)
def test_trading_calendar_clock_gives_half_open_phases(exchange, clock, phase):
    assert CALENDAR.phase_at(exchange, at(clock)) is phase


def test_trading_calendar_closed_days_have_no_phases():
    assert CALENDAR.phase_at("HOSE", at("10:00:00", date(2026, 11, 21))) is Phase.CLOSED
    assert CALENDAR.phase_at("HOSE", at("10:00:00", date(2026, 11, 24))) is Phase.CLOSED
    assert CALENDAR.opening_s("HOSE", date(2026, 11, 24)) == inf


def test_trading_calendar_unknown_exchange_has_no_hours():
    assert CALENDAR.phase_at("HNXBOND", at("10:00:00")) is Phase.UNKNOWN
    assert CALENDAR.opening_s("HNXBOND", TODAY) == inf


def test_trading_calendar_neighbours_skip_weekends_and_holidays():
    assert not CALENDAR.is_trading_day(date(2026, 11, 22))
    assert CALENDAR.next_trading_day(TODAY) == NEXT_DAY
    assert CALENDAR.next_trading_day(NEXT_DAY) == date(2026, 11, 25)
    assert CALENDAR.previous_trading_day(date(2026, 11, 25)) == NEXT_DAY
    assert CALENDAR.previous_trading_day(NEXT_DAY) == TODAY


def test_trading_calendar_opening_is_the_first_auction():
    assert CALENDAR.opening_s("HOSE", TODAY) == at("09:00:00")
    assert CALENDAR.opening_s("DER", TODAY) == at("08:45:00")


@pytest.mark.parametrize(
    ("clock", "is_live"),
    [
        ("08:44:59", False),
        ("08:45:00", True),
        ("11:29:59", True),
        ("11:30:00", False),
        ("13:00:00", True),
        ("14:59:59", True),
        ("15:00:00", False),
    ],
)
def test_trading_calendar_is_live_while_some_exchange_matches(clock, is_live):
    assert CALENDAR.is_live(at(clock)) is is_live


def test_trading_calendar_next_change_is_the_next_window_of_any_exchange():
    assert CALENDAR.next_change_s(at("08:00:00")) == at("08:45:00")
    assert CALENDAR.next_change_s(at("08:45:00")) == at("09:00:00")
    assert CALENDAR.next_change_s(at("15:00:00")) == at("00:00:00", date(2026, 11, 21))


def test_exchange_names_of_rest_and_stream_are_one():
    assert exchange_named("DER") == "DERIVATIVES"
    assert exchange_named("HOSE") == "HOSE"


def test_market_time_moment_and_date_are_vietnamese():
    midnight = start_of_day_s(TODAY)
    assert moment_at(midnight).isoformat() == "2026-11-20T00:00:00+07:00"
    assert date_at(midnight) == TODAY
    assert date_at(midnight - 1) == date(2026, 11, 19)
    assert second_of_day(midnight - 1) == 86_399
    assert second_of_day(midnight) == 0


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        ("LO", Phase.CONTINUOUS),
        ("ATO", Phase.ATO),
        ("ATC", Phase.ATC),
        ("PLO", Phase.PLO),
        ("PT", Phase.PUT_THROUGH),
        ("BREAK", Phase.LUNCH),
        ("H", Phase.HALTED),
        ("HALT", Phase.HALTED),
        ("PCA7", Phase.UNKNOWN),
    ],
)
def test_trading_session_code_wins_over_the_clock(code, phase):
    assert TradingSession(CALENDAR).phase("HOSE", code, at("14:30:00")) is phase


@pytest.mark.parametrize("code", ["C", "CLOSE"])
def test_trading_session_closed_code_before_the_open_is_pre_open(code):
    session = TradingSession(CALENDAR)
    assert session.phase("HOSE", code, at("08:00:07")) is Phase.PRE_OPEN
    assert session.phase("HOSE", code, at("08:59:59")) is Phase.PRE_OPEN
    assert session.phase("HOSE", code, at("09:00:00")) is Phase.CLOSED
    assert session.phase("HOSE", code, at("15:00:00")) is Phase.CLOSED
    assert session.phase("HOSE", code, at("08:00:00", date(2026, 11, 24))) is Phase.CLOSED
    assert session.phase("HNXBOND", code, at("08:00:00")) is Phase.CLOSED


def test_trading_session_without_a_code_asks_the_clock():
    session = TradingSession(CALENDAR)
    assert session.phase("HOSE", "", at("14:30:00")) is Phase.ATC
    assert session.phase("HNX", "", at("14:50:00")) is Phase.PLO


def test_trading_calendar_without_holidays_trades_every_weekday():
    assert TradingCalendar(set()).is_trading_day(date(2026, 11, 24))


@pytest.mark.parametrize(
    ("began", "ended", "is_live"),
    [
        ("10:00:00", "10:00:00", True),
        ("12:58:00", "13:00:00", False),
        ("12:58:00", "13:00:01", True),
        ("15:00:00", "23:59:59", False),
        ("06:00:00", "08:45:01", True),
        ("14:59:59", "15:10:00", True),
    ],
)
def test_trading_calendar_is_live_between_when_a_window_of_trading_is_touched(began, ended, is_live):
    assert CALENDAR.is_live_between(at(began), at(ended)) is is_live


def test_trading_calendar_is_live_between_days():
    assert CALENDAR.is_live_between(at("16:00:00"), at("09:00:00", NEXT_DAY))
    saturday, monday = date(2026, 9, 12), date(2026, 9, 14)
    assert not CALENDAR.is_live_between(at("10:00:00", saturday), at("08:45:00", monday))
