"""What every route asks for first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from app.api.errors import ApiError
from app.api.services import ApiServices


def services_of(connection: HTTPConnection) -> ApiServices:
    """Return what wiring handed to create_api."""
    services: ApiServices = connection.app.state.services
    return services


# For OpenAPI only: AccessPolicy reads the header itself, and ?token= too.
_BEARER = HTTPBearer(auto_error=False, description="WS_AUTH_TOKEN, where it is set.")


def require_token(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None
) -> None:
    """Refuse a request without the shared token, where one is set."""
    if not services_of(request).access.accepts_token(request):
        raise ApiError(401, "unauthorized", "token missing or wrong", {"WWW-Authenticate": "Bearer"})


def require_operator(request: Request, _token: Annotated[None, Depends(require_token)]) -> None:
    """Let in whoever has the token; without auth, only somebody on this machine."""
    access = services_of(request).access
    if not access.is_on and not access.is_local_operator(request):
        raise ApiError(403, "forbidden", "only from this machine, or with a token")


type Services = Annotated[ApiServices, Depends(services_of)]
