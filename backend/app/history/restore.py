"""Restore: the newest trading date put back into the market core; the loop goes on answering."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import date

from msgspec import Struct, structs

from app.history.day_reader import DayReader, StoredSession
from app.history.errors import HistoryUnavailable
from app.market.processor import MarketDataProcessor

LATE_PRINTS_S = 300.0  # prints stamped this much earlier than others before them still find their window

logger = logging.getLogger(__name__)


class Restored(Struct, frozen=True):
    """What came back. `behind`: symbols of which the database has less than was once accepted."""

    trading_date: date
    last_time_s: float
    trades: int
    symbols: int
    behind: int
    seconds: float


async def restore_session(
    processor: MarketDataProcessor,
    reader: DayReader,
    session: StoredSession,
    positions: Mapping[str, tuple[date, int]],
) -> Restored:
    """Put a stored session back into the market core; the loop goes on meanwhile."""
    started_s = time.monotonic()
    stored = await reader.rest(session)
    moments = [row.last_updated for row in stored.foreign] + [data.last_updated for data in stored.indices]
    last_time_s = max([session.last_time_s, *(moment.timestamp() for moment in moments if moment)])
    states = list(session.kept.symbols.values())
    restorer = processor.begin_restore(session.trading_date, last_time_s, states=states)
    restorer.is_partial = reader.is_partial
    recent_from_s = last_time_s - processor.prints_kept_s - LATE_PRINTS_S
    count = 0
    try:
        async for trades in reader.trades(session, recent_from_s):
            restorer.add_trades(trades)
            count += len(trades)
            await asyncio.sleep(0)
    except HistoryUnavailable as error:  # what is not counted now is missed volume until it is back
        logger.error("history: the database went away during the restore (%s)", error)  # noqa: TRY400
        restorer.is_partial = True
        stored = structs.replace(stored, totals=session.totals)
    processor.finish_restore(restorer, stored)
    behind = [
        symbol
        for symbol, (day, total) in positions.items()
        if day == session.trading_date and total > session.totals.get(symbol, 0)
    ]
    if behind:
        logger.error(
            "history: prints of %s symbols were accepted and are not in the database: %s", len(behind), behind
        )
    return Restored(
        session.trading_date,
        last_time_s,
        count,
        len(session.totals.keys() | session.kept.symbols.keys()),
        len(behind),
        round(time.monotonic() - started_s, 3),
    )
