"""What is to happen in a simulated day, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import count

from app.simulator.events import Event

type Action = Callable[[float], Iterator[Event]]  # takes the moment in epoch seconds
type _Due = tuple[float, int, Action]


class Timetable:
    """Actions at seconds of the day; an action may put others in. At the same moment the earlier put in comes first."""

    def __init__(self, midnight_s: float) -> None:
        self.midnight_s = midnight_s
        self._heap: list[_Due] = []
        self._order = count()

    def at(self, day_s: float, action: Action) -> None:
        """Put in an action."""
        heapq.heappush(self._heap, (day_s, next(self._order), action))

    def events(self) -> Iterator[Event]:
        """Yield what the actions give until none is left."""
        heap, midnight_s = self._heap, self.midnight_s
        while heap:
            day_s, _, action = heapq.heappop(heap)
            yield from action(midnight_s + day_s)


def only(event: Event) -> Action:
    """Return the action that gives one event."""

    def act(_time_s: float) -> Iterator[Event]:
        yield event

    return act
