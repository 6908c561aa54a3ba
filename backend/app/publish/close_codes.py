"""Every code this server closes a WebSocket with: the one table, mirrored in docs/websocket-api.md (a test compares).

Codes of the protocol itself (1009 for a frame over MESSAGE_BYTES_MAX, 1007 for bad UTF-8) come from the parser.
"""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    MALFORMED_REQUEST = 4400
    TOKEN_INVALID = 4401
    TOKEN_EXPIRED = 4402
    NOT_ALLOWED = 4403
    TOO_SLOW = 4408
    SHUTTING_DOWN = 4410
    NO_PONG = 4412
    TOO_MANY = 4429


# code -> (when, may the client come back?)
CLOSE_CODES: dict[CloseCode, tuple[str, str]] = {
    CloseCode.MALFORMED_REQUEST: ("malformed request", "no"),
    CloseCode.TOKEN_INVALID: ("token missing or wrong", "no"),
    CloseCode.TOKEN_EXPIRED: ("token expired", "after refresh"),
    CloseCode.NOT_ALLOWED: ("origin or session not allowed", "no"),
    CloseCode.TOO_SLOW: ("too slow", "yes, resume"),
    CloseCode.SHUTTING_DOWN: ("shutting down", "yes, after the time in `bye`"),
    CloseCode.NO_PONG: ("no pong", "yes"),
    CloseCode.TOO_MANY: ("too many connections or messages", "yes, backing off"),
}


# For the close frame to leave and its echo to come; then the socket is cut.
CLOSE_GRACE_S = 2.0


def reason_of(code: int) -> str:
    """Return the words that travel with a close frame."""
    try:
        return CLOSE_CODES[CloseCode(code)][0]
    except ValueError:
        return ""
