"""Brings the feed's own counters into Prometheus when somebody looks; the feed knows nothing of metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.market.models import AuditRow, FeedStatus
from app.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class FeedCounters:
    """Lifetime totals of the feed."""

    received: Mapping[str, int] = field(default_factory=dict)  # by channel
    rejected: Mapping[str, int] = field(default_factory=dict)  # by reason
    reconnects: Mapping[str, int] = field(default_factory=dict)  # by cause
    recorder: Mapping[str, int] = field(default_factory=dict)  # recorded, skipped


class AuditReader(Protocol):
    """What of the market core is read here."""

    def get_classification_audit(self) -> dict[str, AuditRow]: ...


class FeedGauges:
    """Copies totals into counters by the step since the last look, so that they only ever grow."""

    def __init__(
        self,
        metrics: Metrics,
        counters: Callable[[], FeedCounters],
        status: Callable[[], FeedStatus],
        audit: AuditReader,
    ) -> None:
        self._metrics = metrics
        self._counters = counters
        self._status = status
        self._audit = audit
        self._seen: dict[str, Counter[str]] = {
            name: Counter() for name in ("received", "rejected", "reconnects", "recorder")
        }

    def refresh(self) -> None:
        """Bring every metric of the feed up to date."""
        counters = self._counters()
        self._step("received", counters.received, self._metrics.ssi_messages_received_total)
        self._step("rejected", counters.rejected, self._metrics.ssi_messages_rejected_total)
        self._step("reconnects", counters.reconnects, self._metrics.ssi_reconnects_total)
        self._step("recorder", counters.recorder, self._metrics.recorder_items_total)
        self._metrics.record_feed(self._status())
        rows = self._audit.get_classification_audit().values()
        compared = sum(row.compared for row in rows)
        if compared:
            self._metrics.classifier_agreement_ratio.set(sum(row.agreed for row in rows) / compared)

    def _step(self, name: str, totals: Mapping[str, int], metric: object) -> None:
        seen = self._seen[name]
        for label, total in totals.items():
            if total > seen[label]:
                metric.labels(label).inc(total - seen[label])  # type: ignore[attr-defined]
                seen[label] = total
