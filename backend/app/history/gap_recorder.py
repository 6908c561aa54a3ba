"""GapRecorder: the ledger of what the feed did not show, as rows for `gaps`, and how many of today's are open.

Volume that TotalVol shows comes with Changes, a symbol at a time; times without a feed (a disconnection, a stall, our
own restart) are rows of the whole feed (`*`): written when they begin, and again, under the same id, when they end.
Open means not repaired, and a fault: `late_start` is none, and a time without a feed in which nothing was traded
costs nothing once it is over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from msgspec import Struct

from app.history.tables import ALL_SYMBOLS, GAPS, Row, gap_id
from app.market.gap_ledger import LATE_START, RESTART
from app.market.market_time import moment_at
from app.market.models import Changes, FeedState, FeedStatus

DISCONNECT = "disconnect"
STALL = "stall"
_LOST = frozenset({FeedState.STALLED, FeedState.RECONNECTING, FeedState.FAILED})
_WELL = frozenset({FeedState.LIVE, FeedState.QUIET, FeedState.PARTIAL, FeedState.LUNCH, FeedState.CLOSED})


class _Outage(Struct):
    cause: str
    from_time: datetime
    trading_date: date

    def row(self, to_time: datetime | None) -> Row:
        name = gap_id(f"{ALL_SYMBOLS}|{self.cause}|{self.from_time}")
        return (name, ALL_SYMBOLS, self.cause, self.from_time, to_time, 0, self.trading_date)


class GapRecorder:
    """Watches the feed's edges and counts gaps."""

    def __init__(
        self,
        put_rows: Callable[[str, list[Row]], object],
        *,
        market_time_s: Callable[[], float],
        trading_date: Callable[[], date | None],
        is_live: Callable[[float], bool],
    ) -> None:
        self._put_rows = put_rows
        self._market_time_s = market_time_s
        self._trading_date = trading_date
        self._is_live = is_live  # whether the exchanges trade at that time
        self._was_well = False
        self._outage: _Outage | None = None
        self._unrepaired = 0

    @property
    def open_gaps(self) -> int:
        """Return how many of today's gaps nothing has filled."""
        return self._unrepaired + (self._outage is not None)

    def note_changes(self, changes: Changes) -> None:
        """Count the gaps of a batch; BatchWriter stores them."""
        if any(event.event == "new_day" for event in changes.session_events):
            self._unrepaired = 0
        self._unrepaired += sum(gap.cause != LATE_START for gap in changes.gaps)

    def note_repaired(self, unrepaired: int) -> None:
        """Take over what the stored ledger says of today."""
        self._unrepaired = unrepaired

    def note_restored(self, trading_date: date, last_time_s: float, unrepaired: int) -> None:
        """Begin the gap of a restart: from the newest row stored until the feed is back."""
        self._unrepaired = unrepaired
        self._outage = _Outage(RESTART, moment_at(last_time_s), trading_date)

    def note_feed(self, status: FeedStatus) -> None:
        """Take a change of the feed's state."""
        if status.state in _WELL:
            self._was_well = True
            self._end_outage()
        elif status.state in _LOST and self._was_well:
            self._begin_outage(STALL if status.state is FeedState.STALLED else DISCONNECT, status)

    def _begin_outage(self, cause: str, status: FeedStatus) -> None:
        now_s, trading_date = self._market_time_s(), self._trading_date()
        if self._outage is not None or trading_date is None or not self._is_live(now_s):
            return
        silent_s = min(status.ages.values(), default=0.0)
        self._outage = _Outage(cause, moment_at(now_s - silent_s), trading_date)
        self._put_rows(GAPS.name, [self._outage.row(None)])

    def _end_outage(self) -> None:
        outage, self._outage = self._outage, None
        if outage is None or outage.trading_date != self._trading_date():
            return  # the next day has begun: its prints tell what is missing of it
        to_time = max(moment_at(self._market_time_s()), outage.from_time)
        if outage.cause == RESTART and not self._is_live(outage.from_time.timestamp()):
            return  # stopped after the close
        self._put_rows(GAPS.name, [outage.row(to_time)])
