"""create_app() and lifespan, and `serve` around them: one server, one line when it is up, one when it can't be."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from app.api.app_factory import create_api
from app.api.http_protocol import BoundedHttpProtocol
from app.config import Settings, SettingsError, load_settings
from app.publish.transport import uvicorn_options
from app.telemetry.logging import configure_logging
from app.wiring import Application

BACKLOG_CONNECTIONS = 2048  # a reconnect wave of thousands arrives at once
GRACEFUL_SHUTDOWN_S = (
    1  # requests that wait for a hung database; with the history's own bounds a stop is below 3 s
)

logger = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, replay_options: Sequence[str] = ()) -> FastAPI:
    """Build the ASGI application. Without settings a server's own command started us: then we read them."""
    if settings is None:
        settings = _settings_or_exit()
        configure_logging(settings.log_level, settings.log_format)  # tokens stay out of its access log
    try:
        application = Application(settings, replay_options)
    except SettingsError as error:  # a path that only shows when it is used
        raise SystemExit(f"settings: {error}") from None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with application.running():
            yield

    app = create_api(application.services, dist=settings.frontend_dir, lifespan=lifespan)
    app.state.application = application
    return app


def __getattr__(name: str) -> FastAPI:
    """Build `app` when it is asked for: `uvicorn app.main:app` works too, and importing us starts nothing."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    app = globals()["app"] = create_app()
    return app


def _settings_or_exit() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise SystemExit(f"settings: {error}") from None


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else host  # noqa: S104
            logger.info(
                "dashboard at http://%s:%s", shown, port, extra={"dashboard": f"http://{shown}:{port}"}
            )


def serve(settings: Settings, replay_options: Sequence[str] = ()) -> int:
    """Run until SIGINT or SIGTERM; return the exit code."""
    configure_logging(settings.log_level, settings.log_format)
    try:
        listener = _listen(settings.app_host, settings.app_port)
    except OSError as error:
        sys.stderr.write(
            f"port {settings.app_port} on {settings.app_host} cannot be used ({error.strerror}): "
            "end what uses it, or choose another with --port or APP_PORT\n"
        )
        return 1
    try:
        app = create_app(settings, replay_options)
    except SystemExit as error:
        listener.close()
        sys.stderr.write(f"{error}\n")
        return 2
    config = uvicorn.Config(
        app,
        log_config=None,
        loop="uvloop",
        http=BoundedHttpProtocol,
        backlog=BACKLOG_CONNECTIONS,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
        **uvicorn_options(
            settings.ws_heartbeat_interval,
            settings.ws_heartbeat_timeout,
            messages_per_s=settings.ws_max_messages_per_s,
            is_deflating=settings.ws_deflate,
        ),
    )
    server = _Server(config)
    signal.signal(signal.SIGTERM, _leave)
    try:
        with listener:
            asyncio.run(server.serve(sockets=[listener]), loop_factory=config.get_loop_factory())
    except (KeyboardInterrupt, SystemExit):
        pass  # uvicorn has shut down already and hands the signal on
    if app.state.application.has_died:
        return 1  # whoever runs us should start us again
    return 0 if server.started else 3


def _leave(_number: int, _frame: object) -> None:
    """Take the SIGTERM that uvicorn hands on once it has shut down: left to itself it would kill us with 143."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    """Bind before anything is started, so that a taken port is said at once and in one line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except BaseException:
        listener.close()
        raise
    return listener
