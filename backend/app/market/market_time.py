"""Exchange time: seconds since the epoch, and the moments and dates made from them.

Units: seconds. Vietnam keeps UTC+7 all year round, so the offset is a constant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

VIETNAM = timezone(timedelta(hours=7))
OFFSET_S = 7 * 3600
DAY_S = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=1024)  # the feed's clock has whole seconds: a burst of prints shares one moment
def moment_at(time_s: float) -> datetime:
    """Return the aware Vietnamese moment of `time_s`."""
    return datetime.fromtimestamp(time_s, VIETNAM)


@lru_cache(maxsize=1024)
def date_at(time_s: float) -> date:
    """Return the Vietnamese date of `time_s`."""
    return date.fromordinal(_EPOCH_ORDINAL + int((time_s + OFFSET_S) // DAY_S))


def second_of_day(time_s: float) -> float:
    """Return the seconds since the Vietnamese midnight before `time_s`."""
    return (time_s + OFFSET_S) % DAY_S


def start_of_day_s(day: date) -> int:
    """Return the Vietnamese midnight that begins `day`."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - OFFSET_S
