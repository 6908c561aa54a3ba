"""GapRecorder: the ledger of what the feed did not show, as rows for `gaps`, and how many of today's are open.

Volume that TotalVol shows comes with Changes, a symbol at a time; times without a feed (a disconnection, a stall, our
own restart) are rows of the whole feed (`*`): written when they begin, and again, under the same id, when they end.
Open means a fault whose candles have not been repaired (history/candle_repair.py); `late_start` is no fault.
Overflow: one id for each open gap of today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from app.history.tables import ALL_SYMBOLS, GAPS, Row, gap_id, gap_row
from app.market.gap_ledger import LATE_START, RESTART
from app.market.market_time import VIETNAM, date_at, moment_at
from app.market.models import Changes, FeedState, FeedStatus

DISCONNECT = "disconnect"
STALL = "stall"
DAY_BEGINS = time(8, 45)  # the futures' opening auction
DAY_ENDS = time(15, 0)
MISSED_DAYS_MAX = 30  # whole days we were down for; SSI gives no minutes older than that in one answer
_LOST = frozenset({FeedState.STALLED, FeedState.RECONNECTING, FeedState.FAILED})
_WELL = frozenset({FeedState.LIVE, FeedState.QUIET, FeedState.PARTIAL, FeedState.LUNCH, FeedState.CLOSED})


class _Outage(Struct, frozen=True):
    cause: str
    from_time: datetime
    trading_date: date

    @property
    def id(self) -> str:
        return gap_id(f"{ALL_SYMBOLS}|{self.cause}|{self.from_time}")

    def row(self, to_time: datetime | None) -> Row:
        return (self.id, ALL_SYMBOLS, self.cause, self.from_time, to_time, 0, self.trading_date)


class GapRecorder:
    """Watches the feed's edges and counts gaps."""

    def __init__(
        self,
        put_rows: Callable[[str, list[Row]], object],
        *,
        market_time_s: Callable[[], float],
        trading_date: Callable[[], date | None],
        is_live_between: Callable[[float, float], bool],
    ) -> None:
        self._put_rows = put_rows
        self._market_time_s = market_time_s
        self._trading_date = trading_date
        self._is_live_between = is_live_between  # whether the exchanges trade within those times
        self._was_well = False
        self._outage: _Outage | None = None
        self._begun: set[str] = set()  # outages of this process
        self._open: set[str] = set()  # of today

    @property
    def open_gaps(self) -> int:
        """Return how many of today's gaps nothing has filled."""
        return len(self._open)

    def is_ours(self, name: str) -> bool:
        """Whether this process began the outage `name`, and so will write its end."""
        return name in self._begun

    def note_changes(self, changes: Changes) -> None:
        """Count the gaps of a batch; BatchWriter stores them."""
        if any(event.event == "new_day" for event in changes.session_events):
            self._open.clear()
        trading_date = self._trading_date()
        if trading_date is not None:
            self._open.update(
                gap_row(gap, trading_date)[0] for gap in changes.gaps if gap.cause != LATE_START
            )
        self._write_begin()  # a feed lost in the lunch break misses something from 13:00 on

    def note_stored(self, gaps: Iterable[tuple[str, date]]) -> None:
        """Take over open faults the stored ledger has (id and trading date); those of other days do not count."""
        today = self._trading_date()
        self._open.update(name for name, trading_date in gaps if trading_date == today)

    def note_repaired(self, ids: Iterable[str]) -> None:
        """Note that the candles of these gaps are repaired."""
        self._open.difference_update(ids)

    def note_restored(self, trading_date: date, last_time_s: float, open_ids: Iterable[str]) -> None:
        """Begin the gap of a restart: from the newest row stored until the feed is back."""
        self._outage = _Outage(RESTART, moment_at(last_time_s), trading_date)
        self._open = {*open_ids, self._outage.id}

    def note_feed(self, status: FeedStatus) -> None:
        """Take a change of the feed's state."""
        if status.state in _WELL:
            self._was_well = True
            self._end_outage()
        elif status.state in _LOST and self._was_well:
            self._begin_outage(STALL if status.state is FeedState.STALLED else DISCONNECT, status)

    def _begin_outage(self, cause: str, status: FeedStatus) -> None:
        now_s, trading_date = self._market_time_s(), self._trading_date()
        if self._outage is None and trading_date is not None:
            silent_s = min(status.ages.values(), default=0.0)
            self._outage = _Outage(cause, moment_at(now_s - silent_s), max(trading_date, date_at(now_s)))
        self._write_begin()

    def _write_begin(self) -> None:
        """Write an outage that goes on, once the exchanges trade; of a restart only the end is written."""
        outage, now_s = self._outage, self._market_time_s()
        if outage is None or outage.cause == RESTART or outage.id in self._begun:
            return
        if date_at(now_s) == outage.trading_date and self._is_live_between(now_s, now_s):
            self._begun.add(outage.id)
            self._open.add(outage.id)
            self._put_rows(GAPS.name, [outage.row(None)])

    def _end_outage(self) -> None:
        outage, self._outage = self._outage, None
        if outage is None:
            return
        now_s, rows = self._market_time_s(), list[Row]()
        today = max(date_at(now_s), self._trading_date() or outage.trading_date)
        ended = moment_at(now_s)
        if outage.trading_date < today:  # of today its prints tell what is missing
            ended = _at(outage.trading_date, DAY_ENDS)
            rows = self._whole_days(outage, today)
        ended = max(ended, outage.from_time)
        if outage.id in self._begun or self._is_missing(outage.from_time, ended):
            rows.insert(0, outage.row(ended))
        else:
            self._open.discard(outage.id)  # nobody traded meanwhile
        if rows:
            self._put_rows(GAPS.name, rows)

    def _is_missing(self, from_time: datetime, to_time: datetime) -> bool:
        return self._is_live_between(from_time.timestamp(), to_time.timestamp())

    def _whole_days(self, outage: _Outage, today: date) -> list[Row]:
        """Return a row for each trading day that went by without us."""
        first = max(outage.trading_date + timedelta(days=1), today - timedelta(days=MISSED_DAYS_MAX))
        days = [first + timedelta(days=n) for n in range((today - first).days)]
        return [
            _Outage(outage.cause, _at(day, DAY_BEGINS), day).row(_at(day, DAY_ENDS))
            for day in days
            if self._is_missing(_at(day, DAY_BEGINS), _at(day, DAY_ENDS))
        ]


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, VIETNAM)
