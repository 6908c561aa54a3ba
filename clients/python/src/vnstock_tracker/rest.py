"""Rest: the server's REST, typed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from vnstock_tracker.credentials import Credentials, Tokens
from vnstock_tracker.errors import ApiError, UnreachableError
from vnstock_tracker.models import (
    Alert,
    AuditReport,
    Candle,
    ForeignDetail,
    IndexData,
    Interval,
    MarketSnapshot,
    SessionStats,
    Tick,
)

TIMEOUT_S = 15.0
PAGE_ROWS = 10_000
type When = datetime | date | str | None


class _Page[T](Struct):
    data: list[T]
    next_cursor: str | None = None


class _Stats(Struct):
    stats: dict[str, SessionStats]


class Rest:
    """Each method raises ApiError for an error of the server, UnreachableError when it does not answer."""

    def __init__(self, base_url: str, credentials: Credentials) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT_S, trust_env=False)
        self._credentials = credentials
        self.source: str | None = None  # of the last answer: ssi, simulator or replay

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def snapshot(self, symbols: Sequence[str] | None = None) -> MarketSnapshot:
        """Return everything, quotes and prices only of `symbols` if they are given."""
        return await self._get("/api/market/snapshot", MarketSnapshot, symbols=_joined(symbols))

    async def indices(self) -> dict[str, IndexData]:
        """Return every index by its id."""
        return await self._get("/api/indices", dict[str, IndexData])

    async def foreign(self) -> ForeignDetail:
        """Return foreign flow: the summary, and each tracked stock."""
        return await self._get("/api/foreign", ForeignDetail)

    async def session_stats(self) -> dict[str, SessionStats]:
        """Return active buying and selling of each symbol's day."""
        stats = await self._get("/api/session-stats", _Stats)
        return stats.stats

    async def alerts(
        self,
        limit: int = 50,
        *,
        alert_type: str | None = None,
        severity: str | None = None,
        symbol: str | None = None,
        since: When = None,
    ) -> list[Alert]:
        """Return alerts of the live buffer (500), newest first."""
        return await self._get(
            "/api/market/alerts",
            list[Alert],
            limit=limit,
            type=alert_type,
            severity=severity,
            symbol=symbol,
            since=_moment(since),
        )

    async def audit(self) -> AuditReport:
        """Return whether the day's figures add up."""
        return await self._get("/api/audit", AuditReport)

    async def candles(
        self,
        symbol: str,
        interval: Interval = "1m",
        *,
        limit: int = 100,
        start: When = None,
        end: When = None,
    ) -> list[Candle]:
        """Return the last bars of a symbol, a future, its alias or an index that begin in the range, oldest first."""
        page = await self._get(
            f"/api/history/{symbol}/candles",
            _Page[Candle],
            **{"interval": interval, "limit": limit, "from": _moment(start), "to": _moment(end)},
        )
        return page.data

    async def ticks(
        self, symbol: str, *, limit: int = 500, start: When = None, end: When = None
    ) -> list[Tick]:
        """Return the last prints of the range, newest first."""
        found: list[Tick] = []
        async for tick in self.all_ticks(symbol, start=start, end=end, page_rows=min(limit, PAGE_ROWS)):
            found.append(tick)
            if len(found) == limit:
                break
        return found

    async def all_ticks(
        self, symbol: str, *, start: When = None, end: When = None, page_rows: int = PAGE_ROWS
    ) -> AsyncIterator[Tick]:
        """Give every print of the range, newest first, a page at a time."""
        span = {"from": _moment(start), "to": _moment(end)}
        cursor: str | None = None
        while True:
            page = await self._get(
                f"/api/history/{symbol}/ticks", _Page[Tick], limit=page_rows, cursor=cursor, **span
            )
            for tick in page.data:
                yield tick
            cursor = page.next_cursor
            if cursor is None:
                return

    async def renew(self, stale: str | None) -> bool:
        """Get another access token than `stale`; return whether there is one."""
        return await self._credentials.renew(stale, self._exchange)

    async def _exchange(self, refresh_token: str) -> Tokens | None:
        """Return new tokens, None when the refresh token is good for nothing."""
        answer = await self._ask("POST", "/api/auth/refresh", json={"refresh_token": refresh_token})
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            return None
        return _decoded(answer, Tokens)

    async def _get[T](self, path: str, typ: type[T], **parameters: Any) -> T:
        given = {name: value for name, value in parameters.items() if value is not None}
        token = self._credentials.token
        answer = await self._ask("GET", path, params=given, headers=self._credentials.headers)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and await self.renew(token):
            answer = await self._ask("GET", path, params=given, headers=self._credentials.headers)
        self.source = answer.headers.get("x-feed-source", self.source)
        return _decoded(answer, typ)

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise UnreachableError(f"{method} {path}: {type(error).__name__} {error}".rstrip()) from error


async def log_in(base_url: str, username: str, password: str) -> Tokens:
    """Return the tokens of an account. Raise ApiError (`wrong_credentials`, `locked_out`) or UnreachableError."""
    async with httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT_S, trust_env=False) as http:
        try:
            answer = await http.post("/api/auth/login", json={"username": username, "password": password})
        except httpx.HTTPError as error:
            raise UnreachableError(f"log in: {type(error).__name__}") from error
        return _decoded(answer, Tokens)


def _decoded[T](answer: httpx.Response, typ: type[T]) -> T:
    if answer.is_success:
        try:
            return msgspec.json.decode(answer.content, type=typ)
        except msgspec.MsgspecError as error:
            raise ApiError(answer.status_code, "unreadable", str(error)) from error
    try:
        detail = answer.json()["error"]
        raise ApiError(answer.status_code, detail["code"], detail["message"])
    except (ValueError, KeyError, TypeError):
        raise ApiError(answer.status_code, "unknown", answer.reason_phrase) from None


def _joined(names: Sequence[str] | None) -> str | None:
    return None if names is None else ",".join(names)


def _moment(when: When) -> str | None:
    return when.isoformat() if isinstance(when, date) else when
