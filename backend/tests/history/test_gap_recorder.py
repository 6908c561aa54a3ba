"""The ledger of times without a feed, and the count of open gaps."""

from __future__ import annotations

from datetime import date

import pytest

from app.history.gap_recorder import GapRecorder
from app.history.tables import gap_row
from app.market.models import Changes, FeedSource, FeedState, FeedStatus, Gap, SessionEvent
from tests.history.builders import DAY, at


class Ledger:
    """A recorder whose market time and feed are the test's."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []
        self.clock = "10:00:00"
        self.day: date | None = DAY
        self.clock_day = DAY
        self.is_live = True
        self.recorder = GapRecorder(
            lambda table, rows: self.rows.extend((table, *row) for row in rows),
            market_time_s=lambda: at(self.clock, self.clock_day).timestamp(),
            trading_date=lambda: self.day,
            is_live=lambda _time_s: self.is_live,
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
    ledger.is_live = False
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
    ledger.is_live = False
    ledger.recorder.note_restored(DAY, at("15:00:00").timestamp(), [])
    ledger.feed(FeedState.CLOSED, "15:10:00")
    assert ledger.rows == []
    assert ledger.recorder.open_gaps == 0


def test_gap_of_a_restart_days_later_ends_with_its_day_and_whole_days_are_gaps_of_their_own() -> None:
    ledger = Ledger()
    ledger.recorder.note_restored(DAY, at("14:00:00").timestamp(), [])
    ledger.day = ledger.clock_day = date(2026, 3, 5)
    ledger.feed(FeedState.LIVE, "10:00:00")
    assert [row[3:6] + row[7:] for row in ledger.rows] == [
        ("restart", at("14:00"), at("15:00"), DAY),
        ("restart", at("08:45", date(2026, 3, 3)), at("15:00", date(2026, 3, 3)), date(2026, 3, 3)),
        ("restart", at("08:45", date(2026, 3, 4)), at("15:00", date(2026, 3, 4)), date(2026, 3, 4)),
    ]


def test_gap_that_lasts_into_the_next_date_ends_with_its_own() -> None:
    ledger = Ledger()
    ledger.feed(FeedState.LIVE, "14:00:00")
    ledger.feed(FeedState.RECONNECTING, "14:00:05")
    ledger.clock_day = date(2026, 3, 3)  # before the first message of that day
    ledger.feed(FeedState.LIVE, "08:30:00")
    opened, closed = ledger.rows
    assert (closed[1], closed[5], closed[7]) == (opened[1], at("15:00"), DAY)


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
