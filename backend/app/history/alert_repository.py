"""Reads of `alerts`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from app.history.paging import LATEST, Page, TimeRange, can_be_stored, check_limit, decode_cursor, page_of
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM
from app.market.models import Alert, AlertType, Severity

_ALERTS = """
    SELECT id, alert_type, severity, symbol, message, timestamp, data::text FROM alerts
    WHERE timestamp BETWEEN $1 AND $2 AND (timestamp, id) < ($3::timestamptz, $4::text)
        AND ($5::text IS NULL OR symbol = $5) AND ($6::text[] IS NULL OR alert_type = ANY($6))
        AND ($7::text IS NULL OR severity = $7)
    ORDER BY timestamp DESC, id DESC LIMIT $8
"""


class AlertRepository:
    """Reads stored alerts."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch(
        self,
        span: TimeRange,
        *,
        limit: int,
        symbol: str | None = None,
        alert_types: Collection[AlertType] | None = None,
        severity: Severity | None = None,
        cursor: str | None = None,
    ) -> Page[Alert]:
        """Return the last `limit` alerts within `span` that match, newest first; the cursor leads to older ones."""
        check_limit(limit)
        before = decode_cursor(cursor, tuple[datetime, str]) if cursor is not None else (LATEST, "")
        if symbol is not None and not can_be_stored(symbol):
            return Page(data=[], next_cursor=None)
        rows = await self._pool.fetch(
            _ALERTS,
            span.start,
            span.end,
            *before,
            symbol,
            list(alert_types) if alert_types is not None else None,
            severity,
            limit + 1,
        )
        alerts = [
            Alert(
                name,
                AlertType(kind),
                Severity(level),
                about,
                text,
                at.astimezone(VIETNAM),
                msgspec.json.decode(data),
            )
            for name, kind, level, about, text, at, data in rows
        ]
        return page_of(alerts, limit, lambda alert: (alert.timestamp, alert.id))
