"""One symbol's foreign flow: totals, flows, and the samples its speeds are worked out from.

Units: speeds in shares per minute; acceleration in shares per minute per minute.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf

from msgspec import Struct, field

from app.market.market_time import moment_at
from app.market.messages import ForeignMessage, Price
from app.market.models import ForeignInvestorData

SPEED_WINDOW_S = 300
ACCELERATION_WINDOW_S = 60
KEPT_S = 600
_SPEED_MINUTES = SPEED_WINDOW_S / 60
_WINDOWS_S = (ACCELERATION_WINDOW_S, SPEED_WINDOW_S, SPEED_WINDOW_S + ACCELERATION_WINDOW_S)


class NetValueChange(Struct, frozen=True, gc=False):
    """How net value moved over the speed window. `before` is what it was at the window's start."""

    change: int
    before: int


class ForeignFlow(Struct):
    """One symbol. The three flows only count true steps, so a correction does not show in them."""

    data: ForeignInvestorData
    is_future: bool
    time_s: float  # of the last message
    feed_buy_value: int
    feed_sell_value: int
    our_buy_value: int  # summed step by step at the price of each step
    our_sell_value: int
    revalued_at: Price = 0  # the price at which the feed's value was exactly volume x price
    buy_flow: int = 0
    sell_flow: int = 0
    net_flow: int = 0  # VND
    computed_at_s: float = -inf
    is_restored: bool = False  # the next message is a baseline
    is_due: bool = False  # totals moved since the speeds were computed
    next_change_s: float = inf  # when a sample leaves a window
    times_s: list[float] = field(default_factory=list)
    samples: list[tuple[int, int, int]] = field(default_factory=list)  # (buy_flow, sell_flow, net_flow)

    def sample(self, now_s: float) -> None:
        """Keep the flows as of `now_s`, and drop the samples no window can reach."""
        sample = (self.buy_flow, self.sell_flow, self.net_flow)
        if self.times_s and self.times_s[-1] == now_s:
            self.samples[-1] = sample
            return
        self.times_s.append(now_s)
        self.samples.append(sample)
        # the last one before is the state at that moment
        stale = bisect_right(self.times_s, now_s - KEPT_S) - 1
        if stale > 0:
            del self.times_s[:stale]
            del self.samples[:stale]

    def detect_revaluation(self, message: ForeignMessage, last_price: Price) -> None:
        """Notice values that are volume x last price: true sums cannot be that at two different prices."""
        if self.data.values_estimated or last_price <= 0 or message.buy_volume + message.sell_volume == 0:
            return
        is_exact = (
            message.buy_value == message.buy_volume * last_price
            and message.sell_value == message.sell_volume * last_price
        )
        if not is_exact:
            return
        if self.revalued_at in (0, last_price):
            self.revalued_at = last_price
        else:
            self.data.values_estimated = True

    def set_totals(self, message: ForeignMessage) -> None:
        """Take the totals as the feed gives them, or as we summed them up."""
        data = self.data
        data.buy_volume, data.sell_volume = message.buy_volume, message.sell_volume
        data.net_volume = message.buy_volume - message.sell_volume
        if data.values_estimated:
            data.buy_value, data.sell_value = self.our_buy_value, self.our_sell_value
        else:
            data.buy_value, data.sell_value = message.buy_value, message.sell_value
        data.net_value = data.buy_value - data.sell_value
        data.total_room, data.current_room = message.total_room, message.current_room
        data.last_updated = moment_at(message.exchange_time_s)

    def net_value_change(self, now_s: float) -> NetValueChange | None:
        """Return how net value moved over the last five minutes; None while we have watched for less."""
        start = bisect_right(self.times_s, now_s - SPEED_WINDOW_S) - 1
        if start < 0:
            return None
        change = self.net_flow - self.samples[start][2]
        return NetValueChange(change, self.data.net_value - change)

    def _flows_at(self, time_s: float) -> tuple[int, int]:
        i = bisect_right(self.times_s, time_s) - 1
        return self.samples[i][:2] if i >= 0 else (0, 0)

    def compute(self, now_s: float) -> bool:
        """Work out speeds and accelerations at `now_s`; return whether any of them moved."""
        data = self.data
        before = _speeds(data)
        minute_ago, window_ago, both_ago = (self._flows_at(now_s - window) for window in _WINDOWS_S)
        data.buy_speed_per_min = (self.buy_flow - window_ago[0]) / _SPEED_MINUTES
        data.sell_speed_per_min = (self.sell_flow - window_ago[1]) / _SPEED_MINUTES
        data.buy_acceleration = data.buy_speed_per_min - (minute_ago[0] - both_ago[0]) / _SPEED_MINUTES
        data.sell_acceleration = data.sell_speed_per_min - (minute_ago[1] - both_ago[1]) / _SPEED_MINUTES
        self.computed_at_s = now_s
        self.is_due = False
        self.next_change_s = inf
        for window in _WINDOWS_S:
            following = bisect_right(self.times_s, now_s - window)
            if following < len(self.times_s):
                self.next_change_s = min(self.next_change_s, self.times_s[following] + window)
        return _speeds(data) != before


def step_value(step: int, last_price: Price, value: int, volume: int) -> int:
    """Return what a step is worth: at the last price, else at the average of the totals it is part of."""
    if step == 0:
        return 0
    return round(step * last_price) if last_price > 0 else value * step // volume


def _speeds(data: ForeignInvestorData) -> tuple[float, float, float, float]:
    return data.buy_speed_per_min, data.sell_speed_per_min, data.buy_acceleration, data.sell_acceleration
