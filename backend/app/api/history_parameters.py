"""What the history routes are asked for: which symbol, from when to when, and in which form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Query

from app.api.history_reader import HistoryAccess
from app.api.parameters import BadParameterError, parse_moment
from app.history.paging import TimeRange, time_range
from app.market.market_time import VIETNAM

DAYS_MAX = 1_000  # trading days: four years, twice what is kept by default
CURSOR_LENGTH_MAX = 512
_MOMENT_LENGTH_MAX = 64
_LAST_INSTANT = timedelta(days=1) - timedelta(microseconds=1)


class AnswerFormat(StrEnum):
    JSON = "json"
    CSV = "csv"


_MOMENT_HELP = "RFC 3339 or a date; without an offset Vietnam's time."
type FromMoment = Annotated[
    str | None,
    Query(
        alias="from",
        max_length=_MOMENT_LENGTH_MAX,
        description=_MOMENT_HELP,
        examples=["2026-11-20T09:15:00+07:00"],
    ),
]
type ToMoment = Annotated[
    str | None,
    Query(
        alias="to",
        max_length=_MOMENT_LENGTH_MAX,
        description=f"{_MOMENT_HELP} A date means its last instant.",
        examples=["2026-11-20"],
    ),
]
type Days = Annotated[
    int,
    Query(
        ge=1,
        le=DAYS_MAX,
        description="Trading days, counted back from `to`, else from the session that is served. Ignored when `from` is given.",
    ),
]


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which page, of what range, in which form."""

    start: str | None
    end: str | None
    cursor: str | None
    format: AnswerFormat

    @property
    def span(self) -> TimeRange:
        """The range the caller gave; an end that is missing is open. Raises BadParameterError."""
        return parse_span(self.start, self.end)

    def span_of_days(self, days: int, history: HistoryAccess) -> TimeRange:
        """Return the range the caller gave, or the last trading days up to its end."""
        return parse_span_of_days(self.start, self.end, days, history)


def _page_query(
    start: FromMoment = None,
    end: ToMoment = None,
    cursor: Annotated[
        str | None,
        Query(
            max_length=CURSOR_LENGTH_MAX,
            description="`next_cursor` of the page before, with the same parameters.",
        ),
    ] = None,
    format: Annotated[  # noqa: A002 the routes' own word
        AnswerFormat, Query(description="`csv`: RFC 4180 with a header line; the cursor is in X-Next-Cursor.")
    ] = AnswerFormat.JSON,
) -> PageQuery:
    return PageQuery(start, end, cursor, format)


type PageParameters = Annotated[PageQuery, Depends(_page_query)]


def parse_span(start: str | None, end: str | None) -> TimeRange:
    """Return the range the caller gave; an end that is missing is open. Both ends count."""
    first, last = _moment("from", start), _moment("to", end, is_end=True)
    if first is not None and last is not None and last < first:
        raise BadParameterError("to: should not be before from")
    return time_range(first, last)


def parse_span_of_days(start: str | None, end: str | None, days: int, history: HistoryAccess) -> TimeRange:
    """Return the range the caller gave, or the last trading days up to its end."""
    if start:
        return parse_span(start, end)
    span = parse_span(None, end)
    last = min(span.end, _midnight(history.last_day()) + _LAST_INSTANT).astimezone(VIETNAM).date()
    first = _trading_days_back(last, days, history)[0]
    return TimeRange(start=min(_midnight(first), span.end), end=span.end)


def last_trading_days(days: int, history: HistoryAccess) -> list[date]:
    """Return the last so many trading days up to that of the session served, oldest first."""
    return _trading_days_back(history.last_day(), days, history)


def _trading_days_back(last: date, days: int, history: HistoryAccess) -> list[date]:
    calendar = history.calendar
    found = [last if calendar.is_trading_day(last) else calendar.previous_trading_day(last)]
    while len(found) < days:
        found.append(calendar.previous_trading_day(found[-1]))
    return found[::-1]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _moment(name: str, text: str | None, *, is_end: bool = False) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_moment(text)
    except BadParameterError as error:
        raise BadParameterError(f"{name}: {error}") from None
    return moment + _LAST_INSTANT if is_end and _is_date(text) else moment


def _is_date(text: str) -> bool:
    """Whether it is a date without a time, in any form parse_moment takes: 2026-11-20, 20261120."""
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
