"""Whether the books balance, for Prometheus: the checks of the live state, at most once a minute (20 ms, whole market)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.clock import Clock
from app.market.conservation import ConservationCheck
from app.telemetry.metrics import Metrics

INTERVAL_S = 60.0


class AuditGauges:
    """`refresh` fits Metrics.before_scrape."""

    def __init__(
        self, metrics: Metrics, clock: Clock, checks: Callable[[], Sequence[ConservationCheck]]
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._checks = checks
        self._due_s = 0.0

    def refresh(self) -> None:
        """Count what fails each check now; checks without anything to compare show nothing."""
        now_s = self._clock.monotonic_s()
        if now_s < self._due_s:
            return
        self._due_s = now_s + INTERVAL_S
        for check in self._checks():
            if check.compared:
                self._metrics.audit_failures.labels(check.name).set(check.failed)
