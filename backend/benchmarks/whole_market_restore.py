"""`python -m benchmarks.whole_market_restore`: how long a start restores a whole market's day.

A day of 700,000 prints of 1,600 symbols in our own PostgreSQL, and the states a tracker keeps beside it in the spool;
with `--without-states` every print is counted again, as after the loss of the spool's file.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from datetime import date
from pathlib import Path

import asyncpg

from app.clock import SystemClock
from app.history import schema
from app.history.batch_writer import BatchWriter
from app.history.embedded_postgres import EmbeddedPostgres
from app.history.gap_recorder import GapRecorder
from app.history.kept_states import StateKeeper
from app.history.pool import DatabasePool
from app.history.recovery import Recovery
from app.history.spool import Spool
from app.market.market_time import start_of_day_s
from app.market.messages import Message, QuoteMessage, TradeMessage
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from benchmarks.data_dir import temporary_data_dir
from benchmarks.figures import Figure, format_table

TARGET_S = 3.0  # of the 5 s between a start and the first frame
DAY = date(2026, 11, 20)
PRINTS, SYMBOLS = 700_000, 1_600
LAST_S = start_of_day_s(DAY) + 14.4 * 3600  # 14:24
DATABASE = "bench"
# evenly from 09:15 to 14:24, each print of 100 shares
_FILL = """
    INSERT INTO trades SELECT 'S' || lpad(s::text, 4, '0'), 20000 + n % 7 * 100, 100, 'mua_chu_dong',
        (20000 + n % 7 * 100) * 100, 20000, 20100, to_timestamp($3) - ($2 - n) * (18540.0 / $2) * INTERVAL '1 second',
        $4, n * 100, 'continuous', 'BU'
    FROM generate_series(0, $1 - 1) AS s, generate_series(1, $2::int8) AS n
"""


def last_messages(symbols: int, prints: int) -> list[Message]:
    """Return a book and the last print of each symbol."""
    messages: list[Message] = []
    for n in range(symbols):
        symbol, total = f"S{n:04d}", prints * 100
        messages.append(
            QuoteMessage(symbol, "HOSE", DAY, LAST_S - 1, "LO", ((20_000, 100),), ((20_100, 100),))
        )
        messages.append(
            TradeMessage(
                symbol=symbol,
                exchange="HOSE",
                trading_date=DAY,
                exchange_time_s=LAST_S,
                session="LO",
                price=20_000,
                volume=100,
                total_volume=total,
                total_value=total * 20_000,
                exchange_side="BU",
                is_combined=False,
                ceiling=21_400,
                floor=18_600,
                ref_price=20_000,
                open=20_000,
                high=20_600,
                low=20_000,
                est_match_price=0,
            )
        )
    return messages


class Life:
    """What one start builds of the history."""

    def __init__(self, folder: Path, dsn: str) -> None:
        clock = SystemClock()
        self.processor = processor = MarketDataProcessor(
            calendar=TradingCalendar(frozenset()), tracked=None, scope="ALL"
        )
        self.pool = DatabasePool(dsn, clock)
        self.spool = Spool(folder / "spool.sqlite")
        self.writer = BatchWriter(
            self.spool,
            self.pool,
            clock,
            trading_date=lambda: processor.trading_date,
            states=StateKeeper(
                symbol_state=processor.symbol_state,
                indices=processor.get_indices,
                trading_date=lambda: processor.trading_date,
                monotonic_s=clock.monotonic_s,
            ),
        )
        gaps = GapRecorder(
            self.writer.put_rows,
            market_time_s=lambda: processor.market_time_s,
            trading_date=lambda: processor.trading_date,
            is_live_between=lambda _from_s, _until_s: True,
        )
        self.recovery = Recovery(
            source="ssi",
            clock=clock,
            processor=processor,
            spool=self.spool,
            pool=self.pool,
            writer=self.writer,
            gaps=gaps,
        )

    async def end(self) -> None:
        await self.spool.stop()
        await self.pool.close()


async def measure(prints: int, symbols: int, *, has_states: bool) -> Figure:
    """Make the day, then restore it once."""
    of_each = prints // symbols
    with temporary_data_dir() as folder:
        server = EmbeddedPostgres(folder / "db", report=lambda _line: None)
        await server.start()
        try:
            dsn = await server.ensure_database(DATABASE)
            await schema.upgrade(dsn, source="ssi", timescale="off")
            connection = await asyncpg.connect(dsn)
            await connection.execute(_FILL, symbols, of_each, LAST_S, DAY, timeout=600)
            await connection.execute("ANALYZE", timeout=60)
            await connection.close()
            first = Life(folder, dsn)
            await first.spool.start()
            if has_states:
                first.writer.put(first.processor.apply(last_messages(symbols, of_each)))
                first.writer.keep_states()
            await first.end()
            return await _restore(Life(folder, dsn), symbols)
        finally:
            await server.stop()


async def _restore(life: Life, symbols: int) -> Figure:
    await life.spool.start()
    assert await life.pool.try_connect()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    restored = await life.recovery.run(10, None)
    took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    await life.end()
    if restored is None or restored.symbols != symbols:
        raise RuntimeError(f"the day did not come back: {restored}")
    return Figure(
        f"restore of a day of {PRINTS:,} prints, {symbols:,} symbols ({restored.trades:,} prints read)",
        f"< {TARGET_S:.0f} s",
        f"{took_s:.2f} s, {cpu_s:.2f} s of CPU",
        took_s < TARGET_S,
        max(0.0, 1 - cpu_s / took_s),
    )


def main() -> int:
    """Measure once and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-states", action="store_true")
    options = parser.parse_args()
    figure = asyncio.run(measure(PRINTS, SYMBOLS, has_states=not options.without_states))
    print(format_table([figure]))
    return 0 if figure.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
