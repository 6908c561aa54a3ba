"""How the service is: for people, containers, the dashboard's start and Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.api import schemas
from app.api.dependencies import Services, require_token
from app.api.errors import ApiError, error_responses
from app.api.responses import json_of
from app.api.services import ApiServices
from app.market.models import FeedState

router = APIRouter(tags=["health"])

DEGRADED_FEED_STATES = frozenset(
    {
        FeedState.CONNECTING,
        FeedState.PARTIAL,
        FeedState.STALLED,
        FeedState.RECONNECTING,
        FeedState.FAILED,
    }
)


@router.get("/health", response_model=schemas.Health)
async def health(services: Services) -> Response:
    """Return 200 always; `status` says whether something is missing."""
    feed = services.feed_status()
    database = services.database_status()
    spool = services.spool_status()
    is_storing = database != "unavailable" and (spool is None or not spool.reason)
    # a closed market is no reason to be cut off from it: the connection is kept day and night
    is_fed = feed.connected and feed.state not in DEGRADED_FEED_STATES
    is_degraded = not is_fed or not is_storing
    return json_of(
        {
            "status": "degraded" if is_degraded else "ok",
            "database": database,
            "feed": feed,
            "spool": None
            if spool is None
            else {
                "rows": spool.rows,
                "oldest_s": spool.oldest_s,
                "dead_rows": spool.dead_rows,
                "is_refusing": spool.is_refusing,
                "is_failing": bool(spool.reason),
            },
            "open_gaps": services.open_gaps(),
        }
    )


@router.get("/health/live", response_model=schemas.Probe)
async def live() -> Response:
    """Return 200 as long as the event loop answers."""
    return json_of({"status": "ok"})


@router.get("/health/ready", response_model=schemas.Probe, responses=error_responses(503))
async def ready(services: Services) -> Response:
    """Return 200 once clients can be served."""
    if not services.is_ready():
        raise ApiError(503, "not_ready", "starting up")
    return json_of({"status": "ok"})


@router.get("/api/config", response_model=schemas.DashboardConfig)
async def config(services: Services) -> Response:
    """Return what the dashboard needs before anything else; open, for it says whether a token is needed."""
    return json_of(
        {
            "source": services.feed_status().source,
            "palette": services.dashboard.palette,
            "auth_on": services.access.is_on,
            "auth_kind": services.access.kind,
            "anonymous_allowed": services.access.is_on and services.access.admits_anonymous,
            "version": services.dashboard.version,
        }
    )


@router.get(
    "/api/system/figures",
    response_model=schemas.SystemFigures,
    dependencies=[Depends(require_token)],
    responses=error_responses(401),
)
async def system_figures(services: Services) -> Response:
    """Return what the system page draws: some of /metrics, which a proxy keeps to itself."""
    _take_stock(services)
    return json_of({"figures": services.metrics.figures()})


@router.get("/metrics", include_in_schema=False)
async def metrics(services: Services) -> Response:
    """Return the Prometheus text. nginx does not pass this path on."""
    _take_stock(services)
    return Response(services.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _take_stock(services: ApiServices) -> None:
    services.metrics.record_feed(services.feed_status())
    services.metrics.record_audit(services.reader.get_classification_audit().values())
