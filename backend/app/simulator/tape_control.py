"""What an operator of a replay may see and change, at /sim/replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.simulator.clock import MarketClock
from app.simulator.faults import FaultError, number
from app.simulator.tape_player import TapePlayer

SPEED_MAX = 1_000.0


class TapeControl:
    """Reads and moves a TapePlayer. Raises FaultError for a body that says nothing sensible."""

    def __init__(self, player: TapePlayer, clock: MarketClock) -> None:
        self._player = player
        self._clock = clock

    def report(self) -> dict[str, Any]:
        """Return the recording and the place on it."""
        return self._player.report()

    def change(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked for: position_s, speed (0: no ceiling), is_paused, skips_idle."""
        unknown = body.keys() - {"position_s", "speed", "is_paused", "skips_idle"}
        if unknown or not body:
            raise FaultError("position_s, speed, is_paused or skips_idle")
        speed = number(body, "speed", self._clock.speed)
        if speed > SPEED_MAX:
            raise FaultError(f"speed must be at most {SPEED_MAX:g}")
        position_s = body.get("position_s", 0.0)
        if isinstance(position_s, bool) or not isinstance(position_s, int | float):
            raise FaultError("position_s must be seconds since the epoch")
        for name in ("is_paused", "skips_idle"):
            if not isinstance(body.get(name, False), bool):
                raise FaultError(f"{name} must be true or false")
        self._clock.set_speed(speed)
        if "is_paused" in body:
            self._clock.pause(body["is_paused"])
        self._player.skips_idle = body.get("skips_idle", self._player.skips_idle)
        if "position_s" in body:
            self._player.seek(position_s)
        self._player.wake()
        return self.report()
