"""The recording that is being replayed: where it stands, and moving it. 404 while nothing is replayed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.dependencies import Services, require_operator, require_token
from app.api.errors import ApiError, error_responses
from app.api.replay_access import ReplayAccess
from app.api.responses import json_of
from app.api.services import ApiServices
from app.feed.replay_control import ReplayControl, ReplayReport, ReplayUnavailableError
from app.market.market_time import moment_at
from app.market.models import Phase
from app.market.trading_calendar import TradingCalendar

SPEED_MAX = 1_000.0
PHASES_OF = "HOSE"
MARKERS_MAX = 500  # a night of breaks is no use on a scrubber

router = APIRouter(tags=["replay"])


class ReplayMarker(BaseModel):
    """A stretch of the recording. `phase`: of HOSE, by the clock; `gap`: not recorded; `idle`: nobody traded."""

    kind: Literal["phase", "gap", "idle"]
    from_: datetime = Field(alias="from")
    to: datetime
    label: str = Field(
        description="the phase, or why there is a gap (break, skipped)", examples=["continuous"]
    )


class Replay(BaseModel):
    """A recording and the place on it."""

    file: str = Field(examples=["feed-2026-11-23.jsonl.gz"])
    files: list[str]
    day: date = Field(description="of the place it stands at")
    recorded_source: str = Field(description="whose feed was recorded: ssi or simulator")
    from_: datetime = Field(alias="from")
    to: datetime
    position: datetime
    speed: float = Field(description="market seconds a second; 0: as fast as possible")
    is_paused: bool
    is_seeking: bool = Field(
        description="on its way to another place: what is shown is neither here nor there"
    )
    seeks: int = Field(description="how often it has come to another place: what was drawn before is void")
    has_ended: bool
    skips_lunch: bool
    garbage_lines: int = Field(description="lines that cannot be read, left out")
    skipped: int = Field(description="messages the recorder could not write")
    markers: list[ReplayMarker]


class ReplayChange(BaseModel):
    """What is to be changed; the rest stays."""

    model_config = ConfigDict(extra="forbid")

    position: AwareDatetime | None = Field(None, description="a moment of the recording")
    speed: float | None = Field(None, ge=0, le=SPEED_MAX, allow_inf_nan=False, examples=[10])
    is_paused: bool | None = None
    skip_lunch: bool | None = None


@router.get(
    "/api/replay",
    response_model=Replay,
    dependencies=[Depends(require_token)],
    responses=error_responses(401, 404, 503),
)
async def replay(services: Services) -> Response:
    """Return the recording that is played, its phases and gaps, and where it stands."""
    access, control = _control(services)
    try:
        return json_of(_answer(await control.fetch(), access))
    except ReplayUnavailableError as error:
        raise _unavailable(error) from None


@router.post(
    "/api/replay",
    response_model=Replay,
    dependencies=[Depends(require_operator)],
    responses=error_responses(401, 403, 404, 422, 503),
)
async def change_replay(
    services: Services, request: Request, change: Annotated[ReplayChange, Body()]
) -> Response:
    """Go to another place, at another speed, pause or go on. For everybody who looks at this server."""
    if not services.access.accepts_origin(request):
        raise ApiError(403, "forbidden", "not from another site's page")
    access, control = _control(services)
    wanted = {
        "position_s": change.position.timestamp() if change.position is not None else None,
        "speed": change.speed,
        "is_paused": change.is_paused,
        "skips_idle": change.skip_lunch,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    if not given:
        raise ApiError(422, "bad_parameter", "one of position, speed, is_paused, skip_lunch")
    try:
        return json_of(_answer(await control.change(given), access))
    except ReplayUnavailableError as error:
        raise _unavailable(error) from None


def _control(services: ApiServices) -> tuple[ReplayAccess, ReplayControl]:
    access = services.replay
    control = access.control() if access is not None else None
    if access is None or control is None:
        raise ApiError(404, "no_replay", "no recording is being replayed")
    return access, control


def _unavailable(error: ReplayUnavailableError) -> ApiError:
    return ApiError(503, "replay_unavailable", str(error), {"Retry-After": "1"})


def _answer(report: ReplayReport, access: ReplayAccess) -> dict[str, object]:
    position, seeks = moment_at(report.position_s), access.seeks()
    gaps = [
        _marker("idle" if span.kind == "idle" else "gap", span.from_s, span.to_s, span.kind)
        for span in report.spans
    ]
    return {
        "file": _file_of(report, position.date()),
        "files": report.files,
        "day": position.date(),
        "recorded_source": report.recorded_source,
        "from": moment_at(report.from_s),
        "to": moment_at(report.to_s),
        "position": position,
        "speed": report.speed,
        "is_paused": report.is_paused,
        "is_seeking": report.is_seeking or seeks < report.seeks,
        "seeks": seeks,
        "has_ended": report.has_ended,
        "skips_lunch": report.skips_idle,
        "garbage_lines": report.garbage_lines,
        "skipped": report.skipped,
        "markers": [*_phases(report.from_s, report.to_s, access.calendar), *gaps][:MARKERS_MAX],
    }


def _file_of(report: ReplayReport, day: date) -> str:
    begun = [name for name, of in zip(report.files, report.days, strict=True) if of <= day]
    return begun[-1] if begun else report.files[0]


def _phases(from_s: float, to_s: float, calendar: TradingCalendar) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    at_s = from_s
    while at_s < to_s and len(found) < MARKERS_MAX:
        phase = calendar.phase_at(PHASES_OF, at_s)
        until_s = at_s
        while until_s < to_s and calendar.phase_at(PHASES_OF, until_s) is phase:
            until_s = calendar.next_change_s(until_s)
        until_s = min(until_s, to_s)
        if phase is not Phase.CLOSED:
            found.append(_marker("phase", at_s, until_s, phase))
        at_s = until_s
    return found


def _marker(kind: str, from_s: float, to_s: float, label: str) -> dict[str, object]:
    return {"kind": kind, "from": moment_at(from_s), "to": moment_at(to_s), "label": label}
