"""Inserts rows and finds the ones no database takes: a batch that fails is halved until the bad rows stand alone."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from app.history.errors import describe
from app.history.pool import STATEMENT_ERRORS
from app.history.row_codec import DeadRow
from app.history.tables import AnyConnection, Row, Table, insert_rows


async def insert_or_bury(
    connection: AnyConnection, table: Table, rows: Sequence[Row]
) -> tuple[int, list[DeadRow]]:
    """Insert what can be inserted; return how many rows were new, and those that can't be stored.

    Raises whatever else goes wrong: then the server is at fault, not the rows. Halves that went in before that stay,
    and going in once more does nothing.
    """
    try:
        return await insert_rows(connection, table, _last_of_each_key(table, rows)), []
    except STATEMENT_ERRORS as error:
        if len(rows) == 1:
            return 0, [(table.name, ascii(rows[0]), _reason(error))]
    middle = len(rows) // 2
    first, first_dead = await insert_or_bury(connection, table, rows[:middle])
    second, second_dead = await insert_or_bury(connection, table, rows[middle:])
    return first + second, first_dead + second_dead


def _last_of_each_key(table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """Keep the last of the rows that share a key, where a repeat changes the row: one statement can't do so twice."""
    if "DO UPDATE" not in table.on_conflict:
        return rows
    places = [table.column_names.index(name) for name in table.key]
    return list({tuple(row[place] for place in places): row for row in rows}.values())


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate:
        return f"{error.sqlstate} {describe(error)}"
    return describe(error)
