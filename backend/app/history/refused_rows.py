"""Rows of the ledger and alerts that the spool refused, kept until it takes rows again.

Of both there are few a day, and nothing else tells them. Overflow: above ROWS_MAX new ones are dropped, said once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from app.history.tables import ALERTS, GAPS, Row

ROWS_MAX = 20_000  # about 10 MB
KEPT_TABLES = (GAPS.name, ALERTS.name)

logger = logging.getLogger(__name__)


class RefusedRows:
    """What waits for room, in the order it came."""

    def __init__(self, rows_max: int = ROWS_MAX) -> None:
        self._rows_max = rows_max
        self._rows: dict[str, list[Row]] = {}
        self._count = 0
        self._is_overflowing = False

    def __bool__(self) -> bool:
        return self._count > 0

    def note(self, rows: Mapping[str, list[Row]]) -> None:
        """Keep what is worth it of rows by table."""
        for table in KEPT_TABLES:
            refused = rows.get(table, [])
            taken = refused[: self._rows_max - self._count]
            if taken:
                self._rows.setdefault(table, []).extend(taken)
                self._count += len(taken)
            if len(taken) < len(refused) and not self._is_overflowing:
                self._is_overflowing = True
                logger.error(
                    "history: %s rows wait for the spool: more gaps and alerts are lost", self._count
                )

    def rows(self) -> dict[str, list[Row]]:
        """Return the rows by table, oldest first."""
        return {table: list(rows) for table, rows in self._rows.items()}

    def clear(self) -> None:
        """Forget what the spool has taken."""
        self._rows.clear()
        self._count, self._is_overflowing = 0, False
