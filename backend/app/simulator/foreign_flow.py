"""What foreigners bought and sold of each stock, cumulative over the day.

Units: shares and VND. Values are exact (after KRX the wire no longer revalues them at the last price).
"""

from __future__ import annotations

import random

from app.simulator.events import Foreign, Security

REPORT_INTERVAL_S = 3.0  # at most one R message a stock in this time


class ForeignFlow:
    """Foreign totals of one stock; room falls as they buy."""

    def __init__(self, security: Security, rng: random.Random) -> None:
        self._rng = rng
        self._security = security
        self._buy_share = rng.uniform(0.02, 0.18)
        self._sell_share = rng.uniform(0.02, 0.2)
        self._room_at_open = int(security.total_room * rng.uniform(0.05, 0.8))
        self.buy_volume = self.sell_volume = self.buy_value = self.sell_value = 0
        self._reported_s = 0.0
        self._unreported = False

    def take_part(self, price: int, volume: int) -> None:
        """Let foreigners have been on one side, both or none of a print."""
        draw = self._rng.random()
        odd = self._rng.randint(1, 99) if draw < 0.01 else 0  # the counters hold odd lots too
        if draw < self._buy_share:
            self.buy_volume += volume + odd
            self.buy_value += (volume + odd) * price
            self._unreported = True
        if 1 - draw < self._sell_share:
            self.sell_volume += volume
            self.sell_value += volume * price
            self._unreported = True

    def report(self, time_s: float, at_once: bool = False) -> Foreign | None:
        """Return the totals if they changed and the last report is old enough."""
        if not self._unreported or (not at_once and time_s - self._reported_s < REPORT_INTERVAL_S):
            return None
        self._unreported = False
        self._reported_s = time_s
        return self.totals(time_s)

    def totals(self, time_s: float) -> Foreign:
        """Return the totals as they are."""
        room = self._room_at_open + self.sell_volume - self.buy_volume
        return Foreign(
            self._security,
            time_s,
            self.buy_volume,
            self.sell_volume,
            self.buy_value,
            self.sell_value,
            max(0, min(room, self._security.total_room)),
        )
