"""A stretch of the simulated day as the application takes it in: messages of the feed with their moments, and ticks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import orjson

from app.feed.normalizer import SSIFieldNormalizer
from app.market.messages import Message, Tick
from app.simulator.channels import Channels
from app.simulator.clock import midnight_s
from app.simulator.simulated_market import SimulatedMarket
from app.simulator.wire import hub_entry

SUBSCRIBED = frozenset({"X-TRADE", "X-QUOTE", "R", "MI", "F"})  # SSI_CHANNELS by default
TICK_INTERVAL_S = 0.25
TRADING_DATE = date(2026, 11, 20)
ACTIVITY = 1.5  # of the simulator: some 200 messages a second of the VN30 in the morning
SEED = 1


def simulated_messages(symbols: int, until_s: float) -> Iterator[tuple[float, list[Message]]]:
    """Yield (seconds since midnight, messages) in order, from the first of the day."""
    market = SimulatedMarket(TRADING_DATE, SEED, symbols, ACTIVITY, days=1)
    midnight = midnight_s(TRADING_DATE)
    channels, parse = Channels(), SSIFieldNormalizer().parse
    next_tick_s = 0.0
    for event in market.events():
        time_s = event.time_s - midnight
        if time_s > until_s:
            return
        if time_s >= next_tick_s:
            next_tick_s = time_s + TICK_INTERVAL_S
            yield time_s, [Tick(event.time_s)]
        messages = [
            message
            for sent in channels.messages(event)
            if sent.channel in SUBSCRIBED
            for message in parse(orjson.loads(hub_entry(sent.channel, sent.content()))["A"][0])[1]
        ]
        if messages:
            yield time_s, messages
