"""Prints through the spool into PostgreSQL as the application stores them: rows a second, and what the spool costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.history.batch_writer import BatchWriter
from app.history.pool import DatabasePool
from app.history.spool import Spool
from app.market.market_time import VIETNAM
from app.market.models import Changes, ClassifiedTrade, Phase, TradeType
from app.simulator.securities import stock_symbols
from benchmarks.data_dir import temporary_data_dir
from benchmarks.figures import Figure
from benchmarks.stored_market import temporary_database
from benchmarks.thread_cpu import StageMeter, cpu_s_of, queued_s_of_process

ROWS_PER_S = 5_000  # PERFORMANCE.md section 3
STEP_S = 0.02  # a batch of the bridge
SYMBOLS, SEED = 30, 7
WAITING_ROWS_MAX = 2 * ROWS_PER_S  # more than two seconds' worth: it does not keep up
DRAIN_S_MAX = 120.0
DAY = date(2026, 11, 20)


class Prints:
    """Prints of a day, one after the other over all symbols."""

    def __init__(self) -> None:
        self._symbols = [symbol for symbol, _ in stock_symbols(SYMBOLS, SEED)]
        self._begin = datetime(DAY.year, DAY.month, DAY.day, 9, 15, tzinfo=VIETNAM)
        self.count = 0

    def take(self, count: int) -> Changes:
        """Return the next ones."""
        return Changes(trades=[self._next() for _ in range(count)])

    def _next(self) -> ClassifiedTrade:
        number = self.count
        self.count += 1
        return ClassifiedTrade(
            symbol=self._symbols[number % SYMBOLS],
            price=60_000 + number % 700 // 100 * 100,
            volume=100,
            value=6_000_000,
            trade_type=(TradeType.ACTIVE_BUY, TradeType.ACTIVE_SELL)[number % 2],
            bid_price=59_900,
            ask_price=60_000,
            timestamp=self._begin + timedelta(seconds=number / ROWS_PER_S),
            trading_session="LO",
            phase=Phase.CONTINUOUS,
            exchange_side=None,
            total_volume=(number // SYMBOLS + 1) * 100,
            trading_date=DAY,
        )


@dataclass
class _Run:
    """What became of the prints of one run."""

    rows: int
    seconds: float = 0.0  # until the last was stored
    waiting_max: int = 0
    drain_s: float = 0.0  # from the last put until the last was stored
    put_cpu_s: float = 0.0
    loop_cpu_s: float = 0.0
    spool_cpu_s: float = 0.0
    queued_share: float = 0.0

    @property
    def rate(self) -> float:
        return self.rows / self.seconds

    def us(self, cpu_s: float) -> float:
        return cpu_s * 1e6 / self.rows


class _Store:
    """A spool, a pool and a writer between them, as the application wires them."""

    def __init__(self, folder: Path, pool: DatabasePool) -> None:
        self.pool = pool
        self.spool = Spool(folder / "spool.sqlite")
        self.writer = BatchWriter(self.spool, pool, SystemClock(), trading_date=lambda: DAY)
        self.spool.on_accepted = self.writer.wake
        self.meter = StageMeter()
        put: Any = self.meter.wrap("put", self.writer.put)
        self.put = put

    async def run(self, prints: Prints, rows: int, rate: float) -> _Run:
        """Store `rows` prints, `rate` a second, 0 as fast as the spool commits them."""
        thread = self.spool._thread
        if thread is None:
            raise AssertionError("the spool is not started")
        result = _Run(rows)
        self.meter.reset()
        batches = [prints.take(min(100, rows - start)) for start in range(0, rows, 100)]
        loop_s, spool_s, queued_s = time.thread_time(), cpu_s_of(thread), queued_s_of_process()
        began_s = time.perf_counter()
        for number, changes in enumerate(batches):
            due_s = began_s + number * 100 / rate if rate else 0.0
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            self.put(changes)
            result.waiting_max = max(result.waiting_max, self.spool.status().rows)
        put_s = time.perf_counter()
        async with asyncio.timeout(DRAIN_S_MAX):
            while self.spool.status().rows:  # noqa: ASYNC110 - nothing to await is meant for us
                await asyncio.sleep(0.005)
        ended_s = time.perf_counter()
        result.seconds, result.drain_s = ended_s - began_s, ended_s - put_s
        result.put_cpu_s = self.meter.cpu_s["put"]
        result.loop_cpu_s = time.thread_time() - loop_s
        result.spool_cpu_s = cpu_s_of(thread) - spool_s
        result.queued_share = (queued_s_of_process() - queued_s) / result.seconds
        return result


async def measure_storing(seconds: float, flood_rows: int) -> list[Figure]:
    """Store prints at the target's rate for so long, then as many as fast as they go."""
    prints = Prints()
    async with _running_store() as store:
        await store.run(prints, ROWS_PER_S, ROWS_PER_S)
        steady = await store.run(prints, int(ROWS_PER_S * seconds), ROWS_PER_S)
        flood = await store.run(prints, flood_rows, 0)
        stored = await store.pool.fetch(
            "SELECT count(*), (SELECT sum(trade_count)::int8 FROM candle_1m) FROM trades"
        )
    is_whole = tuple(stored[0]) == (prints.count, prints.count)
    what = f"storing prints, {ROWS_PER_S:,}/s for {seconds:.0f} s"
    return [
        Figure(
            f"{what}: stored, with their candles",
            f"{ROWS_PER_S:,}/s sustained",
            f"{steady.rate:,.0f}/s, at most {steady.waiting_max:,} waiting, the last stored {steady.drain_s:.2f} s"
            f" after it came; {stored[0][0]:,} of all {prints.count:,} in the table",
            is_whole and steady.waiting_max < WAITING_ROWS_MAX,
            steady.queued_share,
        ),
        Figure(
            "storing prints, as fast as it goes",
            f">= {ROWS_PER_S:,}/s",
            f"{flood.rate:,.0f}/s ({flood_rows:,} rows)",
            flood.rate >= ROWS_PER_S,
            flood.queued_share,
        ),
        Figure(
            f"{what}: CPU a row, put on the event loop; the spool's thread",
            "for the record",
            f"{steady.us(steady.put_cpu_s):.1f} µs; {steady.us(steady.spool_cpu_s):.1f} µs",
        ),
        Figure(
            f"{what}: CPU a row, the whole loop with the rows' way to PostgreSQL",
            "for the record",
            f"{steady.us(steady.loop_cpu_s):.1f} µs; as fast as it goes {flood.us(flood.loop_cpu_s):.1f} µs,"
            f" the spool's thread {flood.us(flood.spool_cpu_s):.1f} µs",
        ),
    ]


@asynccontextmanager
async def _running_store() -> AsyncIterator[_Store]:
    with temporary_data_dir() as folder:
        async with temporary_database() as (dsn, _):
            pool = DatabasePool(dsn, SystemClock(), min_size=1, max_size=2)
            if not await pool.try_connect():
                raise RuntimeError(pool.reason)
            store = _Store(folder, pool)
            await store.spool.start()
            task = asyncio.create_task(store.writer.run())
            try:
                yield store
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await store.spool.stop()
                await pool.close()
