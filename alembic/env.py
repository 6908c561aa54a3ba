"""Alembic's entry: runs the revisions on the connection history/schema.py hands in, or on DATABASE_URL by itself.

The driver is asyncpg in either case, named by us: SQLAlchemy 2.1 would ask for psycopg.
"""

from __future__ import annotations

import asyncio
import os

from alembic import context
from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.dialects import postgresql

from app.history import tables
from app.history.schema import alembic_connection

TYPES = {
    "text": postgresql.TEXT(),
    "int4": postgresql.INTEGER(),
    "int8": postgresql.BIGINT(),
    "float8": postgresql.DOUBLE_PRECISION(),
    "bool": postgresql.BOOLEAN(),
    "date": postgresql.DATE(),
    "jsonb": postgresql.JSONB(),
    "timestamptz": postgresql.TIMESTAMP(timezone=True),
}


def target_metadata() -> MetaData:
    """Return the tables of history/tables.py for `alembic check` and autogenerate."""
    metadata = MetaData()
    for table in tables.TABLES:
        columns = [Column(c.name, TYPES[c.pg_type], nullable=c.is_nullable) for c in table.columns]
        Table(table.name, metadata, *columns, PrimaryKeyConstraint(*table.key))
    return metadata


def is_ours(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
    """Leave everything else alone: what TimescaleDB makes, the candles, meta, indexes and columns of SQL only."""
    if kind == "schema":
        return name is None
    if kind == "table":
        return name in tables.TABLE_BY_NAME
    if kind == "column":
        table = tables.TABLE_BY_NAME.get(parents.get("table_name") or "")
        return table is not None and name in table.column_names
    return False


def run(connection: Connection) -> None:
    """Run what the command asked for, one transaction a revision."""
    context.configure(
        connection=connection,
        target_metadata=target_metadata(),
        include_name=is_ours,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    """Run on DATABASE_URL, for Alembic's own command line."""
    dsn = os.environ.get("DATABASE_URL")
    if not dsn:
        raise SystemExit("alembic: set DATABASE_URL, or use `python -m app migrate`")
    async with alembic_connection(dsn, context.config, os.environ.get("TIMESCALE", "auto")) as connection:
        await connection.run_sync(run)


if context.is_offline_mode():
    raise SystemExit("alembic: --sql is not supported, the revisions look at the database they run on")
given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_alone())
