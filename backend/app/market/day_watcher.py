"""Who is told of the turns of a day, between two messages."""

from __future__ import annotations

from typing import Protocol

from app.market.models import Changes


class DayWatcher(Protocol):
    """`changes` is what the batch at hand has changed so far."""

    def day_frozen(self, changes: Changes) -> None:
        """The session is over; later messages of its date may still come."""
        ...

    def day_begins(self, changes: Changes) -> None:
        """A newer date is about to take the place of what was before, if anything was."""
        ...
