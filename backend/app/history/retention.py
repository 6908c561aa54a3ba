"""How long rows are kept: RETAIN_*_DAYS, by TimescaleDB's policies or by deleting here.

Candles outlive their trades: deleting trades leaves them natively, and on TimescaleDB the refresh never looks as far
back as the retention drops. Small tables are deleted from here on both branches.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from msgspec import Struct

from app.history.pool import DatabasePool
from app.history.tables import CANDLE_TABLES, AnyConnection

TRADES_DAYS_MIN = 8  # the refresh of the candles looks 5 days back; a week's holiday more would be no loss
BATCH_ROWS = 20_000  # one DELETE holds its locks for well under a second

logger = logging.getLogger(__name__)


class RetentionDays(Struct, frozen=True):
    """Days per table; 0 keeps for ever."""

    trades: int = 730
    foreign_snapshots: int = 730
    index_snapshots: int = 1825
    basis_points: int = 1825
    alerts: int = 1825
    gaps: int = 1825
    candles: int = 0

    def __post_init__(self) -> None:
        if 0 < self.trades < TRADES_DAYS_MIN:
            raise ValueError(
                f"should be 0 or at least {TRADES_DAYS_MIN}: younger candles are still being refreshed"
            )


_HYPERTABLES = ("trades", "foreign_snapshots", "index_snapshots", "basis_points")
_PLAIN = {"alerts": "timestamp", "gaps": "trading_date", "candle_repairs": "bucket"}
_NATIVE = {**dict.fromkeys(_HYPERTABLES, "timestamp"), **dict.fromkeys(CANDLE_TABLES, "bucket")}
# the days of the table's policy, or of the continuous aggregate's
_POLICY_DAYS = """
    SELECT extract(day FROM (config->>'drop_after')::interval)::int FROM timescaledb_information.jobs
    WHERE proc_name = 'policy_retention' AND (hypertable_name = $1 OR hypertable_name = (
        SELECT materialization_hypertable_name FROM timescaledb_information.continuous_aggregates WHERE view_name = $1
    ))
"""
# What the stricter policy may have dropped: the job refresh_late_candles (0006) must never refresh candles there.
_NOTE_DROPPED = """
    INSERT INTO meta VALUES ('trades_dropped_before', (now() - make_interval(days => $1 - 1))::text)
    ON CONFLICT (key) DO UPDATE
        SET value = greatest(meta.value::timestamptz, excluded.value::timestamptz)::text
"""


class Retention:
    """Applies RetentionDays to one database."""

    def __init__(self, pool: DatabasePool, days: RetentionDays) -> None:
        self._pool = pool
        self._days = days

    async def apply(self, now: datetime) -> dict[str, int]:
        """Delete what is too old at market time `now`, or see that the policies do; return rows deleted by table."""
        deleted = {}
        async with self._pool.connection() as connection:
            branch = await connection.fetchval("SELECT value FROM meta WHERE key = 'branch'")
            if branch == "timescale":
                await self._set_policies(connection)
        columns = _PLAIN if branch == "timescale" else {**_PLAIN, **_NATIVE}
        for table, column in columns.items():
            days = self._days_of(table)
            if days:
                deleted[table] = await self._delete(table, column, now - timedelta(days=days))
        gone = {table: count for table, count in deleted.items() if count}
        if gone:
            logger.info("retention: deleted %s", gone)
        return gone

    def _days_of(self, table: str) -> int:
        days: int = getattr(self._days, "candles" if table.startswith("candle") else table)
        return days

    async def _delete(self, table: str, column: str, before: datetime) -> int:
        """Delete in batches, each in a transaction and on a connection of its own, so that nobody waits for long."""
        kind = "date" if column == "trading_date" else "timestamptz"
        sql = (
            f"DELETE FROM {table} WHERE ctid = ANY(ARRAY("  # noqa: S608 - names from this file
            f"SELECT ctid FROM {table} WHERE {column} < $1::{kind} LIMIT {BATCH_ROWS}))"
        )
        bound = before.date() if kind == "date" else before
        total = 0
        while True:
            async with self._pool.connection() as connection:
                count = int((await connection.execute(sql, bound)).rpartition(" ")[2])
            total += count
            if count < BATCH_ROWS:
                return total

    async def _set_policies(self, connection: AnyConnection) -> None:
        for table in (*_HYPERTABLES, *CANDLE_TABLES):
            days = self._days_of(table)
            stored: int = await connection.fetchval(_POLICY_DAYS, table) or 0
            if stored == days:
                continue
            async with connection.transaction():  # never without a policy because the second half failed
                if table == "trades" and stored and (stored < days or not days):
                    await connection.execute(_NOTE_DROPPED, stored)
                await connection.execute(
                    "SELECT remove_retention_policy($1::regclass, if_exists => true)", table
                )
                if days:
                    await connection.execute(
                        "SELECT add_retention_policy($1::regclass, make_interval(days => $2))", table, days
                    )
