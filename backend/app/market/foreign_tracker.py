"""Foreign flow: R's cumulative totals turned into flow, speed and acceleration.

The first message of a day is a baseline, a step back is a correction; neither is a flow. Windows are half-open
(now - 300 s, now] on market time, so that they empty while the feed is silent.
Units: speeds in shares per minute; acceleration in shares per minute per minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from heapq import nlargest, nsmallest

from app.market.foreign_flow import ForeignFlow, NetValueChange, step_value
from app.market.messages import DERIVATIVES, ForeignMessage, Price
from app.market.models import ForeignInvestorData, ForeignSummary

TOP_STOCKS = 5


class ForeignInvestorTracker:
    """ForeignInvestorData per symbol, and the summary over the stocks."""

    def __init__(self, interval_s: float = 1.0) -> None:
        self._interval_s = interval_s
        self._flows: dict[str, ForeignFlow] = {}
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
            our_buy = step_value(buy_step, last_price, message.buy_value, message.buy_volume)
            our_sell = step_value(sell_step, last_price, message.sell_value, message.sell_volume)
            flow.our_buy_value += our_buy
            flow.our_sell_value += our_sell
            flow.buy_flow += buy_step
            flow.sell_flow += sell_step
            net_step = message.buy_value - flow.feed_buy_value - (message.sell_value - flow.feed_sell_value)
            flow.detect_revaluation(message, last_price)
            if data.values_estimated:
                net_step = our_buy - our_sell
        flow.net_flow += net_step
        flow.feed_buy_value, flow.feed_sell_value = message.buy_value, message.sell_value
        flow.set_totals(message)
        self._count(before, flow)
        flow.sample(now_s)
        flow.is_due = True
        return None

    def _begin(self, message: ForeignMessage, now_s: float) -> None:
        data = ForeignInvestorData(message.symbol)
        flow = ForeignFlow(
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
        flow.set_totals(message)
        self._count(before, flow)
        flow.sample(now_s)
        flow.is_due = True

    def _count(self, before: ForeignInvestorData, flow: ForeignFlow) -> None:
        if flow.is_future:
            return
        # Looking at 1,600 stocks for each message that concerns none of the ten is 8 % of a core.
        if self._is_ranked:
            self._is_ranked = not (self._is_among_top(before) or self._is_among_top(flow.data))
        summary, data = self._summary, flow.data
        summary.total_buy_volume += data.buy_volume - before.buy_volume
        summary.total_sell_volume += data.sell_volume - before.sell_volume
        summary.total_net_volume += data.net_volume - before.net_volume
        summary.total_buy_value += data.buy_value - before.buy_value
        summary.total_sell_value += data.sell_value - before.sell_value
        summary.total_net_value += data.net_value - before.net_value

    def compute_if_due(self, symbol: str, now_s: float) -> ForeignInvestorData | None:
        """Work out one symbol's speeds after a message, at most once an interval; return the row to keep."""
        flow = self._flows[symbol]
        if not flow.is_due or now_s < flow.computed_at_s + self._interval_s:
            return None
        flow.compute(now_s)
        return copy(flow.data)

    def advance(self, now_s: float) -> tuple[list[str], list[ForeignInvestorData]]:
        """Move to market time `now_s`: return the symbols whose speeds moved, and the rows that were waiting."""
        moved: list[str] = []
        rows: list[ForeignInvestorData] = []
        for symbol, flow in self._flows.items():
            if now_s < flow.computed_at_s + self._interval_s:
                continue
            if flow.is_due:
                flow.compute(now_s)
                moved.append(symbol)
                rows.append(copy(flow.data))
            elif now_s >= flow.next_change_s and flow.compute(now_s):
                moved.append(symbol)
        return moved, rows

    def net_value_change(self, symbol: str, now_s: float) -> NetValueChange | None:
        """Return how net value moved over the last five minutes; None while we have watched for less."""
        return self._flows[symbol].net_value_change(now_s)

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

    def _is_among_top(self, data: ForeignInvestorData) -> bool:
        """Whether its net value is one of the largest either way, or as large as the last of these."""
        bought, sold, net = self._summary.top_buy, self._summary.top_sell, data.net_value
        if min(len(bought), len(sold)) != TOP_STOCKS:
            return True
        return net >= bought[-1].net_value or net <= sold[-1].net_value

    def restore(self, rows: Sequence[ForeignInvestorData], is_future: bool, now_s: float) -> None:
        """Show a symbol's stored rows (oldest first) again: the last is its state, the others fill the windows.

        The next message is a baseline: what flowed meanwhile has no speed.
        """
        row = rows[-1]
        time_s = row.last_updated.timestamp() if row.last_updated is not None else 0.0
        values = (row.buy_value, row.sell_value)
        data = copy(row)
        flow = self._flows[row.symbol] = ForeignFlow(
            data, is_future, time_s, *values, *values, is_restored=True
        )
        self._is_ranked = False
        self._count(ForeignInvestorData(row.symbol), flow)
        before = rows[0]
        for sample in rows:
            if sample.last_updated is None:
                continue
            flow.buy_flow += max(0, sample.buy_volume - before.buy_volume)
            flow.sell_flow += max(0, sample.sell_volume - before.sell_volume)
            flow.net_flow += sample.net_value - before.net_value
            before = sample
            flow.sample(sample.last_updated.timestamp())
        flow.compute(now_s)

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked, its part of the totals included."""
        flow = self._flows.pop(symbol, None)
        if flow is not None:
            before = flow.data
            flow.data = ForeignInvestorData(symbol)
            self._count(before, flow)
