"""What a number of the feed may be: anything beyond is a defect of the wire, and never reaches the state."""

from __future__ import annotations

import math

from app.feed.errors import FeedPayloadError, RejectReason

PRICE_MAX = 10_000_000.0  # VND or points; the dearest share ever was VNZ, 1,562,500 VND in February 2023
INDEX_MAX = 1_000_000.0  # points; VNINDEX stood near 1,750 in July 2026
VOLUME_MAX = 100e9  # shares; HOSE's busiest day so far was under 4e9 for all symbols together
VALUE_MAX = 10e15  # VND; the busiest day of all exchanges was under 0.1e15
COUNT_MAX = 100_000.0  # securities behind an index; about 1,600 are listed
RATIO_MAX = 1_000_000.0  # per cent, of either sign


def check_range(limit: float, *values: float) -> None:
    """Raise FeedPayloadError unless every value is finite, not negative and within the limit."""
    for value in values:
        if not 0.0 <= value <= limit:
            raise out_of_range((limit, (value,)))


def out_of_range(*groups: tuple[float, tuple[float, ...]]) -> FeedPayloadError:
    """Return the error for the first value that is not within its limit."""
    for limit, values in groups:
        for value in values:
            if not math.isfinite(value):
                return FeedPayloadError(RejectReason.NOT_FINITE)
            if value < 0.0:
                return FeedPayloadError(RejectReason.NEGATIVE)
            if value > limit:
                return FeedPayloadError(RejectReason.ABSURD)
    raise AssertionError("called with every value in range")
