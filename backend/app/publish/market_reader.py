"""What this side of the seam reads of the market: MarketDataProcessor, or a fake in tests."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from app.market.models import (
    Alert,
    AlertType,
    AuditRow,
    BasisPoint,
    DerivativesData,
    ForeignInvestorData,
    ForeignSummary,
    IndexData,
    PriceData,
    SessionInfo,
    SessionStats,
    Severity,
)


class MarketReader(Protocol):
    """Views of the present state. They are the live structs: read them, and never keep them across an await."""

    def get_prices(self) -> dict[str, PriceData]: ...
    def get_session_stats(self) -> dict[str, SessionStats]: ...
    def get_foreign_summary(self) -> ForeignSummary: ...
    def get_foreign_detail(self) -> list[ForeignInvestorData]: ...
    def get_foreign(self, symbol: str) -> ForeignInvestorData | None: ...
    def get_trade_analysis(self, symbol: str) -> SessionStats | None: ...
    def get_derivatives_data(self) -> DerivativesData | None: ...
    def get_basis_trend(self, minutes: int) -> list[BasisPoint]: ...
    def get_last_basis(self) -> BasisPoint | None: ...
    def get_indices(self) -> dict[str, IndexData]: ...
    def get_session(self) -> SessionInfo: ...
    def get_alerts(
        self,
        limit: int = 50,
        alert_type: AlertType | None = None,
        severity: Severity | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
    ) -> list[Alert]: ...
    def get_classification_audit(self) -> dict[str, AuditRow]: ...
