"""One trading date: every tracker that is cleared with the day, and how each message moves them.

Kept as it is when the day is final: later messages of its date still count here, only without alerts.
"""

from __future__ import annotations

from datetime import date

from app.market.classification_audit import ClassificationAudit
from app.market.contract_codes import CONTRACT_MULTIPLIER_VND, parse_contract
from app.market.derivatives_tracker import DerivativesTracker
from app.market.foreign_tracker import ForeignInvestorTracker
from app.market.gap_ledger import GapLedger
from app.market.index_tracker import IndexTracker
from app.market.market_time import moment_at
from app.market.messages import (
    DERIVATIVES,
    ForeignMessage,
    IndexMessage,
    Price,
    PriceLimits,
    QuoteMessage,
    TradeMessage,
)
from app.market.models import Alert, BasisPoint, Changes, ClassifiedTrade, Phase, TradeType
from app.market.price_board import PriceBoard
from app.market.price_tracker import PriceTracker
from app.market.quote_cache import QuoteCache
from app.market.session_aggregator import SessionAggregator
from app.market.trade_classifier import TradeClassifier
from app.market.trade_totals import has_consistent_totals
from app.market.trading_calendar import TradingCalendar
from app.market.volume_holes import VolumeHoles
from app.market.volume_reconciler import VolumeReconciler, VolumeStep

SPOT_INDEX = "VN30"


def reject(changes: Changes, reason: str) -> None:
    """Count a message that changed nothing."""
    changes.rejected[reason] = changes.rejected.get(reason, 0) + 1


class MarketDay:
    """The live trackers of one trading date."""

    def __init__(
        self,
        trading_date: date,
        *,
        calendar: TradingCalendar,
        tracker: PriceTracker,
        watched_since_s: float,
        futures_override: str,
        channel_r_interval_s: float,
        message_age_max_s: float,
    ) -> None:
        self.trading_date = trading_date
        self.is_final = False
        self.quotes = QuoteCache()
        self.classifier = TradeClassifier()
        self.reconciler = VolumeReconciler()
        self.aggregator = SessionAggregator()
        self.foreign = ForeignInvestorTracker(channel_r_interval_s)
        self.indices = IndexTracker()
        self.derivatives = DerivativesTracker(calendar, trading_date, futures_override)
        self.board = PriceBoard()
        self.audit = ClassificationAudit()
        self.holes = VolumeHoles(self.aggregator, self.audit)
        self.tracker = tracker
        self._message_age_max_s = message_age_max_s
        self.gaps = GapLedger(calendar, trading_date, watched_since_s)

    def _is_news(self, time_s: float, now_s: float) -> bool:
        return not self.is_final and now_s - time_s <= self._message_age_max_s

    def apply_refs(self, limits: PriceLimits | TradeMessage, changes: Changes) -> None:
        """Take the reference price and limits a message carries."""
        symbol = limits.symbol
        if not self.quotes.put_price_refs(symbol, limits.ref_price, limits.ceiling, limits.floor):
            return
        self.board.apply_refs(symbol, limits.exchange, *self.quotes.get_price_refs(symbol))
        changes.prices.add(symbol)
        if limits.exchange == DERIVATIVES and parse_contract(symbol) is not None:
            self.derivatives.apply_refs(symbol, self.board.prices[symbol])
            changes.contracts.add(symbol)

    def apply_trade(self, message: TradeMessage, phase: Phase, now_s: float, changes: Changes) -> bool:
        """Take a match, or a combined message that may hold none; return whether it was accepted."""
        if not has_consistent_totals(message, self.quotes):
            reject(changes, "inconsistent_totals")
            return False
        symbol = message.symbol
        self.apply_refs(message, changes)
        if message.price <= 0 or message.total_volume == 0:
            self._apply_auction(message, phase, changes)
            self.reconciler.restore(symbol, 0)  # seen before its first match: no late start
            if message.is_combined and phase is not Phase.PRE_OPEN:
                return True
            reject(changes, "pre_open")
            return False
        step = self.reconciler.step(symbol, message.volume, message.total_volume, message.is_combined)
        if step.is_repeat:
            reject(changes, "repeat")
            return False
        self._apply_auction(message, phase, changes)
        if step.shown or step.missed:
            self._count(message, step, phase, now_s, changes)
        return True

    def _apply_auction(self, message: TradeMessage, phase: Phase, changes: Changes) -> None:
        if self.board.apply_auction(message, phase):
            changes.prices.add(message.symbol)

    def _count(
        self, message: TradeMessage, step: VolumeStep, phase: Phase, now_s: float, changes: Changes
    ) -> None:
        symbol, price = message.symbol, message.price
        time_s = message.exchange_time_s
        moment = moment_at(time_s)
        is_future = message.exchange == DERIVATIVES
        unit = CONTRACT_MULTIPLIER_VND if is_future else 1
        value = round(step.shown * price * unit)
        row = self.board.row(symbol, message.exchange)
        if step.missed:
            missed_value = message.total_value - row.total_value - value
            if missed_value <= 0 or not (row.total_value or step.is_first):  # the feed gave no values
                missed_value = round(step.missed * price * unit)
            self.aggregator.add_missed(symbol, phase, step.missed, missed_value, moment)
            changes.gaps.append(self.gaps.gap(message, step))
        self.board.apply_trade(message, step.shown, step.is_first and not step.missed)
        self.gaps.note_trade(symbol, time_s)
        changes.stats.add(symbol)
        changes.prices.add(symbol)
        is_baseline = step.is_first and step.missed > 0
        is_news = not is_baseline and self._is_news(time_s, now_s)
        if step.shown:
            bid, ask = self.quotes.get_bid_ask_before(symbol, time_s)
            trade_type = self.classifier.classify(price, bid, ask, phase)
            self.aggregator.add_print(symbol, phase, trade_type, step.shown, value, moment)
            trade = _classified(message, step.shown, value, trade_type, bid, ask, phase)
            changes.trades.append(trade)
            self.audit.count(trade)
            _keep(self.tracker.apply_print(trade, time_s, now_s, is_news), changes)
        _, ceiling, floor = self.quotes.get_price_refs(symbol)
        _keep(self.tracker.apply_price(symbol, price, ceiling, floor, time_s, now_s, is_news), changes)
        if is_future:
            changes.contracts.add(symbol)
            active = self.derivatives.active
            point = self.derivatives.apply_trade(message, row, now_s)
            if self.derivatives.active != active:
                changes.contracts.update(filter(None, (active, self.derivatives.active)))
            if point is not None:
                self._keep_basis(point, now_s, changes)

    def apply_quote(self, message: QuoteMessage, changes: Changes) -> bool:
        """Take a book, which serves the trades after it, never those before; return whether it was accepted."""
        if not self.quotes.put_quote(message):
            reject(changes, "out_of_order")
            return False
        self.board.apply_quote(message)
        changes.prices.add(message.symbol)
        if message.exchange == DERIVATIVES:
            self.derivatives.apply_quote(message)
            changes.contracts.add(message.symbol)
        return True

    def apply_foreign(self, message: ForeignMessage, now_s: float, changes: Changes) -> None:
        """Take foreign totals."""
        symbol = message.symbol
        row = self.board.prices.get(symbol)
        last_price = row.last_price or 0 if row is not None else 0
        reason = self.foreign.apply(message, last_price, now_s)
        if reason is not None:
            reject(changes, reason)
            return
        changes.foreign.add(symbol)
        computed = self.foreign.compute_if_due(symbol, now_s)
        if computed is not None:
            changes.foreign_rows.append(computed)
        net = self.foreign.net_value_change(symbol, now_s)
        if net is not None:
            time_s = message.exchange_time_s
            is_news = self._is_news(time_s, now_s)
            _keep(self.tracker.apply_foreign(symbol, net, time_s, now_s, is_news), changes)

    def apply_index(self, message: IndexMessage, now_s: float, changes: Changes) -> None:
        """Take an index; VN30 is the other leg of every basis."""
        reason = self.indices.apply(message)
        if reason is not None:
            reject(changes, reason)
            return
        changes.indices.add(message.index_id)
        changes.index_rows.append(self.indices.row(message.index_id))
        if message.index_id == SPOT_INDEX:
            for point in self.derivatives.apply_spot(message.value, message.exchange_time_s, now_s):
                self._keep_basis(point, now_s, changes)

    def _keep_basis(self, point: BasisPoint, now_s: float, changes: Changes) -> None:
        changes.contracts.add(point.futures_symbol)
        if self.derivatives.keep(point):
            changes.basis_points.append(point)
        if point.futures_symbol == self.derivatives.active:
            time_s = point.timestamp.timestamp()
            is_news = self._is_news(time_s, now_s)
            _keep(self.tracker.apply_basis(point, time_s, now_s, is_news), changes)

    def advance(self, now_s: float, changes: Changes) -> None:
        """Let market time pass: windows empty, the basis goes stale."""
        moved, rows = self.foreign.advance(now_s)
        changes.foreign.update(moved)
        changes.foreign_rows.extend(rows)
        changes.contracts.update(self.derivatives.advance(now_s))

    def symbols(self) -> set[str]:
        """Return every symbol something is known of."""
        return self.board.prices.keys() | {data.symbol for data in self.foreign.detail()}

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        for part in (
            self.quotes,
            self.reconciler,
            self.gaps,
            self.aggregator,
            self.holes,
            self.foreign,
            self.board,
            self.audit,
            self.tracker,
        ):
            part.forget(symbol)


def _keep(alert: Alert | None, changes: Changes) -> None:
    if alert is not None:
        changes.alerts.append(alert)


def _classified(
    message: TradeMessage,
    volume: int,
    value: int,
    trade_type: TradeType,
    bid: Price,
    ask: Price,
    phase: Phase,
) -> ClassifiedTrade:
    return ClassifiedTrade(
        symbol=message.symbol,
        price=message.price,
        volume=volume,
        value=value,
        trade_type=trade_type,
        bid_price=bid,
        ask_price=ask,
        timestamp=moment_at(message.exchange_time_s),
        trading_session=message.session,
        phase=phase,
        exchange_side=message.exchange_side,
        total_volume=message.total_volume,
        trading_date=message.trading_date,
    )
