"""Everything a database holds, to compare it before and after."""

from __future__ import annotations

from typing import Any

import asyncpg

from app.history.tables import CANDLE_TABLES, TABLE_BY_NAME

type Contents = dict[str, list[list[tuple[str, Any]]]]


async def read_all(dsn: str) -> Contents:
    """Return every row of every table and candle, sorted; columns by name, for a view may be made anew."""
    connection = await asyncpg.connect(dsn)
    try:
        found = {}
        for name in (*TABLE_BY_NAME, *CANDLE_TABLES, "candle_minutes", "meta"):
            rows = await connection.fetch(f"SELECT * FROM {name}")
            found[name] = sorted((sorted(dict(row).items()) for row in rows), key=repr)
        return found
    finally:
        await connection.close()
