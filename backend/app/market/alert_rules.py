"""The four alert rules: plain conditions over plain numbers. State is PriceTracker's, firing is AlertService's."""

from __future__ import annotations

from msgspec import Struct

from app.market.messages import Price

CEILING = "ceiling"
FLOOR = "floor"
BUYING = "buying"
SELLING = "selling"
PREMIUM_TO_DISCOUNT = "premium→discount"
DISCOUNT_TO_PREMIUM = "discount→premium"


class AlertThresholds(Struct, frozen=True):
    """Every number of the rules. A guard set to 0 gives the bare rule."""

    volume_spike_ratio: float = 3.0
    volume_spike_window_s: float = 1200.0
    volume_spike_prints_min: int = 10  # guard: prints in the window
    foreign_change_pct: float = 30.0
    foreign_value_min_vnd: int = 1_000_000_000  # guard: net value at the window's start
    repeat_after_s: float = 60.0  # one per (type, symbol) in this time; 0: every firing
    message_age_max_s: float = 60.0  # an older message is not news


def volume_ratio(thresholds: AlertThresholds, volume: int, prints: int, prints_volume: int) -> float | None:
    """Return how many times the average print this one is when that is a spike, else None."""
    if prints < max(1, thresholds.volume_spike_prints_min) or prints_volume <= 0:
        return None
    ratio = volume * prints / prints_volume
    return ratio if ratio > thresholds.volume_spike_ratio else None


def breakout_direction(price: Price, ceiling: Price, floor: Price) -> str:
    """Return which limit `price` stands at, "" for none. An absent limit (0) is never reached."""
    if ceiling <= 0 or floor <= 0:
        return ""
    if price >= ceiling:
        return CEILING
    return FLOOR if price <= floor else ""


def foreign_change_pct(thresholds: AlertThresholds, change: int, before: int) -> float | None:
    """Return the change of net value in percent of its size before when it is an acceleration, else None."""
    if before == 0 or abs(before) < thresholds.foreign_value_min_vnd:
        return None
    pct = 100 * change / abs(before)
    return pct if abs(pct) > thresholds.foreign_change_pct else None


def basis_flip(sign_before: int, basis: float) -> str:
    """Return the direction in which the basis crossed zero, "" when it did not."""
    if sign_before > 0 > basis:
        return PREMIUM_TO_DISCOUNT
    if sign_before < 0 < basis:
        return DISCOUNT_TO_PREMIUM
    return ""
