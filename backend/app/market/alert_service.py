"""Fires alerts: at most one per (type, symbol) in a time, with an id derived from its content, and keeps the last.

Overflow: the buffer holds ALERTS_MAX, the oldest leaves; every alert also goes out in Changes to be stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any

from msgspec import json

from app.market.market_time import moment_at
from app.market.models import Alert, AlertType, Severity

ALERTS_MAX = 500
SEVERITY_OF = {
    AlertType.VOLUME_SPIKE: Severity.WARNING,
    AlertType.PRICE_BREAKOUT: Severity.CRITICAL,
    AlertType.FOREIGN_ACCELERATION: Severity.WARNING,
    AlertType.BASIS_DIVERGENCE: Severity.WARNING,
}


class AlertService:
    """The alerts of this run, newest last."""

    def __init__(self, repeat_after_s: float) -> None:
        self._repeat_after_s = repeat_after_s
        self._alerts: deque[Alert] = deque(maxlen=ALERTS_MAX)
        self._fired_at_s: dict[tuple[AlertType, str], float] = {}

    def fire(
        self,
        alert_type: AlertType,
        symbol: str,
        message: str,
        data: dict[str, Any],
        now_s: float,
        time_s: float,
    ) -> Alert | None:
        """Fire unless the same symbol did so a short while ago; `time_s` is the moment of what caused it."""
        key = (alert_type, symbol)
        fired_at_s = self._fired_at_s.get(key)
        if fired_at_s is not None and now_s < fired_at_s + self._repeat_after_s:
            return None
        self._fired_at_s[key] = now_s
        content = json.encode([alert_type, symbol, time_s, data])
        alert = Alert(
            id=blake2b(content, digest_size=12).hexdigest(),
            alert_type=alert_type,
            severity=SEVERITY_OF[alert_type],
            symbol=symbol,
            message=message,
            timestamp=moment_at(time_s),
            data=data,
        )
        self._alerts.append(alert)
        return alert

    def get_alerts(
        self,
        limit: int = 50,
        alert_type: AlertType | None = None,
        severity: Severity | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
    ) -> list[Alert]:
        """Return the newest first, narrowed by what is given; `since` is inclusive."""
        chosen = (
            alert
            for alert in reversed(self._alerts)
            if (alert_type is None or alert.alert_type is alert_type)
            and (severity is None or alert.severity is severity)
            and (symbol is None or alert.symbol == symbol)
            and (since is None or alert.timestamp >= since)
        )
        return list(islice(chosen, max(0, limit)))

    def restore(self, alerts: Iterable[Alert]) -> None:
        """Put stored alerts (oldest first) back, so that none of them fires again at once."""
        for alert in alerts:
            self._alerts.append(alert)
            self._fired_at_s[alert.alert_type, alert.symbol] = alert.timestamp.timestamp()

    def complete(self, alerts: Iterable[Alert]) -> None:
        """Put stored alerts (oldest first) before those of this run."""
        known = {alert.id for alert in self._alerts}
        older = [alert for alert in alerts if alert.id not in known]
        self._alerts = deque([*older, *self._alerts], maxlen=ALERTS_MAX)

    def reset(self) -> None:
        """Begin a new day: what fired yesterday holds nothing back. The alerts themselves stay."""
        self._fired_at_s.clear()
