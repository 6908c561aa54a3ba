"""What the replay's routes need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.feed.replay_control import ReplayControl
from app.market.trading_calendar import TradingCalendar


@dataclass(frozen=True, slots=True)
class ReplayAccess:
    """What these routes need; `control` returns None while no recording is played."""

    control: Callable[[], ReplayControl | None]
    seeks: Callable[[], int]  # places arrived at here: the server is ahead of us
    calendar: TradingCalendar
