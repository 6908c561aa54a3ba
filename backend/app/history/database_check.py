"""Recounts what is stored: candles against trades, and each symbol's day against the feed's TotalVol.

A symbol's day is whole when the volume of its prints and that of its gaps add up to the last TotalVol stored.
Days whose trades the retention may have begun to delete are left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, time, timedelta

import asyncpg
from msgspec import Struct

from app.history.tables import AnyConnection
from app.market.market_time import VIETNAM

DIFFERENCES_MAX = 1_000  # a day; whoever has more needs no more lines


class Difference(Struct, frozen=True):
    """One thing that does not add up. `what` is one of CANDLE_TABLES or `total_volume`."""

    trading_date: date
    symbol: str
    what: str
    detail: str


class DayChecked(Struct, frozen=True):
    """One trading date, recounted."""

    trading_date: date
    trades: int
    candles: int
    symbols: int
    differences: list[Difference]


class CheckRange(Struct, frozen=True):
    """What to recount. `retain_days` 0: the retention deletes nothing."""

    symbol: str | None = None
    first: date | None = None
    last: date | None = None
    retain_days: int = 0


_DATES = """
    SELECT trading_date FROM (
        SELECT DISTINCT date_bin('1 day', bucket, '2000-01-01 00:00+07') AS midnight FROM candle_1d
        WHERE $1::text IS NULL OR symbol = $1
    ) AS days, LATERAL (SELECT (midnight AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS trading_date) AS named
    ORDER BY trading_date
"""
_FIGURES = (
    "open", "high", "low", "close", "volume", "value",
    "mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume", "trade_count",
)  # fmt: skip
_RECOUNT = """
    (array_agg(price ORDER BY timestamp, total_volume))[1] AS open, max(price) AS high, min(price) AS low,
    (array_agg(price ORDER BY timestamp DESC, total_volume DESC))[1] AS close,
    sum(volume)::int8 AS volume, sum(value)::int8 AS value,
    coalesce(sum(volume) FILTER (WHERE trade_type = 'mua_chu_dong'), 0)::int8 AS mua_chu_dong_volume,
    coalesce(sum(volume) FILTER (WHERE trade_type = 'ban_chu_dong'), 0)::int8 AS ban_chu_dong_volume,
    coalesce(sum(volume) FILTER (WHERE trade_type = 'neutral'), 0)::int8 AS neutral_volume,
    count(*) AS trade_count
"""
_BUCKET = "date_bin('{0}', timestamp, '2000-01-01 00:00+07')"
# as revision 0004 has it: where it belongs is not known before the closing auction
_QUARTER_PHASE = (
    f"CASE WHEN phase = 'continuous' AND timestamp - {_BUCKET.format('1 day')} >= INTERVAL '14:30'"
    f" AND timestamp - {_BUCKET.format('1 day')} < INTERVAL '14:31' THEN 'half_past_two' ELSE phase END"
)
_CANDLES = {  # name -> width, phase of a print, None where candles have none
    "candle_1m": ("1 minute", "phase"),
    "candle_15m": ("15 minutes", _QUARTER_PHASE),
    "candle_1d": ("1 day", None),
}
_TOTALS = """
    SELECT t.symbol, t.last, t.shown, coalesce(g.missed, 0)::int8 AS missed
    FROM (
        SELECT symbol, max(total_volume) AS last, sum(volume)::int8 AS shown FROM trades
        WHERE trading_date = $1 AND timestamp >= $2 AND timestamp < $2::timestamptz + INTERVAL '1 day'
            AND ($3::text IS NULL OR symbol = $3)
        GROUP BY symbol
    ) AS t LEFT JOIN (
        SELECT symbol, sum(volume)::int8 AS missed FROM gaps WHERE trading_date = $1 GROUP BY symbol
    ) AS g USING (symbol)
    WHERE t.shown + coalesce(g.missed, 0) <> t.last ORDER BY t.symbol LIMIT $4
"""
_COUNTS = """
    SELECT (SELECT count(*) FROM trades WHERE timestamp >= $1 AND timestamp < $1::timestamptz + INTERVAL '1 day'
            AND ($2::text IS NULL OR symbol = $2)),
        (SELECT count(*) FROM candle_1m WHERE bucket >= $1 AND bucket < $1::timestamptz + INTERVAL '1 day'
            AND ($2::text IS NULL OR symbol = $2)),
        (SELECT count(*) FROM candle_1d WHERE bucket = $1 AND ($2::text IS NULL OR symbol = $2))
"""


def _candle_sql(name: str) -> str:
    width, phase = _CANDLES[name]
    keys = "symbol, bucket, phase" if phase else "symbol, bucket"
    ours = ", ".join(f"k.{figure}" for figure in _FIGURES)
    counted = ", ".join(f"r.{figure}" for figure in _FIGURES)
    return f"""
        SELECT {keys}, array[{_as_texts("k")}] AS stored, array[{_as_texts("r")}] AS counted
        FROM (
            SELECT symbol, {_BUCKET.format(width)} AS bucket, {f"{phase} AS phase, " if phase else ""}{_RECOUNT}
            FROM trades WHERE timestamp >= $1 AND timestamp < $1::timestamptz + INTERVAL '1 day'
                AND phase <> 'put_through' AND ($2::text IS NULL OR symbol = $2)
            GROUP BY {"1, 2, 3" if phase else "1, 2"}
        ) AS r FULL JOIN (
            SELECT {keys}, {", ".join(_FIGURES)} FROM {name}
            WHERE bucket >= $1 AND bucket < $1::timestamptz + INTERVAL '1 day'
                AND ($2::text IS NULL OR symbol = $2)
        ) AS k USING ({keys})
        WHERE ({ours}) IS DISTINCT FROM ({counted}) ORDER BY {keys} LIMIT $3
    """  # noqa: S608 - constants of this file


def _as_texts(alias: str) -> str:
    return ", ".join(f"{alias}.{figure}::text" for figure in _FIGURES)


async def check_days(
    connection: AnyConnection,
    wanted: CheckRange,
    *,
    today: date,
    begun: Callable[[int], None] = lambda _days: None,
) -> AsyncIterator[DayChecked]:
    """Recount day by day, oldest first. `begun` is told how many days there are."""
    days = await _days(connection, wanted, today)
    begun(len(days))
    for day in days:
        yield await _check_day(connection, day, wanted.symbol)


async def _days(connection: AnyConnection, wanted: CheckRange, today: date) -> list[date]:
    days: list[date] = [row[0] for row in await connection.fetch(_DATES, wanted.symbol)]
    if not days:
        return []
    first = wanted.first or date.min
    if wanted.retain_days:
        # the day of the cut is half deleted; one more, because the retention goes by market time
        whole = max(days[-1], today) - timedelta(days=wanted.retain_days - 2)
        first = max(first, whole)
    return [day for day in days if first <= day <= (wanted.last or date.max)]


async def _check_day(connection: AnyConnection, day: date, symbol: str | None) -> DayChecked:
    midnight = datetime.combine(day, time(), VIETNAM)
    trades, candles, symbols = await connection.fetchrow(_COUNTS, midnight, symbol) or (0, 0, 0)
    differences = []
    for name in _CANDLES:
        rows = await connection.fetch(_candle_sql(name), midnight, symbol, DIFFERENCES_MAX)
        differences += [_candle_difference(day, name, row) for row in rows]
    for name, last, shown, missed in await connection.fetch(_TOTALS, day, midnight, symbol, DIFFERENCES_MAX):
        detail = f"prints {shown} + gaps {missed} = {shown + missed}, TotalVol {last}"
        differences.append(Difference(day, name, "total_volume", detail))
    return DayChecked(day, trades, candles, symbols, differences)


def _candle_difference(day: date, name: str, row: asyncpg.Record) -> Difference:
    where = row["bucket"].astimezone(VIETNAM).strftime("%H:%M ") if name != "candle_1d" else ""
    stored, counted = row["stored"], row["counted"]
    if counted[0] is None:
        detail = "stored without a trade"
    elif stored[0] is None:
        detail = "missing"
    else:
        detail = ", ".join(
            f"{figure} {ours}, counted {theirs}"
            for figure, ours, theirs in zip(_FIGURES, stored, counted, strict=True)
            if ours != theirs
        )
    return Difference(day, row["symbol"], name, where + detail)
