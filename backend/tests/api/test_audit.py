"""GET /api/audit: the light, and what stands behind it."""

from __future__ import annotations

from typing import Any

import pytest

from app.api.audit_access import AuditAccess
from app.history.database_check import Difference as StoredDifference
from app.history.errors import HistoryUnavailable
from app.history.recount import Recounted
from app.market.conservation import ConservationCheck, Difference, IndexResidual, Verdict
from tests.api.conftest import Backend, rest_client
from tests.history.builders import DAY

OK = ConservationCheck("sides_add_up", Verdict.OK, 30, 0, [])
UNKNOWN = ConservationCheck("sides_add_up", Verdict.UNKNOWN, 0, 0, [])
HOLES = ConservationCheck(
    "nothing_missed", Verdict.HOLES, 30, 1, [Difference("VCB", "missed_volume", 0, 500)]
)
FAILED = ConservationCheck("foreign_sums", Verdict.FAILED, 30, 1, [Difference("VN30", "buy_value", 10, 11)])
SOUND = Recounted(DAY, trades=9, candles=3, symbols=2, differences=[])
DAMAGED = Recounted(
    DAY, 9, 3, 2, [StoredDifference(DAY, "VCB", "candle_1m", "09:15 volume 9, counted 8")] * 25
)


async def report(backend: Backend, checks: list[ConservationCheck], stored: Any = SOUND) -> dict[str, Any]:
    async def recount() -> Recounted | None:
        if isinstance(stored, Exception):
            raise stored
        return stored

    residual = IndexResidual("VN30", 1.0, 0.75, 0.25, 30)
    backend.overrides["audit"] = AuditAccess(lambda: checks, lambda: residual, recount)
    async with rest_client(backend.app()) as rest:
        answer = await rest.get("/api/audit")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.mark.parametrize(
    ("checks", "stored", "light"),
    [
        ([OK], SOUND, "green"),
        ([OK, HOLES], SOUND, "amber"),
        ([OK, HOLES, FAILED], SOUND, "red"),
        ([OK], DAMAGED, "red"),
        ([OK], HistoryUnavailable("gone"), "green"),
        ([UNKNOWN], SOUND, "unknown"),
        ([], None, "unknown"),
    ],
)
async def test_light_is_green_only_when_everything_adds_up(
    backend: Backend, checks: list[ConservationCheck], stored: object, light: str
) -> None:
    assert (await report(backend, checks, stored))["light"] == light


async def test_report_says_what_differs_and_why_something_is_unknown(backend: Backend) -> None:
    body = await report(backend, [FAILED], DAMAGED)
    assert body["checks"][0]["differences"] == [
        {"subject": "VN30", "what": "buy_value", "expected": 10, "actual": 11}
    ]
    assert (body["stored"]["failed"], len(body["stored"]["differences"])) == (25, 20)
    assert body["index"]["residual_pct"] == 0.25
    assert body["sides"]["compared"] == 10 * len(backend.market.quotes)
    assert body["sides"]["agreement_ratio"] == 0.9
    gone = await report(backend, [OK], HistoryUnavailable("the database is not there"))
    assert (gone["stored"]["verdict"], gone["stored"]["reason"]) == ("unknown", "the database is not there")
    nothing = await report(backend, [OK], None)
    assert nothing["stored"]["reason"] == "nothing of the day is stored yet"
