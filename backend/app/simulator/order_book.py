"""The resting orders of one security, as volumes by price level.

Units: prices and volumes as in events.py. Best level first.
"""

from __future__ import annotations

import random

from app.simulator.events import Levels, Security
from app.simulator.price_rules import price_above, price_below

_WIDE_SHARE = 0.2  # of the time the spread is two ticks (MARKET.md 7: one tick 76-84 %)
_WALL_LEVELS = 60  # a locked side rests this many ordinary levels' volume at the limit price


class OrderBook:
    """Levels of both sides inside the day's band, kept as deep as the exchange publishes."""

    def __init__(self, security: Security, rng: random.Random, level_volume: float) -> None:
        self._security = security
        self._rng = rng
        self._level_volume = level_volume
        self.bids: list[list[int]] = []
        self.asks: list[list[int]] = []

    def open_at(self, price: int) -> None:
        """Lay the book out around a price, with the best bid at or just under it."""
        security = self._security
        bid = min(max(price, security.floor), security.ceiling)
        ask = price_above(security.exchange, bid)
        if self._rng.random() < 0.5 and bid > security.floor:
            bid, ask = price_below(security.exchange, bid), bid
        self.bids = [[bid, self._volume()]]
        self.asks = [[ask, self._volume()]] if ask <= security.ceiling else []
        self._deepen()

    def match(self, side: int, volume: int) -> tuple[int, int] | None:
        """Take volume from the other side's best level; return (price, volume matched) or None if nobody rests."""
        levels = self.asks if side > 0 else self.bids
        if not levels:
            return None
        best = levels[0]
        matched = min(volume, best[1])
        best[1] -= matched
        price = best[0]
        if best[1] == 0:
            levels.pop(0)
            self._deepen()
        return price, matched

    def stir(self, lean: float) -> None:
        """Let resting orders come and go; lean > 0 draws bids up, < 0 draws asks down."""
        rng = self._rng
        draw = rng.random()
        up = rng.random() < 0.5 + lean
        if self.is_wide() and draw < 0.5:
            self._narrow(up)
        elif draw < 0.06:
            self._withdraw(self.asks if up else self.bids)
        else:
            levels = self.bids if rng.random() < 0.5 else self.asks
            if levels:
                level = levels[min(int(rng.expovariate(1.0)), len(levels) - 1, self._security.depth - 1)]
                level[1] = (
                    self._volume()
                    if rng.random() < 0.5
                    else level[1] + self._security.lot * rng.randint(1, 9)
                )

    def wall(self, side: int) -> None:
        """Lock the book: everybody wants to buy (+1) at the ceiling or sell (-1) at the floor, nobody the other."""
        security = self._security
        price = security.ceiling if side > 0 else security.floor
        self.bids, self.asks = [], []
        rows = self.bids if side > 0 else self.asks
        rows.append([price, self._volume() * _WALL_LEVELS])
        step = price_below if side > 0 else price_above
        while len(rows) < security.depth + 2:
            rows.append([step(security.exchange, rows[-1][0]), self._volume()])

    def is_wide(self) -> bool:
        """Say whether a price fits between the best bid and the best ask."""
        if not self.bids or not self.asks:
            return bool(self.bids or self.asks)
        return price_above(self._security.exchange, self.bids[0][0]) < self.asks[0][0]

    def mid(self) -> float:
        """Return the middle of the best prices, or the only one there is."""
        if self.bids and self.asks:
            return (self.bids[0][0] + self.asks[0][0]) / 2
        levels = self.bids or self.asks
        return float(levels[0][0]) if levels else float(self._security.ref_price)

    def best_bids(self) -> Levels:
        """Return the published bids."""
        return tuple([(price, volume) for price, volume in self.bids[: self._security.depth]])

    def best_asks(self) -> Levels:
        """Return the published asks."""
        return tuple([(price, volume) for price, volume in self.asks[: self._security.depth]])

    def _volume(self) -> int:
        lot = self._security.lot
        return max(1, int(self._rng.lognormvariate(0.0, 0.8) * self._level_volume / lot)) * lot

    def _narrow(self, up: bool) -> None:
        """Put a new best order into a wide spread."""
        security = self._security
        if not self.asks or (self.bids and up):
            price = price_above(security.exchange, self.bids[0][0])
            if price <= security.ceiling:
                self.bids.insert(0, [price, self._volume()])
        else:
            price = price_below(security.exchange, self.asks[0][0])
            if price >= security.floor:
                self.asks.insert(0, [price, self._volume()])
        self._deepen()

    def _withdraw(self, levels: list[list[int]]) -> None:
        if len(levels) > 1 and not self.is_wide():
            levels.pop(0)
            self._deepen()

    def _deepen(self) -> None:
        """Add levels behind the last one, gaps now and then, never outside the band."""
        security, rng = self._security, self._rng
        depth = security.depth + 2
        exchange = security.exchange
        while len(self.bids) < depth:
            price = price_below(exchange, self.bids[-1][0] if self.bids else self._bid_start())
            if self.bids and rng.random() < 0.05:
                price = price_below(exchange, price)
            if price < security.floor:
                break
            self.bids.append([price, self._volume()])
        while len(self.asks) < depth:
            price = price_above(exchange, self.asks[-1][0] if self.asks else self._ask_start())
            if self.asks and rng.random() < 0.05:
                price = price_above(exchange, price)
            if price > security.ceiling:
                break
            self.asks.append([price, self._volume()])
        del self.bids[depth + 2 :]
        del self.asks[depth + 2 :]

    def _bid_start(self) -> int:
        return self.asks[0][0] if self.asks else self._security.ref_price

    def _ask_start(self) -> int:
        return self.bids[0][0] if self.bids else self._security.ref_price
