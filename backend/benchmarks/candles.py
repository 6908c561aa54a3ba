"""Minutes from prints, to lay beside the provider's bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.market.models import ClassifiedTrade
from benchmarks.real_files import Bar


def minutes_of(trades: Iterable[ClassifiedTrade]) -> dict[str, Bar]:
    """Return the bar of each minute with a print, by HH:MM; the label is the minute's start."""
    prints: dict[str, list[ClassifiedTrade]] = {}
    for trade in trades:
        prints.setdefault(trade.timestamp.strftime("%H:%M"), []).append(trade)
    return {
        minute: Bar(
            of_minute[0].price,
            max(trade.price for trade in of_minute),
            min(trade.price for trade in of_minute),
            of_minute[-1].price,
            sum(trade.volume for trade in of_minute),
        )
        for minute, of_minute in prints.items()
    }


def equal_minutes(ours: Mapping[str, Bar], theirs: Mapping[str, Bar]) -> int:
    """Return how many of their bars are ours to the last digit."""
    return sum(ours.get(minute) == bar for minute, bar in theirs.items())
