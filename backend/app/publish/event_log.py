"""EventLog: what happened, numbered once for all subscribers.

`record` remembers, `tick` numbers: prints, alerts and session events one by one in the order they came, then of each
row that changed its newest state, with `skipped` = how many more changes that state stands for. Each event gets the
next seq of its topic and the next position of the log. Nothing moves while nobody wants events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from app.clock import Clock
from app.market.models import Alert, Changes, SessionEvent
from app.publish.active_volumes import ActiveVolumes, CountedTrade
from app.publish.event_messages import (
    Event,
    alert_body,
    derivatives_body,
    event_payload,
    foreign_body,
    index_body,
    moment_text,
    quote_body,
    session_body,
    trade_body,
)
from app.publish.event_rings import EventRings
from app.publish.market_reader import MarketReader
from app.publish.topics import ALERTS, DERIVATIVES, SESSION, index_topic, symbol_topic

type _Occurrence = CountedTrade | Alert | SessionEvent


class EventLog:
    """Numbers what changed. One per process and epoch."""

    def __init__(self, reader: MarketReader, clock: Clock, epoch: str, rings: EventRings) -> None:
        self.epoch = epoch
        self.position = 0
        self.rings = rings
        self.is_recording = False
        self._reader = reader
        self._clock = clock
        self._seqs: dict[str, int] = {}
        self._volumes = ActiveVolumes()
        self._occurrences: list[_Occurrence] = []
        self._quotes: Counter[str] = Counter()  # symbol -> changes since the last tick
        self._foreign: Counter[str] = Counter()
        self._indices: Counter[str] = Counter()
        self._derivatives = 0

    def start(self) -> None:
        """Record from now on."""
        if not self.is_recording:
            self.is_recording = True
            self._volumes.begin(self._reader.get_session().trading_date, self._reader.get_session_stats())

    def stop(self) -> None:
        """Forget what is recorded: nobody is left who could ask for it. Numbers stay where they are."""
        self.is_recording = False
        self._clear()
        self.rings.clear()

    @property
    def has_pending(self) -> bool:
        return bool(self._occurrences or self._quotes or self._foreign or self._indices or self._derivatives)

    def record(self, changes: Changes) -> None:
        """Remember what a batch changed; call it before anything else changes the market."""
        if not self.is_recording:
            return
        if changes.session_events:
            self._occurrences += changes.session_events
        if changes.trades:
            reader = self._reader
            self._occurrences += self._volumes.count(
                changes.trades, reader.get_session().trading_date, reader.get_session_stats()
            )
        if changes.alerts:
            self._occurrences += changes.alerts
        if changes.everything:
            self._record_everything()
            return
        self._quotes.update(changes.prices)
        self._foreign.update(changes.foreign)
        self._indices.update(changes.indices)
        if changes.contracts:
            self._derivatives += 1

    def tick(self) -> list[Event]:
        """Number what was recorded since the last tick and keep it in the rings."""
        if not self.has_pending:
            return []
        events: list[Event] = []
        ts = moment_text(self._clock.now())

        def add(kind: str, topic: str, symbol: str | None, body: bytes) -> None:
            seq = self._seqs[topic] = self._seqs.get(topic, 0) + 1
            self.position += 1
            payload = event_payload(kind, topic, self.epoch, seq, ts, body)
            events.append(Event(self.position, topic, seq, symbol, payload))

        for occurrence in self._occurrences:
            if isinstance(occurrence, Alert):
                add("alert", ALERTS, None, alert_body(occurrence))
            elif isinstance(occurrence, SessionEvent):
                add("session", SESSION, None, session_body(occurrence))
            else:
                symbol = occurrence[0].symbol
                add("trade", symbol_topic(symbol), symbol, trade_body(*occurrence))
        self._number_states(add)
        self._clear()
        self.rings.append(events, self._clock.monotonic_s())
        return events

    def advance(self) -> int:
        """Leave a place of the log empty and return it: a moment that no event has."""
        self.position += 1
        return self.position

    def seq_of(self, topic: str) -> int:
        """Return the number of a topic's last event, 0 before the first."""
        return self._seqs.get(topic, 0)

    def _number_states(self, add: Callable[[str, str, str | None, bytes], None]) -> None:
        reader = self._reader
        if self._quotes:
            prices = reader.get_prices()
            for symbol, changes in self._quotes.items():
                price = prices.get(symbol)
                if price is not None:  # no longer tracked
                    add("quote", symbol_topic(symbol), symbol, quote_body(symbol, price, changes - 1))
        for symbol, changes in self._foreign.items():
            row = reader.get_foreign(symbol)
            if row is not None:
                add("foreign", symbol_topic(symbol), symbol, foreign_body(row, changes - 1))
        if self._indices:
            indices = reader.get_indices()
            for index_id, changes in self._indices.items():
                index = indices.get(index_id)
                if index is not None:
                    add("index", index_topic(index_id), None, index_body(index, changes - 1))
        if self._derivatives:
            data = reader.get_derivatives_data()
            if data is not None:
                add("derivatives", DERIVATIVES, None, derivatives_body(data, self._derivatives - 1))

    def _record_everything(self) -> None:
        reader = self._reader
        self._volumes.begin(reader.get_session().trading_date, reader.get_session_stats())
        self._quotes.update(reader.get_prices().keys())
        self._foreign.update(row.symbol for row in reader.get_foreign_detail())
        self._indices.update(reader.get_indices().keys())
        self._derivatives += 1

    def _clear(self) -> None:
        self._occurrences = []
        self._derivatives = 0
        for counter in (self._quotes, self._foreign, self._indices):
            counter.clear()
