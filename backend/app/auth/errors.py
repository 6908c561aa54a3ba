"""Why somebody is not let in. No message tells whether an account exists."""

from __future__ import annotations


class AuthError(Exception):
    """The message is fit for the person who asks."""


class InvalidTokenError(AuthError):
    """Not ours, forged, of the wrong kind, or of an account or session that is no longer good."""


class ExpiredTokenError(AuthError):
    """It was good once."""


class WrongCredentialsError(AuthError):
    """No such account, wrong password or disabled: one answer for all three."""


class LockedOutError(AuthError):
    """Too many wrong guesses; `retry_after_s` says when the next one is listened to."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many failed log-ins; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class SignInBusyError(AuthError):
    """More log-ins at once than there are hands to check passwords."""


class AccountsUnavailableError(AuthError):
    """The accounts' file can't be read or written right now."""


class AccountError(Exception):
    """An operator's request can't be done; the message is one line that says why."""
