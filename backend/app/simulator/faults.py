"""The faults that can be switched on while the simulator runs (SPEC 4.7).

Standing faults stay until cleared; `drop`, `half_open`, `token_expiry` and `malformed` happen once per request.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from app.simulator.events import Print
from app.simulator.wire import CHANNELS


class FaultError(ValueError):
    """A fault was asked for that does not exist or lacks a parameter."""


_NOTES = {
    "drop": "cut the stream sockets without a close frame {count?}",
    "half_open": "leave the stream sockets open and dead: no data, no pong {count?}",
    "stall": "send no data, only keep-alives",
    "mute": "send nothing of one channel {channel}",
    "refuse": "hang up on every new connection {seconds}",
    "token_expiry": "every token issued so far is refused; the streams are cut unless {drop: false}",
    "status": "answer negotiate with {code: 401|502} the next {count} times",
    "slow_token": "answer AccessToken after {seconds}",
    "stale_day": "send messages of the trading day before in between, one in {every: 5}",
    "duplicate": "send each match {copies: 2} times",
    "malformed": "send broken frames of {kind} or 'all' {count: 1, channel: X-TRADE}",
    "withhold": "do not show some matches {fraction | count, symbol?}; TotalVol goes on",
    "quote_delay": "send X-QUOTE {seconds} of market time late",
}
ONE_SHOT = frozenset({"drop", "half_open", "token_expiry", "malformed"})


class Faults:
    """Which faults stand."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._rng = random.Random(7)
        self.clear()

    def clear(self) -> None:
        """Switch every standing fault off."""
        self.active: dict[str, dict[str, Any]] = {}
        self.muted: frozenset[str] = frozenset()
        self.is_stalled = False
        self.copies = 1
        self.stale_every = 0
        self.quote_delay_s = 0.0
        self.token_delay_s = 0.0
        self._refused_until_s = 0.0
        self._status_code = 0
        self._status_count = 0
        self._withhold_fraction = 0.0
        self._withhold_count = 0
        self._withhold_symbol = ""

    @staticmethod
    def catalogue() -> dict[str, str]:
        """Return the names of all faults and what they do."""
        return dict(_NOTES)

    def switch_on(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Switch a standing fault on. Raises FaultError."""
        switch = {
            "stall": self._stall,
            "mute": self._mute,
            "refuse": self._refuse,
            "status": self._status,
            "slow_token": self._slow_token,
            "stale_day": self._stale_day,
            "duplicate": self._duplicate,
            "withhold": self._withhold,
            "quote_delay": self._quote_delay,
        }.get(name)
        if switch is None:
            raise FaultError(f"no fault {name!r}; there are {', '.join(_NOTES)}")
        switch(parameters)
        self.active[name] = {key: value for key, value in parameters.items() if key != "name"}

    def is_refusing(self) -> bool:
        """Say whether new connections are hung up on."""
        return self._monotonic_s() < self._refused_until_s

    def take_status(self) -> int:
        """Return the status negotiate must fail with this time, 0 for none."""
        if self._status_count <= 0:
            return 0
        self._status_count -= 1
        return self._status_code

    def withholds(self, event: Print) -> bool:
        """Say whether this match is not to be shown."""
        if self._withhold_symbol and event.security.symbol != self._withhold_symbol:
            return False
        if self._withhold_count > 0:
            self._withhold_count -= 1
            return True
        return self._withhold_fraction > 0 and self._rng.random() < self._withhold_fraction

    def _stall(self, _parameters: Mapping[str, Any]) -> None:
        self.is_stalled = True

    def _mute(self, parameters: Mapping[str, Any]) -> None:
        channel = str(parameters.get("channel", "")).upper()
        if channel not in CHANNELS:
            raise FaultError(f"channel must be one of {', '.join(CHANNELS)}")
        self.muted |= {channel}

    def _refuse(self, parameters: Mapping[str, Any]) -> None:
        self._refused_until_s = self._monotonic_s() + number(parameters, "seconds", 5.0)

    def _status(self, parameters: Mapping[str, Any]) -> None:
        self._status_code = int(number(parameters, "code", 502))
        self._status_count = int(number(parameters, "count", 1))

    def _slow_token(self, parameters: Mapping[str, Any]) -> None:
        self.token_delay_s = number(parameters, "seconds", 8.0)

    def _stale_day(self, parameters: Mapping[str, Any]) -> None:
        self.stale_every = max(1, int(number(parameters, "every", 5)))

    def _duplicate(self, parameters: Mapping[str, Any]) -> None:
        self.copies = max(1, int(number(parameters, "copies", 2)))

    def _withhold(self, parameters: Mapping[str, Any]) -> None:
        self._withhold_symbol = str(parameters.get("symbol", ""))
        self._withhold_count = int(number(parameters, "count", 0))
        self._withhold_fraction = number(parameters, "fraction", 0.0)
        if not self._withhold_count and not self._withhold_fraction:
            raise FaultError("withhold needs a fraction or a count above 0")

    def _quote_delay(self, parameters: Mapping[str, Any]) -> None:
        self.quote_delay_s = number(parameters, "seconds", 5.0)


def number(parameters: Mapping[str, Any], key: str, default: float) -> float:
    """Return a non-negative number of a request. Raises FaultError."""
    value = parameters.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise FaultError(f"{key} must be a number from 0, not {value!r}")
    return float(value)
