"""Play a recording: in its order, at its pace times a speed, from wherever one wants.

There is one way to any place: what is before it is sent, as fast as it is taken, marked as quiet. Back in time that
begins at the recording's beginning; so does a listener that is new. What was sent before is marked as known, so that
nobody stores or announces it twice.
Threads: one task on the loop. When the clients are slow, market time slows instead; nothing is ever left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
from msgspec.structs import asdict

from app.simulator.clock import MarketClock
from app.simulator.hub import Hub
from app.simulator.signalr import TAPE
from app.simulator.tape import Entry, Tape
from app.simulator.wire import hub_entry

_BATCH_ENTRIES = 400
_SLEEP_MIN_S = 0.004  # entries closer than this share one write
_SLEEP_MAX_S = 0.05
_LAG_ALLOWED_S = 0.25  # wall seconds behind before the clock gives way
_JUMP_MIN_S = 10.0
_IDLE_EDGE_S = 2.0  # of an idle stretch is played at its pace at either end


class TapePlayer:
    """The task that plays. Its place is between two entries."""

    def __init__(self, tape: Tape, clock: MarketClock, hub: Hub, *, skips_idle: bool) -> None:
        self._tape = tape
        self._clock = clock
        self._hub = hub
        self._idle = [(span.from_s, span.to_s) for span in tape.spans if span.kind == "idle"]
        self._entries: Iterator[Entry] = iter(())
        self._next: Entry | None = None
        self._played = 0  # entries since the beginning of the tape
        self._furthest = 0
        self._played_s = tape.start_s  # the moment of the last one
        self._quiet_until_s: float | None = None
        self._rewind_for = ""
        self._mode = (False, False)
        self._wake = asyncio.Event()
        self.skips_idle = skips_idle
        self.events_played = 0
        self.ended = False
        self._seeks = 0  # places arrived at
        hub.on_new_listener = self._begin_for_listener

    # -- what others ask for ------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Look at the clock again: its speed changed."""
        self._wake.set()

    def time_s(self) -> float:
        """Return the place reached, in market time."""
        if self._quiet_until_s is not None or self._clock.speed == 0:
            return self._played_s
        until_s = self._next.time_s if self._next is not None else self._tape.end_s
        return min(self._clock.time_s(), max(self._played_s, until_s))

    def fast_forward(self, until_s: float) -> None:
        """Begin at a moment."""
        if until_s > self._tape.start_s:
            self.seek(until_s)

    def seek(self, time_s: float) -> None:
        """Go to a moment of the tape; outside of it, to its nearest end."""
        if time_s <= self._played_s:
            self._rewind_for = self._rewind_for or "seek"
        self._quiet_until_s = min(max(time_s, self._tape.start_s), self._tape.end_s)
        self._wake.set()

    def yesterday(self, content: bytes) -> bytes:
        """Return a Content as it is: a recording is not tampered with."""
        return content

    def report(self) -> dict[str, Any]:
        """Return the tape and the place on it."""
        tape = self._tape
        return {
            "files": tape.names,
            "days": [day.isoformat() for day in tape.days],
            "recorded_source": tape.recorded_source,
            "channels": tape.channels,
            "from_s": tape.start_s,
            "to_s": tape.end_s,
            "position_s": round(self.time_s(), 3),
            "speed": self._clock.speed,
            "is_paused": self._clock.paused,
            "is_seeking": self._quiet_until_s is not None,
            "seeks": self._seeks,
            "has_ended": self.ended,
            "skips_idle": self.skips_idle,
            "lines": tape.lines,
            "played": self._played,
            "garbage_lines": tape.garbage_lines,
            "skipped": tape.skipped,
            "spans": [asdict(span) for span in tape.spans],
        }

    # -- the task -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Play until cancelled; at the end of the tape, wait for somebody to go back."""
        await self._hub.subscribed.wait()
        while True:
            if self._rewind_for:
                self._rewind()
            self._arrive_if_there()
            entry = self._next
            if entry is None:
                if not self.ended:
                    self._send({"end": True})
                self.ended = True
                await self._hub.drain()
                self._wake.clear()
                await self._wake.wait()
            elif self._is_due_at_once(entry):
                self._play_batch(float("inf"))
                await self._hub.drain()
                await asyncio.sleep(0)
            else:
                await self._play_in_time(entry)

    async def _play_in_time(self, entry: Entry) -> None:
        wait_s = self._clock.wait_s(entry.time_s)
        if wait_s > 0:
            self._hub.flush()
            await self._sleep(wait_s)
            return
        due_s = self._clock.time_s()
        self._play_batch(due_s)
        following = self._next
        if following is not None and due_s - following.time_s > _LAG_ALLOWED_S * self._clock.speed:
            self._clock.anchor(following.time_s)
        await self._hub.drain()
        await asyncio.sleep(0)

    def _begin_for_listener(self) -> None:
        """Bring a listener that is new to where the tape is: with all the others, from the beginning."""
        if self._played:
            self._quiet_until_s = self._quiet_until_s or self._played_s
            self._rewind_for = "reconnect"
        else:
            self._rewind_for = "start"
        self._wake.set()

    def _rewind(self) -> None:
        reason, self._rewind_for = self._rewind_for, ""
        self._send({"begin": reason})
        self._furthest = max(self._furthest, self._played)
        self._played, self._played_s = 0, self._tape.start_s
        self.ended = False
        self._mode = (False, False)
        self._entries = self._tape.entries()
        self._next = next(self._entries, None)
        if self._quiet_until_s is None:
            self._clock.anchor(self._tape.start_s)

    def _arrive_if_there(self) -> None:
        """End a seek: everything before its place has been sent."""
        until_s, entry = self._quiet_until_s, self._next
        if until_s is None or (entry is not None and entry.time_s < until_s):
            return
        self._quiet_until_s = None
        self._seeks += 1
        self._clock.anchor(until_s)
        self._played_s = max(self._played_s, until_s)
        self._tell_mode(is_arrival=True)

    def _is_due_at_once(self, entry: Entry) -> bool:
        if self._quiet_until_s is not None:
            return True
        if self._clock.paused:
            return False
        return self._clock.speed == 0 or (self.skips_idle and self._is_idle(entry.time_s))

    def _is_idle(self, time_s: float) -> bool:
        if time_s - self._played_s > _JUMP_MIN_S:  # nobody recorded
            return True
        return any(from_s + _IDLE_EDGE_S <= time_s < to_s - _IDLE_EDGE_S for from_s, to_s in self._idle)

    def _play_batch(self, due_s: float) -> None:
        """Send what is due, up to the next turn of the way."""
        is_hurrying = due_s == float("inf")
        until_s = self._quiet_until_s
        entry = self._next
        for _ in range(_BATCH_ENTRIES):
            if entry is None or entry.time_s > due_s or (until_s is not None and entry.time_s >= until_s):
                break
            if is_hurrying and not self._is_due_at_once(entry):
                break  # an idle stretch is over
            self._tell_mode()
            self._hub.send_entry(entry.channel, entry.entry)
            self._played += 1
            self.events_played += 1
            self._played_s = entry.time_s
            entry = next(self._entries, None)
        self._next = entry
        if is_hurrying:
            self._clock.anchor(self._played_s)

    def _tell_mode(self, is_arrival: bool = False) -> None:
        mode = (self._quiet_until_s is not None, self._played < self._furthest)
        if mode != self._mode or is_arrival:
            self._mode = mode
            self._send({"mode": {"is_quiet": mode[0], "is_known": mode[1], "seeks": self._seeks}})

    def _send(self, line: dict[str, Any]) -> None:
        self._hub.send_entry(TAPE, hub_entry(TAPE, orjson.dumps(line)))

    async def _sleep(self, wait_s: float) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), min(max(wait_s, _SLEEP_MIN_S), _SLEEP_MAX_S))
        except TimeoutError:
            return
