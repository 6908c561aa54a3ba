"""Bars of an index, made on read from its stored states (`index_snapshots`, one about every 5 s).

- Open, high, low and close are published values from the first match of the day on: what is published before only
  repeats the day before. Volume and value are what the day's totals grew by within the bar.
- Lunch has no bars: what is published in it belongs to the minute before. Stretches in which nothing changes (waiting
  for the closing auction, after the close) have none either.
- A day that was watched from its opening on counts from zero, a later first state is a baseline. A day's bar has the
  day's totals.
Units: index points, shares, VND. An index has no sides and no prints: its volume is neutral, its count 0.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.history.candles import MINUTES, Candle, Interval
from app.history.paging import (
    LATEST,
    Page,
    TimeRange,
    can_be_stored,
    check_limit,
    decode_cursor,
    encode_cursor,
)
from app.history.pool import DatabasePool
from app.market.market_time import VIETNAM

DAY_MINUTES = 1_440
ROWS_A_MINUTE = 13  # a state every 5 s, and some more
LUNCH_MINUTES = 95
OPENING_MINUTE_MAX = 9 * 60 + 16  # HOSE's opening auction ends at 09:15
_EARLIER = "OVER (PARTITION BY day ORDER BY label)"
# Only columns of the key are read but for one row a bar, so the rows come from the index alone.
# $1 index, $2 start and $3 end (both of the bar's label), $4 minutes a bar, $5 states read at most, $6 least total of
# the day, $7 bars, $8 label to stop before. The day of the first bar is read from its midnight on, for what its totals
# were before.
_BARS = f"""
    WITH newest AS MATERIALIZED (
        SELECT timestamp, total_volume, value, date_bin('1 day', timestamp, '2000-01-01 00:00+07') AS day,
            ((extract(epoch FROM timestamp)::int8 + 25200) % 86400 / 60)::int4 AS minute
        FROM index_snapshots
        WHERE index_id = $1 AND timestamp >= date_bin('1 day', $2::timestamptz, '2000-01-01 00:00+07')
            AND timestamp < $3::timestamptz + make_interval(mins => $4 + {LUNCH_MINUTES})
            AND timestamp < $8::timestamptz + make_interval(mins => {LUNCH_MINUTES}) AND total_volume >= $6
        ORDER BY timestamp DESC, total_volume DESC, value DESC LIMIT $5
    ), bars AS (
        SELECT day, label, (array_agg(value ORDER BY timestamp, total_volume, value))[1] AS open,
            max(value) AS high, min(value) AS low,
            (array_agg(value ORDER BY timestamp DESC, total_volume DESC, value DESC))[1] AS close,
            (array_agg(total_volume ORDER BY timestamp, total_volume, value))[1] AS first_total,
            (array_agg(total_volume ORDER BY timestamp DESC, total_volume DESC, value DESC))[1] AS last_total,
            min(timestamp) AS first_time, max(timestamp) AS last_time, min(minute) AS first_minute
        FROM (
            SELECT *, day + make_interval(
                mins => (CASE WHEN minute BETWEEN 690 AND 779 THEN 689 ELSE minute END) / $4 * $4
            ) AS label FROM newest
        ) AS labelled GROUP BY day, label
    ), valued AS (
        SELECT bars.*, first_state.total_value AS first_value, last_state.total_value AS last_value FROM bars,
            LATERAL (
                SELECT total_value FROM index_snapshots
                WHERE index_id = $1 AND timestamp = first_time AND total_volume = first_total AND value = open LIMIT 1
            ) AS first_state,
            LATERAL (
                SELECT total_value FROM index_snapshots
                WHERE index_id = $1 AND timestamp = last_time AND total_volume = last_total AND value = close LIMIT 1
            ) AS last_state
    ), stepped AS (
        SELECT *, lag(close) {_EARLIER} AS close_before,
            greatest(0, last_total - coalesce(lag(last_total) {_EARLIER}, CASE
                WHEN $4 = {DAY_MINUTES} OR first_minute <= {OPENING_MINUTE_MAX} THEN 0 ELSE first_total END)) AS volume,
            greatest(0, last_value - coalesce(lag(last_value) {_EARLIER}, CASE
                WHEN $4 = {DAY_MINUTES} OR first_minute <= {OPENING_MINUTE_MAX} THEN 0 ELSE first_value END)) AS turnover
        FROM valued
    )
    SELECT label, open, high, low, close, volume, turnover, (SELECT count(*) FROM newest) AS rows_read FROM stepped
    WHERE label >= $2 AND label <= $3 AND label < $8
        AND (volume > 0 OR high > low OR close IS DISTINCT FROM close_before)
    ORDER BY label DESC LIMIT $7
"""  # noqa: S608 - constants of this file


class IndexCandleRepository:
    """Reads bars of indices."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def fetch(
        self, index_id: str, interval: Interval, span: TimeRange, *, limit: int, cursor: str | None = None
    ) -> Page[Candle]:
        """Return the last `limit` bars that begin within `span`, oldest first; the cursor leads to older ones."""
        check_limit(limit)
        before = decode_cursor(cursor, tuple[datetime])[0] if cursor is not None else None
        if not can_be_stored(index_id):
            return Page(data=[], next_cursor=None)
        rows = await self._read(index_id, interval, span, before, limit + 1, 1)
        if not rows:  # an index that is published without volumes
            rows = await self._read(index_id, interval, span, before, limit + 1, 0)
        candles = [_candle(row) for row in rows[:limit]]
        next_cursor = encode_cursor(candles[-1].timestamp) if len(rows) > limit else None
        candles.reverse()
        return Page(data=candles, next_cursor=next_cursor)

    async def _read(
        self,
        index_id: str,
        interval: Interval,
        span: TimeRange,
        before: datetime | None,
        limit: int,
        total_min: int,
    ) -> list[Any]:
        """Return up to `limit` whole bars, newest first."""
        minutes = MINUTES.get(interval, DAY_MINUTES)
        states = ((limit + 2) * minutes + LUNCH_MINUTES) * ROWS_A_MINUTE
        until = before if before is not None else LATEST + timedelta(days=1)
        while True:
            rows = await self._pool.fetch(
                _BARS, index_id, span.start, span.end, minutes, states, total_min, limit + 1, until
            )
            is_cut = bool(rows) and rows[0]["rows_read"] >= states
            if not is_cut or len(rows) > limit:
                return rows[:limit]
            states *= 4  # much of what was read is flat: the bars are further back


def _candle(row: Any) -> Candle:
    label, opened, high, low, close, volume, value, _ = row
    return Candle(
        label.astimezone(VIETNAM),
        opened,
        high,
        low,
        close,
        volume,
        value,
        0,
        0,
        neutral_volume=volume,
        trade_count=0,
    )
