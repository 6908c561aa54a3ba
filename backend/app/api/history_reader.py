"""What the history routes read: StoredHistory, or a fake in tests; wiring fills it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from app.clock import SystemClock
from app.history.candles import Interval
from app.history.foreign_repository import ForeignSnapshot
from app.history.gap_repository import StoredGap
from app.history.index_repository import IndexSnapshot
from app.history.market_minutes import ActiveMinute, ActiveQuarter, Close, ForeignMinute
from app.history.paging import Page, TimeRange
from app.history.stored_history import Bar
from app.history.trade_repository import Tick
from app.market.market_time import VIETNAM
from app.market.models import Alert, AlertType, BasisPoint, Severity
from app.market.trading_calendar import TradingCalendar


class HistoryReader(Protocol):
    """One page of rows within `span`, newest first (bars: the newest, oldest first).

    Raises HistoryUnavailable without a database, CursorError for a cursor that is not ours.
    """

    async def bars(
        self, symbol: str, interval: Interval, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[Bar]: ...
    async def ticks(self, symbol: str, span: TimeRange, limit: int, cursor: str | None) -> Page[Tick]: ...
    async def foreign(
        self, symbol: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[ForeignSnapshot]: ...
    async def foreign_daily(
        self, symbol: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[ForeignSnapshot]: ...
    async def index(
        self, index_id: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[IndexSnapshot]: ...
    async def derivatives(
        self, contract: str, span: TimeRange, limit: int, cursor: str | None
    ) -> Page[BasisPoint]: ...
    async def gaps(
        self, dates: tuple[date, date], symbol: str | None, is_open: bool, limit: int, cursor: str | None
    ) -> Page[StoredGap]: ...
    async def alerts(
        self,
        span: TimeRange,
        symbol: str | None,
        alert_types: Collection[AlertType] | None,
        severity: Severity | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Alert]: ...
    async def foreign_minutes(self, symbols: frozenset[str], days: Sequence[date]) -> Page[ForeignMinute]: ...
    async def active_minutes(self, symbols: frozenset[str], days: Sequence[date]) -> Page[ActiveMinute]: ...
    async def active_quarters(self, symbols: frozenset[str], days: Sequence[date]) -> Page[ActiveQuarter]: ...
    async def closes(self, symbols: frozenset[str], days: Sequence[date]) -> Page[Close]: ...


def _as_given(name: str) -> str:
    return name


@dataclass(frozen=True, slots=True)
class HistoryAccess:
    """What the history routes need beside the live state. Without a reader they answer 503."""

    reader: HistoryReader | None = None
    market_now: Callable[[], datetime] = field(default_factory=lambda: SystemClock().now)
    calendar: TradingCalendar = field(default_factory=lambda: TradingCalendar(frozenset()))
    contract_of: Callable[[str], str] = _as_given  # VN30F1M -> the contract it stands for today, "" when none
    session_date: Callable[[], date | None] = lambda: None  # of the session that snapshots serve

    def last_day(self) -> date:
        """Return the day that days are counted back from.

        That of the session on the screens, which is yesterday's until the first message of a new one; before any message
        the day of market time.
        """
        return self.session_date() or self.market_now().astimezone(VIETNAM).date()
