"""MarketDataProcessor: the only way into the market core, and the owner of everything in it.

It admits messages (tracked? of this trading date? sane?) and leaves the rest to MarketDay. The same order of messages
gives the same state however it is cut into batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time
from typing import Any

from app.market.alert_rules import AlertThresholds
from app.market.change_subscribers import ChangeSubscribers
from app.market.core_settings import SIMULATED_LEAD_MAX_S, CoreSettings
from app.market.day_opening import DatedMessage, begins_day, limits_of
from app.market.day_watcher import DayWatcher
from app.market.market_day import MarketDay, reject
from app.market.market_queries import MarketQueries
from app.market.market_time import date_at
from app.market.messages import (
    BarMessage,
    ForeignMessage,
    IndexMessage,
    Message,
    OddLotMessage,
    PriceLimits,
    QuoteMessage,
    ReferenceLists,
    SecurityStatusMessage,
    Tick,
    TradeMessage,
)
from app.market.models import Alert, BasisPoint, Changes, ClassifiedTrade, Phase
from app.market.session_roll import SessionRoll
from app.market.stored_day import DayRestorer, StoredDay, last_moment_s
from app.market.symbol_state import SymbolState, state_of
from app.market.tracked_scope import Scope, TrackedScope
from app.market.trading_calendar import TradingCalendar
from app.market.trading_session import TradingSession
from app.market.volume_holes import Hole, UnfitHoleError

type SymbolMessage = TradeMessage | QuoteMessage | SecurityStatusMessage


class MarketDataProcessor(MarketQueries, ChangeSubscribers):
    """The market as it is now, from the messages so far."""

    def __init__(
        self,
        *,
        calendar: TradingCalendar,
        tracked: AbstractSet[str] | None,
        scope: str,
        known_symbols: AbstractSet[str] | None = None,
        alert_thresholds: AlertThresholds | None = None,
        futures_override: str = "",
        channel_r_interval_ms: int = 1000,
        session_reset_time: time = time(15, 5),
        time_lead_max_s: float = SIMULATED_LEAD_MAX_S,
    ) -> None:
        super().__init__()
        self._calendar = calendar
        self._session = TradingSession(calendar)
        self._watcher: DayWatcher | None = None
        self._begin(
            CoreSettings(
                None if tracked is None else frozenset(tracked),
                scope,
                alert_thresholds or AlertThresholds(),
                futures_override,
                channel_r_interval_ms,
                session_reset_time,
                time_lead_max_s,
            ),
            known_symbols,
        )
        self._handlers: dict[type, Callable[[Any, Changes], None]] = {
            TradeMessage: self._apply_trade,
            QuoteMessage: self._apply_quote,
            ForeignMessage: self._apply_foreign,
            IndexMessage: self._apply_index,
            SecurityStatusMessage: self._apply_status,
            PriceLimits: self._apply_limits,
            ReferenceLists: self._apply_lists,
            Tick: self._apply_tick,
            BarMessage: self._ignore,
            OddLotMessage: self._ignore,
        }

    def _begin(self, settings: CoreSettings, known_symbols: AbstractSet[str] | None = None) -> None:
        self.settings = settings
        self._scope = TrackedScope(settings.tracked, settings.scope, known_symbols)
        self._roll = SessionRoll(self._calendar, settings)
        self._roll.watcher = self._watcher
        self._prints_kept_s = settings.alert_thresholds.volume_spike_window_s
        self._pending_refs: dict[str, PriceLimits] = {}  # of a day that has not begun

    def clear(self, settings: CoreSettings | None = None) -> None:
        """Forget everything, as if just built (with other settings): a replay begins again. Nobody is told."""
        self._begin(settings or self.settings)

    def watch_days(self, watcher: DayWatcher) -> None:
        """Tell `watcher` when a day is frozen or replaced, in the midst of the batch that does it."""
        self._watcher = self._roll.watcher = watcher

    def apply(self, batch: Sequence[Message]) -> Changes:
        """Apply messages in their order; return what changed."""
        changes = Changes()
        handlers = self._handlers
        for message in batch:
            handlers[type(message)](message, changes)
        self._tell(changes)
        return changes

    def handle_quote(self, message: QuoteMessage) -> Changes:
        """Apply one quote."""
        return self.apply((message,))

    def handle_trade(self, message: TradeMessage) -> Changes:
        """Apply one trade."""
        return self.apply((message,))

    def handle_foreign(self, message: ForeignMessage) -> Changes:
        """Apply one message of foreign totals."""
        return self.apply((message,))

    def handle_index(self, message: IndexMessage) -> Changes:
        """Apply one index message."""
        return self.apply((message,))

    def reset_session(self) -> Changes:
        """Freeze the session now, as the reset time would."""
        changes = Changes()
        self._roll.freeze(changes)
        self._tell(changes)
        return changes

    def set_tracked(self, tracked: AbstractSet[str] | None, scope: str) -> Changes:
        """Track other symbols from now on (None: all); what is no longer tracked is forgotten."""
        return self.rescope() if self._take_tracked(tracked, scope) else Changes()

    def _take_tracked(self, tracked: AbstractSet[str] | None, scope: str) -> bool:
        before = self._scope.tracked
        if not self._scope.set_tracked(tracked, scope):
            return False
        if self._roll.day is not None:
            self._roll.day.gaps.watch_from(self._roll.market_time_s, before)
        return True

    def set_known_symbols(self, symbols: AbstractSet[str] | None) -> Changes:
        """Take the exchanges' master list; without one every symbol is known."""
        return self.rescope() if self._scope.set_known_symbols(symbols) else Changes()

    def rescope(self) -> Changes:
        """Forget what the day knows of symbols that are not tracked: a restored day may have others."""
        changes = Changes(everything=True)
        self._forget_untracked()
        self._tell(changes)
        return changes

    def _forget_untracked(self) -> None:
        day = self._roll.day
        if day is not None:
            for symbol in sorted(day.symbols()):
                if self._scope.of(symbol) is not Scope.TRACKED:
                    day.forget(symbol)

    def restore(self, stored: StoredDay) -> Changes:
        """Rebuild a day from what was stored of it, after a restart and before the feed starts."""
        restorer = self.begin_restore(
            stored.trading_date, last_moment_s(stored), stored.exchanges, stored.states
        )
        restorer.add_trades(stored.trades)
        return self.finish_restore(restorer, stored)

    def begin_restore(
        self,
        trading_date: date,
        last_time_s: float,
        exchanges: Mapping[str, str] | None = None,
        states: Sequence[SymbolState] = (),
    ) -> DayRestorer:
        """Begin to rebuild a day whose newest row is of `last_time_s`: for more trades than are handled at once."""
        if self._roll.day is not None:
            raise AssertionError("the day has begun: restore comes before the feed")
        changes = Changes()
        self._roll.advance_to(last_time_s, changes)
        for state in states:
            if state.price is not None and state.price.exchange:
                self._roll.exchanges.join(state.price.exchange, state.symbol)
        return DayRestorer(self._begin_day(trading_date, changes), exchanges or {}, last_time_s, states)

    def complete_restore(self, basis_points: Iterable[BasisPoint], alerts: Iterable[Alert]) -> Changes:
        """Add history that was out of reach at the start, in mid-session: it moves no total and fires nothing."""
        if self._roll.day is not None:
            self._roll.day.derivatives.complete(basis_points)
        self._roll.alerts.complete(alerts)
        changes = Changes(everything=True)
        self._tell(changes)
        return changes

    def holes(self) -> list[tuple[str, Hole]]:
        """Return the volume, by symbol, whose prints were out of reach when the day was restored."""
        return self._roll.day.holes.all() if self._roll.day is not None else []

    def fill_holes(
        self, trading_date: date, holes: Iterable[tuple[str, Hole]], trades: Iterable[ClassifiedTrade]
    ) -> Changes:
        """Count what is stored of these holes by side and phase: it moves no total and no price and fires nothing.

        `trades`: by total within a symbol. A hole of another day, or filled before, changes nothing; one that its
        prints do not fit into stays missed volume and is counted as rejected (`unfit_hole`).
        """
        changes, day = Changes(), self._roll.day
        if day is None or day.trading_date != trading_date:
            return changes
        by_symbol: dict[str, list[ClassifiedTrade]] = {}
        for trade in trades:
            by_symbol.setdefault(trade.symbol, []).append(trade)
        for symbol, hole in holes:
            try:
                if day.holes.fill(symbol, hole, by_symbol.get(symbol, ())):
                    changes.stats.add(symbol)
            except UnfitHoleError:
                reject(changes, "unfit_hole")
        self._tell(changes)
        return changes

    @property
    def prints_kept_s(self) -> float:
        """Return how far back single prints are needed: the longest window of them."""
        return self._prints_kept_s

    def symbol_state(self, symbol: str) -> SymbolState | None:
        """Return what is to be kept of a symbol, not copied: encode it before the next message. None: nothing."""
        return state_of(self._roll.day, symbol) if self._roll.day is not None else None

    def finish_restore(self, restorer: DayRestorer, stored: StoredDay) -> Changes:
        """Put back what `stored` holds beside its trades, and tell everybody."""
        changes = Changes(everything=True)
        restorer.finish(stored)
        self._roll.alerts.restore(stored.alerts)
        self._tell(changes)
        return changes

    def is_tracked(self, symbol: str) -> bool:
        """Whether anything will ever be known of a symbol."""
        return self._scope.of(symbol) is Scope.TRACKED

    def _is_tracked(self, symbol: str, changes: Changes) -> bool:
        scope = self._scope.of(symbol)
        if scope is Scope.TRACKED:
            return True
        if scope is Scope.UNKNOWN:
            reject(changes, "unknown_symbol")
        else:
            changes.ignored += 1
        return False

    def _day_of(self, message: DatedMessage, changes: Changes) -> MarketDay | None:
        """Return the day a message belongs to, begun if it is the first of a newer one; None when it is refused."""
        roll = self._roll
        day = roll.day
        begins = day is None or message.trading_date != day.trading_date
        reason = self._refusal(message, day) if begins else ""
        known_s = roll.market_time_s
        if message.exchange_time_s > roll.market_time_s and not reason:
            if roll.is_ahead(message.exchange_time_s):
                reason = "future_time"
            else:
                roll.advance(message.exchange_time_s, changes)
        if reason:
            reject(changes, reason)
            return None
        # the tick before it proves that we were there before the day's first message
        return self._begin_day(message.trading_date, changes, known_s) if begins else day

    def _begin_day(self, trading_date: date, changes: Changes, watched_since_s: float = 0.0) -> MarketDay:
        day = self._roll.begin_day(trading_date, changes, watched_since_s or self._roll.market_time_s)
        pending, self._pending_refs = self._pending_refs, {}
        for limits in pending.values():
            self._apply_limits(limits, changes)
        return day

    def _refusal(self, message: DatedMessage, day: MarketDay | None) -> str:
        """Return why a message of another date than the day's does not begin a new one, "" when it does."""
        if self._roll.is_tomorrow(message.trading_date):
            return "future_date"
        if day is not None and message.trading_date < day.trading_date:
            return "older_date"
        if begins_day(message):
            return ""
        if isinstance(message, TradeMessage):
            self._pending_refs[message.symbol] = limits_of(message)
        return "pre_open"

    def _follow_phase(self, message: SymbolMessage, phase: Phase, day: MarketDay, changes: Changes) -> None:
        """Move the symbol, and with enough of them its exchange, to the phase of an accepted message."""
        exchange = message.exchange
        is_new = message.symbol not in day.board.prices
        row = day.board.row(message.symbol, exchange)
        if is_new or row.exchange != exchange:
            row.exchange = exchange  # a restored row may not have known it
            changes.prices.add(message.symbol)
        if phase is Phase.UNKNOWN and message.session:
            code = message.session
            changes.unknown_sessions[code] = changes.unknown_sessions.get(code, 0) + 1
        exchanges = self._roll.exchanges
        exchanges.join(exchange, message.symbol)
        if row.phase is phase is exchanges.phases.get(exchange):
            return
        time_s = message.exchange_time_s
        self._roll.tell_phases(exchanges.hear(exchange, message.symbol, phase, time_s), changes)
        # a halt outlives its window; any other phase of a window that is over says nothing of now
        if phase is not Phase.HALTED and exchanges.is_past(exchange, phase, time_s):
            phase = exchanges.phases[exchange]
        if row.phase is not phase or row.est_match_price is not None:
            day.board.set_phase(row, phase)
            changes.prices.add(message.symbol)

    def _apply_trade(self, message: TradeMessage, changes: Changes) -> None:
        if not self._is_tracked(message.symbol, changes):
            return
        day = self._day_of(message, changes)
        if day is None:
            return
        phase = self._session.phase(message.exchange, message.session, message.exchange_time_s)
        if day.apply_trade(message, phase, self._roll.market_time_s, changes):
            self._follow_phase(message, phase, day, changes)

    def _apply_quote(self, message: QuoteMessage, changes: Changes) -> None:
        if not self._is_tracked(message.symbol, changes):
            return
        day = self._day_of(message, changes)
        if day is None:
            return
        if day.apply_quote(message, changes):
            phase = self._session.phase(message.exchange, message.session, message.exchange_time_s)
            self._follow_phase(message, phase, day, changes)

    def _apply_foreign(self, message: ForeignMessage, changes: Changes) -> None:
        if not self._is_tracked(message.symbol, changes):
            return
        day = self._day_of(message, changes)
        if day is not None:
            day.apply_foreign(message, self._roll.market_time_s, changes)

    def _apply_index(self, message: IndexMessage, changes: Changes) -> None:
        day = self._day_of(message, changes)
        if day is not None:
            day.apply_index(message, self._roll.market_time_s, changes)

    def _apply_status(self, message: SecurityStatusMessage, changes: Changes) -> None:
        if not self._is_tracked(message.symbol, changes):
            return
        day = self._day_of(message, changes)
        if day is not None:
            phase = self._session.phase(message.exchange, message.session, message.exchange_time_s)
            self._follow_phase(message, phase, day, changes)

    def _apply_limits(self, message: PriceLimits, changes: Changes) -> None:
        if not self._is_tracked(message.symbol, changes):
            return
        day = self._roll.day
        trading_date = message.trading_date
        if day is None or (trading_date is None and self._is_next_day_near(day)):
            self._pending_refs[message.symbol] = message
        elif trading_date is None or trading_date == day.trading_date:
            self._apply_refs(message, day, changes)
        elif trading_date > day.trading_date:
            self._pending_refs[message.symbol] = message
        else:
            reject(changes, "older_date")

    def _apply_lists(self, message: ReferenceLists, changes: Changes) -> None:
        is_other = self._take_tracked(message.tracked, message.scope)
        if self._scope.set_known_symbols(message.known) or is_other:
            self._forget_untracked()
            changes.everything = True
        for limits in message.limits:
            self._apply_limits(limits, changes)

    def _apply_refs(self, message: PriceLimits, day: MarketDay, changes: Changes) -> None:
        is_new = message.symbol not in day.board.prices
        day.apply_refs(message, changes)
        if is_new and message.symbol in day.board.prices:
            day.board.prices[message.symbol].phase = self.phase_of(message.exchange)

    def _is_next_day_near(self, day: MarketDay) -> bool:
        """Return whether an undated figure (REST) is no longer about the day that is shown."""
        return day.is_final and date_at(self._roll.market_time_s) > day.trading_date

    def _apply_tick(self, message: Tick, changes: Changes) -> None:
        self._roll.tick(message.time_s, message.is_outrun, changes)

    def _ignore(self, _message: BarMessage | OddLotMessage, changes: Changes) -> None:
        changes.ignored += 1
