"""Indices from their constituents: the simulated stocks, and beside them baskets nobody subscribes to.

Units: index points; volumes in shares, values in VND. Breadth buckets are disjoint, as on the wire.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from app.simulator.events import Index
from app.simulator.sessions import session_at
from app.simulator.trading_day import TradingDay

INTERVAL_S = 5
# (wire id, board, level before the first day, other stocks of the board that only the index knows)
_INDICES = (
    ("VN30", "HOSE", 1_900.0, 0),
    ("VNINDEX", "HOSE", 1_750.0, 324),
    ("HNXIndex", "HNX", 265.0, 200),
    ("HNX30", "HNX", 540.0, 30),
    ("HNXUpcomIndex", "UPCOM", 118.0, 300),
)
INDEX_IDS = tuple(row[0] for row in _INDICES)
PRIOR_VALUES = {row[0]: row[2] for row in _INDICES}
INDEX_EXCHANGE = {row[0]: row[1] for row in _INDICES}
_BAND_STEPS = {"HOSE": 28, "HNX": 20, "UPCOM": 30}  # ticks of a background stock from reference to ceiling
_PULL = 0.02  # towards the market's move, a tick away; spreads the names over about three ticks
_STEP_RETURN = {"HOSE": 0.0025, "HNX": 0.005, "UPCOM": 0.005}


class BackgroundBasket:
    """Stocks that exist only as steps above or below their reference, so that breadth has hundreds of names."""

    def __init__(self, exchange: str, count: int, rng: random.Random, activity: float) -> None:
        self._rng = rng
        self._limit = _BAND_STEPS[exchange]
        self._step_return = _STEP_RETURN[exchange]
        self._activity = activity
        self._steps = [0] * count
        self._names_at = [0] * (2 * self._limit + 1)  # how many names stand at each step, floor first
        self._names_at[self._limit] = count
        self.sum_of_steps = 0
        self.volume = self.value = 0

    def trade(self, factor: float) -> None:
        """Move a few names by a tick and add what they traded in five seconds."""
        rng = self._rng
        drawn_to = factor / self._step_return
        for _ in range(len(self._steps) // 40):
            n = rng.randrange(len(self._steps))
            step = 1 if rng.random() < 0.5 + _PULL * (drawn_to - self._steps[n]) else -1
            moved = max(-self._limit, min(self._limit, self._steps[n] + step))
            self.sum_of_steps += moved - self._steps[n]
            self._names_at[self._steps[n] + self._limit] -= 1
            self._names_at[moved + self._limit] += 1
            self._steps[n] = moved
            volume = int(rng.lognormvariate(9.5, 1.2) * self._activity)
            self.volume += volume
            self.value += volume * 15_000

    def mean_ratio(self) -> float:
        """Return the mean of price / reference."""
        return 1 + self._step_return * self.sum_of_steps / len(self._steps)

    def breadth(self) -> tuple[int, int, int, int, int]:
        """Return (advances, unchanged, declines, ceilings, floors)."""
        names, limit = self._names_at, self._limit
        return sum(names[limit + 1 : -1]), names[limit], sum(names[1:limit]), names[-1], names[0]


class IndexBasket:
    """One index: a weighted mean of price / reference of its constituents."""

    def __init__(
        self,
        index_id: str,
        prior_value: float,
        constituents: Sequence[TradingDay],
        rng: random.Random,
        activity: float,
    ) -> None:
        exchange, others = next((row[1], row[3]) for row in _INDICES if row[0] == index_id)
        self.index_id = index_id
        self.exchange = exchange
        self.prior_value = prior_value
        self.value = prior_value
        self._rng = rng
        self._constituents = constituents
        caps = [day.security.listed_shares * day.security.ref_price for day in constituents]
        self._weights = [
            cap / sum(caps) / day.security.ref_price for cap, day in zip(caps, constituents, strict=True)
        ]
        need_background = index_id != "VN30" and len(constituents) < 2 * others
        self._background = BackgroundBasket(exchange, others, rng, activity) if need_background else None
        self._background_weight = 0.0 if not self._background else 0.25 if constituents else 1.0
        self._put_through_volume = self._put_through_value = 0
        self._volume_before = 0

    def level(self) -> float:
        """Return the index at the constituents' prices."""
        ratio = 0.0
        for weight, day in zip(self._weights, self._constituents, strict=True):
            ratio += weight * day.price
        if self._background is not None:
            share = self._background_weight
            ratio = share * self._background.mean_ratio() + (1 - share) * ratio
        return self.prior_value * ratio

    def message(self, time_s: float, day_s: float, market_factor: float) -> Index:
        """Return the MI message of this moment."""
        _, session, phase = session_at(self.exchange, day_s)
        if self._background is not None and phase in {"continuous", "plo"}:
            self._background.trade(market_factor)
        if self._rng.random() < 0.01 and phase not in {"pre_open", "lunch"} and day_s < 15 * 3600:
            volume = self._rng.randint(20, 2_000) * 1_000
            self._put_through_volume += volume
            self._put_through_value += volume * self._rng.randint(10_000, 60_000)
        self.value = round(self.level(), 2)
        background = self._background
        volume = sum(day.total_volume for day in self._constituents) + (
            background.volume if background else 0
        )
        value = sum(day.total_value for day in self._constituents) + (background.value if background else 0)
        step, self._volume_before = volume - self._volume_before, volume
        advances, unchanged, declines, ceilings, floors = self._breadth()
        return Index(
            self.index_id, self.exchange, time_s, session, self.value, self.prior_value, volume, value,
            self._put_through_volume, self._put_through_value, advances, unchanged, declines, ceilings, floors,
            step, self.value if phase in {"ato", "atc"} else None,
        )  # fmt: skip

    def _breadth(self) -> tuple[int, int, int, int, int]:
        counts = self._background.breadth() if self._background is not None else (0, 0, 0, 0, 0)
        advances, unchanged, declines, ceilings, floors = counts
        for day in self._constituents:
            price, security = day.price, day.security
            ceilings += price >= security.ceiling
            floors += price <= security.floor
            advances += security.ref_price < price < security.ceiling
            declines += security.floor < price < security.ref_price
            unchanged += price == security.ref_price
        return advances, unchanged, declines, ceilings, floors


def constituents_of(index_id: str, days: Sequence[TradingDay]) -> list[TradingDay]:
    """Return the stocks an index is made of; HNX30 takes the thirty largest."""
    if index_id == "VN30":
        return [day for day in days if day.security.is_vn30]
    board = [day for day in days if day.security.exchange == INDEX_EXCHANGE[index_id]]
    if index_id == "HNX30":
        board.sort(key=lambda day: day.security.listed_shares * day.security.ref_price, reverse=True)
        return board[:30]
    return board
