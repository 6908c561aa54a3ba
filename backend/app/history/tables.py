"""The stored tables as data: columns, types and natural keys, once. The writer, the repositories and the tests of the
migrations all go by this.

Keys: the feed has no ids, so a row's identity is what it says (DATABASE.md 1.6). A second delivery inserts nothing.
On TimescaleDB a key must hold the time column; where the natural key has none, the time is appended there.
Units: prices of equities in VND, of futures and indices in points, 0 = absent; values in VND.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

import msgspec
from asyncpg import Connection
from asyncpg.pool import PoolConnectionProxy
from msgspec import Struct

from app.market.models import Alert, BasisPoint, ClassifiedTrade, ForeignInvestorData, Gap, IndexData

type AnyConnection = Connection[Any] | PoolConnectionProxy[Any]
type Row = tuple[Any, ...]

ALL_SYMBOLS = "*"  # a gap of the whole feed


class Column(Struct, frozen=True):
    name: str
    pg_type: str
    is_nullable: bool = False


class Table(Struct, frozen=True, dict=True):
    """`time_column` None: a plain table on both branches. `on_conflict`: what a repeated key does."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    time_column: str | None = "timestamp"
    on_conflict: str = "ON CONFLICT DO NOTHING"

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def hypertable_key(self) -> tuple[str, ...]:
        """The key on TimescaleDB."""
        if self.time_column is None or self.time_column in self.key:
            return self.key
        return (*self.key, self.time_column)

    @cached_property
    def insert_sql(self) -> str:
        """The statement that inserts any number of rows, given one array a column, in the order of the key.

        The order keeps two writers from locking each other out, and later reads close together on disk.
        """
        names = ", ".join(self.column_names)
        arrays = ", ".join(f"${n}::{column.pg_type}[]" for n, column in enumerate(self.columns, start=1))
        return (
            f"INSERT INTO {self.name} ({names}) SELECT {names}"  # noqa: S608 - names from this file only
            f" FROM unnest({arrays}) AS rows ({names}) ORDER BY {', '.join(self.key)} {self.on_conflict}"
        )


def _columns(text: str) -> tuple[Column, ...]:
    """Parse `name type, name type?`; a question mark allows NULL."""
    words = [part.split(maxsplit=1) for part in text.replace("\n", " ").split(",")]
    return tuple(Column(name, kind.strip().rstrip("?"), kind.strip().endswith("?")) for name, kind in words)


TRADES = Table(
    "trades",
    _columns(
        "symbol text, price float8, volume int8, trade_type text, value int8, bid_price float8, ask_price float8,"
        " timestamp timestamptz, trading_date date, total_volume int8, phase text, exchange_side text?"
    ),
    key=("symbol", "trading_date", "total_volume"),
)
FOREIGN_SNAPSHOTS = Table(
    "foreign_snapshots",
    _columns(
        "symbol text, buy_volume int8, sell_volume int8, buy_speed float8, sell_speed float8,"
        " buy_acceleration float8, sell_acceleration float8, timestamp timestamptz, buy_value int8, sell_value int8,"
        " current_room int8"
    ),
    key=("symbol", "timestamp", "buy_volume", "sell_volume"),
)
INDEX_SNAPSHOTS = Table(
    "index_snapshots",
    _columns(
        "index_id text, value float8, change float8, advances int4, declines int4, timestamp timestamptz,"
        " total_volume int8, total_value int8"
    ),
    key=("index_id", "timestamp", "total_volume", "value"),
)
BASIS_POINTS = Table(
    "basis_points",
    _columns(
        "futures_symbol text, futures_price float8, spot_value float8, basis float8, basis_pct float8,"
        " is_premium bool, timestamp timestamptz"
    ),
    key=("futures_symbol", "timestamp", "futures_price", "spot_value"),
)
ALERTS = Table(
    "alerts",
    _columns(
        "id text, alert_type text, severity text, symbol text, message text, data jsonb, timestamp timestamptz"
    ),
    key=("id",),
    time_column=None,
)
# A gap that is still open has no to_time; the same id closes it. A closed one stays as it is.
GAPS = Table(
    "gaps",
    _columns(
        "id text, symbol text, cause text, from_time timestamptz?, to_time timestamptz?, volume int8,"
        " trading_date date"
    ),
    key=("id",),
    time_column=None,
    on_conflict=(
        "ON CONFLICT (id) DO UPDATE SET to_time = excluded.to_time, volume = excluded.volume"
        " WHERE gaps.to_time IS NULL AND excluded.to_time IS NOT NULL"
    ),
)
# Minutes taken from a provider instead of our prints: a repaired gap, or the days before the first start.
CANDLE_REPAIRS = Table(
    "candle_repairs",
    _columns(
        "symbol text, bucket timestamptz, phase text, open float8, high float8, low float8, close float8,"
        " volume int8, value int8, mua_chu_dong_volume int8, ban_chu_dong_volume int8, neutral_volume int8,"
        " trade_count int8, origin text"
    ),
    key=("symbol", "bucket", "phase"),
    time_column=None,
    on_conflict=(
        "ON CONFLICT (symbol, bucket, phase) DO UPDATE SET open = excluded.open, high = excluded.high,"
        " low = excluded.low, close = excluded.close, volume = excluded.volume, value = excluded.value,"
        " mua_chu_dong_volume = excluded.mua_chu_dong_volume, ban_chu_dong_volume = excluded.ban_chu_dong_volume,"
        " neutral_volume = excluded.neutral_volume, trade_count = excluded.trade_count, origin = excluded.origin"
    ),
)
TABLES = (TRADES, FOREIGN_SNAPSHOTS, INDEX_SNAPSHOTS, BASIS_POINTS, ALERTS, GAPS, CANDLE_REPAIRS)
# Made of `trades` by the database itself, on both branches; on TimescaleDB in this order, as the quarters are of minutes.
CANDLE_TABLES = ("candle_1m", "candle_15m", "candle_1d")
TABLE_BY_NAME = {table.name: table for table in TABLES}


async def insert_rows(connection: AnyConnection, table: Table, rows: Sequence[Row]) -> int:
    """Insert `rows` in one statement and return how many were new (or closed, for gaps).

    Raises asyncpg.DataError or IntegrityConstraintViolationError when a row can't be stored: none is then.
    """
    if not rows:
        return 0
    status = await connection.execute(table.insert_sql, *zip(*rows, strict=True))
    return int(status.rpartition(" ")[2])


def trade_row(trade: ClassifiedTrade) -> Row:
    """Build the row of `trades`."""
    return (
        trade.symbol,
        trade.price,
        trade.volume,
        trade.trade_type.value,
        trade.value,
        trade.bid_price,
        trade.ask_price,
        trade.timestamp,
        trade.trading_date,
        trade.total_volume,
        trade.phase.value,
        trade.exchange_side,
    )


def foreign_row(data: ForeignInvestorData) -> Row:
    """Build the row of `foreign_snapshots`. `data` must have been updated."""
    return (
        data.symbol,
        data.buy_volume,
        data.sell_volume,
        data.buy_speed_per_min,
        data.sell_speed_per_min,
        data.buy_acceleration,
        data.sell_acceleration,
        data.last_updated,
        data.buy_value,
        data.sell_value,
        data.current_room,
    )


def index_row(index: IndexData) -> Row:
    """Build the row of `index_snapshots`. `index` must have been updated."""
    return (
        index.index_id,
        index.value,
        index.change,
        index.advances,
        index.declines,
        index.last_updated,
        index.total_volume,
        index.total_value,
    )


def basis_row(point: BasisPoint) -> Row:
    """Build the row of `basis_points`."""
    return (
        point.futures_symbol,
        point.futures_price,
        point.spot_value,
        point.basis,
        point.basis_pct,
        point.is_premium,
        point.timestamp,
    )


def alert_row(alert: Alert) -> Row:
    """Build the row of `alerts`."""
    return (
        alert.id,
        alert.alert_type.value,
        alert.severity.value,
        alert.symbol,
        alert.message,
        msgspec.json.encode(alert.data).decode(),
        alert.timestamp,
    )


def gap_row(gap: Gap, trading_date: date) -> Row:
    """Build the row of `gaps` for volume that is known to be missing."""
    identity = f"{gap.symbol}|{gap.cause}|{gap.from_time}|{gap.to_time}|{gap.volume}|{gap.total_volume}"
    return (
        gap_id(identity),
        gap.symbol,
        gap.cause,
        gap.from_time,
        gap.to_time,
        gap.volume,
        trading_date,
    )


def gap_id(identity: str) -> str:
    """Return the id of the gap that `identity` describes. An open gap is closed by the same identity."""
    return hashlib.sha256(identity.encode()).hexdigest()[:24]
