"""Log in, stay logged in, log out.

A program keeps its refresh token itself; a browser has it in a cookie that no script reads and that goes nowhere but here.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import NoReturn

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import auth_schemas
from app.api.auth_schemas import LoginRequest, RefreshTokenRequest
from app.api.client_address import limit_key
from app.api.dependencies import Services, SomeVisitor
from app.api.errors import ApiError, error_responses, unauthorized
from app.api.responses import json_of
from app.api.services import ApiServices
from app.auth.accounts import Account
from app.auth.errors import (
    AccountsUnavailableError,
    AuthError,
    LockedOutError,
    SignInBusyError,
    WrongCredentialsError,
)
from app.auth.sign_in import Grant, SignIn
from app.clock import VIETNAM

COOKIE = "vnstock_refresh"
COOKIE_PATH = "/api/auth"

router = APIRouter(prefix=COOKIE_PATH, tags=["auth"])
logger = logging.getLogger(__name__)


@router.post(
    "/login",
    response_model=auth_schemas.TokenAnswer,
    responses=error_responses(400, 401, 403, 404, 422, 429, 503),
)
async def login(request: Request, services: Services, wanted: LoginRequest) -> Response:
    """Return an access and a refresh token for a name and a password; the latter is set as a cookie too."""
    sign_in = _sign_in(services)
    _require_own_page(request, services)
    address = limit_key(services.access.client_address(request))
    try:
        grant = await sign_in.log_in(wanted.username, wanted.password, address)
    except AuthError as error:
        _refuse(error)
    response = json_of(_answer(grant, grant.refresh_token))
    _set_cookie(response, request, services, grant)
    return response


@router.post(
    "/refresh",
    response_model=auth_schemas.TokenAnswer,
    responses=error_responses(400, 401, 403, 404, 422, 503),
)
async def refresh(
    request: Request, services: Services, wanted: RefreshTokenRequest | None = None
) -> Response:
    """Return a new access token. The refresh token given, or the cookie's, is replaced: it is good only once."""
    sign_in = _sign_in(services)
    token, is_cookie = _refresh_token(request, services, wanted)
    try:
        grant = await sign_in.refresh(token)
    except AuthError as error:
        _refuse(error, _dropped_cookie(request, services) if is_cookie else None)
    response = json_of(_answer(grant, None if is_cookie else grant.refresh_token))
    if is_cookie:
        _set_cookie(response, request, services, grant)
    return response


@router.post(
    "/logout", status_code=204, response_class=Response, responses=error_responses(400, 403, 404, 422, 503)
)
async def logout(request: Request, services: Services, wanted: RefreshTokenRequest | None = None) -> Response:
    """End the log-in: its refresh token, its access tokens, its sockets. One that has ended already is no error."""
    sign_in = _sign_in(services)
    try:
        token, _ = _refresh_token(request, services, wanted)
        await sign_in.log_out(token)
    except AccountsUnavailableError as error:
        _refuse(error)
    except (AuthError, ApiError) as error:
        if isinstance(error, ApiError) and error.status_code != 401:
            raise
    response = Response(status_code=204)
    _drop_cookie(response, request, services)
    return response


@router.get("/me", response_model=auth_schemas.WhoAmI, responses=error_responses(401))
async def me(visitor: SomeVisitor) -> Response:
    """Return who the token says you are."""
    found = visitor.account_pass
    return json_of(
        {
            "kind": visitor.kind,
            "user": None if found is None else _user(found.account),
            "expires_at": None if found is None else _moment(found.claims.expires_s),
        }
    )


def _sign_in(services: ApiServices) -> SignIn:
    if services.access.accounts is None:
        raise ApiError(404, "no_accounts", "nobody logs in here: AUTH_JWT_SECRET is not set")
    return services.access.accounts


def _require_own_page(request: Request, services: ApiServices) -> None:
    """Refuse a foreign page that makes a browser log in, or that rides on its cookie."""
    if not services.access.accepts_origin(request):
        raise ApiError(403, "origin_not_allowed", "pages of this origin may not log in")


def _refresh_token(
    request: Request, services: ApiServices, wanted: RefreshTokenRequest | None
) -> tuple[str, bool]:
    """Return the token, and whether it is the cookie's."""
    if wanted is not None and wanted.refresh_token:
        return wanted.refresh_token, False
    _require_own_page(request, services)
    token = request.cookies.get(COOKIE)
    if not token:
        raise unauthorized("no refresh token", "invalid_refresh_token")
    return token, True


def _refuse(error: AuthError, ended_cookie: dict[str, str] | None = None) -> NoReturn:
    match error:
        case LockedOutError():
            raise ApiError(429, "locked_out", str(error), {"Retry-After": str(error.retry_after_s)})
        case SignInBusyError():
            raise ApiError(503, "busy", str(error), {"Retry-After": "1"})
        case AccountsUnavailableError():
            logger.error("%s", error)
            raise ApiError(503, "accounts_unavailable", "nobody can log in right now", {"Retry-After": "5"})
        case WrongCredentialsError():
            raise unauthorized(str(error), "wrong_credentials")
    refusal = unauthorized(str(error), "invalid_refresh_token")
    refusal.headers = {**(refusal.headers or {}), **(ended_cookie or {})}
    raise refusal


def _dropped_cookie(request: Request, services: ApiServices) -> dict[str, str]:
    """Return the header that takes the cookie away."""
    ended = Response()
    _drop_cookie(ended, request, services)
    return {"Set-Cookie": ended.headers["set-cookie"]}


def _answer(grant: Grant, refresh_token: str | None) -> dict[str, object]:
    return {
        "access_token": grant.access_token,
        "token_type": "bearer",
        "expires_at": _moment(grant.access_expires_s),
        "refresh_token": refresh_token,
        "user": _user(grant.account),
    }


def _user(account: Account) -> dict[str, str]:
    return {"name": account.name, "role": account.role.value}


def _moment(time_s: int) -> datetime:
    return datetime.fromtimestamp(time_s, VIETNAM)


def _set_cookie(response: Response, request: Request, services: ApiServices, grant: Grant) -> None:
    response.set_cookie(
        COOKIE,
        grant.refresh_token,
        max_age=grant.refresh_expires_s - int(services.clock.time_s()),
        path=COOKIE_PATH,
        secure=services.access.is_https(request),
        httponly=True,
        samesite="strict",
    )


def _drop_cookie(response: Response, request: Request, services: ApiServices) -> None:
    response.delete_cookie(
        COOKIE,
        path=COOKIE_PATH,
        secure=services.access.is_https(request),
        httponly=True,
        samesite="strict",
    )
