"""Pages: every read of the history is bounded, and goes on where the last one ended.

Format: a cursor is the sort key of the last row, as JSON in base64url. It holds no secret; a forged one only reads
from another place.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from app.history.errors import CursorError
from app.market.market_time import VIETNAM

LIMIT_MAX = 10_000  # rows a page; more is asked for page by page
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # nothing older or newer can be stored (CHECKs of revision 0001)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
SYMBOL_BYTES_MAX = 32
_DAYS_MAX = (LATEST - EARLIEST).days


class Page[T](Struct, frozen=True):
    """`next_cursor` is None when there is nothing beyond `data`."""

    data: list[T]
    next_cursor: str | None


class TimeRange(Struct, frozen=True):
    """Both ends included, and both within what can be stored."""

    start: datetime
    end: datetime

    @property
    def dates(self) -> tuple[date, date]:
        """The Vietnamese dates of the ends."""
        return self.start.astimezone(VIETNAM).date(), self.end.astimezone(VIETNAM).date()


def time_range(start: datetime | None, end: datetime | None) -> TimeRange:
    """Return the range from `start` to `end` (None: open), cut to what can be stored. Naive moments are refused."""
    for moment in (start, end):
        if moment is not None and moment.tzinfo is None:
            raise ValueError("moments need a time zone")
    return TimeRange(start=_clamp(start, EARLIEST), end=_clamp(end, LATEST))


def _clamp(moment: datetime | None, default: datetime) -> datetime:
    if moment is None:
        return default
    # the order of years is enough, and 9999-12-31 in the west has no UTC
    if moment.year <= EARLIEST.year - 1:
        return EARLIEST
    if moment.year >= LATEST.year:
        return LATEST
    return moment


def days_before(end: datetime, days: int) -> datetime:
    """Return the Vietnamese midnight that begins the last `days` dates up to `end`."""
    end = _clamp(end, LATEST)
    midnight = end.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(EARLIEST, midnight - timedelta(days=min(days, _DAYS_MAX) - 1))


def check_limit(limit: int) -> int:
    """Return `limit`; raise ValueError outside 1 to LIMIT_MAX."""
    if not 1 <= limit <= LIMIT_MAX:
        raise ValueError(f"limit should be from 1 to {LIMIT_MAX}")
    return limit


def can_be_stored(name: str) -> bool:
    """Return whether `name` could be a symbol of a stored row; PostgreSQL takes no NUL in a text, and no half character."""
    return name.isprintable() and 1 <= len(name.encode(errors="replace")) <= SYMBOL_BYTES_MAX


def encode_cursor(*key: Any) -> str:
    """Return the cursor of the row with sort key `key`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor[T: tuple[Any, ...]](cursor: str, key_type: type[T]) -> T:
    """Return the sort key in `cursor`. Raise CursorError when it has none of `key_type`."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key: T = msgspec.json.decode(text, type=key_type)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise CursorError("the cursor is not one of ours") from None
    if not all(_is_plausible(part) for part in key):
        raise CursorError("the cursor is not one of ours")
    return key


def _is_plausible(part: object) -> bool:
    """Whether PostgreSQL takes `part` of a forged cursor without an error."""
    if isinstance(part, str):
        return can_be_stored(part)
    if isinstance(part, datetime):
        return part.tzinfo is not None and EARLIEST.year <= part.year <= LATEST.year
    return not isinstance(part, int) or abs(part) < 2**63


def page_of[T](rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
    """Return the page of `rows`, read with one row more than `limit` to learn whether there are more."""
    data = list(rows[:limit])
    return Page(data=data, next_cursor=encode_cursor(*key(data[-1])) if len(rows) > limit else None)
