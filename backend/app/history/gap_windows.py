"""Which minutes a gap touches, when a provider's bars of them are final, and whether those bars hold what is missing.

Pure: no database, no clock. Units: volumes in shares or contracts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from msgspec import Struct

from app.history.candles import RepairedMinute
from app.history.gap_repository import Span, StoredGap
from app.market.market_time import VIETNAM

MINUTE = timedelta(minutes=1)
# A bar is final when its minute is over. The minute after it is looked at as well: providers put a print that is
# stamped at the edge of a minute into the next one (1.3 % of real bars differ by such prints, MARKET.md 6).
SETTLE = timedelta(seconds=30)
EDGE = timedelta(seconds=1)


class Window(Struct, frozen=True):
    """The whole minutes a gap touches."""

    gap: StoredGap
    span: Span

    @property
    def wide(self) -> Span:
        """One minute more on either side: all prints a provider may have placed otherwise."""
        return Span(self.span.start - MINUTE, self.span.end + MINUTE)

    @property
    def shown(self) -> Span:
        """What of our prints lies in `wide` whoever stamps them."""
        return Span(self.wide.start + EDGE, self.wide.end - EDGE)

    def lack(self, bars: Sequence[RepairedMinute], shown: int) -> int:
        """Return how much volume the provider's bars lack of ours (`shown`) and the missing; 0 when they hold it."""
        found = sum(bar.volume for bar in bars if contains(self.wide, bar.timestamp))
        return max(0, shown + self.gap.volume - found)


def window_of(gap: StoredGap, now: datetime) -> Window | None:
    """Return the minutes of `gap`, None while its last bars may still change.

    An end that nobody wrote (we died first) is that of the day, or as late as the bars are final: the gap of the
    restart goes on from before it.
    """
    midnight = datetime.combine(gap.trading_date, time(), VIETNAM)
    settled = now - SETTLE - 2 * MINUTE
    end = gap.to_time or min(settled, midnight + timedelta(hours=15))
    start = gap.from_time or midnight
    if end < start or now < _minute(end) + 2 * MINUTE + SETTLE:
        return None
    return Window(gap, Span(_minute(start), _minute(end) + MINUTE))


def contains(span: Span, moment: datetime) -> bool:
    """Whether a bar that begins at `moment` lies in `span`."""
    return span.start <= moment < span.end


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
