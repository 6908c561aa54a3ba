"""A snapshot of the whole market from cached fragments, against encoding it all."""

from __future__ import annotations

import time
from itertools import cycle, islice

from app.clock import SystemClock
from app.market.models import Changes, FeedSource, FeedState, FeedStatus
from app.market.processor import MarketDataProcessor
from app.publish.channels import Channel
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
    cached_s = full_s = idle_s = patch_s = float("inf")
    size_bytes = patch_bytes = 0
    for number in range(rounds):
        changed = frozenset(islice(names, dirty))
        _move(processor, changed, number)
        since = views.version
        views.mark(Changes(prices=set(changed), stats=set(changed)))
        began_s = time.thread_time()
        patch_bytes = len(views.patch(Channel.MARKET, None, since) or b"")
        patch_s = min(patch_s, time.thread_time() - began_s)
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
            f"delta of {symbols:,} symbols, {dirty} changed: compare and encode",
            "for the record",
            f"{patch_s * 1e3:.2f} ms for {patch_bytes / 1e3:,.1f} KB",
        ),
        Figure(
            f"{what}, {dirty} changed, rows encoded anew where they changed",
            "for the record",
            f"{cached_s * 1e3:.2f} ms for {size_bytes / 1e3:,.0f} KB, {full_s / cached_s:.1f} x less than in full",
        ),
        Figure(
            f"{what}, nothing changed; encoded in full", "", f"{idle_s * 1e3:.2f} ms; {full_s * 1e3:.2f} ms"
        ),
    ]


def _move(processor: MarketDataProcessor, symbols: frozenset[str], number: int) -> None:
    """Change what a print changes."""
    for symbol in symbols:
        price, stats = processor.get_prices()[symbol], processor.get_session_stats()[symbol]
        price.last_price = 60_000 + number
        price.total_volume += 100
        price.total_value += 6_000_000
        stats.mua_chu_dong_volume += 100
        stats.total_volume += 100
        stats.continuous.total_volume += 100
