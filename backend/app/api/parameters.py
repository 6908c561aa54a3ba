"""Symbols, index names and moments as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from app.clock import VIETNAM

_SYMBOL = re.compile(r"[A-Z0-9]{1,20}")
_INDEX_NAME = re.compile(r"[A-Z0-9-]{1,20}")
_PLUS_LOST = re.compile(r" (\d\d:?\d\d)$")  # an unescaped + of +07:00 arrives as a space
INTERVAL_DIGITS_MAX = 9
POSITION_DIGITS_MAX = 16  # below 2^53, where JavaScript counts exactly
_INDEX_ALIASES = {"HNXINDEX": "HNX", "HNXUPCOMINDEX": "UPCOM", "UPCOMINDEX": "UPCOM", "VN-INDEX": "VNINDEX"}


class BadParameterError(ValueError):
    """The request is at fault; the message says what is allowed."""


def parse_symbol(text: str) -> str:
    """Return a symbol in upper case."""
    symbol = text.strip().upper()
    if not (text.isascii() and _SYMBOL.fullmatch(symbol)):  # upper() makes ASCII of some that is not: ß, ﬁ
        raise BadParameterError("a symbol is 1 to 20 letters and digits")
    return symbol


@lru_cache(maxsize=256)
def parse_symbols(text: str | None, count_max: int) -> frozenset[str] | None:
    """Parse `VCB,FPT`; None when there is nothing to narrow by.

    The same words give the same object: that two boards are alike is asked for every frame, and costs nothing then.
    """
    parts = [part for part in (text or "").split(",") if part.strip()]
    if not parts:
        return None
    if len(parts) > count_max:
        raise BadParameterError(f"at most {count_max} symbols")
    return frozenset(parse_symbol(part) for part in parts)


def parse_interval_ms(text: str | None) -> int | None:
    """Parse the pace a client asks for; None when it asks for none."""
    digits = (text or "").strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= INTERVAL_DIGITS_MAX):
        raise BadParameterError("an interval is a number of milliseconds")
    return int(digits)


def parse_position(text: str | None) -> int | None:
    """Parse a place in the log of events; None when none is given."""
    digits = (text or "").strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= POSITION_DIGITS_MAX):
        raise BadParameterError("a position is what the last frame said")
    return int(digits)


def parse_index_name(text: str) -> str:
    """Return our id of an index that may not have spoken today: HNXIndex is HNX, the rest in upper case."""
    upper = text.strip().upper()
    if not (text.isascii() and _INDEX_NAME.fullmatch(upper)):
        raise BadParameterError("an index name is 1 to 20 letters, digits and hyphens")
    return _INDEX_ALIASES.get(upper, upper)


def canonical_index_id(name: str, known: Iterable[str]) -> str | None:
    """Return our id of an index (`HNXIndex` -> HNX), None if there is no such index."""
    upper = name.strip().upper()
    upper = _INDEX_ALIASES.get(upper, upper)
    return next((index_id for index_id in known if index_id.upper() == upper), None)


def parse_moment(text: str) -> datetime:
    """Parse RFC 3339 or a date; without an offset it is Vietnam's time."""
    try:
        moment = datetime.fromisoformat(_PLUS_LOST.sub(r"+\1", text.strip()))
    except ValueError:
        raise BadParameterError("a moment is written 2026-11-20T09:15:00+07:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)
