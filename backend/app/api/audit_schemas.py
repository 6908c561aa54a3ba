"""What GET /api/audit answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.market.conservation import Verdict

type CheckName = Literal[
    "sides_add_up",
    "phases_add_up",
    "totals_are_the_feeds",
    "prices_inside_limits",
    "turnover_is_volume_by_price",
    "foreign_within_total",
    "foreign_sums",
    "index_between_its_constituents",
    "basis_is_future_less_index",
    "nothing_missed",
]
type Light = Literal["green", "amber", "red", "unknown"]


class AuditDifference(BaseModel):
    """One figure that is not as it must be."""

    subject: str = Field(description="A symbol, an index, a contract or a scope.")
    what: str
    expected: float
    actual: float


class AuditCheck(BaseModel):
    """One rule over all it applies to."""

    name: CheckName
    verdict: Verdict
    compared: int
    failed: int = Field(description="All that failed; `differences` has the first 20.")
    differences: list[AuditDifference]


class StoredDifference(BaseModel):
    trading_date: date
    symbol: str
    what: str = Field(description="candle_1m, candle_15m, candle_1d or total_volume.")
    detail: str


class StoredDay(BaseModel):
    """The day recounted in the database: candles against trades, prints and gaps against the feed's TotalVol."""

    verdict: Verdict
    reason: str = Field(description="Why it is unknown, else empty.")
    trades: int
    candles: int
    symbols: int
    failed: int
    differences: list[StoredDifference]


class SideAgreement(BaseModel):
    """All prints of continuous trading together; shares are null before there is anything to compare."""

    prints: int
    unclassified: int
    unclassified_share: float | None
    compared: int
    agreement_ratio: float | None
    tick_test_ratio: float | None = Field(
        description="Mean over the symbols, weighted by their compared prints."
    )
    missed_volume: int


class AuditResidual(BaseModel):
    """An index's change beside the plain mean of its constituents', percent."""

    index_id: str
    change_pct: float
    constituents_mean_pct: float
    residual_pct: float
    constituents: int


class AuditReport(BaseModel):
    """`light` is green only when everything adds up and nothing was missed; amber: it adds up with holes that are known."""

    light: Light
    trading_date: date | None
    is_final: bool
    checked_at: datetime
    checks: list[AuditCheck]
    stored: StoredDay
    sides: SideAgreement
    index: AuditResidual | None
