"""create_api: the routes, the middleware and the dashboard, as one ASGI application for main.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.api import (
    audit_routes,
    auth_routes,
    health_routes,
    history_routes,
    market_history_routes,
    market_routes,
    operator_routes,
    replay_routes,
    websocket_routes,
)
from app.api.dashboard import dashboard_router
from app.api.dependencies import require_token
from app.api.errors import install_error_handlers
from app.api.middleware import RequestObserver
from app.api.responses import json_of
from app.api.services import ApiServices, DashboardConfig

TITLE = "VN Stock Tracker"
DESCRIPTION = (
    "Live state of the Vietnamese stock market. Prices of equities in VND, futures and indices in points, "
    'values in VND; moments are RFC 3339 with +07:00. Errors: {"error":{"code","message"}}. '
    "Every answer names its source in the header X-Feed-Source."
)


def create_api(services: ApiServices, *, dist: Path | None = None, lifespan: Any = None) -> FastAPI:
    """Build the application; `dist` is the built dashboard, served at / when it is there."""
    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=services.dashboard.version,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would go wherever the Host header says
        openapi_url=None,  # ours asks for the token
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    install_error_handlers(app)
    _add_middleware(app, services)
    app.add_api_route(
        "/openapi.json", _openapi, include_in_schema=False, dependencies=[Depends(require_token)]
    )
    _add_routes(app)
    if dist is not None and (dist / "index.html").is_file():
        app.include_router(dashboard_router(dist))
    return app


def openapi_document(version: str = DashboardConfig().version) -> dict[str, Any]:
    """Return openapi.json without a running application, for generating types."""
    app = FastAPI(title=TITLE, description=DESCRIPTION, version=version)
    _add_routes(app)
    return app.openapi()


def _add_routes(app: FastAPI) -> None:
    for routes in (
        websocket_routes,  # first: a wave of handshakes does not look at sixty other routes
        market_routes,
        market_history_routes,
        history_routes,
        audit_routes,
        operator_routes,
        replay_routes,
        auth_routes,
        health_routes,
    ):
        app.include_router(routes.router)


def _add_middleware(app: FastAPI, services: ApiServices) -> None:
    if services.access.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(services.access.cors_origins),
            allow_methods=[
                "GET",
                "POST",
            ],  # POST: to log in; the cookie is same-site only, so they bring their token
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["X-Feed-Source", "X-Next-Cursor", "Retry-After"],
        )
    app.add_middleware(
        RequestObserver,
        metrics=services.metrics,
        clock=services.clock,
        source=lambda: services.feed_status().source,
    )


async def _openapi(request: Request) -> Response:
    app: FastAPI = request.app
    return json_of(await run_in_threadpool(app.openapi))  # the first time it takes 0.1 s
