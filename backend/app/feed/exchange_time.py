"""The feed's `TradingDate` and `Time` as a date and seconds since the epoch.

Threads: used on the event loop only. Units: seconds. Overflow: both caches are emptied when full.
Format: dd/MM/yyyy and HH:MM:SS on the wire; ddMMyyyy and HHMMSS, which the manual names, are taken too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.feed.errors import FeedPayloadError, RejectReason

VIETNAM_OFFSET_S = 7 * 3600  # no daylight saving since 1975
YEARS = range(2000, 2100)  # HOSE opened in July 2000
DATES_CACHED_MAX = 64  # a stream carries today and, on subscription, a few older days
TIMES_CACHED_MAX = 20_000  # seconds of a trading day, 08:00 to 15:30 is 27,000; about 2 MB

_dates: dict[str, tuple[date, float]] = {}
_times: dict[str, int] = {}


def parse_trading_date(text: str) -> tuple[date, float]:
    """Return the date and the epoch second of its midnight in Vietnam."""
    day, month, year = text.split("/") if "/" in text else (text[:2], text[2:4], text[4:])
    try:
        parsed = date(int(year), int(month), int(day))
    except ValueError as error:
        raise FeedPayloadError(RejectReason.BAD_TIME, "TradingDate") from error
    if parsed.year not in YEARS:
        raise FeedPayloadError(RejectReason.BAD_TIME, "TradingDate")
    midnight_s = datetime(parsed.year, parsed.month, parsed.day, tzinfo=UTC).timestamp() - VIETNAM_OFFSET_S
    if len(_dates) >= DATES_CACHED_MAX:
        _dates.clear()
    _dates[text] = (parsed, midnight_s)
    return parsed, midnight_s


def parse_time_of_day(text: str) -> int:
    """Return the seconds since midnight."""
    hours, minutes, seconds = text.split(":") if ":" in text else (text[:2], text[2:4], text[4:])
    second = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    if not (0 <= int(hours) < 24 and 0 <= int(minutes) < 60 and 0 <= int(seconds) < 60):
        raise FeedPayloadError(RejectReason.BAD_TIME, "Time")
    if len(_times) >= TIMES_CACHED_MAX:
        _times.clear()
    _times[text] = second
    return second


def parse_exchange_time(trading_date: str, time_of_day: str) -> tuple[date, float]:
    """Return the trading date and the moment in seconds since the epoch."""
    known, second = _dates.get(trading_date), _times.get(time_of_day)
    if known is not None and second is not None:
        return known[0], known[1] + second
    try:
        parsed, midnight_s = parse_trading_date(trading_date)
        return parsed, midnight_s + parse_time_of_day(time_of_day)
    except ValueError as error:
        raise FeedPayloadError(RejectReason.BAD_TIME) from error
