"""Foreign flow: R's cumulative totals turned into flow, speed and acceleration.

The first message of a day is a baseline, a step back is a correction; neither is a flow. Windows are half-open
(now - 300 s, now] on market time, so that they empty while the feed is silent.
Units: speeds in shares per minute; acceleration in shares per minute per minute.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from heapq import nlargest, nsmallest
from math import inf

from msgspec import Struct, field

from app.market.market_time import moment_at
from app.market.messages import DERIVATIVES, ForeignMessage, Price
from app.market.models import ForeignInvestorData, ForeignSummary

SPEED_WINDOW_S = 300
ACCELERATION_WINDOW_S = 60
KEPT_S = 600
TOP_STOCKS = 5
_SPEED_MINUTES = SPEED_WINDOW_S / 60
_WINDOWS_S = (ACCELERATION_WINDOW_S, SPEED_WINDOW_S, SPEED_WINDOW_S + ACCELERATION_WINDOW_S)


class NetValueChange(Struct, frozen=True, gc=False):
    """How net value moved over the speed window. `before` is what it was at the window's start."""

    change: int
    before: int


class _Flow(Struct):
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


class ForeignInvestorTracker:
    """ForeignInvestorData per symbol, and the summary over the stocks."""

    def __init__(self, interval_s: float = 1.0) -> None:
        self._interval_s = interval_s
        self._flows: dict[str, _Flow] = {}
        self._summary = ForeignSummary("")
        self._is_ranked = False

    def apply(self, message: ForeignMessage, last_price: Price, now_s: float) -> str | None:
        """Take a message; return why it changed nothing, None when it did."""
        flow = self._flows.get(message.symbol)
        if flow is None:
            self._begin(message, now_s)
            return None
        if message.exchange_time_s < flow.time_s:
            return "out_of_order"
        data = flow.data
        buy_step = message.buy_volume - data.buy_volume
        sell_step = message.sell_volume - data.sell_volume
        before = copy(data)
        flow.time_s = message.exchange_time_s
        if buy_step < 0 or sell_step < 0 or flow.is_restored:
            flow.is_restored = False
            flow.our_buy_value, flow.our_sell_value = message.buy_value, message.sell_value
            net_step = 0
        else:
            our_buy = _step_value(buy_step, last_price, message.buy_value, message.buy_volume)
            our_sell = _step_value(sell_step, last_price, message.sell_value, message.sell_volume)
            flow.our_buy_value += our_buy
            flow.our_sell_value += our_sell
            flow.buy_flow += buy_step
            flow.sell_flow += sell_step
            net_step = message.buy_value - flow.feed_buy_value - (message.sell_value - flow.feed_sell_value)
            _detect_revaluation(flow, message, last_price)
            if data.values_estimated:
                net_step = our_buy - our_sell
        flow.net_flow += net_step
        flow.feed_buy_value, flow.feed_sell_value = message.buy_value, message.sell_value
        _set_totals(flow, message)
        self._count(before, flow)
        self._sample(flow, now_s)
        flow.is_due = True
        return None

    def _begin(self, message: ForeignMessage, now_s: float) -> None:
        data = ForeignInvestorData(message.symbol)
        flow = _Flow(
            data,
            message.exchange == DERIVATIVES,
            message.exchange_time_s,
            message.buy_value,
            message.sell_value,
            message.buy_value,
            message.sell_value,
        )
        self._flows[message.symbol] = flow
        before = copy(data)
        _set_totals(flow, message)
        self._count(before, flow)
        self._sample(flow, now_s)
        flow.is_due = True

    def _count(self, before: ForeignInvestorData, flow: _Flow) -> None:
        self._is_ranked = False
        if flow.is_future:
            return
        summary, data = self._summary, flow.data
        summary.total_buy_volume += data.buy_volume - before.buy_volume
        summary.total_sell_volume += data.sell_volume - before.sell_volume
        summary.total_net_volume += data.net_volume - before.net_volume
        summary.total_buy_value += data.buy_value - before.buy_value
        summary.total_sell_value += data.sell_value - before.sell_value
        summary.total_net_value += data.net_value - before.net_value

    @staticmethod
    def _sample(flow: _Flow, now_s: float) -> None:
        sample = (flow.buy_flow, flow.sell_flow, flow.net_flow)
        if flow.times_s and flow.times_s[-1] == now_s:
            flow.samples[-1] = sample
            return
        flow.times_s.append(now_s)
        flow.samples.append(sample)
        stale = (
            bisect_right(flow.times_s, now_s - KEPT_S) - 1
        )  # the last one before is the state at that moment
        if stale > 0:
            del flow.times_s[:stale]
            del flow.samples[:stale]

    def compute_if_due(self, symbol: str, now_s: float) -> ForeignInvestorData | None:
        """Work out one symbol's speeds after a message, at most once an interval; return the row to keep."""
        flow = self._flows[symbol]
        if not flow.is_due or now_s < flow.computed_at_s + self._interval_s:
            return None
        _compute(flow, now_s)
        return copy(flow.data)

    def advance(self, now_s: float) -> tuple[list[str], list[ForeignInvestorData]]:
        """Move to market time `now_s`: return the symbols whose speeds moved, and the rows that were waiting."""
        moved: list[str] = []
        rows: list[ForeignInvestorData] = []
        for symbol, flow in self._flows.items():
            if now_s < flow.computed_at_s + self._interval_s:
                continue
            if flow.is_due:
                _compute(flow, now_s)
                moved.append(symbol)
                rows.append(copy(flow.data))
            elif now_s >= flow.next_change_s and _compute(flow, now_s):
                moved.append(symbol)
        return moved, rows

    def net_value_change(self, symbol: str, now_s: float) -> NetValueChange | None:
        """Return how net value moved over the last five minutes; None while we have watched for less."""
        flow = self._flows[symbol]
        start = bisect_right(flow.times_s, now_s - SPEED_WINDOW_S) - 1
        if start < 0:
            return None
        change = flow.net_flow - flow.samples[start][2]
        return NetValueChange(change, flow.data.net_value - change)

    def get(self, symbol: str) -> ForeignInvestorData | None:
        """Return one symbol's flow, None before its first message."""
        flow = self._flows.get(symbol)
        return flow.data if flow is not None else None

    def detail(self) -> list[ForeignInvestorData]:
        """Return every stock's flow, futures left out, by symbol."""
        return [
            self._flows[symbol].data for symbol in sorted(self._flows) if not self._flows[symbol].is_future
        ]

    def summary(self, scope: str) -> ForeignSummary:
        """Return the totals and the five largest net buyers and sellers by value."""
        summary = self._summary
        summary.scope = scope
        if not self._is_ranked:
            stocks = self.detail()
            bought = [data for data in stocks if data.net_value > 0]
            sold = [data for data in stocks if data.net_value < 0]
            summary.top_buy = nlargest(TOP_STOCKS, bought, key=lambda data: data.net_value)
            summary.top_sell = nsmallest(TOP_STOCKS, sold, key=lambda data: data.net_value)
            self._is_ranked = True
        return summary

    def restore(self, rows: Sequence[ForeignInvestorData], is_future: bool, now_s: float) -> None:
        """Show a symbol's stored rows (oldest first) again: the last is its state, the others fill the windows.

        The next message is a baseline: what flowed meanwhile has no speed.
        """
        row = rows[-1]
        time_s = row.last_updated.timestamp() if row.last_updated is not None else 0.0
        values = (row.buy_value, row.sell_value)
        data = copy(row)
        flow = self._flows[row.symbol] = _Flow(data, is_future, time_s, *values, *values, is_restored=True)
        self._count(ForeignInvestorData(row.symbol), flow)
        before = rows[0]
        for sample in rows:
            if sample.last_updated is None:
                continue
            flow.buy_flow += max(0, sample.buy_volume - before.buy_volume)
            flow.sell_flow += max(0, sample.sell_volume - before.sell_volume)
            flow.net_flow += sample.net_value - before.net_value
            before = sample
            self._sample(flow, sample.last_updated.timestamp())
        _compute(flow, now_s)

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked, its part of the totals included."""
        flow = self._flows.pop(symbol, None)
        if flow is not None:
            before = flow.data
            flow.data = ForeignInvestorData(symbol)
            self._count(before, flow)


def _step_value(step: int, last_price: Price, value: int, volume: int) -> int:
    if step == 0:
        return 0
    return round(step * last_price) if last_price > 0 else value * step // volume


def _detect_revaluation(flow: _Flow, message: ForeignMessage, last_price: Price) -> None:
    """Notice values that are volume x last price: true sums cannot be that at two different prices."""
    if flow.data.values_estimated or last_price <= 0 or message.buy_volume + message.sell_volume == 0:
        return
    is_exact = (
        message.buy_value == message.buy_volume * last_price
        and message.sell_value == message.sell_volume * last_price
    )
    if not is_exact:
        return
    if flow.revalued_at in (0, last_price):
        flow.revalued_at = last_price
    else:
        flow.data.values_estimated = True


def _set_totals(flow: _Flow, message: ForeignMessage) -> None:
    data = flow.data
    data.buy_volume, data.sell_volume = message.buy_volume, message.sell_volume
    data.net_volume = message.buy_volume - message.sell_volume
    if data.values_estimated:
        data.buy_value, data.sell_value = flow.our_buy_value, flow.our_sell_value
    else:
        data.buy_value, data.sell_value = message.buy_value, message.sell_value
    data.net_value = data.buy_value - data.sell_value
    data.total_room, data.current_room = message.total_room, message.current_room
    data.last_updated = moment_at(message.exchange_time_s)


def _flow_at(flow: _Flow, time_s: float) -> tuple[int, int]:
    i = bisect_right(flow.times_s, time_s) - 1
    return flow.samples[i][:2] if i >= 0 else (0, 0)


def _compute(flow: _Flow, now_s: float) -> bool:
    """Work out speeds and accelerations at `now_s`; return whether any of them moved."""
    data = flow.data
    before = (data.buy_speed_per_min, data.sell_speed_per_min, data.buy_acceleration, data.sell_acceleration)
    minute_ago, window_ago, both_ago = (_flow_at(flow, now_s - window) for window in _WINDOWS_S)
    data.buy_speed_per_min = (flow.buy_flow - window_ago[0]) / _SPEED_MINUTES
    data.sell_speed_per_min = (flow.sell_flow - window_ago[1]) / _SPEED_MINUTES
    data.buy_acceleration = data.buy_speed_per_min - (minute_ago[0] - both_ago[0]) / _SPEED_MINUTES
    data.sell_acceleration = data.sell_speed_per_min - (minute_ago[1] - both_ago[1]) / _SPEED_MINUTES
    flow.computed_at_s = now_s
    flow.is_due = False
    flow.next_change_s = inf
    for window in _WINDOWS_S:
        following = bisect_right(flow.times_s, now_s - window)
        if following < len(flow.times_s):
            flow.next_change_s = min(flow.next_change_s, flow.times_s[following] + window)
    after = (data.buy_speed_per_min, data.sell_speed_per_min, data.buy_acceleration, data.sell_acceleration)
    return after != before
