"""An hour of a market with every unpleasantness of the feed in it: repeats, late quotes, withheld and late prints."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from msgspec import structs

from app.market.market_time import moment_at
from tests.market.builders import (
    FRONT,
    SECOND,
    at,
    make_foreign,
    make_future,
    make_index,
    make_quote,
    make_tick,
    make_trade,
)

SYMBOLS = [f"S{n:02d}" for n in range(40)]
BEGIN_S = at("10:00:00")


def clock_of(time_s: float) -> str:
    return moment_at(time_s).strftime("%H:%M:%S")


class _Symbol:
    def __init__(self, name: str) -> None:
        self.name = name
        self.total = self.value = self.bought = 0
        self.price = 60_000
        self.opened = self.high = self.low = 0

    def trade(self, rng: random.Random, clock: str, *, is_withheld: bool) -> Any:
        self.price += rng.choice((-100, 0, 0, 100))
        volume = 100 * rng.randint(1, 9) * (20 if rng.random() < 0.02 else 1)
        shown = 100 if is_withheld else volume
        self.total += volume
        self.value += volume * self.price
        self.opened = self.opened or self.price
        self.high = max(self.high, self.price)
        self.low = min(self.low or self.price, self.price)
        return make_trade(
            self.name, self.price, shown, self.total, clock, total_value=self.value, open_price=self.opened,
            high=self.high, low=self.low, side=rng.choice(("BU", "SD", None)),
        )  # fmt: skip


def trading_hour(seed: int = 1, *, minutes: int = 60, withheld_until_s: float = 1500) -> Iterator[Any]:
    """Give the messages of an hour; prints are withheld in its first part only."""
    rng = random.Random(seed)
    symbols = [_Symbol(name) for name in SYMBOLS]
    futures = {FRONT: 0, SECOND: 0}
    for second in range(minutes * 60):
        clock = clock_of(BEGIN_S + second)
        for symbol in rng.sample(symbols, 3):
            yield make_quote(symbol.name, symbol.price - 100, symbol.price + 100, clock)
            is_withheld = second < withheld_until_s and rng.random() < 0.03
            late_s = rng.randint(1, 40) if rng.random() < 0.02 else 0
            message = symbol.trade(rng, clock_of(BEGIN_S + second - late_s), is_withheld=is_withheld)
            yield message
            if rng.random() < 0.05:
                yield message
            if rng.random() < 0.02:
                yield make_quote(symbol.name, 1, 2, clock_of(BEGIN_S + second - 90))
        if second % 2 == 0:
            symbol = rng.choice(symbols)
            symbol.bought += rng.randint(1, 500)
            yield make_foreign(symbol.name, symbol.bought, 10, clock)
        if second % 5 == 0:
            index = make_index(value=1900.0 + rng.randint(-5, 5), time=clock)
            yield structs.replace(index, ratio_change=round(100 * index.change / index.prior_value, 2))
        future = FRONT if rng.random() < 0.52 else SECOND
        futures[future] += 1
        yield make_future(future, 1900.0 + rng.randint(-4, 4) / 10, 1, futures[future], time=clock)
        yield make_tick(clock)
