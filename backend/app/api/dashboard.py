"""The built dashboard, for running without nginx: files of dist/, and index.html for the pages it routes itself."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

IMMUTABLE = "public, max-age=31536000, immutable"  # Vite puts a hash of the content into these names
REVALIDATE = "no-cache"
_NOT_PAGES = ("api/", "ws/", "v1/", "health/", "assets/")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Dashboard:
    """Answers every GET that no other route took."""

    def __init__(self, dist: Path) -> None:
        self._files = StaticFiles(directory=dist)
        self._html_headers = _html_headers((dist / "index.html").read_text(encoding="utf-8"))

    async def serve(self, request: Request, path: str) -> Response:
        """Return a file, or index.html for what looks like a page of the application."""
        try:
            response = await self._files.get_response(path or "index.html", request.scope)
        except HTTPException as error:
            if error.status_code != 404 or not _is_page(path):
                raise
            path = ""
            response = await self._files.get_response("index.html", request.scope)
        if path.startswith("assets/"):
            response.headers["Cache-Control"] = IMMUTABLE
        else:
            response.headers["Cache-Control"] = REVALIDATE
        if path in {"", "index.html"}:
            response.headers.update(self._html_headers)
        return response


def dashboard_router(dist: Path) -> APIRouter:
    """Return the catch-all route; include it last."""
    dashboard = Dashboard(dist)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/{path:path}", dashboard.serve, methods=["GET", "HEAD"])
    return router


def _is_page(path: str) -> bool:
    return not path.startswith(_NOT_PAGES) and "." not in path.rpartition("/")[2]


def _html_headers(index_html: str) -> dict[str, str]:
    """Return headers that let our own scripts run and nothing else; inline ones of index.html by their hash."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(index_html)
    )
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' {hashes}".strip(),
        "style-src": "'self' 'unsafe-inline'",  # charts and virtual lists position by style attributes
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",  # its own sockets are of the same origin
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
