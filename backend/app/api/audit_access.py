"""What the audit looks at; wiring fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.history.errors import HistoryUnavailable
from app.history.recount import Recounted
from app.market.conservation import ConservationCheck, IndexResidual


async def _nothing_stored() -> Recounted | None:
    raise HistoryUnavailable("no history is kept")


@dataclass(frozen=True, slots=True)
class AuditAccess:
    """Live checks, and the recount of what is stored (raises HistoryUnavailable without a database)."""

    checks: Callable[[], Sequence[ConservationCheck]] = tuple
    residual: Callable[[], IndexResidual | None] = lambda: None
    recount: Callable[[], Awaitable[Recounted | None]] = _nothing_stored
