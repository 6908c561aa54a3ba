"""A snapshot of the whole market from cached fragments, against encoding it all."""

from __future__ import annotations

import time
from itertools import cycle, islice

from app.clock import SystemClock
from app.market.models import Changes, FeedSource, FeedState, FeedStatus
from app.publish.fragments import encode_json
from app.publish.views import MarketViews
from benchmarks.figures import Figure
from benchmarks.raw_messages import make_messages, make_processor

DIRTY_SHARE = 0.05


def measure_snapshot(symbols: int, rounds: int) -> list[Figure]:
    """Return CPU of one snapshot with 5 % of the symbols changed, at its best, and of a full encoding."""
    processor = make_processor()
    processor.apply(make_messages(symbols, symbols))
    status = FeedStatus(FeedSource.SIMULATOR, FeedState.LIVE, SystemClock().now())
    views = MarketViews(processor, lambda: status, SystemClock())
    views.market()
    names = cycle(sorted(processor.get_prices()))
    dirty = max(1, int(symbols * DIRTY_SHARE))
    cached_s = full_s = idle_s = float("inf")
    size_bytes = 0
    for _ in range(rounds):
        changed = frozenset(islice(names, dirty))
        views.mark(Changes(prices=set(changed), stats=set(changed)))
        began_s = time.thread_time()
        size_bytes = len(views.market())
        cached_s = min(cached_s, time.thread_time() - began_s)
        began_s = time.thread_time()
        views.market()
        idle_s = min(idle_s, time.thread_time() - began_s)
        began_s = time.thread_time()
        encode_json(processor.get_market_snapshot(feed=status))
        full_s = min(full_s, time.thread_time() - began_s)
    what = f"snapshot of {symbols:,} symbols"
    return [
        Figure(
            f"{what}, {dirty} changed, cached fragments",
            "for the record",
            f"{cached_s * 1e3:.2f} ms for {size_bytes / 1e3:,.0f} KB, {full_s / cached_s:.1f} x less than in full",
        ),
        Figure(
            f"{what}, nothing changed; encoded in full", "", f"{idle_s * 1e3:.2f} ms; {full_s * 1e3:.2f} ms"
        ),
    ]
