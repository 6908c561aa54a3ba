"""Prices and books of the wire, as ours: whole VND, or points. Checked, for every message has some."""

from __future__ import annotations

from app.feed.value_limits import PRICE_MAX, VOLUME_MAX, out_of_range
from app.market.messages import Level, Price


def vnd(value: float) -> Price:
    """Return whole VND."""
    return int(value + 0.5)


def points(value: float) -> Price:
    """Return points as they are."""
    return value


def vnd_or_points(value: float) -> Price:
    """Return the price of channel B, which names no exchange; an index has points too: whole numbers are VND."""
    return round(value) if value.is_integer() else value


def levels(
    in_points: bool, p1: float, v1: float, p2: float, v2: float, p3: float, v3: float
) -> tuple[Level, ...]:
    """Return the levels that are there, best first. Raise FeedPayloadError."""
    if not (
        0.0 <= p1 <= PRICE_MAX
        and 0.0 <= v1 <= VOLUME_MAX
        and 0.0 <= p2 <= PRICE_MAX
        and 0.0 <= v2 <= VOLUME_MAX
        and 0.0 <= p3 <= PRICE_MAX
        and 0.0 <= v3 <= VOLUME_MAX
    ):
        raise out_of_range((PRICE_MAX, (p1, p2, p3)), (VOLUME_MAX, (v1, v2, v3)))
    if p1 and p2 and p3 and not in_points:
        return ((int(p1 + 0.5), int(v1)), (int(p2 + 0.5), int(v2)), (int(p3 + 0.5), int(v3)))
    price = points if in_points else vnd
    # An absent level is left out wherever it stands: before KRX an auction order had price 0 at level 1.
    return tuple((price(p), int(v)) for p, v in ((p1, v1), (p2, v2), (p3, v3)) if p)
