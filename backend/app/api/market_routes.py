"""The live state over REST: the same bytes the WebSocket sends."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.api import schemas
from app.api.dependencies import Services, require_token
from app.api.errors import ApiError, error_responses, unknown_symbol
from app.api.parameters import canonical_index_id, parse_moment, parse_symbol, parse_symbols
from app.api.responses import JsonBytes, json_of
from app.api.services import ApiServices
from app.market.models import AlertType, ForeignInvestorData, SessionStats, Severity

SNAPSHOT_SYMBOLS_MAX = 2_000  # more than the whole market lists
BASIS_MINUTES_MAX = 24 * 60
ALERTS_MAX = 500  # the buffer's size

router = APIRouter(tags=["market"], dependencies=[Depends(require_token)], responses=error_responses(401))


@router.get(
    "/api/market/snapshot", response_model=schemas.MarketSnapshot, responses=error_responses(404, 422)
)
async def market_snapshot(
    services: Services,
    symbols: Annotated[
        str | None, Query(examples=["VCB,VN30F1M"], description="Narrows quotes and prices.")
    ] = None,
) -> Response:
    """Return everything: what /ws/market sends first."""
    chosen = parse_symbols(symbols, SNAPSHOT_SYMBOLS_MAX)
    if chosen is not None:
        chosen = frozenset(_known_symbol(services, symbol) for symbol in sorted(chosen))
    return JsonBytes(services.publisher.views.market(chosen, with_intraday=True))


@router.get("/api/market/foreign-detail", response_model=schemas.ForeignDetail)
@router.get("/api/foreign", response_model=schemas.ForeignDetail)
async def foreign_detail(services: Services) -> Response:
    """Return foreign flow: the summary, and each tracked stock."""
    return JsonBytes(services.publisher.views.foreign_detail())


@router.get(
    "/api/foreign/{symbol}",
    response_model=schemas.ForeignInvestorData,
    responses=error_responses(404, 422),
)
async def foreign_of_symbol(services: Services, symbol: str) -> Response:
    """Return foreign flow of one symbol, or of VN30F1M's contract; zeros until the day's first message."""
    symbol = _known_symbol(services, symbol)
    return json_of(services.reader.get_foreign(symbol) or ForeignInvestorData(symbol))


@router.get("/api/market/volume-stats", response_model=schemas.VolumeStats)
@router.get("/api/session-stats", response_model=schemas.VolumeStats)
async def volume_stats(services: Services) -> Response:
    """Return active buy and sell of each symbol's day."""
    return JsonBytes(services.publisher.views.volume_stats())


@router.get(
    "/api/session-stats/{symbol}", response_model=schemas.SessionStats, responses=error_responses(404, 422)
)
async def session_stats_of_symbol(services: Services, symbol: str) -> Response:
    """Return active buy and sell of one symbol's day, or of VN30F1M's contract; zeros until it trades."""
    symbol = _known_symbol(services, symbol)
    return json_of(services.reader.get_trade_analysis(symbol) or SessionStats(symbol))


@router.get(
    "/api/market/basis-trend", response_model=list[schemas.BasisPoint], responses=error_responses(422)
)
@router.get("/api/derivatives/basis", response_model=list[schemas.BasisPoint], responses=error_responses(422))
async def basis_trend(
    services: Services, minutes: Annotated[int, Query(ge=1, le=BASIS_MINUTES_MAX)] = 30
) -> Response:
    """Return the basis of the last minutes, counted back from market time; after the close from the last point."""
    return json_of(services.reader.get_basis_trend(minutes))


@router.get("/api/market/alerts", response_model=list[schemas.Alert], responses=error_responses(404, 422))
async def alerts(
    services: Services,
    limit: Annotated[int, Query(ge=1, le=ALERTS_MAX)] = 50,
    type: AlertType | Literal[""] | None = None,  # noqa: A002 the route's own word
    severity: Severity | Literal[""] | None = None,
    symbol: str | None = None,
    since: Annotated[
        str | None,
        Query(
            description="RFC 3339; without an offset Vietnam's time.", examples=["2026-11-20T09:15:00+07:00"]
        ),
    ] = None,
) -> Response:
    """Return alerts of the live buffer."""
    return json_of(
        services.reader.get_alerts(
            limit=limit,
            alert_type=type or None,
            severity=severity or None,
            symbol=_alert_symbol(services, symbol) if symbol else None,
            since=parse_moment(since) if since else None,
        )
    )


@router.get("/api/market/alert-rules", response_model=schemas.AlertRules)
async def alert_rules(services: Services) -> Response:
    """Return the numbers that decide what is an alert: the settings ALERT_*."""
    rules = services.alert_thresholds
    return json_of(
        {
            "volume_spike_ratio": rules.volume_spike_ratio,
            "volume_window_min": rules.volume_spike_window_s / 60,
            "volume_spike_min_prints": rules.volume_spike_prints_min,
            "foreign_change_pct": rules.foreign_change_pct,
            "foreign_min_value": rules.foreign_value_min_vnd,
            "dedup_s": rules.repeat_after_s,
        }
    )


@router.get("/api/indices", response_model=dict[str, schemas.IndexData])
async def indices(services: Services) -> Response:
    """Return every index; `intraday` in VN30, VNINDEX, HNX and UPCOM."""
    return JsonBytes(services.publisher.views.indices(with_intraday=True))


@router.get("/api/indices/{index_id}", response_model=schemas.IndexData, responses=error_responses(404))
async def index_of_id(services: Services, index_id: str) -> Response:
    """Return one index with its day; HNXIndex and HNXUpcomIndex are accepted as HNX and UPCOM."""
    rows = services.reader.get_indices()
    canonical = canonical_index_id(index_id, rows)
    if canonical is None:
        raise ApiError(404, "unknown_index", "no such index")
    return json_of(rows[canonical])


@router.get("/api/market/classification-audit", response_model=dict[str, schemas.AuditRow])
async def classification_audit(services: Services) -> Response:
    """Return, per symbol, how far the classification can be trusted."""
    return json_of(services.reader.get_classification_audit())


@router.get("/api/vn30-components", response_model=schemas.VN30Components)
async def vn30_components(services: Services) -> Response:
    """Return the symbols of the VN30 as SSI lists them."""
    return json_of({"symbols": list(services.vn30_symbols())})


@router.get("/api/sectors", response_model=schemas.Sectors)
async def sectors(services: Services) -> Response:
    """Return the sectors a subscription can name, with their symbols; a symbol in none of them has no sector."""
    listed = services.publisher.events.facts.sectors
    return json_of({"sectors": {name: sorted(listed[name]) for name in sorted(listed)}})


def _known_symbol(services: ApiServices, text: str) -> str:
    """Return the symbol that is meant, the contract for a future's alias."""
    symbol = parse_symbol(text)
    symbol = services.contract_of(symbol) or symbol
    if not services.is_known_symbol(symbol):
        raise unknown_symbol(symbol)
    return symbol


def _alert_symbol(services: ApiServices, text: str) -> str:
    return canonical_index_id(text, services.reader.get_indices()) or _known_symbol(services, text)
