"""What the market core was built with: together with its messages, all that its state depends on."""

from __future__ import annotations

from datetime import time

from msgspec import Struct, field

from app.market.alert_rules import AlertThresholds

# A message stamped further ahead of the source's clock is refused: one wrong stamp must neither end the day nor make
# every later quote of its symbol look old. Live, the wall's clock is at most a little wrong (`doctor` warns of it).
LIVE_LEAD_MAX_S = 120.0
SIMULATED_LEAD_MAX_S = 1800.0  # the ticks of a fast simulator or replay are far apart


class CoreSettings(Struct, frozen=True):
    """The settings of a MarketDataProcessor. A recording carries them, so that its replay has the same."""

    tracked: frozenset[str] | None = None  # before the lists are read; None: all
    scope: str = ""
    alert_thresholds: AlertThresholds = field(default_factory=AlertThresholds)
    futures_override: str = ""
    channel_r_interval_ms: int = 1000
    session_reset_time: time = time(15, 5)
    time_lead_max_s: float = SIMULATED_LEAD_MAX_S
