"""What time it is at the source, sent to the market as ticks so that silence has a time too.

Live the source's clock is the wall clock; the simulator and a replay tell theirs at GET {base}/sim/clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import httpx
import msgspec
from msgspec import Struct

from app.clock import Clock
from app.market.messages import Tick

TICK_INTERVAL_S = 0.25
POLL_TIMEOUT_S = 2.0
SPEED_FOLLOWED_MAX = (
    100.0  # at full speed (0) a tick every 250 ms lies a quarter of an hour behind the messages
)

type EmitTick = Callable[[Tick], None]


class WallFeedClock:
    """The clock of the real exchange."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.has_ended = False

    def time_s(self) -> float:
        """Return the source's time in seconds since the epoch."""
        return self._clock.time_s()

    async def run(self, emit: EmitTick) -> None:
        """Send a tick every 250 ms until cancelled."""
        while True:
            emit(Tick(self._clock.time_s()))
            await self._clock.sleep(TICK_INTERVAL_S)


class _ClockReport(Struct):
    time_s: float
    trading_date: date | None = None
    speed: float = 1.0
    source: str = "simulator"
    ended: bool = False
    paused: bool = False


class RemoteFeedClock:
    """The clock of a simulator or a replay. Between polls, and while they fail, its time is worked out."""

    def __init__(self, *, base_url: str, http: httpx.AsyncClient, clock: Clock) -> None:
        self._url = base_url.rstrip("/") + "/sim/clock"
        self._http = http
        self._clock = clock
        self._report: _ClockReport | None = None
        self._reported_s = 0.0
        self.failures = 0  # polls without a usable answer

    @property
    def has_ended(self) -> bool:
        """Whether a replay has come to its end."""
        return self._report is not None and self._report.ended

    @property
    def trading_date(self) -> date | None:
        """The day the source is at, once it has answered."""
        return self._report.trading_date if self._report is not None else None

    @property
    def speed(self) -> float:
        """The ceiling the source runs under; 0 is no ceiling."""
        return self._report.speed if self._report is not None else 1.0

    def time_s(self) -> float:
        """Return the source's time in seconds since the epoch; 0 before its first answer.

        It goes on while polls fail, or the silence of a source that hangs could not be measured.
        """
        report = self._report
        if report is None:
            return 0.0
        if report.paused or report.ended:
            return report.time_s
        return report.time_s + (self._clock.monotonic_s() - self._reported_s) * report.speed

    async def poll(self) -> Tick | None:
        """Ask once; return the tick, or None when there is no usable answer."""
        try:
            response = await self._http.get(self._url, timeout=POLL_TIMEOUT_S)
            report = msgspec.json.decode(response.content, type=_ClockReport)
        except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError):
            report = None
        if report is None or not (math.isfinite(report.time_s) and report.time_s >= 0 and report.speed >= 0):
            self.failures += 1
            return None
        self._report, self._reported_s = report, self._clock.monotonic_s()
        return Tick(report.time_s, is_outrun=not 0 < report.speed <= SPEED_FOLLOWED_MAX)

    async def run(self, emit: EmitTick) -> None:
        """Poll every 250 ms until cancelled; send what it answers."""
        while True:
            tick = await self.poll()
            if tick is not None:
                emit(tick)
            await self._clock.sleep(TICK_INTERVAL_S)
