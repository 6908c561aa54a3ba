"""Bringing one subscriber from where it is to the end of the log: missed events first, then the snapshots it is owed.

It fills a quarter of the client's buffer, and goes on when the client has read; a client that
reads slowly costs one comparison a tick. Must be called with nothing recorded that is not numbered yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Protocol

from app.clock import Clock
from app.market.models import Alert
from app.publish.event_log import EventLog
from app.publish.event_messages import (
    Event,
    encode_alerts_channel,
    encode_batch,
    encode_resync,
    encode_topic_snapshot,
    index_row,
    moment_text,
)
from app.publish.filters import SymbolFacts
from app.publish.fragments import encode_json
from app.publish.market_reader import MarketReader
from app.publish.subscriptions import Subscriber
from app.publish.topics import ALERTS, DERIVATIVES, SESSION, index_of, symbol_of
from app.publish.wire_frame import WireFrame

FRAME_BYTES = 32 * 1024  # of events sent again, per frame
ROOM_PART = 4  # of the smallest buffer, 64 KiB, that leaves room for one more frame
ALERTS_SNAPSHOT = 50
AGAIN = ""  # the reason of a snapshot that was asked for: it comes after the events, not instead of them


class SymbolViews(Protocol):
    """Where the snapshot of a symbol comes from."""

    def symbol(self, symbol: str) -> bytes: ...


class CatchUp:
    """Stateless: what there is to know of a subscriber is in the subscriber."""

    def __init__(
        self, log: EventLog, reader: MarketReader, views: SymbolViews, facts: SymbolFacts, clock: Clock
    ) -> None:
        self._log = log
        self._reader = reader
        self._views = views
        self._facts = facts
        self._clock = clock

    def advance(self, subscriber: Subscriber) -> bool:
        """Write what there is room for; return whether it is at the end of the log and owed nothing."""
        log = self._log
        if not self._has_room(subscriber):
            return False
        if subscriber.cursor < log.position:
            self._note_losses(subscriber)
            if not self._send_missed(subscriber):
                return False
        return self._send_snapshots(subscriber)

    def _has_room(self, subscriber: Subscriber) -> bool:
        unsent_bytes = subscriber.client.unsent_bytes
        return unsent_bytes == 0 or unsent_bytes < subscriber.client.buffer_bytes_max // ROOM_PART

    def _topics(self, subscriber: Subscriber) -> Iterator[str]:
        for topic in self._facts.topics_in(self._log.rings, subscriber.filter):
            if subscriber.todo.get(topic, AGAIN) == AGAIN:
                yield topic

    def _note_losses(self, subscriber: Subscriber) -> None:
        rings = self._log.rings
        lost = {topic: rings.lost_since(topic, subscriber.cursor) for topic in self._topics(subscriber)}
        lost = {topic: reason for topic, reason in lost.items() if reason is not None}
        if lost:
            subscriber.owe_snapshots(lost)

    def _send_missed(self, subscriber: Subscriber) -> bool:
        """Send events after the cursor, in the order of the log; return whether that was all of them."""
        log = self._log
        missed = [
            event for topic in self._topics(subscriber) for event in log.rings.since(topic, subscriber.cursor)
        ]
        missed.sort(key=attrgetter("position"))
        frame_bytes = min(FRAME_BYTES, subscriber.client.buffer_bytes_max // 2)
        for events in _in_frames(missed, frame_bytes):
            if not self._has_room(subscriber):
                return False
            position = log.position if events[-1] is missed[-1] else events[-1].position
            if not subscriber.client.offer_event(encode_batch(log.epoch, position, events)):
                return False
            subscriber.cursor = position
        subscriber.cursor = log.position
        return True

    def _send_snapshots(self, subscriber: Subscriber) -> bool:
        """Send the snapshots it is owed, all of one moment; the last has a position of its own."""
        log, todo = self._log, subscriber.todo
        while todo:
            if not self._has_room(subscriber):
                return False
            topic = next(iter(todo))
            reason = todo[topic]
            position = subscriber.cursor if len(todo) > 1 else log.advance()
            for frame in self._snapshot_frames(subscriber, topic, reason, position):
                if not subscriber.client.offer_event(frame):
                    return False
            del todo[topic]
            if not todo:
                subscriber.cursor = position
                subscriber.close_break(position)
        if subscriber.open_break is not None:  # it was owed topics that it then left
            subscriber.cursor = log.advance()
            subscriber.close_break(subscriber.cursor)
        return True

    def _snapshot_frames(
        self, subscriber: Subscriber, topic: str, reason: str | None, position: int
    ) -> Iterator[WireFrame]:
        log = self._log
        if reason:
            yield encode_resync(topic, reason)
        ts, seq = moment_text(self._clock.now()), log.seq_of(topic)
        if topic == ALERTS and subscriber.filter.alerts:
            yield encode_alerts_channel(log.epoch, seq, ts, position, self._alerts())
            return
        data = self._state_of(topic)
        yield encode_topic_snapshot(topic, log.epoch, seq, ts, position, data)

    def _state_of(self, topic: str) -> bytes:
        symbol, index_id = symbol_of(topic), index_of(topic)
        if symbol is not None:
            return self._views.symbol(symbol)
        if index_id is not None:
            index = self._reader.get_indices().get(index_id)
            return encode_json(index_row(index) if index is not None else None)
        states = {
            DERIVATIVES: self._reader.get_derivatives_data,
            ALERTS: self._alerts,
            SESSION: self._reader.get_session,
        }
        return encode_json(states[topic]())

    def _alerts(self) -> list[Alert]:
        return self._reader.get_alerts(limit=ALERTS_SNAPSHOT)


def _in_frames(events: list[Event], frame_bytes: int) -> Iterator[list[Event]]:
    frame: list[Event] = []
    size = 0
    for event in events:
        if frame and size + len(event.payload) > frame_bytes:
            yield frame
            frame, size = [], 0
        frame.append(event)
        size += len(event.payload)
    if frame:
        yield frame
