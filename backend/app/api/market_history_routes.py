"""The stored day of many stocks at once, minute by minute: what a chart of the market draws.

Goes before the routes of a symbol, which would take `market` for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.api import history_schemas as schemas
from app.api.dependencies import Services, require_token
from app.api.errors import database_unavailable, error_responses
from app.api.history_answers import FetchPage, history_answer
from app.api.history_parameters import AnswerFormat, PageQuery, last_trading_days
from app.api.history_reader import HistoryReader
from app.api.parameters import parse_symbols
from app.history.market_minutes import ActiveMinute, ActiveQuarter, Close, ForeignMinute
from app.market.contract_codes import is_derivative

DAYS_MAX = 10
SYMBOLS_MAX = 2_000  # more than the whole market lists
ROWS_MAX = 1_000_000  # there is one page: at most the quarters of the whole market for ten days

router = APIRouter(
    prefix="/api/history/market",
    tags=["history"],
    dependencies=[Depends(require_token)],
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **error_responses(401, 422, 503),
    },
)


@dataclass(frozen=True, slots=True)
class MarketQuery:
    """Which stocks, over how many days, in which form."""

    symbols: frozenset[str]
    days: list[date]
    reader: HistoryReader
    page: PageQuery


def _market_query(
    services: Services,
    symbols: Annotated[
        str | None, Query(examples=["VCB,FPT"], description="Without it, the tracked stocks.")
    ] = None,
    days: Annotated[
        int,
        Query(ge=1, le=DAYS_MAX, description="Trading days, counted back from the session that is served."),
    ] = 1,
    format: Annotated[  # noqa: A002 the routes' own word
        AnswerFormat, Query(description="`csv`: RFC 4180 with a header line.")
    ] = AnswerFormat.JSON,
) -> MarketQuery:
    chosen = parse_symbols(symbols, SYMBOLS_MAX)
    if chosen is None:
        chosen = frozenset(name for name in services.reader.get_prices() if not is_derivative(name))
    if services.history.reader is None:
        raise database_unavailable()
    dates = last_trading_days(days, services.history)
    return MarketQuery(chosen, dates, services.history.reader, PageQuery(None, None, None, format))


type Asked = Annotated[MarketQuery, Depends(_market_query)]


@router.get("/foreign", response_model=schemas.ForeignMinutePage)
async def foreign_minutes(asked: Asked) -> Response:
    """Return the foreign flow of the tracked stocks, or of some, minute by minute: each day's totals so far."""
    return await _answer(
        lambda _rows, _cursor: asked.reader.foreign_minutes(asked.symbols, asked.days), ForeignMinute, asked
    )


@router.get("/active", response_model=schemas.ActiveMinutePage)
async def active_minutes(asked: Asked) -> Response:
    """Return active buying and selling of the tracked stocks, or of some, in each minute."""
    return await _answer(
        lambda _rows, _cursor: asked.reader.active_minutes(asked.symbols, asked.days), ActiveMinute, asked
    )


@router.get("/active/quarters", response_model=schemas.ActiveQuarterPage)
async def active_quarters(asked: Asked) -> Response:
    """Return active buying and selling of each stock in each quarter of an hour."""
    return await _answer(
        lambda _rows, _cursor: asked.reader.active_quarters(asked.symbols, asked.days), ActiveQuarter, asked
    )


@router.get("/closes", response_model=schemas.ClosePage)
async def closes(asked: Asked) -> Response:
    """Return the last price of each stock in each five minutes: small lines for a whole board in one answer."""
    return await _answer(lambda _rows, _cursor: asked.reader.closes(asked.symbols, asked.days), Close, asked)


async def _answer[T: (ForeignMinute, ActiveMinute, ActiveQuarter, Close)](
    fetch: FetchPage[T], row_type: type[T], asked: MarketQuery
) -> Response:
    return await history_answer(fetch, row_type, ROWS_MAX, asked.page, row_type.__name__)
