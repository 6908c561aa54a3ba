"""Around every REST answer: how long it took, one access line without tokens, the headers all answers share, and a
500 in the one error body for what nobody foresaw. Every line written meanwhile has the request's id.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import ApiError, error_response
from app.clock import Clock
from app.telemetry.metrics import Metrics

log = structlog.get_logger("app.access")

BODY_BYTES_MAX = 64 * 1024
BODY_TOO_LARGE = "at most 64 KiB a request"
QUIET_PATHS = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})
CLIENT_GONE = 499  # nginx's number for a client that left before the answer
REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")  # as in nginx/http/log_format.conf
NO_ROUTE = "(no route)"  # one label for whatever people try


class RequestObserver:
    """Pure ASGI: an answer is watched, never copied."""

    def __init__(self, app: ASGIApp, metrics: Metrics, clock: Clock, source: Callable[[], str]) -> None:
        self._app = app
        self._durations = metrics.http_request_duration_seconds
        self._clock = clock
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status_code = 0  # not answered yet
        started_s = self._clock.monotonic_s()
        request_id = _request_id(scope)

        async def send_observed(message: Message) -> None:
            nonlocal status_code
            if message["type"] == "http.response.start":
                status_code = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Feed-Source"] = self._source()
                headers["X-Request-ID"] = request_id
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            if _declared_length(scope) > BODY_BYTES_MAX:
                await error_response(413, BODY_TOO_LARGE)(scope, receive, send_observed)
            else:
                await self._app(scope, _bounded(receive), send_observed)
        except Exception:
            log.exception("request_failed", path=scope["path"])
            if status_code:
                raise  # half an answer is out: uvicorn cuts the connection
            await error_response(500, "something broke on our side; the log knows what")(
                scope, receive, send_observed
            )
        finally:
            self._record(scope, status_code or CLIENT_GONE, self._clock.monotonic_s() - started_s)
            structlog.contextvars.unbind_contextvars("request_id")

    def _record(self, scope: Scope, status_code: int, duration_s: float) -> None:
        template = getattr(scope.get("route"), "path", NO_ROUTE)
        self._durations.labels(_method(scope), template, str(status_code)).observe(duration_s)
        write = log.debug if scope["path"] in QUIET_PATHS else log.info
        write(
            "request",
            method=scope["method"],
            path=scope["path"],  # never the query: it may carry a token
            status=status_code,
            duration_ms=round(duration_s * 1000, 1),
        )


def _request_id(scope: Scope) -> str:
    """Return the caller's own id when it is one, else a new one: it goes into logs and answers."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _bounded(receive: Receive) -> Receive:
    """Count a body that did not say how long it is."""
    received_bytes = 0

    async def receive_bounded() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > BODY_BYTES_MAX:
            raise ApiError(413, "payload_too_large", BODY_TOO_LARGE)
        return message

    return receive_bounded


def _declared_length(scope: Scope) -> int:
    text = Headers(scope=scope).get("content-length", "0")
    return int(text) if text.isdecimal() else 0


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"} else "other"
