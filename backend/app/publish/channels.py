"""The four channels of SPEC section 7."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    MARKET = "market"
    FOREIGN = "foreign"
    INDEX = "index"
    ALERTS = "alerts"


# The symbols a client of /ws/market asked for; None: all. Clients of one group share every frame.
type Group = frozenset[str] | None
