"""structlog over the standard library: one line per event, to a person (`console`) or to a machine (`json`).

No secret reaches a line: tokens in URLs, Bearer headers and anything that looks like a JWT are blotted out, in our
own events and in those of libraries (uvicorn writes the query string of a WebSocket when it accepts one).
"""

from __future__ import annotations

import logging
import logging.config
import re
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"

_SECRETS = (
    re.compile(r"(?i)((?:access_|refresh_)?token\\?[\"']?\s*[=:]\s*\\?[\"']?)[^&\s\"',}\\]+"),
    re.compile(r"(?i)(bearer[ ,%20]+)[A-Za-z0-9._~+/=-]+"),
    re.compile(
        r"(?i)((?:consumer_?secret|password|consumersecret|jwt_?secret)[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+"
    ),
)
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?")


def redact(text: str) -> str:
    """Return the text without what looks like a secret."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{REDACTED}", text)
    return _JWT.sub(REDACTED, text)


def redact_event(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Blot out secrets in every string of an event."""
    return {key: _redact_value(value) for key, value in event.items()}


def _redact_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redact_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_redact_value(item) for item in value)
    return value


class RedactFilter(logging.Filter):
    """The same for handlers that are not ours, such as uvicorn's own when it is started by its command."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = redact(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True


def configure_logging(level: str = "INFO", log_format: Literal["console", "json"] = "console") -> None:
    """Send every log line of the process through one formatter to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact_event,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.filters[:] = [f for f in logger.filters if not isinstance(f, RedactFilter)]
        logger.addFilter(RedactFilter())
    # at DEBUG the WebSocket library writes handshakes and frames, tokens among them, in pieces nobody recognizes
    logging.getLogger("uvicorn.error").setLevel(max(root.level, logging.INFO))
    for name in ("httpx", "httpcore", "alembic"):  # they write a line per request, or step, at INFO
        logging.getLogger(name).setLevel(logging.WARNING)
    # with a traceback for each connection a lost server costs; history/pool.py says it in a line
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
