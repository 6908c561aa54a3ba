"""What a close code asks of a client: the table of docs/websocket-api.md."""

from __future__ import annotations

from enum import StrEnum


class AfterClose(StrEnum):
    """What to do once a socket is closed."""

    STOP = "stop"  # coming back cannot help
    REFRESH = "refresh"  # only with a new token
    RETRY = "retry"  # after the usual backoff
    LATER = "later"  # after a longer one


TOKEN_EXPIRED = 4402
NOT_ALLOWED = 4403
_AFTER = {
    4400: AfterClose.STOP,  # malformed request
    4401: AfterClose.STOP,  # token missing or wrong
    TOKEN_EXPIRED: AfterClose.REFRESH,
    NOT_ALLOWED: AfterClose.STOP,  # origin or session
    4429: AfterClose.LATER,  # too many connections or messages
}


def after_close(code: int) -> AfterClose:
    """Return what a close code asks for; whatever is unknown may pass."""
    return _AFTER.get(code, AfterClose.RETRY)
