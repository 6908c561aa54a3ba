"""Rows of a table to bytes and back, for the spool.

Format: MessagePack of a list of tuples in the order of the table's columns, typed by their pg types on the way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from app.history.tables import TABLE_BY_NAME, Row

_PYTHON_TYPES: dict[str, Any] = {
    "text": str,
    "jsonb": str,
    "float8": float,
    "int4": int,
    "int8": int,
    "bool": bool,
    "date": date,
    "timestamptz": datetime,
}
_encoder = msgspec.msgpack.Encoder()
_list_decoder = msgspec.msgpack.Decoder(list[msgspec.Raw])

type DeadRow = tuple[str, str, str]  # table, the row as text, why


class BuriedRow(Struct, frozen=True):
    """A row no database takes, as the spool keeps it."""

    buried_at: datetime
    table: str
    row: str
    reason: str


def encode_rows(table: str, rows: Sequence[Row]) -> tuple[bytes, int, list[DeadRow]]:
    """Return the rows that can be encoded, how many they are, and those that can't."""
    try:
        return _encoder.encode(rows), len(rows), []
    except (TypeError, ValueError, OverflowError):  # UnicodeEncodeError is a ValueError
        pass
    good: list[Row] = []
    dead: list[DeadRow] = []
    for row in rows:
        try:
            _encoder.encode(row)
        except (TypeError, ValueError, OverflowError) as error:
            dead.append((table, ascii(row), f"can't be encoded: {error}"))
        else:
            good.append(row)
    return _encoder.encode(good), len(good), dead


def decode_rows(table: str, body: bytes) -> tuple[list[Row], list[DeadRow]]:
    """Return the rows of one encoded list, and those that don't fit the table."""
    if table not in TABLE_BY_NAME:
        return [], [(table, ascii(body), "there is no such table")]
    try:
        rows: list[Row] = _decoder(table, is_list=True).decode(body)
        return rows, []
    except msgspec.MsgspecError:
        return _decode_one_by_one(table, body)


def _decode_one_by_one(table: str, body: bytes) -> tuple[list[Row], list[DeadRow]]:
    try:
        raws = _list_decoder.decode(body)
    except msgspec.MsgspecError as error:
        return [], [(table, ascii(body), f"can't be decoded: {error}")]
    rows: list[Row] = []
    dead: list[DeadRow] = []
    for raw in raws:
        try:
            rows.append(_decoder(table, is_list=False).decode(raw))
        except msgspec.MsgspecError as error:
            dead.append((table, ascii(msgspec.msgpack.decode(raw)), f"does not fit the table: {error}"))
    return rows, dead


@lru_cache(maxsize=64)
def _decoder(table: str, *, is_list: bool) -> msgspec.msgpack.Decoder[Any]:
    kinds = [
        _PYTHON_TYPES[column.pg_type] | None if column.is_nullable else _PYTHON_TYPES[column.pg_type]
        for column in TABLE_BY_NAME[table].columns
    ]
    row: Any = tuple.__class_getitem__(tuple(kinds))
    return msgspec.msgpack.Decoder(list.__class_getitem__(row) if is_list else row)
