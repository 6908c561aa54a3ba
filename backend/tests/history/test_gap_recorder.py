"""The ledger of times without a feed, and the count of open gaps."""

from __future__ import annotations

from datetime import date

import pytest

from app.history.gap_recorder import GapRecorder
from app.history.tables import gap_row
from app.market.models import Changes, FeedSource, FeedState, FeedStatus, Gap, SessionEvent
from app.market.trading_calendar import TradingCalendar
from tests.history.builders import DAY, at

CALENDAR = TradingCalendar({date(2026, 3, 4)})


class Ledger:
    """A recorder whose market time and feed are the test's."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []
        self.clock = "10:00:00"
        self.day: date | None = DAY
        self.clock_day = DAY
        self.recorder = GapRecorder(
            lambda table, rows: self.rows.extend((table, *row) for row in rows),
            market_time_s=lambda: at(self.clock, self.clock_day).timestamp(),
            trading_date=lambda: self.day,
            is_live_between=CALENDAR.is_live_between,
        )

    def feed(self, state: FeedState, clock: str, **ages: float) -> None:
        self.clock = clock
        status = FeedStatus(FeedSource.SIMULATOR, state, at(clock), ages=ages)
        self.recorder.note_feed(status)


@pytest.mark.parametrize(
    ("state", "cause", "began"),
    [(FeedState.RECONNECTING, "disconnect", "10:00:03"), (FeedState.STALLED, "stall", "10:00:03")],
)
def test_gap_of_a_lost_feed_opens_at_the_last_message_and_closes_under_the_same_id(
    state: FeedState, cause: str, began: str
) -> None:
    ledger = Ledger()
    ledger.feed(FeedState.LIVE, "10:00:00")
    ledger.feed(state, "10:00:05", R=2.0, MI=4.0)
    assert ledger.recorder.open_gaps == 1
    ledger.feed(FeedState.RECONNECTING, "10:00:06")
    ledger.feed(FeedState.LIVE, "10:00:20")
    opened, closed = ledger.rows
    assert opened[1] == closed[1]
    assert opened[2:] == ("*", cause, at(began), None, 0, DAY)
    assert closed[5] == at("10:00:20")
    assert ledger.recorder.open_gaps == 1  # until its candles are repaired
    assert ledger.recorder.is_ours(opened[1])
    ledger.recorder.note_repaired([opened[1]])
    assert ledger.recorder.open_gaps == 0


def test_gap_is_none_before_the_feed_was_well_or_while_nobody_trades() -> None:
    ledger = Ledger()
    ledger.feed(FeedState.RECONNECTING, "10:00:00")
    ledger.feed(FeedState.LIVE, "10:00:05")
    ledger.feed(FeedState.RECONNECTING, "12:00:00")
    ledger.day = None
    ledger.feed(FeedState.LIVE, "12:00:05")
    assert ledger.rows == []


def test_gap_of_a_restart_runs_from_the_newest_row_to_the_feed() -> None:
    ledger = Ledger()
    ledger.recorder.note_restored(DAY, at("09:59:00").timestamp(), ["a", "b", "c"])
    assert ledger.recorder.open_gaps == 4
    ledger.feed(FeedState.CONNECTING, "10:00:00")
    ledger.feed(FeedState.LIVE, "10:00:05")
    assert [row[2:6] for row in ledger.rows] == [("*", "restart", at("09:59:00"), at("10:00:05"))]
    assert ledger.recorder.open_gaps == 4


def test_gap_of_a_restart_after_the_close_is_none() -> None:
    ledger = Ledger()
    ledger.recorder.note_restored(DAY, at("15:00:00").timestamp(), [])
    ledger.feed(FeedState.CLOSED, "15:10:00")
    assert ledger.rows == []
    assert ledger.recorder.open_gaps == 0


def test_gap_of_a_restart_days_later_ends_with_its_day_and_whole_days_are_gaps_of_their_own() -> None:
    ledger = Ledger()
    ledger.recorder.note_restored(DAY, at("14:00:00").timestamp(), [])
    ledger.day = ledger.clock_day = date(2026, 3, 6)
    ledger.feed(FeedState.LIVE, "10:00:00")
    assert [row[3:6] + row[7:] for row in ledger.rows] == [
        ("restart", at("14:00"), at("15:00"), DAY),
        ("restart", at("08:45", date(2026, 3, 3)), at("15:00", date(2026, 3, 3)), date(2026, 3, 3)),
        ("restart", at("08:45", date(2026, 3, 5)), at("15:00", date(2026, 3, 5)), date(2026, 3, 5)),
    ]


def test_gap_that_lasts_into_the_next_date_ends_with_its_own() -> None:
    ledger = Ledger()
    ledger.feed(FeedState.LIVE, "14:00:00")
    ledger.feed(FeedState.RECONNECTING, "14:00:05")
    ledger.clock_day = date(2026, 3, 3)  # before the first message of that day
    ledger.feed(FeedState.LIVE, "08:30:00")
    opened, closed = ledger.rows
    assert (closed[1], closed[5], closed[7]) == (opened[1], at("15:00"), DAY)


def test_gap_after_a_full_session_holds_the_whole_days_that_went_by() -> None:
    ledger = Ledger()
    ledger.recorder.note_restored(DAY, at("15:00:02").timestamp(), [])
    ledger.day = ledger.clock_day = date(2026, 3, 6)
    ledger.feed(FeedState.LIVE, "08:00:00")
    assert [(row[3], row[7]) for row in ledger.rows] == [
        ("restart", date(2026, 3, 3)),
        ("restart", date(2026, 3, 5)),
    ]
    assert ledger.recorder.open_gaps == 0  # of today


@pytest.mark.parametrize(("back", "is_missing"), [("12:59:00", False), ("13:20:00", True)])
def test_gap_of_a_restart_from_the_lunch_break_on_reaches_into_the_afternoon(
    back: str, is_missing: bool
) -> None:
    ledger = Ledger()
    ledger.recorder.note_restored(DAY, at("12:58:00").timestamp(), [])
    ledger.feed(FeedState.LIVE, back)
    expected = [("*", "restart", at("12:58:00"), at("13:20:00"))] if is_missing else []
    assert [row[2:6] for row in ledger.rows] == expected
    assert ledger.recorder.open_gaps == is_missing


def test_gap_of_a_feed_lost_in_the_lunch_break_opens_when_trading_goes_on() -> None:
    ledger = Ledger()
    ledger.feed(FeedState.LUNCH, "12:00:00")
    ledger.feed(FeedState.RECONNECTING, "12:55:00")
    assert (ledger.rows, ledger.recorder.open_gaps) == ([], 0)
    ledger.clock = "13:00:01"
    for _ in range(2):
        ledger.recorder.note_changes(Changes())  # a tick of the clock
    assert ledger.recorder.open_gaps == 1
    ledger.feed(FeedState.LIVE, "13:10:00")
    opened, closed = ledger.rows
    assert opened[1] == closed[1]
    assert opened[2:6] == ("*", "disconnect", at("12:55:00"), None)
    assert closed[5] == at("13:10:00")


def test_gap_of_a_feed_lost_before_the_open_is_of_that_day_not_of_the_last() -> None:
    ledger = Ledger()
    ledger.feed(FeedState.CLOSED, "16:00:00")
    ledger.clock_day = date(2026, 3, 3)  # before its first message
    ledger.feed(FeedState.RECONNECTING, "08:00:00")
    ledger.feed(FeedState.LIVE, "09:30:00")
    assert [row[2:] for row in ledger.rows] == [
        ("*", "disconnect", at("08:00", date(2026, 3, 3)), at("09:30", date(2026, 3, 3)), 0, date(2026, 3, 3))
    ]


def test_open_gaps_count_faults_of_the_day() -> None:
    ledger = Ledger()
    gaps = [
        Gap("VCB", None, at("10:00"), 5, cause) for cause in ("late_start", "total_volume_jump", "restart")
    ]
    ledger.recorder.note_changes(Changes(gaps=gaps))
    assert ledger.recorder.open_gaps == 2
    ledger.recorder.note_stored(
        [(gap_row(gaps[1], DAY)[0], DAY), ("refused", DAY), ("old", date(2026, 3, 1))]
    )
    assert ledger.recorder.open_gaps == 3
    ledger.recorder.note_repaired([gap_row(gaps[1], DAY)[0], "unknown"])
    assert ledger.recorder.open_gaps == 2
    ledger.recorder.note_changes(Changes(session_events=[SessionEvent("new_day", DAY, at("09:00"))]))
    assert ledger.recorder.open_gaps == 0
