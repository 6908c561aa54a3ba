"""Where prices drift: a common factor, each stock's own, and a basis between the index and each future.

Units: prices as in events.py; the basis in points.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from app.simulator.price_rules import DERIVATIVES
from app.simulator.securities import FUTURES_SCALE
from app.simulator.trading_day import TradingDay

_MARKET_VOLATILITY = 0.009  # of the common factor, a day
_OWN_VOLATILITY = 0.008  # of a stock besides it
_SESSION_S = 15_300
_STEP_MAX_S = 60.0  # nothing drifts over lunch
_BASIS_SD_POINTS = 4.0
_BASIS_MEMORY_S = 900.0


class FairPrices:
    """The prices the books lean to, moved on whenever a security is looked at."""

    def __init__(
        self, rng: random.Random, futures: Sequence[TradingDay], index_level: Callable[[], float]
    ) -> None:
        self._rng = rng
        self._index_level = index_level
        self.factor = 0.0
        self._factor_s = 0.0
        self._seen_s: dict[str, float] = {}
        self._own: dict[str, float] = {}
        self._basis = {future.security.symbol: rng.gauss(0, _BASIS_SD_POINTS) for future in futures}

    def move(self, day: TradingDay, time_s: float) -> None:
        """Let a security's fair price drift since it was last looked at."""
        rng, symbol = self._rng, day.security.symbol
        elapsed_s = min(_STEP_MAX_S, max(0.0, time_s - (self._factor_s or time_s)))
        self._factor_s = time_s
        if elapsed_s:
            self.factor += rng.gauss(0, _MARKET_VOLATILITY) * (elapsed_s / _SESSION_S) ** 0.5
        own_s = min(_STEP_MAX_S, time_s - self._seen_s.get(symbol, time_s))
        self._seen_s[symbol] = time_s
        if day.security.exchange == DERIVATIVES:
            pull = min(1.0, own_s / _BASIS_MEMORY_S)
            basis = self._basis[symbol] * (1 - pull) + rng.gauss(0, _BASIS_SD_POINTS) * (2 * pull) ** 0.5
            self._basis[symbol] = basis
            day.fair_price = (self._index_level() + basis) * FUTURES_SCALE
            return
        own = self._own.get(symbol, 0.0) + rng.gauss(0, _OWN_VOLATILITY) * (own_s / _SESSION_S) ** 0.5
        self._own[symbol] = own
        day.fair_price = day.security.ref_price * (1 + self.factor + own)
