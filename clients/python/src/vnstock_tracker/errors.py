"""What can go wrong, for whoever uses the client. Lost connections are none of it: those are made good."""

from __future__ import annotations


class TrackerError(Exception):
    """The base of all errors of this client."""


class RefusedError(TrackerError):
    """The server closed the socket for good. `code`: the close code (4400, 4401, 4402, 4403)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the server refused the connection: {reason or 'no reason given'} ({code})")
        self.code = code
        self.reason = reason


class TokenExpiredError(RefusedError):
    """The token ran out, and there is no refresh token that would give another."""


class ApiError(TrackerError):
    """REST answered with an error. `status`: of HTTP; `code`: stable, such as `unknown_symbol`; `message`: for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code} ({status}): {message}")
        self.status = status
        self.code = code
        self.message = message


class UnreachableError(TrackerError):
    """REST did not answer: no connection, or not in time."""


class NotReadyError(TrackerError):
    """There is no state yet, or it did not come in time."""


class ClosedError(TrackerError):
    """The tracker is not open: it was closed, or never entered with `async with`."""
