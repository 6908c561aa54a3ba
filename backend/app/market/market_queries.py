"""What the market core answers. The structs are the live ones: read them, and do not keep them across an await."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from app.market.messages import DERIVATIVES
from app.market.models import (
    Alert,
    AlertType,
    AuditRow,
    BasisPoint,
    DerivativesData,
    FeedStatus,
    ForeignInvestorData,
    ForeignSummary,
    IndexData,
    MarketSnapshot,
    Phase,
    PriceData,
    SessionInfo,
    SessionStats,
    Severity,
)
from app.market.quote_cache import QuoteCache
from app.market.session_roll import SessionRoll
from app.market.tracked_scope import TrackedScope
from app.market.trading_calendar import exchange_named


class MarketQueries:
    """The reading half of MarketDataProcessor."""

    _roll: SessionRoll
    _scope: TrackedScope

    @property
    def market_time_s(self) -> float:
        """Return market time, 0 before the first message or tick."""
        return self._roll.market_time_s

    @property
    def trading_date(self) -> date | None:
        """Return the date of the session that is served, None before the first message."""
        return self._roll.trading_date

    @property
    def quotes(self) -> QuoteCache:
        """Return the day's quote cache."""
        day = self._roll.day
        return day.quotes if day is not None else QuoteCache()

    def symbols_of_day(self) -> set[str]:
        """Return every symbol something is known of today, futures too."""
        return self._roll.day.symbols() if self._roll.day is not None else set()

    def phase_of(self, exchange: str) -> Phase:
        """Return the phase an exchange is in."""
        return self._roll.exchanges.phases.get(exchange_named(exchange), Phase.UNKNOWN)

    def get_session(self) -> SessionInfo:
        """Return the date, the phase of each exchange, and whether the session is over."""
        day = self._roll.day
        is_final = day is not None and day.is_final
        return SessionInfo(self.trading_date, dict(self._roll.exchanges.phases), is_final)

    def get_market_snapshot(
        self, symbols: Collection[str] | None = None, feed: FeedStatus | None = None
    ) -> MarketSnapshot:
        """Return the whole state, or that of `symbols` only (indices, foreign and futures are always whole)."""
        quotes, prices = self.get_session_stats(), self.get_prices()
        if symbols is not None:
            quotes = {symbol: quotes[symbol] for symbol in symbols if symbol in quotes}
            prices = {symbol: prices[symbol] for symbol in symbols if symbol in prices}
        return MarketSnapshot(
            quotes=quotes,
            prices=prices,
            indices=self.get_indices(),
            foreign=self.get_foreign_summary(),
            derivatives=self.get_derivatives_data(),
            session=self.get_session(),
            feed=feed,
        )

    def get_prices(self) -> dict[str, PriceData]:
        """Return prices and book per symbol."""
        day = self._roll.day
        return day.board.prices if day is not None else {}

    def get_session_stats(self) -> dict[str, SessionStats]:
        """Return active buy and sell per symbol."""
        day = self._roll.day
        return day.aggregator.stats if day is not None else {}

    def get_trade_analysis(self, symbol: str) -> SessionStats | None:
        """Return one symbol's active buy and sell, None before its first trade."""
        return self.get_session_stats().get(symbol)

    def get_indices(self) -> dict[str, IndexData]:
        """Return every index by id."""
        day = self._roll.day
        return day.indices.indices if day is not None else {}

    def get_foreign_summary(self) -> ForeignSummary:
        """Return foreign flow over the tracked stocks."""
        day = self._roll.day
        label = self._scope.label
        return day.foreign.summary(label) if day is not None else ForeignSummary(label)

    def get_foreign_detail(self) -> list[ForeignInvestorData]:
        """Return foreign flow per stock, by symbol."""
        day = self._roll.day
        return day.foreign.detail() if day is not None else []

    def get_foreign(self, symbol: str) -> ForeignInvestorData | None:
        """Return one symbol's foreign flow, None before its first message."""
        day = self._roll.day
        return day.foreign.get(symbol) if day is not None else None

    def get_derivatives_data(self) -> DerivativesData | None:
        """Return the active contract and all listed ones, None before the first is seen."""
        day = self._roll.day
        return day.derivatives.get_data() if day is not None else None

    def get_last_basis(self) -> BasisPoint | None:
        """Return the active contract's newest point of the day."""
        day = self._roll.day
        return day.derivatives.last_point if day is not None else None

    def get_basis_trend(self, minutes: float) -> list[BasisPoint]:
        """Return the active contract's basis over the last minutes of market time, oldest first.

        Once the session is over market time goes on without it: the minutes then end with the last point.
        """
        day = self._roll.day
        if day is None:
            return []
        until_s = self.market_time_s
        if day.is_final or self.phase_of(DERIVATIVES) is Phase.CLOSED:
            until_s = min(until_s, day.derivatives.last_point_s)
        return day.derivatives.get_basis_trend(until_s - minutes * 60)

    def get_basis_history(self) -> dict[str, list[BasisPoint]]:
        """Return the day's points of every contract, oldest first."""
        day = self._roll.day
        return day.derivatives.get_history() if day is not None else {}

    def get_alerts(
        self,
        limit: int = 50,
        alert_type: AlertType | None = None,
        severity: Severity | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
    ) -> list[Alert]:
        """Return the latest alerts, newest first, narrowed by what is given; `since` is inclusive."""
        return self._roll.alerts.get_alerts(limit, alert_type, severity, symbol, since)

    def get_classification_audit(self) -> dict[str, AuditRow]:
        """Return, per symbol with trades, how far our aggressor agrees with SSI's."""
        day = self._roll.day
        if day is None:
            return {}
        stats = day.aggregator.stats
        return {symbol: day.audit.row(symbol, stats[symbol].missed_volume) for symbol in stats}
