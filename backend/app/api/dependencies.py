"""What every route asks for first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from app.api.errors import ApiError
from app.api.services import ApiServices


def services_of(connection: HTTPConnection) -> ApiServices:
    """Return what wiring handed to create_api."""
    services: ApiServices = connection.app.state.services
    return services


def require_token(request: Request) -> None:
    """Refuse a request without the shared token, where one is set."""
    if not services_of(request).access.accepts_token(request):
        raise ApiError(401, "unauthorized", "token missing or wrong", {"WWW-Authenticate": "Bearer"})


def require_operator(request: Request) -> None:
    """Let in whoever has the token; without auth, only somebody on this machine."""
    access = services_of(request).access
    require_token(request)
    if not access.is_on and not access.is_local_operator(request):
        raise ApiError(403, "forbidden", "only from this machine, or with a token")


type Services = Annotated[ApiServices, Depends(services_of)]
