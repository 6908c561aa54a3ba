"""What every route asks for first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from app.api.access import Refusal, Visitor
from app.api.errors import ApiError, unauthorized
from app.api.services import ApiServices


def services_of(connection: HTTPConnection) -> ApiServices:
    """Return what wiring handed to create_api."""
    services: ApiServices = connection.app.state.services
    return services


# For OpenAPI only: AccessPolicy reads the header itself, and ?token= too.
_BEARER = HTTPBearer(
    auto_error=False, description="An access token of /api/auth/login, or WS_AUTH_TOKEN, where they are set."
)


def require_token(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None
) -> Visitor:
    """Refuse a request without a good token, where one is needed."""
    match services_of(request).access.admit(request):
        case Visitor() as visitor:
            return visitor
        case Refusal.TOKEN_EXPIRED:
            raise unauthorized("token expired", "token_expired")
        case Refusal.TOKEN_INVALID:
            raise unauthorized("token missing or wrong")


type SomeVisitor = Annotated[Visitor, Depends(require_token)]


def require_operator(visitor: SomeVisitor) -> None:
    """Let in admins, or whoever has the one shared token; without auth, only somebody on this machine."""
    if not visitor.is_operator:
        raise ApiError(403, "forbidden", "only for admins, or from this machine where nobody logs in")


type Services = Annotated[ApiServices, Depends(services_of)]
