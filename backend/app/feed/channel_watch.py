"""ChannelWatch: who is silent, and for how long, in market time.

Pure: it is told the counts and the time at each look. Units: seconds of market time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

QUIET_AFTER_S = 10.0  # two of MI's 5 s heartbeats missing
MUTE_AFTER_INTERVALS = (
    20  # a channel is mute after 20 times its own mean interval; random gaps never get there
)
MUTE_NEVER_HEARD_STALLS = 3  # one that never spoke on this connection gets three stall times
SEEK_BACK_S = 60.0  # market time going back by more is a seek of a replay or a new simulation
NEVER_MUTE = frozenset({"F", "OL"})  # F speaks on a change of session only, OL when somebody trades odd lots
MATCHING_ONLY = frozenset(
    {"X-TRADE", "X", "B", "R"}
)  # no prints, so no foreign flow, until an auction matches


class ChannelWatch:
    """Judges silence. Only time in which speech is due counts: a lunch or an auction starts the count again."""

    _market_s: float
    _last_any_s: float
    _last_s: dict[str, float]
    _since_s: dict[str, float]  # since when speech is due without a break
    _heard: dict[str, int]

    def __init__(self, channels: Sequence[str], stall_s: float) -> None:
        self.channels = tuple(channels)
        self._stall_s = stall_s
        self._quiet_s = min(QUIET_AFTER_S, stall_s / 2)
        self.reset(0.0)

    def reset(self, market_s: float) -> None:
        """Begin with a fresh connection."""
        self._restart_times(market_s)
        self._counts: dict[str, int] | None = None
        self._total = -1
        self.has_heard_any = False

    def look(
        self, *, counts: Mapping[str, int], total: int, market_s: float, is_live: bool, is_matching: bool
    ) -> None:
        """Take note of who spoke since the last look."""
        if self._counts is None:  # counters go on over connections: the first look is the baseline
            self._counts, self._total = {name: counts.get(name, 0) for name in self.channels}, total
        is_first_time = market_s > 0 and self._market_s <= 0  # a fresh start: no tick and no message yet
        if is_first_time or market_s < self._market_s - SEEK_BACK_S:
            self._restart_times(market_s)
        else:
            market_s = max(market_s, self._market_s)  # the source's clock is estimated between its polls
        self._market_s = market_s
        if total != self._total:
            self._total = total
            self.has_heard_any = True
            self._last_any_s = market_s
        elif not is_live:
            self._last_any_s = market_s
        for name in self.channels:
            count = counts.get(name, 0)
            spoken = count - self._counts[name]
            self._counts[name] = count
            if not (is_live and (is_matching or name not in MATCHING_ONLY)):
                self._since_s[name] = self._last_s[name] = market_s
                self._heard[name] = 0
            elif spoken:
                self._heard[name] += spoken
                self._last_s[name] = market_s

    def _restart_times(self, market_s: float) -> None:
        self._market_s = self._last_any_s = market_s
        self._last_s = dict.fromkeys(self.channels, market_s)
        self._since_s = dict.fromkeys(self.channels, market_s)
        self._heard = dict.fromkeys(self.channels, 0)

    @property
    def silence_s(self) -> float:
        """How long nothing at all has come, in live market time."""
        return self._market_s - self._last_any_s

    @property
    def is_quiet(self) -> bool:
        """Whether the heartbeat is overdue."""
        return self.silence_s >= self._quiet_s

    @property
    def is_stalled(self) -> bool:
        """Whether the connection has to be replaced."""
        return self.silence_s >= self._stall_s

    def muted_channels(self) -> list[str]:
        """Return the channels that are silent while others speak."""
        if self.is_quiet:
            return []  # nobody speaks: that is a stall in the making, not a mute channel
        return [name for name in self.channels if name not in NEVER_MUTE and self._is_mute(name)]

    def _is_mute(self, name: str) -> bool:
        silence_s = self._market_s - self._last_s[name]
        heard = self._heard[name]
        if not heard:
            return silence_s >= self._stall_s * (1 if name == "MI" else MUTE_NEVER_HEARD_STALLS)
        mean_interval_s = (self._last_s[name] - self._since_s[name]) / heard
        return silence_s >= max(self._stall_s, mean_interval_s * MUTE_AFTER_INTERVALS)
