"""The Prometheus metrics of SPEC section 13. Names are fixed; one object, handed around, with its own registry."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

if TYPE_CHECKING:
    from app.market.models import AuditRow, Changes, FeedStatus

FAST_BUCKETS_S = (0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0)
WRITE_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0)
LAG_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
CLOSE_LABELS = frozenset(
    {1000, 1001, 1005, 1006, 1007, 1009, 1011, 1012, 4400, 4401, 4402, 4403, 4408, 4410, 4412, 4429}
)


class Figure(Struct, frozen=True):
    """One number of a metric, as Prometheus has it."""

    labels: dict[str, str]
    value: float


def close_code_label(code: int) -> str:
    """Return a label of bounded variety: a client may close with any of 4,000 codes."""
    return str(int(code)) if code in CLOSE_LABELS else "other"


class Metrics:
    """Every metric of the application; counters are lifetime totals of this process."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._before_scrape: list[Callable[[], None]] = []

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(name, text, labels, registry=registry)

        self.ssi_messages_received_total = counter(
            "ssi_messages_received", "Messages of the feed.", "channel"
        )
        self.ssi_messages_rejected_total = counter(
            "ssi_messages_rejected", "Messages that changed nothing.", "reason"
        )
        self.ssi_reconnects_total = counter("ssi_reconnects", "New connections to the feed.", "cause")
        self.recorder_items_total = counter(
            "recorder_items", "Messages, ticks and lists written to a recording, or skipped.", "result"
        )
        self.feed_state = gauge("feed_state", "1 for the state the feed is in.", "state")
        self.feed_age_seconds = gauge("feed_age_seconds", "Since the last message.", "channel")
        self.feed_lag_seconds = Histogram(
            "feed_lag_seconds", "Exchange time to receipt.", buckets=LAG_BUCKETS_S, registry=registry
        )
        self.processing_seconds = Histogram(
            "processing_seconds",
            "Receipt to state, of the oldest message of each batch.",
            buckets=FAST_BUCKETS_S,
            registry=registry,
        )
        self.trade_classifications_total = counter("trade_classifications", "Prints by aggressor.", "type")
        self.classifier_agreement_ratio = gauge(
            "classifier_agreement_ratio", "Prints where our aggressor is the one SSI's Side names."
        )
        self.audit_failures = gauge(
            "audit_failures", "Figures that did not add up at the last look, by check of /api/audit.", "check"
        )
        self.missed_volume_total = counter(
            "missed_volume", "Traded as TotalVol shows, but never sent as a print."
        )
        self.alerts_total = counter("alerts", "Alerts fired.", "type", "severity")
        self.gaps_open = gauge("gaps_open", "Gaps of today's ledger that nothing has filled.")
        self.db_rows_written_total = counter("db_rows_written", "New rows in the database.", "table")
        self.db_write_seconds = Histogram(
            "db_write_seconds",
            "One batch from the spool into the database.",
            ("table",),
            buckets=WRITE_BUCKETS_S,
            registry=registry,
        )
        self.db_spool_rows = gauge("db_spool_rows", "Rows that wait for the database.")
        self.db_spool_oldest_seconds = gauge("db_spool_oldest_seconds", "How long the oldest has waited.")
        self.db_dead_rows_total = counter("db_dead_rows", "Rows no database takes, kept aside.")
        self.db_pool_connections = gauge("db_pool_connections", "Connections to the database.", "state")
        self.ws_connections_active = gauge("ws_connections_active", "Clients connected.", "channel")
        self.ws_messages_sent_total = counter("ws_messages_sent", "Frames handed to clients.", "channel")
        self.ws_bytes_sent_total = counter("ws_bytes_sent", "Bytes of those frames.", "channel")
        self.ws_frames_skipped_total = counter(
            "ws_frames_skipped", "Frames a slow client was spared.", "channel"
        )
        self.ws_closes_total = counter("ws_closes", "Closed WebSockets.", "code")
        self.ws_resumes_total = counter("ws_resumes", "Returns with a session id.", "result")
        self.ws_publish_seconds = Histogram(
            "ws_publish_seconds",
            "Building one push and handing it to every client.",
            ("channel",),
            buckets=FAST_BUCKETS_S,
            registry=registry,
        )
        self.http_request_duration_seconds = Histogram(
            "http_request_duration_seconds",
            "REST answers, by route template.",
            ("method", "path", "status_code"),
            registry=registry,
        )

        self.market_in_session = gauge("market_in_session", "1 while orders may match on some exchange.")
        self.db_available = gauge("db_available", "0 while the database does not answer.")
        self.db_spool_refusing = gauge(
            "db_spool_refusing", "1 while new rows are refused: the disk is nearly full."
        )
        self.asyncio_tasks = gauge(
            "asyncio_tasks", "Tasks of the event loop: flat over a day, or something leaks."
        )
        self.disk_free_bytes = gauge("disk_free_bytes", "Free on the disk of DATA_DIR.")
        self.disk_size_bytes = gauge("disk_size_bytes", "Size of the disk of DATA_DIR.")
        ProcessCollector(registry=registry)  # memory, processor, open files, start

        self._shown = (
            self.ssi_messages_received_total,
            self.ssi_messages_rejected_total,
            self.ssi_reconnects_total,
            self.feed_lag_seconds,
            self.classifier_agreement_ratio,
            self.missed_volume_total,
            self.db_rows_written_total,
            self.db_write_seconds,
            self.db_pool_connections,
            self.ws_connections_active,
            self.ws_messages_sent_total,
            self.ws_bytes_sent_total,
            self.ws_publish_seconds,
        )

    def record_changes(self, changes: Changes) -> None:
        """Count what one batch did to the market."""
        for trade in changes.trades:
            self.trade_classifications_total.labels(trade.trade_type).inc()
        for alert in changes.alerts:
            self.alerts_total.labels(alert.alert_type, alert.severity).inc()
        for gap in changes.gaps:
            if gap.cause != "late_start":  # no fault: nothing was watched before
                self.missed_volume_total.inc(gap.volume)
                self.gaps_open.inc()
        if any(event.event == "new_day" for event in changes.session_events):
            self.gaps_open.set(0)
        for reason, count in changes.rejected.items():
            self.ssi_messages_rejected_total.labels(reason).inc(count)

    def record_write(self, table: str, rows: int, seconds: float) -> None:
        """Count one batch written to the database."""
        self.db_rows_written_total.labels(table).inc(rows)
        self.db_write_seconds.labels(table).observe(seconds)

    def record_feed(self, status: FeedStatus) -> None:
        """Show the feed's state and ages as they are now."""
        for state in type(status.state):
            self.feed_state.labels(state).set(1 if state is status.state else 0)
        for channel, age_s in status.ages.items():
            self.feed_age_seconds.labels(channel).set(age_s)

    def record_audit(self, rows: Iterable[AuditRow]) -> None:
        """Show how often our aggressor is SSI's, over all symbols; NaN while nothing could be compared."""
        compared = agreed = 0
        for row in rows:
            compared += row.compared
            agreed += row.agreed
        self.classifier_agreement_ratio.set(agreed / compared if compared else math.nan)

    def before_scrape(self, refresh: Callable[[], None]) -> None:
        """Have gauges that cost something to work out set only when somebody looks."""
        self._before_scrape.append(refresh)

    def figures(self) -> dict[str, list[Figure]]:
        """Return what the system page shows, by the names of Prometheus' samples; what is not finite is left out."""
        for refresh in self._before_scrape:
            refresh()
        found: dict[str, list[Figure]] = {}
        for metric in self._shown:
            for family in metric.collect():
                for sample in family.samples:
                    if math.isfinite(sample.value) and not sample.name.endswith(("_created", "_sum")):
                        figure = Figure(dict(sample.labels), sample.value)
                        found.setdefault(sample.name, []).append(figure)
        return found

    def exposition(self) -> bytes:
        """Return the text that Prometheus reads."""
        for refresh in self._before_scrape:
            refresh()
        return generate_latest(self.registry)
