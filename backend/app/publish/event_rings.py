"""The events that can still be sent again: a ring per topic, bounded in number, bytes and age.

Overflow: at most EVENTS_PER_TOPIC of a topic, BYTES_MAX of all together, none older than the sessions they serve.
What was let go is remembered as one position a topic, so that a resume knows what it cannot complete, and why.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from app.publish.event_messages import Event

EVENTS_PER_TOPIC = 2_000
BYTES_MAX = 64 * 1024 * 1024
EVENT_OVERHEAD_BYTES = 250  # the objects around a payload: Event, bytes, two queue places
STALE_PLACES_MAX = 10_000

EXPIRED = "expired"
TOO_MANY = "too_many"


class _Ring:
    __slots__ = ("events", "lost_position", "lost_reason")

    def __init__(self) -> None:
        self.events: deque[Event] = deque()
        self.lost_position = 0
        self.lost_reason = ""


class EventRings:
    """Keeps events by topic; the oldest go first."""

    def __init__(
        self,
        age_max_s: float,
        events_per_topic: int = EVENTS_PER_TOPIC,
        bytes_max: int = BYTES_MAX,
    ) -> None:
        self.size_bytes = 0
        self.event_count = 0
        self._age_max_s = age_max_s
        self._events_per_topic = events_per_topic
        self._bytes_max = bytes_max
        self._rings: dict[str, _Ring] = {}
        self._shared: dict[str, _Ring] = {}
        self._order: deque[Event] = deque()  # of all topics; may hold some that their ring let go
        self._ticks: deque[tuple[float, int]] = deque()  # (when, its last position)

    def __contains__(self, topic: str) -> bool:
        return topic in self._rings

    @property
    def topics(self) -> Iterable[str]:
        return self._rings.keys()

    @property
    def shared_topics(self) -> Iterable[str]:
        """Return the topics that are no symbol's: a few dozen."""
        return self._shared.keys()

    def append(self, events: Sequence[Event], now_s: float) -> None:
        """Keep the events of one tick, and let go of what is over a bound."""
        for event in events:
            ring = self._rings.get(event.topic)
            if ring is None:
                ring = self._rings[event.topic] = _Ring()
                if event.symbol is None:
                    self._shared[event.topic] = ring
            ring.events.append(event)
            self._order.append(event)
            self.size_bytes += _size_of(event)
            self.event_count += 1
            if len(ring.events) > self._events_per_topic:
                self._let_go(ring, TOO_MANY)
        if events:
            self._ticks.append((now_s, events[-1].position))
        self.trim(now_s)
        if len(self._order) > 2 * self.event_count + STALE_PLACES_MAX:
            self._order = deque(event for event in self._order if self._is_kept(event))

    def trim(self, now_s: float) -> None:
        """Let go of what is too old, or too much in all."""
        while self._ticks and now_s - self._ticks[0][0] > self._age_max_s:
            self._let_go_through(self._ticks.popleft()[1])
        while self.size_bytes > self._bytes_max and self._order:
            self._let_go_first(TOO_MANY)

    def clear(self) -> None:
        """Forget everything: nobody is left who could ask for it."""
        self._rings.clear()
        self._shared.clear()
        self._order.clear()
        self._ticks.clear()
        self.size_bytes = self.event_count = 0

    def lost_since(self, topic: str, position: int) -> str | None:
        """Return why events of a topic after `position` are missing, None if all are here."""
        ring = self._rings.get(topic)
        return ring.lost_reason if ring is not None and ring.lost_position > position else None

    def since(self, topic: str, position: int) -> Iterator[Event]:
        """Yield the kept events of a topic after `position`, newest first."""
        ring = self._rings.get(topic)
        for event in reversed(ring.events) if ring is not None else ():
            if event.position <= position:
                return
            yield event

    def _let_go_through(self, position: int) -> None:
        while self._order and self._order[0].position <= position:
            self._let_go_first(EXPIRED)

    def _let_go_first(self, reason: str) -> None:
        event = self._order.popleft()
        if self._is_kept(event):
            self._let_go(self._rings[event.topic], reason)

    def _let_go(self, ring: _Ring, reason: str) -> None:
        event = ring.events.popleft()
        ring.lost_position, ring.lost_reason = event.position, reason
        self.size_bytes -= _size_of(event)
        self.event_count -= 1

    def _is_kept(self, event: Event) -> bool:
        """Whether an event is still in its ring; every ring lets go in the order of `_order`."""
        events = self._rings[event.topic].events
        return bool(events) and events[0].position <= event.position


def _size_of(event: Event) -> int:
    return len(event.payload) + EVENT_OVERHEAD_BYTES
