"""The statements that read bars: from the minutes, or for 15 minutes and more from the quarters of an hour.

Where a minute of the provider's replaces ours, its quarter is put together from its minutes again. Bars of a day come
from `candle_1d` in the same way. Units: as in history/candles.py.
"""

from __future__ import annotations

from typing import Literal

type Source = Literal["candle_1m", "candle_15m"]

ATC_MINUTE = 14 * 60 + 45
SOURCE_MINUTES: dict[Source, int] = {"candle_1m": 1, "candle_15m": 15}

_SUMS = "volume, value, mua_chu_dong_volume, ban_chu_dong_volume, neutral_volume, trade_count"
_ROLLED_UP = """
    (array_agg(open ORDER BY open_time, open_total))[1] AS open, max(high) AS high, min(low) AS low,
    (array_agg(close ORDER BY open_time DESC, open_total DESC))[1] AS close,
    sum(volume)::int8 AS volume, sum(value)::int8 AS value,
    sum(mua_chu_dong_volume)::int8 AS mua_chu_dong_volume, sum(ban_chu_dong_volume)::int8 AS ban_chu_dong_volume,
    sum(neutral_volume)::int8 AS neutral_volume, sum(trade_count)::int8 AS trade_count, max(origin) AS origin
"""
_MINUTE_OF_DAY = "((extract(epoch FROM {0})::int8 + 25200) % 86400 / 60)::int4"
# as revision 0004 has it: a minute that may belong to the one before
_PHASE = (
    f"CASE WHEN phase = 'continuous' AND {_MINUTE_OF_DAY.format('bucket')} = 870 THEN 'half_past_two'"
    " ELSE phase END AS phase"
)
_FIGURES = f"open, high, low, close, {_SUMS}"
_OURS = f"bucket, phase, {_FIGURES}, open_time, open_total, NULL::text AS origin"
_OUR_MINUTES = f"bucket, {_PHASE}, {_FIGURES}, open_time, open_total, NULL::text AS origin"
_THEIR_MINUTES = f"bucket, {_PHASE}, {_FIGURES}, bucket AS open_time, 0::int8 AS open_total, origin"
# wider than the labels by as much as a print can move: 1 h back (PLO) and a quarter's width, 95 minutes on (lunch)
_WITHIN = (
    "symbol = $1 AND bucket >= $2::timestamptz - INTERVAL '2 hours'"
    " AND bucket < $3::timestamptz + make_interval(mins => $4 + 95)"
)
_BUCKET = "date_bin('{0} minutes', bucket, '2000-01-01 00:00+07')"


def bars_statement(source: Source) -> str:
    """Return the statement that reads bars of less than a day.

    $1 symbol, $2 start, $3 end (both of the bar's label), $4 minutes a bar, $5 minute of the opening auction's bar,
    $6 rows of the source to go back at most, $7 bars at most. Rows are newest first, a Candle's columns under the label
    and `is_cut`: whether what lies before $6 rows was left out. `minute` is the minute of the Vietnamese day.
    """
    minutes = SOURCE_MINUTES[source]
    # What is read begins where either side alone holds enough: a walk of the key's end, however long the history.
    return f"""
    WITH beginning AS MATERIALIZED (
        SELECT {_BUCKET.format(minutes)} AS bucket FROM (SELECT greatest(
            (SELECT bucket FROM {source} WHERE {_WITHIN} ORDER BY bucket DESC OFFSET $6::int LIMIT 1),
            (SELECT bucket FROM candle_repairs WHERE {_WITHIN} ORDER BY bucket DESC OFFSET $6::int * {minutes} LIMIT 1)
        ) AS bucket) AS either
    ), theirs AS MATERIALIZED (
        SELECT {_THEIR_MINUTES} FROM candle_repairs WHERE {_WITHIN} AND {_from_beginning()}
    ), repaired AS MATERIALIZED (
        SELECT DISTINCT {_BUCKET.format(minutes)} AS bucket FROM theirs
    ), pieces AS MATERIALIZED (
        SELECT *, {_MINUTE_OF_DAY.format("bucket")} AS minute FROM (
            SELECT {_OURS if minutes > 1 else _OUR_MINUTES} FROM {source}
            WHERE {_WITHIN} AND {_from_beginning()} AND bucket NOT IN (SELECT bucket FROM repaired)
            UNION ALL SELECT * FROM theirs
            {_minutes_beside_theirs(minutes) if minutes > 1 else ""}
        ) AS merged
    ), closings AS MATERIALIZED (
        SELECT DISTINCT bucket - make_interval(mins => minute - 870) AS half_past_two FROM pieces WHERE phase = 'atc'
    )
    SELECT label, {_ROLLED_UP}, (SELECT bucket IS NOT NULL FROM beginning) AS is_cut
    FROM (
        SELECT *, bucket + make_interval(mins => CASE
            WHEN phase = 'atc' THEN bar_minute
            WHEN phase = 'plo' THEN greatest(bar_minute / $4, ({ATC_MINUTE} + $4) / $4) * $4
            ELSE bar_minute / $4 * $4 END - minute) AS label
        FROM (
            SELECT *, CASE
                WHEN phase = 'ato' THEN $5
                WHEN phase = 'atc' THEN {ATC_MINUTE}
                WHEN phase = 'plo' THEN greatest(minute, {ATC_MINUTE + 1})
                WHEN phase = 'continuous' AND minute BETWEEN 690 AND 779 THEN 689
                WHEN phase = 'half_past_two' AND bucket IN (SELECT half_past_two FROM closings)
                    THEN 869  -- UPCoM has no closing auction: its 14:30 is a minute like any other
                ELSE minute END AS bar_minute
            FROM pieces OFFSET 0  -- computed once, not once a use
        ) AS placed OFFSET 0
    ) AS labelled
    WHERE label >= $2 AND label <= $3 GROUP BY label ORDER BY label DESC LIMIT $7
    """  # noqa: S608 - constants of this file


def _from_beginning() -> str:
    return "bucket >= (SELECT coalesce(bucket, '-infinity') FROM beginning)"


def _minutes_beside_theirs(minutes: int) -> str:
    """Return the arm that reads our minutes of a piece in which some are the provider's."""
    return f"""
            UNION ALL
            SELECT beside.* FROM repaired, LATERAL (
                SELECT {_OUR_MINUTES} FROM candle_1m
                WHERE symbol = $1 AND bucket >= repaired.bucket
                    AND bucket < repaired.bucket + INTERVAL '{minutes} minutes'
                    AND bucket NOT IN (SELECT bucket FROM theirs)
            ) AS beside
    """  # noqa: S608 - constants of this file


# $1 symbol, $2 start, $3 end, $4 bars at most. A day with a repaired minute is rolled up from its minutes.
_DAY = "date_bin('1 day', {0}, '2000-01-01 00:00+07')"
DAYS_STATEMENT = f"""
    WITH repaired AS (
        SELECT DISTINCT {_DAY.format("bucket")} AS day FROM candle_repairs
        WHERE symbol = $1 AND bucket >= $2 AND bucket < $3::timestamptz + INTERVAL '1 day'
    )
    SELECT bucket AS label, open, high, low, close, {_SUMS}, NULL::text AS origin, false AS is_cut
    FROM candle_1d WHERE symbol = $1 AND bucket >= $2 AND bucket <= $3 AND bucket NOT IN (SELECT day FROM repaired)
    UNION ALL
    SELECT day AS label, {_ROLLED_UP}, false FROM repaired JOIN candle_minutes
        ON symbol = $1 AND bucket >= day AND bucket < day + INTERVAL '1 day'
    WHERE day >= $2 AND day <= $3 GROUP BY day
    ORDER BY label DESC LIMIT $4
"""  # noqa: S608 - constants of this file
