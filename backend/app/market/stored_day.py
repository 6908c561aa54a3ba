"""A day as the history kept it, and how the market core is rebuilt from it after a restart.

The invariant that decides: what was stored as prints plus what is missed equals the last TotalVol known. What was
missed between two prints is read from their totals (rows refused or lost count as missed too); the gap ledger is only
needed for what came after the last print.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, field

from app.market.contract_codes import CONTRACT_MULTIPLIER_VND, parse_contract
from app.market.gap_ledger import LATE_START, RESTART, TOTAL_VOLUME_JUMP
from app.market.market_day import MarketDay
from app.market.messages import DERIVATIVES
from app.market.models import (
    Alert,
    BasisPoint,
    ClassifiedTrade,
    ForeignInvestorData,
    Gap,
    IndexData,
    Phase,
)

# gaps the market core found itself; those of other causes (a disconnection) describe the same volume again
_COUNTED_CAUSES = frozenset({TOTAL_VOLUME_JUMP, LATE_START, RESTART})


class StoredDay(Struct, frozen=True):
    """Rows of one trading date. Trades (by total within a symbol), points and alerts come oldest first.

    `foreign` holds each symbol's rows of the last ten minutes, oldest first, or at least its last; `indices` the last
    state with its intraday points.
    """

    trading_date: date
    trades: Sequence[ClassifiedTrade] = ()
    gaps: Sequence[Gap] = ()
    foreign: Sequence[ForeignInvestorData] = ()
    indices: Sequence[IndexData] = ()
    basis_points: Sequence[BasisPoint] = ()
    alerts: Sequence[Alert] = ()
    exchanges: Mapping[str, str] = field(default_factory=dict)  # symbol -> exchange, as far as known


def last_moment_s(stored: StoredDay) -> float:
    """Return the exchange time of the newest row, 0 without any."""
    moments: list[datetime | None] = [trade.timestamp for trade in stored.trades[-1:]]
    moments += [point.timestamp for point in stored.basis_points[-1:]]
    moments += [row.last_updated for row in stored.foreign]
    moments += [data.last_updated for data in stored.indices]
    return max((moment.timestamp() for moment in moments if moment is not None), default=0.0)


class DayRestorer:
    """Puts what was stored back into an empty day: first the trades, in as many parts as they come, then the rest."""

    def __init__(self, day: MarketDay, exchanges: Mapping[str, str], last_time_s: float) -> None:
        self._day = day
        self._exchanges = exchanges
        self._last_time_s = last_time_s
        self._last: dict[str, ClassifiedTrade] = {}

    def add_trades(self, trades: Iterable[ClassifiedTrade]) -> None:
        """Count prints again; within a symbol they come in the order of their totals."""
        for trade in trades:
            _restore_trade(self._day, trade, self._exchange_of(trade.symbol))
            self._last[trade.symbol] = trade

    def finish(self, stored: StoredDay) -> None:
        """Put back everything but the trades."""
        day, last, now_s = self._day, self._last, self._last_time_s
        for gap in stored.gaps:
            trade_before = last.get(gap.symbol)
            if gap.cause in _COUNTED_CAUSES and (
                trade_before is None or gap.to_time > trade_before.timestamp
            ):
                _restore_missed(day, gap.symbol, trade_before, gap.volume, gap.to_time)
        for symbol, stats in day.aggregator.stats.items():
            value = stats.mua_chu_dong_value + stats.ban_chu_dong_value + stats.neutral_value
            day.board.restore_totals(symbol, self._exchange_of(symbol), stats.total_volume, value)
            day.reconciler.restore(symbol, stats.total_volume)
        recent: dict[str, list[ForeignInvestorData]] = {}
        for row in stored.foreign:
            recent.setdefault(row.symbol, []).append(row)
        for symbol, rows in recent.items():
            day.foreign.restore(rows, parse_contract(symbol) is not None, now_s)
        for data in stored.indices:
            day.indices.restore(data)
        for point in stored.basis_points:
            day.derivatives.restore_point(point)
            if point.futures_symbol == day.derivatives.active:
                day.tracker.apply_basis(point, now_s, now_s, is_news=False)
        for symbol, trade in last.items():
            day.tracker.restore_price(symbol, trade.price)

    def _exchange_of(self, symbol: str) -> str:
        return DERIVATIVES if parse_contract(symbol) is not None else self._exchanges.get(symbol, "")


def _restore_trade(day: MarketDay, trade: ClassifiedTrade, exchange: str) -> None:
    symbol, time_s = trade.symbol, trade.timestamp.timestamp()
    stats = day.aggregator.stats.get(symbol)
    missed = trade.total_volume - trade.volume - (stats.total_volume if stats is not None else 0)
    if missed > 0:
        _restore_missed(day, symbol, trade, missed, trade.timestamp)
    day.aggregator.add_print(
        symbol, trade.phase, trade.trade_type, trade.volume, trade.value, trade.timestamp
    )
    day.board.restore_trade(trade, exchange)
    day.audit.count(trade)
    day.tracker.apply_print(trade, time_s, time_s, is_news=False)
    day.gaps.note_restored(symbol, time_s)
    if parse_contract(symbol) is not None:
        day.derivatives.restore_trade(trade)


def _restore_missed(
    day: MarketDay, symbol: str, trade: ClassifiedTrade | None, volume: int, moment: datetime
) -> None:
    """Count missed volume in the phase, and at the price, of the print beside it."""
    phase, price = (trade.phase, trade.price) if trade is not None else (Phase.UNKNOWN, 0)
    unit = CONTRACT_MULTIPLIER_VND if parse_contract(symbol) is not None else 1
    day.aggregator.add_missed(symbol, phase, volume, round(volume * price * unit), moment)
    day.gaps.note_restored(symbol, moment.timestamp())
