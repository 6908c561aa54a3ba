"""The mix without a wire: Broadcast arguments for benchmarks of single stages."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import orjson

from app.feed.normalizer import SSIFieldNormalizer
from app.market.messages import Message
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from app.simulator.clock import midnight_s
from benchmarks.frame_mix import FrameMix, StillMarket

TRADING_DATE = date(2026, 3, 2)
START_S = 9.5 * 3600
BATCH = 50  # what 10 ms bring at 5,000 a second


def make_frames(symbols: int, count: int) -> list[bytes]:
    """Return the payloads of `count` WebSocket frames, without their headers, after each symbol's opening."""
    market = StillMarket(TRADING_DATE, symbols, START_S)
    mix = FrameMix(market)
    time_s = midnight_s(TRADING_DATE) + START_S
    frames = mix.opening(time_s)
    for n in range(0, count, BATCH):
        frames += mix.next_frames(min(BATCH, count - n), time_s + n // 5_000)
    return [frame[frame.index(b"{") :] for frame in frames]


@lru_cache(maxsize=2)
def make_raws(symbols: int, count: int) -> tuple[str, ...]:
    """Return the Broadcast arguments of those frames."""
    return tuple(orjson.loads(frame)["M"][0]["A"][0] for frame in make_frames(symbols, count))


def make_messages(symbols: int, count: int) -> list[Message]:
    """Return the messages of those frames."""
    parse = SSIFieldNormalizer().parse
    return [message for raw in make_raws(symbols, count) for message in parse(raw)[1]]


def make_processor() -> MarketDataProcessor:
    """Return a processor that tracks everything."""
    return MarketDataProcessor(calendar=TradingCalendar(frozenset()), tracked=None, scope="ALL")


def in_batches(messages: list[Message], size: int = BATCH) -> list[list[Message]]:
    """Return them cut up as the bridge would."""
    return [messages[n : n + size] for n in range(0, len(messages), size)]
