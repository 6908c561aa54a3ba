"""Reads of 500 bars from ten million trades, each interval, as the history routes make them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice

from app.clock import SystemClock
from app.history.candles import Interval
from app.history.paging import LATEST, TimeRange, time_range
from app.history.pool import DatabasePool
from app.history.stored_history import StoredHistory
from app.market.market_time import VIETNAM
from app.simulator.securities import stock_symbols
from benchmarks.figures import Figure, percentile
from benchmarks.stored_market import StoredMarket, stored_market, weekdays
from benchmarks.thread_cpu import queued_s_of_process

TRADES = int(os.environ.get("BENCH_TRADES", "10000000"))
SYMBOLS, DAYS = 30, 500  # 500 bars of a day are two years
BARS = 500
LOAD_S_MAX = 240.0
P99_MS = 50.0
SEED = 7


@dataclass
class _Reads:
    """What reading bars of one interval took."""

    ms: list[float] = field(default_factory=list)
    bars: int = 0
    queued_share: float = 0.0


async def measure_candle_reads(trades: int, reads: int, *, days: int = DAYS) -> list[Figure]:
    """Load a market, then read `reads` pages of each interval: half of them the newest, half up to some day before."""
    symbols = [symbol for symbol, _ in stock_symbols(SYMBOLS, SEED)]
    dates = list(islice(weekdays(date(2026, 11, 20)), days))[::-1]
    async with stored_market(symbols, dates, trades, seconds_max=LOAD_S_MAX, report=_say) as market:
        pool = DatabasePool(market.dsn, SystemClock(), min_size=1, max_size=2)
        if not await pool.try_connect():
            raise RuntimeError(pool.reason)
        try:
            measured = {interval: await _read(pool, market, interval, reads) for interval in Interval}
        finally:
            await pool.close()
    name = f"{market.trades:,} trades in {market.branch}"
    return [
        Figure(
            f"{name}: loaded, with their candles",
            "for the record",
            f"{market.seconds:.0f} s ({SYMBOLS} symbols, {len(market.days)} days)",
        ),
        *(_figure(name, interval, result) for interval, result in measured.items()),
    ]


async def _read(pool: DatabasePool, market: StoredMarket, interval: Interval, reads: int) -> _Reads:
    chooser = random.Random(SEED)
    history = StoredHistory(pool)
    result = _Reads()
    for span in [time_range(None, None)] * 3:  # plans, caches
        await history.bars(market.symbols[0], interval, span, BARS, None)
    queued_s, began_s = queued_s_of_process(market.server_pid), time.perf_counter()
    for span in _spans(chooser, market.days, reads):
        symbol = chooser.choice(market.symbols)
        read_s = time.perf_counter()
        page = await history.bars(symbol, interval, span, BARS, None)
        result.ms.append((time.perf_counter() - read_s) * 1e3)
        result.bars = max(result.bars, len(page.data))
    wall_s = time.perf_counter() - began_s
    result.queued_share = (queued_s_of_process(market.server_pid) - queued_s) / wall_s
    return result


def _spans(chooser: random.Random, days: Sequence[date], count: int) -> list[TimeRange]:
    spans = []
    for number in range(count):
        end = LATEST
        if number % 2:
            day = chooser.choice(days[len(days) // 2 :])
            end = datetime(day.year, day.month, day.day, tzinfo=VIETNAM) + timedelta(hours=14)
        spans.append(time_range(None, end))
    return spans


def _figure(name: str, interval: Interval, result: _Reads) -> Figure:
    p99_ms = percentile(result.ms, 0.99)
    busy = f" ({result.queued_share:.0%} of the time without a core)" if result.queued_share >= 0.05 else ""
    return Figure(
        f"{name}: {result.bars} bars of {interval}",
        f"p99 < {P99_MS:.0f} ms",
        f"p50 {percentile(result.ms, 0.5):.1f}, p99 {p99_ms:.1f}, worst {max(result.ms):.1f} ms{busy}",
        p99_ms < P99_MS,
        result.queued_share,
    )


def _say(line: str) -> None:
    print(f"  {line}", flush=True)
