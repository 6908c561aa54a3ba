"""Exports a table, or bars, into a file: in batches, so that any number of rows takes the same memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from msgspec import Struct
from msgspec.structs import astuple

from app.history.candles import MINUTES, CandleRepository, Interval
from app.history.database_access import STATEMENT_TIMEOUT_S
from app.history.index_candles import IndexCandleRepository
from app.history.paging import LIMIT_MAX, TimeRange
from app.history.pool import DatabasePool
from app.history.row_files import FileColumn, RowFile
from app.history.tables import TABLE_BY_NAME, Table
from app.market.market_time import VIETNAM

CANDLES = "candles"
BATCH_ROWS = 5_000
TABLES = (CANDLES, *TABLE_BY_NAME)
_SYMBOL_COLUMNS = ("symbol", "index_id", "futures_symbol")
_DAY_BARS = 3_000  # calendar days of day bars read at once
_BAR_DAYS = 20  # calendar days of minutes read at once: at most 350 bars each
_BAR_COLUMNS = (
    FileColumn("symbol", "text"),
    FileColumn("timestamp", "timestamptz"),
    *(FileColumn(name, "float8") for name in ("open", "high", "low", "close")),
    *(
        FileColumn(name, "int8")
        for name in (
            "volume",
            "value",
            "mua_chu_dong_volume",
            "ban_chu_dong_volume",
            "neutral_volume",
            "trade_count",
        )
    ),
    FileColumn("origin", "text"),
)
_SYMBOL_SPANS = """
    SELECT symbol, min(bucket), max(bucket) FROM candle_minutes
    WHERE $1::text IS NULL OR symbol = $1 GROUP BY symbol ORDER BY symbol
"""
_INDEX_SPANS = (
    "SELECT index_id, min(timestamp), max(timestamp) FROM index_snapshots WHERE index_id = $1 GROUP BY 1"
)
_ADDED = {"gaps": (FileColumn("repaired_at", "timestamptz"),)}  # columns no row arrives with


class ExportRequest(Struct, frozen=True):
    """What to export: a table of tables.TABLES, or `candles` of an interval."""

    table: str
    span: TimeRange
    symbol: str | None = None
    interval: Interval = Interval.ONE_MINUTE


class ExportProgress(Struct):
    """How far it is. `rows_expected` None: not known beforehand."""

    rows: int = 0
    rows_expected: int | None = None
    part: str = ""


def columns_of(table: str) -> Sequence[FileColumn]:
    """Return the columns of an export."""
    if table == CANDLES:
        return _BAR_COLUMNS
    columns = [FileColumn(column.name, column.pg_type) for column in TABLE_BY_NAME[table].columns]
    return [*columns, *_ADDED.get(table, ())]


async def export_rows(
    connection: asyncpg.Connection[Any],
    pool: DatabasePool,
    request: ExportRequest,
    file: RowFile,
    report: Callable[[ExportProgress], None],
) -> int:
    """Write the rows in the order of their key, oldest first within a symbol; return how many. Bars come by `pool`."""
    progress = ExportProgress()
    batches = (
        _bars(connection, pool, request, progress)
        if request.table == CANDLES
        else _rows(connection, request, progress)
    )
    async for batch in batches:
        file.write(batch)
        progress.rows += len(batch)
        report(progress)
    return progress.rows


async def _rows(
    connection: asyncpg.Connection[Any], request: ExportRequest, progress: ExportProgress
) -> AsyncIterator[Sequence[Sequence[object]]]:
    table = TABLE_BY_NAME[request.table]
    where, arguments = _conditions(table, request)
    progress.rows_expected = await connection.fetchval(
        f"SELECT count(*) FROM {table.name} {where}",  # noqa: S608 - names of tables.py
        *arguments,
    )
    names = ", ".join(
        f"{column.name}::text" if column.pg_type == "jsonb" else column.name
        for column in columns_of(table.name)
    )
    sql = f"SELECT {names} FROM {table.name} {where} ORDER BY {', '.join(table.key)}"  # noqa: S608 - the same
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        cursor = await connection.cursor(sql, *arguments, timeout=STATEMENT_TIMEOUT_S)
        while batch := await cursor.fetch(BATCH_ROWS):
            yield [tuple(row) for row in batch]


def _conditions(table: Table, request: ExportRequest) -> tuple[str, list[object]]:
    """Return the WHERE of a table: its symbol column, and its time column or trading date."""
    names = table.column_names
    arguments: list[object]
    if table.name == "gaps":
        arguments = list(request.span.dates)
        parts = ["trading_date BETWEEN $1 AND $2"]
    else:
        arguments = [request.span.start, request.span.end]
        column = "bucket" if "bucket" in names else "timestamp"
        parts = [f"{column} BETWEEN $1 AND $2"]
    if request.symbol is not None:
        column = next(name for name in _SYMBOL_COLUMNS if name in names)
        parts.append(f"{column} = $3")
        arguments.append(request.symbol)
    return f"WHERE {' AND '.join(parts)}", arguments


async def _bars(
    connection: asyncpg.Connection[Any],
    pool: DatabasePool,
    request: ExportRequest,
    progress: ExportProgress,
) -> AsyncIterator[Sequence[Sequence[object]]]:
    candles: CandleRepository | IndexCandleRepository = CandleRepository(pool)
    names = await _spans(connection, _SYMBOL_SPANS, request.symbol)
    if not names and request.symbol is not None:  # no symbol has the name of an index
        candles = IndexCandleRepository(pool)
        names = await _spans(connection, _INDEX_SPANS, request.symbol)
    days = _DAY_BARS if request.interval is Interval.ONE_DAY else _BAR_DAYS * MINUTES[request.interval]
    for symbol, first, last in names:
        progress.part = symbol
        midnight = first.astimezone(VIETNAM).replace(hour=0, minute=0)  # a day's bar is named by it
        start = max(request.span.start, midnight)
        end = min(request.span.end, last + timedelta(days=1))
        while start <= end:
            stop = min(start + timedelta(days=days) - timedelta(microseconds=1), end)
            page = await candles.fetch(symbol, request.interval, TimeRange(start, stop), limit=LIMIT_MAX)
            yield [(symbol, *astuple(candle)) for candle in page.data]
            start = stop + timedelta(microseconds=1)


async def _spans(
    connection: asyncpg.Connection[Any], sql: str, name: str | None
) -> list[tuple[str, datetime, datetime]]:
    return [(found, first, last) for found, first, last in await connection.fetch(sql, name)]
