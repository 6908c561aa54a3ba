"""Brings the spool, the pool and the gap ledger into Prometheus when somebody looks; the history knows no metrics."""

from __future__ import annotations

from typing import Protocol

from app.telemetry.metrics import Metrics


class SpoolFigures(Protocol):
    """What of the spool's status is read here."""

    @property
    def rows(self) -> int: ...
    @property
    def oldest_s(self) -> float: ...
    @property
    def dead_rows(self) -> int: ...


class SpoolReader(Protocol):
    """Where it comes from."""

    def status(self) -> SpoolFigures: ...


class PoolFigures(Protocol):
    """What of the pool's counters is read here."""

    @property
    def idle(self) -> int: ...
    @property
    def used(self) -> int: ...
    @property
    def waiting(self) -> int: ...


class PoolReader(Protocol):
    """Where it comes from."""

    @property
    def counters(self) -> PoolFigures: ...


class GapReader(Protocol):
    """What of the gap ledger is read here."""

    @property
    def open_gaps(self) -> int: ...


class HistoryGauges:
    """Sets the gauges of the history."""

    def __init__(self, metrics: Metrics, spool: SpoolReader, pool: PoolReader, gaps: GapReader) -> None:
        self._metrics = metrics
        self._spool = spool
        self._pool = pool
        self._gaps = gaps
        self._dead_seen = 0

    def refresh(self) -> None:
        """Bring every metric of the history up to date."""
        status, counters = self._spool.status(), self._pool.counters
        self._metrics.db_spool_rows.set(status.rows)
        self._metrics.db_spool_oldest_seconds.set(status.oldest_s)
        if status.dead_rows > self._dead_seen:
            self._metrics.db_dead_rows_total.inc(status.dead_rows - self._dead_seen)
            self._dead_seen = status.dead_rows
        for state, count in (("idle", counters.idle), ("used", counters.used), ("waiting", counters.waiting)):
            self._metrics.db_pool_connections.labels(state).set(count)
        self._metrics.gaps_open.set(self._gaps.open_gaps)
