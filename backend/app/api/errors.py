"""One error body for everything, {"error":{"code","message"}}, whoever raised it."""

from __future__ import annotations

from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.api.parameters import BadParameterError
from app.api.schemas import ErrorBody
from app.publish.fragments import encode_json

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "payload_too_large",
    422: "invalid_parameter",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "internal_error",
    503: "unavailable",
}


class ApiError(HTTPException):
    """An operating error with a stable code of its own."""

    def __init__(
        self, status_code: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status_code, message, headers)
        self.code = code


def unauthorized(message: str, code: str = "unauthorized") -> ApiError:
    """Return the 401: come back with (another) token."""
    return ApiError(401, code, message, {"WWW-Authenticate": "Bearer"})


def unknown_symbol(symbol: str) -> ApiError:
    """Return the 404 for a symbol no exchange lists."""
    return ApiError(404, "unknown_symbol", f"no exchange lists {symbol}")


def database_unavailable() -> ApiError:
    """Return the 503 of a route that needs the database. Why it is away is in /health and the log."""
    return ApiError(
        503,
        "database_unavailable",
        "history is not available right now; the live routes are",
        {"Retry-After": "5"},
    )


def error_response(
    status_code: int, message: str, code: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return the one error body."""
    body = {"error": {"code": code or _CODES.get(status_code, f"http_{status_code}"), "message": message}}
    return Response(encode_json(body), status_code, headers, "application/json")


def error_responses(*status_codes: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the errors a route can answer."""
    return {
        code: {"model": ErrorBody, "description": _CODES[code].replace("_", " ")} for code in status_codes
    }


def install_error_handlers(app: FastAPI) -> None:
    """Translate what routes, FastAPI and Starlette raise."""
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(BadParameterError, _on_bad_parameter)


async def _on_http_error(_request: Request, error: Exception) -> Response:
    raised = cast(HTTPException, error)
    code = raised.code if isinstance(raised, ApiError) else None
    headers = dict(raised.headers) if raised.headers else None
    return error_response(raised.status_code, str(raised.detail), code, headers)


async def _on_validation_error(_request: Request, error: Exception) -> Response:
    first = cast(RequestValidationError, error).errors()[0]
    # ("query", "type", ...): what follows is pydantic's own business; ("body",): there is none
    where = first["loc"][1] if len(first["loc"]) > 1 else first["loc"][0]
    return error_response(422, f"{where}: {first['msg']}")


async def _on_bad_parameter(_request: Request, error: Exception) -> Response:
    return error_response(422, str(error))
