"""Play a source of events in market time: count each one, put it on the wire, and never skip.

Threads: one task on the loop. When the clients or this process are slow, market time slows instead.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

from app.simulator.channels import Channels
from app.simulator.clock import MarketClock, date_at
from app.simulator.events import Event, Print, Quote, TimedMessages
from app.simulator.faults import Faults
from app.simulator.hub import Hub, redated
from app.simulator.trading_dates import previous_trading_day
from app.simulator.truth import Truth

_BATCH_EVENTS = 400
_SLEEP_MIN_S = 0.004  # events closer than this share one write
_SLEEP_MAX_S = 0.05
_LAG_ALLOWED_S = 0.25  # wall seconds behind before the clock gives way
_NIGHT_S = 1_200.0  # a gap longer than this is night; lunch has index messages
_DAWN_S = 60.0


class Player:
    """The task that lets the market run."""

    def __init__(
        self,
        source: TimedMessages,
        clock: MarketClock,
        channels: Channels,
        hub: Hub,
        truth: Truth,
        faults: Faults,
        night_speed: float,
        hold: bool = False,
    ) -> None:
        self._source = source
        self._events: Iterator[Event] = source.events()
        self._next: Event | None = next(self._events, None)
        self._clock = clock
        self._channels = channels
        self._hub = hub
        self._truth = truth
        self._faults = faults
        self._night_speed = night_speed
        self._hold = hold
        if hold:
            clock.pause(True)
        self._late_quotes: deque[Quote] = deque()
        self._sent = 0
        self._wake = asyncio.Event()
        self.events_played = 0
        self.ended = False

    def wake(self) -> None:
        """Look at the clock again: its speed changed."""
        self._wake.set()

    def time_s(self) -> float:
        """Return market time; never past the next event that is still to be sent."""
        now = self._clock.time_s()
        return now if self._next is None else min(now, self._next.time_s)

    def fast_forward(self, until_s: float) -> None:
        """Let everything before a moment have happened unseen."""
        while self._next is not None and self._next.time_s < until_s:
            self._truth.add(self._next)
            self._channels.messages(self._next)
            self._next = next(self._events, None)
        self._clock.anchor(until_s)

    async def run(self) -> None:
        """Play until the source ends; a simulated market never does."""
        if self._hold:
            await self._hub.subscribed.wait()
            self._clock.pause(False)
        while self._next is not None:
            wait_s = self._clock.wait_s(self._next.time_s)
            if wait_s > 0:
                self._mind_the_night(self._next.time_s - self._clock.time_s())
                self._hub.flush()
                await self._sleep(wait_s)
                continue
            self._play_due()
            await self._hub.drain()
            await asyncio.sleep(0)
        self.ended = True
        self._release_quotes(float("inf"))
        await self._hub.drain()

    def _play_due(self) -> None:
        due_s = float("inf") if self._clock.speed == 0 else self._clock.time_s()
        played = 0
        event = self._next
        last_s = 0.0
        # what happens at one moment stays together: a match, and the book it leaves, which X waits for
        while (
            event is not None and event.time_s <= due_s and (played < _BATCH_EVENTS or event.time_s == last_s)
        ):
            if self._late_quotes:
                self._release_quotes(event.time_s)
            self._play(event)
            played += 1
            last_s = event.time_s
            event = next(self._events, None)
        self._next = event
        self.events_played += played
        if self._clock.speed == 0:
            self._clock.anchor(last_s)
        elif event is not None and due_s - event.time_s > _LAG_ALLOWED_S * self._clock.speed:
            self._clock.anchor(event.time_s)

    def _play(self, event: Event) -> None:
        faults = self._faults
        self._truth.add(event)
        if isinstance(event, Print) and faults.withholds(event):
            self._truth.withhold(event)
            return
        is_late = isinstance(event, Quote) and faults.quote_delay_s > 0
        if isinstance(event, Quote) and is_late:
            self._late_quotes.append(event)
        messages = self._channels.messages(event, include_quote=not is_late)
        if faults.is_stalled:
            return
        for message in messages:
            if message.channel in faults.muted:
                continue
            self._hub.send(message)
            if isinstance(event, Print) and faults.copies > 1:
                for _ in range(faults.copies - 1):
                    self._hub.send(message)
            if faults.stale_every:
                self._sent += 1
                if self._sent % faults.stale_every == 0:
                    self._hub.send(message, redated=True)

    def _release_quotes(self, now_s: float) -> None:
        delay_s = self._faults.quote_delay_s
        while self._late_quotes and self._late_quotes[0].time_s + delay_s <= now_s:
            message = self._channels.late_quote(self._late_quotes.popleft())
            if not self._faults.is_stalled and "X-QUOTE" not in self._faults.muted:
                self._hub.send(message)

    def yesterday(self, content: bytes) -> bytes:
        """Return a Content dated on the trading day before today's."""
        day = previous_trading_day(date_at(self.time_s()))
        return redated(content, day.strftime("%d/%m/%Y"))

    def _mind_the_night(self, gap_s: float) -> None:
        speed = self._clock.speed
        if self._night_speed <= speed or speed == 0:
            return
        if gap_s > _NIGHT_S:
            self._clock.set_boost(self._night_speed / speed)
        elif gap_s < _DAWN_S:
            self._clock.set_boost(1.0)

    async def _sleep(self, wait_s: float) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), min(max(wait_s, _SLEEP_MIN_S), _SLEEP_MAX_S))
        except TimeoutError:
            return
