"""SSIMarketService: our own REST reads of SSI, with time-outs, retries and one request a second.

Errors: FeedRequestError when SSI refuses or stays silent after every attempt, FeedLoginError and FeedConnectError
from the login. A row that cannot be read is left out and counted, never fatal.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx

from app.clock import Clock
from app.feed.errors import FeedPayloadError, FeedRequestError
from app.feed.request_budget import RequestBudget
from app.feed.rest_rows import (
    IndexRow,
    OhlcRow,
    SecurityRow,
    read_components,
    read_index,
    read_ohlc,
    read_price_limits,
    read_security,
)
from app.feed.ssi_auth_service import SSIAuthService
from app.market.messages import DERIVATIVES, PriceLimits

MARKET_PATH = "api/v2/Market/"
ATTEMPTS = 3
RETRY_AFTER_S = 2.0  # doubled each time; a quota counts requests per second
ANSWER_TIMEOUT_S = 30.0  # for one whole answer: a thousand rows take a few seconds on a bad day
PAGE_ROWS = 1_000  # the largest SSI serves
PAGES_MAX = 10  # SSI's own limit: 10,000 rows for one set of parameters
RANGE_DAYS_MAX = 30  # SSI refuses wider ranges

type Row = dict[str, Any]


class SSIMarketService:
    """Reads lists, limits and bars. One instance shares one budget among all callers."""

    def __init__(
        self,
        *,
        base_url: str,
        auth: SSIAuthService,
        http: httpx.AsyncClient,
        clock: Clock,
        budget: RequestBudget,
    ) -> None:
        self._url = base_url.rstrip("/") + "/" + MARKET_PATH
        self._auth = auth
        self._http = http
        self._clock = clock
        self._budget = budget
        self.requests = 0
        self.rejected_rows: Counter[str] = Counter()  # by RejectReason

    async def fetch_index_components(self, index_id: str) -> list[str]:
        """Return the symbols an index is made of."""
        rows = await self._fetch_rows("IndexComponents", {"indexCode": index_id})
        return self._read_all([rows], read_components)[0] if rows else []

    async def fetch_indices(self, exchange: str) -> list[IndexRow]:
        """Return the indices of HOSE or HNX."""
        return self._read_all(await self._fetch_rows("IndexList", {"exchange": exchange}), read_index)

    async def fetch_securities(self, market: str = "") -> list[SecurityRow]:
        """Return the master list of a market (HOSE, HNX, UPCOM, DER), or of all."""
        return self._read_all(await self._fetch_rows("Securities", {"market": market}), read_security)

    async def fetch_price_limits(
        self, market: str, trading_date: date, symbol: str = ""
    ) -> list[PriceLimits]:
        """Return ceiling, floor and reference price of a market's symbols on a day, or of one symbol."""
        day = _wire_date(trading_date)
        parameters = {"symbol": symbol, "market": market, "fromDate": day, "toDate": day}
        exchange = DERIVATIVES if market == "DER" else market
        rows = await self._fetch_rows("DailyStockPrice", parameters)
        return self._read_all(rows, lambda row: read_price_limits(row, exchange))

    async def fetch_intraday_bars(self, symbol: str, from_date: date, to_date: date) -> list[OhlcRow]:
        """Return the minutes in which a symbol traded, oldest first."""
        rows = await self._fetch_rows("IntradayOhlc", _range(symbol, from_date, to_date) | {"resolution": 1})
        return self._read_all(rows, lambda row: read_ohlc(row, has_turnover=False))

    async def fetch_daily_bars(self, symbol: str, from_date: date, to_date: date) -> list[OhlcRow]:
        """Return the days of a stock, an index or a future, oldest first."""
        rows = await self._fetch_rows("DailyOhlc", _range(symbol, from_date, to_date))
        return self._read_all(rows, lambda row: read_ohlc(row, has_turnover=True))

    def _read_all[T, R](self, rows: list[R], read: Callable[[R], T]) -> list[T]:
        values: list[T] = []
        for row in rows:
            try:
                values.append(read(row))
            except FeedPayloadError as error:
                self.rejected_rows[error.reason] += 1
        return values

    async def _fetch_rows(self, endpoint: str, parameters: dict[str, Any]) -> list[Row]:
        rows: list[Row] = []
        for page in range(1, PAGES_MAX + 1):
            answer = await self._fetch(endpoint, parameters | {"pageIndex": page, "pageSize": PAGE_ROWS})
            data = answer.get("data")
            found = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
            rows += found
            total = answer.get("totalRecord")
            if len(found) < PAGE_ROWS or (isinstance(total, int) and len(rows) >= total):
                break
        return rows

    async def _fetch(self, endpoint: str, parameters: dict[str, Any]) -> Row:
        """Return one envelope whose status is Success."""
        has_logged_in_again = False
        attempt = 0
        while True:
            attempt += 1
            token = await self._auth.token()
            try:
                response = await self._get(endpoint, parameters, token)
                answer = self._read_envelope(endpoint, response)
            except _UnauthorizedError as error:
                if has_logged_in_again:
                    raise FeedRequestError(f"{endpoint}: {error}") from None
                has_logged_in_again = True
                self._auth.invalidate(token)
                attempt -= 1
            except _TransientError as error:
                if attempt >= ATTEMPTS:
                    raise FeedRequestError(f"{endpoint}: {error}, {attempt} times") from None
                await self._clock.sleep(RETRY_AFTER_S * 2 ** (attempt - 1))
            else:
                return answer

    async def _get(self, endpoint: str, parameters: dict[str, Any], token: str) -> httpx.Response:
        await self._budget.take()
        self.requests += 1
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await self._http.get(
                    self._url + endpoint, params=parameters, headers={"Authorization": f"Bearer {token}"}
                )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise _TransientError(f"no answer ({type(error).__name__})") from None

    def _read_envelope(self, endpoint: str, response: httpx.Response) -> Row:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise _UnauthorizedError("HTTP 401")
        if not isinstance(answer, dict) or response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            # Quota errors (429) come as plain text, a gateway's as a page.
            raise _TransientError(f"HTTP {response.status_code}")
        message = self._auth.redactor.clean(answer.get("message") or f"HTTP {response.status_code}")
        status = answer.get("status")
        if status in {401, "401"}:  # with HTTP 200
            raise _UnauthorizedError(message)
        if "quota" in message.lower():
            raise _TransientError(message)
        if str(status).lower() not in {"success", "200"}:
            raise FeedRequestError(f"{endpoint}: {message}")
        return answer


class _TransientError(Exception):
    """Worth another attempt."""


class _UnauthorizedError(Exception):
    """Worth another login."""


def _wire_date(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _range(symbol: str, from_date: date, to_date: date) -> dict[str, Any]:
    if not 0 <= (to_date - from_date).days <= RANGE_DAYS_MAX:
        raise FeedRequestError(f"a range has to be 0 to {RANGE_DAYS_MAX} days long")
    days = {"fromDate": _wire_date(from_date), "toDate": _wire_date(to_date)}
    return {"symbol": symbol, "ascending": "True"} | days
