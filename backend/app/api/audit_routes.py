"""Whether the books balance: every derived figure recounted, for whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.api.audit_access import AuditAccess
from app.api.audit_schemas import (
    AuditCheck,
    AuditReport,
    AuditResidual,
    Light,
    SideAgreement,
    StoredDay,
    StoredDifference,
)
from app.api.dependencies import Services, require_token
from app.api.errors import error_responses
from app.api.responses import JsonBytes
from app.history.errors import HistoryUnavailable
from app.market.conservation import DIFFERENCES_MAX, ConservationCheck, Verdict
from app.market.models import AuditRow

router = APIRouter(tags=["market"], dependencies=[Depends(require_token)], responses=error_responses(401))


@router.get("/api/audit", response_model=AuditReport)
async def audit(services: Services) -> Response:
    """Return whether the day's figures add up: checks of the live state, and the stored day recounted (once a minute)."""
    stored = await _stored_day(services.audit)  # first: what follows is all of one moment
    checks = services.audit.checks()
    residual = services.audit.residual()
    session = services.reader.get_session()
    report = AuditReport(
        light=_light([*(check.verdict for check in checks), stored.verdict], checks),
        trading_date=session.trading_date,
        is_final=session.is_final,
        checked_at=services.clock.now(),
        checks=[AuditCheck.model_validate(check, from_attributes=True) for check in checks],
        stored=stored,
        sides=_agreement(services.reader.get_classification_audit().values()),
        index=None if residual is None else AuditResidual.model_validate(residual, from_attributes=True),
    )
    return JsonBytes(report.model_dump_json().encode())


def _light(verdicts: Sequence[Verdict], checks: Sequence[ConservationCheck]) -> Light:
    if Verdict.FAILED in verdicts:
        return "red"
    if not any(check.compared for check in checks):
        return "unknown"
    return "amber" if Verdict.HOLES in verdicts else "green"


async def _stored_day(audit: AuditAccess) -> StoredDay:
    try:
        day = await audit.recount()
    except HistoryUnavailable as error:
        return _unknown_day(str(error))
    if day is None:
        return _unknown_day("nothing of the day is stored yet")
    return StoredDay(
        verdict=Verdict.FAILED if day.differences else Verdict.OK,
        reason="",
        trades=day.trades,
        candles=day.candles,
        symbols=day.symbols,
        failed=len(day.differences),
        differences=[
            StoredDifference.model_validate(one, from_attributes=True)
            for one in day.differences[:DIFFERENCES_MAX]
        ],
    )


def _unknown_day(reason: str) -> StoredDay:
    return StoredDay(
        verdict=Verdict.UNKNOWN, reason=reason, trades=0, candles=0, symbols=0, failed=0, differences=[]
    )


def _agreement(rows: Iterable[AuditRow]) -> SideAgreement:
    rows = list(rows)
    prints, unclassified = sum(row.prints for row in rows), sum(row.unclassified for row in rows)
    compared, agreed = sum(row.compared for row in rows), sum(row.agreed for row in rows)
    tested = [(row.tick_test_ratio, row.compared) for row in rows if row.tick_test_ratio is not None]
    weight = sum(count for _, count in tested)
    return SideAgreement(
        prints=prints,
        unclassified=unclassified,
        unclassified_share=unclassified / prints if prints else None,
        compared=compared,
        agreement_ratio=agreed / compared if compared else None,
        tick_test_ratio=sum(ratio * count for ratio, count in tested) / weight if weight else None,
        missed_volume=sum(row.missed_volume for row in rows),
    )
