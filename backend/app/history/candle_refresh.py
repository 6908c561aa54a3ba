"""Refreshes a range of the continuous aggregates on TimescaleDB, where candles don't follow deleted trades by themselves."""

from __future__ import annotations

import logging
from datetime import datetime

import asyncpg

from app.history.tables import CANDLE_TABLES, AnyConnection

TRIES = 50
PAUSE_S = 0.2

logger = logging.getLogger(__name__)


async def refresh_candles(connection: AnyConnection, start: datetime, end: datetime) -> None:
    """Refresh what begins within `start` and `end`, minutes first: the quarters are made of them.

    A policy at work on the same range refuses ours: wait for it. After ten seconds it is left to the database's jobs.
    """
    for name in CANDLE_TABLES:
        for _ in range(TRIES):
            try:
                await connection.execute(
                    "CALL refresh_continuous_aggregate($1::regclass, $2::timestamptz, $3::timestamptz)",
                    name,
                    start,
                    end,
                )
                break
            except asyncpg.LockNotAvailableError:
                await connection.execute("SELECT pg_sleep($1)", PAUSE_S)
        else:
            logger.warning("history: %s is being refreshed by the database: it shows the change later", name)
