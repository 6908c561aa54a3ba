"""What can go wrong between us and the database, by whose fault it is."""

from __future__ import annotations


class HistoryUnavailable(Exception):  # noqa: N818 - a state of the world, as the API reports it
    """There is no database to ask right now; the message says why."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL can't run here; the message is one line fit for the operator."""


class SchemaError(Exception):
    """The database is not one this program may write to; the message is one line fit for the operator."""


class CursorError(ValueError):
    """A page cursor was not made by us."""


def describe(error: BaseException) -> str:
    """Return one line about `error`, for a log or a reason; time-outs have no text of their own."""
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
