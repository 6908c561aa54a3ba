"""One security through one day: its book, its prints and its totals.

Units: as in events.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from app.simulator.events import Event, Print, Quote, Security
from app.simulator.foreign_flow import ForeignFlow
from app.simulator.order_book import OrderBook
from app.simulator.order_flow import OrderFlow
from app.simulator.price_rules import DERIVATIVES, round_down

_WIRE_SIDE = {1: "BU", -1: "SD"}


class TradingDay:
    """The state of one security; every method that changes it says what became visible."""

    def __init__(self, security: Security, seed: str, activity: float) -> None:
        rng = random.Random(f"{seed} {security.symbol}")
        self.security = security
        self.rng = rng
        self.flow = OrderFlow(security, rng, activity)
        # a level rests a dozen ordinary prints of a stock, and a few dozen contracts of a future
        level_volume = self.flow.mean_volume * (12 if security.exchange == DERIVATIVES else 9)
        self.book = OrderBook(security, rng, level_volume)
        self.foreign = None if security.exchange == DERIVATIVES else ForeignFlow(security, rng)
        self.last_price = self.open = self.high = self.low = 0
        self.total_volume = self.total_value = 0
        self.est_price = 0
        self.lock_side = 0  # +1 wants the ceiling, -1 the floor
        self.fair_price = float(security.ref_price)
        self.odd_volume = self.odd_value = 0

    @property
    def price(self) -> int:
        """The last price, the reference before the first match."""
        return self.last_price or self.security.ref_price

    def quote(self, time_s: float, session: str) -> Quote:
        """Return the book as published now."""
        return Quote(
            self.security, time_s, session, self.book.best_bids(), self.book.best_asks(), self.est_price
        )

    def stir(self, time_s: float, session: str) -> Quote:
        """Change the resting orders and return the book."""
        self._follow_lock()
        self.book.stir(self._lean() * 0.5)
        return self.quote(time_s, session)

    def order(self, time_s: float, session: str) -> Iterator[Event]:
        """Match one incoming order: each print first, then the book it left."""
        self._follow_lock()
        lean = self._lean()
        side = self.flow.side(lean)
        for n in range(self.flow.prints_in_order()):
            volume = self.flow.volume()
            fill = self.book.match(side, volume)
            if fill is None:
                if n == 0 and not self.lock_side:
                    self.book.open_at(round_down(self.security.exchange, self.fair_price))
                    yield self.quote(time_s, session)
                return
            yield self._print(time_s, session, "continuous", fill[0], fill[1], side, _WIRE_SIDE[side], True)
            yield self.quote(time_s, session)

    def rush(self, time_s: float, session: str) -> Iterator[Event]:
        """Clear a level of the book towards the limit; at the limit itself nobody is left on the other side."""
        side = self.lock_side
        resting = self.book.asks if side > 0 else self.book.bids
        if not side or not resting:
            return
        limit = self.security.ceiling if side > 0 else self.security.floor
        price, volume = resting[0]
        self.book.match(side, volume)
        yield self._print(time_s, session, "continuous", price, volume, side, _WIRE_SIDE[side], True)
        if price == limit:
            self.book.wall(side)
        yield self.quote(time_s, session)

    def gather(self, time_s: float, session: str) -> Quote:
        """Return the book of a running call auction: a tentative price, which may look crossed or locked."""
        security, rng = self.security, self.rng
        around = self.fair_price * (1 + rng.gauss(0, 0.0012))
        self.est_price = self._allowed(around)
        self.book.open_at(self.est_price)
        if rng.random() < 0.15 and self.book.bids and self.book.asks:
            self.book.bids[0][0] = self.book.asks[0][0]  # KRX shows what rests after the tentative match
        quote = self.quote(time_s, session)
        if quote.bids and quote.asks and quote.bids[0][0] >= security.ceiling:
            quote.asks = ()
        return quote

    def auction(self, time_s: float, session: str, phase: str) -> Iterator[Event]:
        """Match the auction: a burst of prints at one price within a second, all with one meaningless side."""
        price = self._allowed(self.fair_price)
        burst = self.flow.burst(phase)
        lot = self.security.lot
        lots = burst.volume // lot
        wire_side = self.rng.choice(("BU", "SD", None))
        weights = [self.rng.lognormvariate(0, 1.2) for _ in range(burst.prints)]
        whole = sum(weights)
        left = lots
        for n, weight in enumerate(weights):
            rest = burst.prints - n - 1
            size = left if rest == 0 else min(max(1, int(lots * weight / whole)), left - rest)
            left -= size
            at_s = time_s + 0.7 * n / burst.prints
            yield self._print(at_s, session, phase, price, size * lot, 0, wire_side, False)
        self.est_price = 0
        self.book.open_at(price)

    def late_print(self, time_s: float, session: str) -> Print:
        """Match at the closing price after hours (HNX's PLO): nobody crosses a spread."""
        volume = self.flow.volume()
        return self._print(time_s, session, "plo", self.price, volume, 0, None, False)

    def add_odd_lot(self) -> int:
        """Trade an odd lot on its own board; return its price."""
        volume = self.rng.randint(1, 99)
        self.odd_volume += volume
        self.odd_value += volume * self.price
        return self.price

    def _print(
        self,
        time_s: float,
        session: str,
        phase: str,
        price: int,
        volume: int,
        side: int,
        wire_side: str | None,
        changes_book: bool,
    ) -> Print:
        self.total_volume += volume
        self.total_value += price * volume * self.security.value_factor
        if not self.last_price:
            self.open = self.high = self.low = price
        self.last_price = price
        self.high, self.low = max(self.high, price), min(self.low, price)
        if self.foreign is not None:
            self.foreign.take_part(price, volume)
        return Print(
            self.security, time_s, session, phase, price, volume, side, wire_side,
            self.total_volume, self.total_value, self.open, self.high, self.low,
            price if phase in {"ato", "atc"} else 0, changes_book,
        )  # fmt: skip

    def _lean(self) -> float:
        """Return how much the fair price, against the book, favours buyers (-0.45..0.45)."""
        if self.lock_side:
            walled = not (self.book.asks if self.lock_side > 0 else self.book.bids)
            return -0.5 * self.lock_side if walled else 0.5 * self.lock_side
        gap = (self.fair_price - self.book.mid()) / self.book.mid() * 150
        return max(-0.45, min(0.45, gap))

    def _follow_lock(self) -> None:
        if self.lock_side and not (self.book.asks if self.lock_side > 0 else self.book.bids):
            resting = self.book.bids if self.lock_side > 0 else self.book.asks
            limit = self.security.ceiling if self.lock_side > 0 else self.security.floor
            if not resting or resting[0][0] != limit:
                self.book.wall(self.lock_side)
        elif not self.lock_side and not self.book.asks and not self.book.bids:
            self.book.open_at(self.price)

    def _allowed(self, price: float) -> int:
        security = self.security
        return max(security.floor, min(security.ceiling, round_down(security.exchange, price)))
