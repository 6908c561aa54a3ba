"""A day as the history kept it, and how the market core is rebuilt from it after a restart.

The invariant that decides: what was stored as prints plus what is missed equals the last TotalVol known. What was
missed between two prints is read from their totals (rows refused or lost count as missed too); the gap ledger is only
needed for what came after the last print. A whole market's day has more prints than a start has time for: with the
states that were kept of each symbol, prints before them are not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, field

from app.market.contract_codes import parse_contract
from app.market.gap_ledger import LATE_START, REFUSED, RESTART, TOTAL_VOLUME_JUMP
from app.market.market_day import SPOT_INDEX, MarketDay
from app.market.market_time import moment_at
from app.market.messages import DERIVATIVES, Price
from app.market.models import (
    Alert,
    BasisPoint,
    ClassifiedTrade,
    ForeignInvestorData,
    Gap,
    IndexData,
    Phase,
    SessionStats,
)
from app.market.symbol_state import SymbolState, restore_state
from app.market.volume_holes import Hole, missed_value

# gaps of volume; those of other causes (a disconnection) describe the same volume again
_COUNTED_CAUSES = frozenset({TOTAL_VOLUME_JUMP, LATE_START, RESTART, REFUSED})


class StoredDay(Struct, frozen=True):
    """Rows of one trading date. Trades (by total within a symbol), points and alerts come oldest first.

    `foreign` holds each symbol's rows of the last ten minutes, oldest first, or at least its last; `indices` the last
    state with its intraday points. `states` are what was kept of each symbol while it traded: with one, only the
    prints after it are counted, and those before it only fill windows. `totals`: symbol -> the last TotalVol
    accepted, of which prints may be out of reach.
    """

    trading_date: date
    trades: Sequence[ClassifiedTrade] = ()
    gaps: Sequence[Gap] = ()
    foreign: Sequence[ForeignInvestorData] = ()
    indices: Sequence[IndexData] = ()
    basis_points: Sequence[BasisPoint] = ()
    alerts: Sequence[Alert] = ()
    exchanges: Mapping[str, str] = field(default_factory=dict)  # symbol -> exchange, as far as known
    states: Sequence[SymbolState] = ()
    totals: Mapping[str, int] = field(default_factory=dict)


def last_moment_s(stored: StoredDay) -> float:
    """Return the exchange time of the newest row, 0 without any."""
    moments: list[datetime | None] = [trade.timestamp for trade in stored.trades[-1:]]
    moments += [point.timestamp for point in stored.basis_points[-1:]]
    moments += [row.last_updated for row in stored.foreign]
    moments += [data.last_updated for data in stored.indices]
    return max((moment.timestamp() for moment in moments if moment is not None), default=0.0)


class _Last(Struct, frozen=True, gc=False):
    """Where a symbol stands (its newest time so far): what is missed after it is counted in its phase, at its price."""

    time_s: float
    phase: Phase
    price: Price


_NOTHING = _Last(0.0, Phase.UNKNOWN, 0)


class DayRestorer:
    """Puts what was stored back into an empty day: states, then the trades in as many parts as they come, then the rest."""

    def __init__(
        self,
        day: MarketDay,
        exchanges: Mapping[str, str],
        last_time_s: float,
        states: Iterable[SymbolState] = (),
    ) -> None:
        self.is_partial = False  # prints are out of reach: what is missed without them may be filled later
        self._day = day
        self._exchanges = exchanges
        self._last_time_s = last_time_s
        self._last: dict[str, _Last] = {}
        self._kept_totals: dict[str, int] = {}
        self._kept_values: dict[str, tuple[int, int]] = {}  # symbol -> the feed's value, ours
        self._kept_foreign: dict[str, ForeignInvestorData] = {}
        for state in sorted(
            states, key=lambda state: state.is_active
        ):  # the active contract has the last word
            self._put_state(state)

    def _put_state(self, state: SymbolState) -> None:
        symbol, price, stats = state.symbol, state.price, state.stats
        restore_state(self._day, state)
        if price is not None and price.last_price is not None:
            self._last[symbol] = _Last(state.total_time_s or 0.0, price.phase, price.last_price)
        if price is not None and stats is not None:
            self._kept_totals[symbol] = stats.total_volume
            self._kept_values[symbol] = (price.total_value, _value_of(stats))
        if state.foreign is not None:
            self._kept_foreign[symbol] = state.foreign

    def add_trades(self, trades: Iterable[ClassifiedTrade]) -> None:
        """Count prints again; within a symbol they come in the order of their totals."""
        for trade in trades:
            symbol, time_s = trade.symbol, trade.timestamp.timestamp()
            if trade.total_volume <= self._kept_totals.get(symbol, 0):
                self._day.tracker.apply_print(trade, time_s, time_s, is_news=False)
                continue
            self._count(trade, time_s)
            # totals grow, stamps may go back: what a gap before this print revealed was stamped later
            known_s = max(time_s, self._last.get(symbol, _NOTHING).time_s)
            self._last[symbol] = _Last(known_s, trade.phase, trade.price)

    def finish(self, stored: StoredDay) -> None:
        """Put back everything but the trades."""
        self._count_gaps(stored)
        self._show_totals()
        self._restore_foreign(stored.foreign)
        day, now_s = self._day, self._last_time_s
        for data in stored.indices:
            day.indices.restore(data)
            if data.index_id == SPOT_INDEX and data.last_updated is not None:
                day.derivatives.restore_spot(data.value, data.last_updated.timestamp())
        for point in stored.basis_points:
            day.derivatives.restore_point(point)
            if point.futures_symbol == day.derivatives.active:
                day.tracker.apply_basis(point, now_s, now_s, is_news=False)
        for symbol, last in self._last.items():
            day.tracker.restore_price(symbol, last.price)

    def _count(self, trade: ClassifiedTrade, time_s: float) -> None:
        day, symbol = self._day, trade.symbol
        stats = day.aggregator.stats.get(symbol)
        before, since = stats.total_volume if stats is not None else 0, trade.total_volume - trade.volume
        if since > before:
            beside = _Last(time_s, trade.phase, trade.price)
            self._count_missed(symbol, beside, since - before, trade.timestamp)
            if self.is_partial:
                day.holes.add(symbol, Hole(before, since, trade.phase, trade.price))
        day.aggregator.add_print(
            symbol, trade.phase, trade.trade_type, trade.volume, trade.value, trade.timestamp
        )
        day.board.restore_trade(trade, self._exchange_of(symbol))
        day.audit.count(trade)
        day.tracker.apply_print(trade, time_s, time_s, is_news=False)
        day.gaps.note_restored(symbol, time_s)
        if parse_contract(symbol) is not None:
            day.derivatives.restore_trade(trade)

    def _count_gaps(self, stored: StoredDay) -> None:
        for gap in stored.gaps:
            last = self._last.get(gap.symbol)
            is_later = last is None or gap.to_time.timestamp() > last.time_s
            if gap.cause in _COUNTED_CAUSES and is_later:
                self._count_missed(gap.symbol, last or _NOTHING, gap.volume, gap.to_time)
        for symbol, total in stored.totals.items():  # accepted once, and out of reach now
            stats = self._day.aggregator.stats.get(symbol)
            before = stats.total_volume if stats is not None else 0
            if total > before:
                last = self._last.get(symbol) or _NOTHING
                self._count_missed(symbol, last, total - before, moment_at(self._last_time_s))
                if self.is_partial:
                    hole = Hole(before, total, last.phase, last.price, is_last=True)
                    self._day.holes.add(symbol, hole)

    def _count_missed(self, symbol: str, beside: _Last, volume: int, moment: datetime) -> None:
        """Count missed volume in the phase, and at the price, of the print beside it."""
        value = missed_value(symbol, volume, beside.price)
        self._day.aggregator.add_missed(symbol, beside.phase, volume, value, moment)
        self._day.gaps.note_restored(symbol, moment.timestamp())

    def _show_totals(self) -> None:
        """Show what the prints and gaps add up to; where a state was kept, the feed's own value and what came since."""
        day = self._day
        for symbol, stats in day.aggregator.stats.items():
            day.reconciler.restore(symbol, stats.total_volume)
            if stats.total_volume == self._kept_totals.get(symbol):
                continue
            feeds, ours = self._kept_values.get(symbol, (0, 0))
            has_values = symbol not in self._kept_values or feeds > 0  # a feed may give none
            value = _value_of(stats) + feeds - ours if has_values else 0
            day.board.restore_totals(symbol, self._exchange_of(symbol), stats.total_volume, value)

    def _restore_foreign(self, rows: Iterable[ForeignInvestorData]) -> None:
        recent: dict[str, list[ForeignInvestorData]] = {}
        for row in rows:
            recent.setdefault(row.symbol, []).append(row)
        for symbol, kept in self._kept_foreign.items():
            _add_kept(recent.setdefault(symbol, []), kept)
        for symbol, of_symbol in recent.items():
            self._day.foreign.restore(of_symbol, parse_contract(symbol) is not None, self._last_time_s)

    def _exchange_of(self, symbol: str) -> str:
        return DERIVATIVES if parse_contract(symbol) is not None else self._exchanges.get(symbol, "")


def _value_of(stats: SessionStats) -> int:
    return stats.mua_chu_dong_value + stats.ban_chu_dong_value + stats.neutral_value


def _add_kept(rows: list[ForeignInvestorData], kept: ForeignInvestorData) -> None:
    """Add a kept state to the stored rows of its symbol: as the newest of them, or for what they don't hold."""
    if not rows or _updated_s(kept) >= _updated_s(rows[-1]):
        rows.append(kept)
        return
    rows[-1].total_room, rows[-1].values_estimated = kept.total_room, kept.values_estimated


def _updated_s(row: ForeignInvestorData) -> float:
    return row.last_updated.timestamp() if row.last_updated is not None else 0.0
