"""What is stored: bars, prints, foreign flow, indices, futures, alerts and the gap ledger, a page at a time.

A symbol that no exchange lists any more is found as long as something of it is stored.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.api import history_schemas as schemas
from app.api.dependencies import Services, require_token
from app.api.errors import ApiError, database_unavailable, error_responses, unknown_symbol
from app.api.history_answers import history_answer
from app.api.history_parameters import Days, PageParameters
from app.api.history_reader import HistoryReader
from app.api.parameters import canonical_index_id, parse_index_name, parse_symbol
from app.api.services import ApiServices
from app.history.candles import Interval
from app.history.foreign_repository import ForeignSnapshot
from app.history.gap_repository import StoredGap
from app.history.index_repository import IndexSnapshot
from app.history.stored_history import Bar
from app.history.trade_repository import Tick
from app.market.models import Alert, AlertType, BasisPoint, Severity

BARS_MAX = 5_000  # twenty days of minutes; sent oldest first, so they are read at once
ROWS_MAX = 100_000
RANGE_ROWS = 25_000  # five days of an index, a state every 5 s

_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}

router = APIRouter(
    prefix="/api/history",
    tags=["history"],
    dependencies=[Depends(require_token)],
    responses={**_CSV, **error_responses(401, 404, 422, 503)},
)
type Limit = Annotated[int, Query(ge=1, le=ROWS_MAX)]


@router.get("/gaps", response_model=schemas.GapPage)
async def gaps(
    services: Services,
    page: PageParameters,
    symbol: Annotated[
        str | None, Query(description="Its own gaps, and those of the whole feed.", examples=["VCB"])
    ] = None,
    is_open: Annotated[
        bool, Query(alias="open", description="Only faults whose candles are not repaired.")
    ] = False,
    limit: Limit = 1_000,
) -> Response:
    """Return the gap ledger of the trading dates from `from` to `to`."""
    dates = page.span.dates
    chosen = _resolve_symbol(services, symbol) if symbol else None
    if chosen and not services.is_known_symbol(chosen):  # gaps of the whole feed would be found for any name
        raise unknown_symbol(chosen)
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.gaps(dates, chosen, is_open, rows, cursor),
        StoredGap,
        limit,
        page,
        "gaps",
    )


@router.get("/alerts", response_model=schemas.AlertPage)
async def alerts(
    services: Services,
    page: PageParameters,
    type: Annotated[  # noqa: A002 the route's own word
        list[AlertType | Literal[""]] | None, Query(description="May be given more than once.")
    ] = None,
    severity: Severity | Literal[""] | None = None,
    symbol: Annotated[str | None, Query(examples=["VCB"])] = None,
    limit: Limit = 500,
) -> Response:
    """Return stored alerts, newest first: what /api/market/alerts no longer has, too."""
    span = page.span
    types = [name for name in type or () if name] or None
    chosen = _resolve_alert_symbol(services, symbol) if symbol else None
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.alerts(span, chosen, types, severity or None, rows, cursor),
        Alert,
        limit,
        page,
        "alerts",
        refuse_nothing=_if_unknown(services, chosen) if chosen else None,
    )


@router.get("/index/{name}", response_model=schemas.IndexPage)
async def index(
    services: Services, name: str, page: PageParameters, days: Days = 5, limit: Limit = RANGE_ROWS
) -> Response:
    """Return stored states of an index; HNXIndex and HNXUpcomIndex are accepted as HNX and UPCOM."""
    wanted = parse_index_name(name)
    known = canonical_index_id(wanted, services.reader.get_indices())
    index_id = known or wanted
    span = page.span_of_days(days, services.history)
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.index(index_id, span, rows, cursor),
        IndexSnapshot,
        limit,
        page,
        f"{index_id}-index",
        refuse_nothing=None if known else ApiError(404, "unknown_index", "no such index"),
    )


@router.get("/derivatives/{contract}", response_model=schemas.DerivativesPage)
async def derivatives(
    services: Services, contract: str, page: PageParameters, days: Days = 5, limit: Limit = RANGE_ROWS
) -> Response:
    """Return stored prices of a future and its basis; VN30F1M and its kin stand for today's contracts."""
    name = parse_symbol(contract)
    symbol = services.history.contract_of(name)
    if not symbol:
        raise unknown_symbol(name)
    span = page.span_of_days(days, services.history)
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.derivatives(symbol, span, rows, cursor),
        BasisPoint,
        limit,
        page,
        f"{symbol}-basis",
        refuse_nothing=_if_unknown(services, symbol),
    )


@router.get("/{symbol}/candles", response_model=schemas.BarPage)
async def candles(
    services: Services,
    symbol: str,
    page: PageParameters,
    interval: Interval = Interval.ONE_MINUTE,
    limit: Annotated[int, Query(ge=1, le=BARS_MAX)] = 100,
) -> Response:
    """Return the last bars that begin in the range, with active buying and selling, oldest first.

    A symbol, a future, its alias, or an index.
    """
    index_id = canonical_index_id(parse_index_name(symbol), services.reader.get_indices())
    chosen = index_id or _resolve_symbol(services, symbol)
    span = page.span
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.bars(chosen, interval, span, rows, cursor),
        Bar,
        limit,
        page,
        f"{chosen}-{interval}",
        page_rows=BARS_MAX,
        refuse_nothing=None if index_id else _if_unknown(services, chosen),
    )


@router.get("/{symbol}/ticks", response_model=schemas.TickPage)
async def ticks(services: Services, symbol: str, page: PageParameters, limit: Limit = 500) -> Response:
    """Return the last prints of the range, newest first."""
    chosen = _resolve_symbol(services, symbol)
    span = page.span
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.ticks(chosen, span, rows, cursor),
        Tick,
        limit,
        page,
        f"{chosen}-ticks",
        refuse_nothing=_if_unknown(services, chosen),
    )


@router.get("/{symbol}/foreign", response_model=schemas.ForeignPage)
async def foreign(
    services: Services, symbol: str, page: PageParameters, days: Days = 5, limit: Limit = RANGE_ROWS
) -> Response:
    """Return stored states of a symbol's foreign flow, newest first."""
    chosen = _resolve_symbol(services, symbol)
    span = page.span_of_days(days, services.history)
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.foreign(chosen, span, rows, cursor),
        ForeignSnapshot,
        limit,
        page,
        f"{chosen}-foreign",
        refuse_nothing=_if_unknown(services, chosen),
    )


@router.get("/{symbol}/foreign/daily", response_model=schemas.ForeignPage)
async def foreign_daily(
    services: Services,
    symbol: str,
    page: PageParameters,
    days: Days = 30,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 1_000,
) -> Response:
    """Return a symbol's foreign flow of each day: its last state, newest first."""
    chosen = _resolve_symbol(services, symbol)
    span = page.span_of_days(days, services.history)
    reader = _reader(services)
    return await history_answer(
        lambda rows, cursor: reader.foreign_daily(chosen, span, rows, cursor),
        ForeignSnapshot,
        limit,
        page,
        f"{chosen}-foreign-daily",
        refuse_nothing=_if_unknown(services, chosen),
    )


def _reader(services: ApiServices) -> HistoryReader:
    if services.history.reader is None:
        raise database_unavailable()
    return services.history.reader


def _resolve_symbol(services: ApiServices, text: str) -> str:
    """Return the symbol asked for; an alias of a future becomes its contract."""
    symbol = parse_symbol(text)
    return services.history.contract_of(symbol) or symbol


def _resolve_alert_symbol(services: ApiServices, text: str) -> str:
    return canonical_index_id(text, services.reader.get_indices()) or _resolve_symbol(services, text)


def _if_unknown(services: ApiServices, symbol: str) -> ApiError | None:
    return None if services.is_known_symbol(symbol) else unknown_symbol(symbol)
