"""The filling of holes: the prints that were out of reach at a restore, brought to the market core when the database answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from app.history.pool import DatabasePool
from app.history.stored_rows import trades_of
from app.history.trade_repository import TradeRepository
from app.market.models import Changes, ClassifiedTrade
from app.market.processor import MarketDataProcessor
from app.market.volume_holes import Hole

HOLES_AT_ONCE = 50  # of half a minute each, which is how old a kept state can be
ROWS_AT_ONCE = 1_000  # between two looks of the loop at everything else: a few ms

logger = logging.getLogger(__name__)


async def fill_holes(processor: MarketDataProcessor, pool: DatabasePool) -> AsyncIterator[Changes]:
    """Fill every hole of the day, a few at a time; give what changed at once, before anything else changes.

    Raise HistoryUnavailable: the holes that are left can be filled later. A new day ends it.
    """
    trades_repository = TradeRepository(pool)
    while (trading_date := processor.trading_date) is not None and (part := _part(processor.holes())):
        rows = await trades_repository.fetch_between(
            trading_date,
            [symbol for symbol, _ in part],
            [hole.above for _, hole in part],
            [hole.upto for _, hole in part],
        )
        trades: list[ClassifiedTrade] = []
        for start in range(0, len(rows), ROWS_AT_ONCE):
            trades += trades_of(rows[start : start + ROWS_AT_ONCE])
            await asyncio.sleep(0)
        changes = processor.fill_holes(trading_date, part, trades)
        _say(part, trades, changes)
        yield changes


def _part(holes: list[tuple[str, Hole]]) -> list[tuple[str, Hole]]:
    """Return the next few; a symbol without a kept state may have a whole day to fetch, and comes alone."""
    after_states = [(symbol, hole) for symbol, hole in holes if hole.above]
    return after_states[:HOLES_AT_ONCE] or holes[:1]


def _say(part: list[tuple[str, Hole]], trades: list[ClassifiedTrade], changes: Changes) -> None:
    logger.info(
        "history: counted %s prints of %s symbols that were out of reach at the start",
        len(trades),
        len({symbol for symbol, _ in part}),
    )
    if changes.rejected:
        logger.error(
            "history: what is stored does not fit into %s holes among %s: they stay missed volume",
            sum(changes.rejected.values()),
            sorted({symbol for symbol, _ in part} - changes.stats),
        )
