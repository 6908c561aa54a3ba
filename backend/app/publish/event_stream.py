"""EventStream: what subscribers are owed, and the one task that pays it.

Each tick numbers what happened and gives every group of equal filters one frame of it. A subscriber that is not at the
end of the log (new, come back, other filter) is brought there by CatchUp between ticks, and is live from then on.
Overflow: a live client over its buffer bound is closed with 4408; nothing is queued for anybody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from msgspec import Struct

from app.clock import Clock
from app.market.models import Changes
from app.publish.catch_up import AGAIN, CatchUp, SymbolViews
from app.publish.close_codes import CloseCode
from app.publish.event_log import EventLog
from app.publish.event_messages import Event, encode_batch
from app.publish.event_rings import EventRings
from app.publish.filters import Filter, SymbolFacts
from app.publish.market_reader import MarketReader
from app.publish.sessions import Session, SessionStore
from app.publish.subscriptions import EventClient, Groups, Subscriber
from app.publish.topics import ALERTS, symbol_topic
from app.publish.wire_frame import WireFrame
from app.publish.write_budget import WRITE_COST_S, WRITE_SHARE_MAX
from app.telemetry.metrics import Metrics

CLIENTS_PER_SLICE = 200  # about 3 ms of writing; then the loop may do something else
CATCH_UPS_PER_SLICE = 8  # some with a thousand snapshots
SWEEPS_PER_TTL = 10

EPOCH_CHANGED = "epoch_changed"


class Tick(Struct):
    """Numbered events on their way to the live subscribers."""

    position: int  # of its last event
    events: list[Event]


class EventStream:
    """Owns the log, the subscribers and their sessions. Runs on the event loop."""

    def __init__(
        self,
        reader: MarketReader,
        views: SymbolViews,
        clock: Clock,
        metrics: Metrics,
        *,
        epoch: str,
        interval_s: float = 0.05,
        session_ttl_s: float = 300.0,
        sessions_per_owner: int = 100,
        sectors: dict[str, frozenset[str]] | None = None,
        rings: EventRings | None = None,
        is_tracked: Callable[[str], bool] = lambda _symbol: True,
    ) -> None:
        self._is_tracked = is_tracked
        self.facts = SymbolFacts(reader.get_prices, sectors)
        self.log = EventLog(reader, clock, epoch, rings or EventRings(session_ttl_s))
        self.sessions = SessionStore(epoch, clock, session_ttl_s, saved_per_owner=sessions_per_owner)
        self._groups = Groups(self.facts)
        self._catch_up = CatchUp(self.log, reader, views, self.facts, clock)
        self._behind: dict[Subscriber, None] = {}
        self._ticks: deque[Tick] = deque()
        self._clock = clock
        self._interval_s = interval_s
        self._sweep_interval_s = max(session_ttl_s / SWEEPS_PER_TTL, 1.0)
        self._resumes = metrics.ws_resumes_total
        self._publish_seconds = metrics.ws_publish_seconds.labels("events")
        self.resume_count = 0
        self._sent_position = 0  # of the last tick that every live subscriber was given
        self._users: dict[str, Subscriber] = {}  # session id -> who uses it
        self._wake = asyncio.Event()

    @property
    def subscriber_count(self) -> int:
        """Return the sockets that are owed events."""
        return self._groups.subscriber_count + len(self._behind)

    @property
    def subscription_count(self) -> int:
        """Return the symbols, markets and sectors subscribed to, summed over the sockets."""
        live = sum(group.filter.size * len(group.members) for group in self._groups.groups)
        return live + sum(subscriber.filter.size for subscriber in self._behind)

    @property
    def period_s(self) -> float:
        return max(self._interval_s, self.subscriber_count * WRITE_COST_S / WRITE_SHARE_MAX)

    def position_of(self, subscriber: Subscriber) -> int:
        """Return how far a subscriber has been written to."""
        return max(subscriber.cursor, self._sent_position) if subscriber.is_live else subscriber.cursor

    def record(self, changes: Changes) -> None:
        """Remember what a batch changed; a later tick will number and send it."""
        if self.log.is_recording:
            self.log.record(changes)
            self._wake.set()

    def tell_of_lost_symbols(self) -> None:
        """Tell those who subscribed by name to symbols that are tracked no longer."""

        def is_lost(symbol: str) -> bool:
            return not self._is_tracked(symbol)

        for subscriber in [*self._groups.naming(is_lost), *self._behind]:
            lost = sorted(filter(is_lost, subscriber.filter.symbols))
            if lost:
                subscriber.on_lost(lost)

    def join(self, client: EventClient) -> Subscriber:
        """Return a subscriber of nothing yet."""
        return Subscriber(client, self.log.position)

    def begin_session(self, subscriber: Subscriber, identity: str, address: str) -> Session:
        """Give a subscriber the session it can come back with."""
        session = self.sessions.begin(identity, address, subscriber.cursor)
        self._adopt(subscriber, session)
        return session

    def set_filter(self, subscriber: Subscriber, wanted: Filter, again: Iterable[str] = ()) -> None:
        """Change what a subscriber hears of. What is new to it comes as a snapshot, and so do topics named in `again`."""
        before = subscriber.filter
        self._leave(subscriber)
        session = subscriber.session
        if before.is_empty:  # nothing before this moment is meant for it
            subscriber.cursor = self.log.position
        if session is not None:
            session.filter = wanted
            if before.is_empty:
                session.started_at = subscriber.cursor
        subscriber.filter = wanted
        subscriber.owe_nothing_of(lambda topic: not self.facts.matches(wanted, topic))
        owed: dict[str, str | None] = {topic: AGAIN for topic in again if self.facts.matches(before, topic)}
        owed |= dict.fromkeys(self._topics_new_to(wanted, before))
        if owed:
            subscriber.owe_snapshots(owed)
        self._bring_up(subscriber)

    def resync(self, subscriber: Subscriber, *, only_alerts: bool = False) -> None:
        """Send the snapshots of everything again, or of the alerts channel."""
        wanted = subscriber.filter
        if not wanted.is_empty:
            self.set_filter(subscriber, wanted, [ALERTS] if only_alerts else self.topics_of(wanted))

    def topics_of(self, wanted: Filter) -> list[str]:
        """Return the topics whose snapshots stand at the beginning of a subscription."""
        return self._topics_new_to(wanted, Filter())

    def resume(self, subscriber: Subscriber, session: Session, claimed: int | None) -> None:
        """Go on with a session: what was missed after the position, then live. The older socket is closed."""
        self._take_over(session)
        self.sessions.take(session)
        subscriber.filter = session.filter
        subscriber.cursor = session.resume_position(claimed)
        self._adopt(subscriber, session)
        owed = self._broken(session, subscriber.cursor)
        session.breaks = [found for found in session.breaks if found.position <= subscriber.cursor]
        if owed:
            subscriber.owe_snapshots(owed)
        self.resume_count += 1
        self._resumes.labels("resumed").inc()
        self._bring_up(subscriber)

    def refuse_resume(self, result: str) -> None:
        """Count a session that could not be gone on with."""
        self._resumes.labels(result).inc()

    def leave(self, subscriber: Subscriber) -> None:
        """Its socket closed: keep its session, if it has one."""
        self._leave(subscriber)
        session, subscriber.session = subscriber.session, None
        if session is not None:
            session.position = max(session.position, subscriber.cursor)  # a blind return starts before it
            self._users.pop(session.id, None)
            self.sessions.save(session)
        self._rest_if_unwanted()

    async def run(self) -> None:
        """Serve for ever: the ticks, and the sessions nobody comes back for."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._run_ticks(), name="publish:events")
            tasks.create_task(self._run_sweeps(), name="publish:sessions")

    async def push(self) -> None:
        """Number what happened and bring it to everybody, in slices."""
        started_s = self._clock.monotonic_s()
        self._number()
        await self._send_ticks()
        if self._behind:
            await self._catch_up_all()
            await self._send_ticks()
        self._publish_seconds.observe(self._clock.monotonic_s() - started_s)

    async def _run_ticks(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.push()
            await self._clock.sleep(self.period_s)
            if self._behind:
                self._wake.set()

    async def _run_sweeps(self) -> None:
        while True:
            await self._clock.sleep(self._sweep_interval_s)
            self.sessions.expire()
            self.log.rings.trim(self._clock.monotonic_s())
            self._rest_if_unwanted()

    def _number(self) -> None:
        events = self.log.tick()
        if events:
            self._ticks.append(Tick(events[-1].position, events))

    async def _send_ticks(self) -> None:
        while self._ticks:
            await self._send(self._ticks.popleft())

    async def _send(self, tick: Tick) -> None:
        written = 0
        for group, events in self._groups.distribute(tick.events).items():
            frame = encode_batch(self.log.epoch, tick.position, events)
            for subscriber in list(group.members):
                self._give(subscriber, tick.position, frame)
                written += 1
                if written % CLIENTS_PER_SLICE == 0:
                    await asyncio.sleep(0)
        self._sent_position = tick.position

    def _give(self, subscriber: Subscriber, position: int, frame: WireFrame) -> None:
        """Write a tick, unless the subscriber has left or was already brought past it."""
        if not subscriber.is_live or subscriber.cursor >= position:
            return
        if subscriber.client.offer_event(frame):
            subscriber.cursor = position
        else:
            self._leave(subscriber)

    async def _catch_up_all(self) -> None:
        for number, subscriber in enumerate(list(self._behind)):
            if number % CATCH_UPS_PER_SLICE == 0:
                if number:
                    await asyncio.sleep(0)
                self._number()  # a snapshot shows all that is recorded: all of it must have its number
            if subscriber not in self._behind:
                continue
            if subscriber.client.closed_with is not None:
                self._leave(subscriber)
            elif self._catch_up.advance(subscriber):
                del self._behind[subscriber]
                self._groups.add(subscriber)

    def _bring_up(self, subscriber: Subscriber) -> None:
        if subscriber.filter.is_empty:
            self._rest_if_unwanted()
            return
        self.log.start()
        self._behind[subscriber] = None
        self._wake.set()

    def _leave(self, subscriber: Subscriber) -> None:
        """Take a subscriber out of the ticks, where its cursor is known."""
        subscriber.cursor = self.position_of(subscriber)
        self._groups.remove(subscriber)
        self._behind.pop(subscriber, None)

    def _adopt(self, subscriber: Subscriber, session: Session) -> None:
        subscriber.session = session
        self._users[session.id] = subscriber

        def confirm(position: int) -> None:
            session.confirmed = max(session.confirmed, position)

        subscriber.client.watch_delivery(lambda: self.position_of(subscriber), confirm)

    def _take_over(self, session: Session) -> None:
        """Close the socket that still uses a session: most likely it is half-open."""
        user = self._users.get(session.id)
        if user is not None:
            user.client.close(CloseCode.NOT_ALLOWED)
            self.leave(user)

    def _broken(self, session: Session, position: int) -> dict[str, str | None]:
        """Return the topics a client that saw nothing after `position` has no snapshot of."""
        owed: dict[str, str | None] = {}
        for found in session.breaks:
            if found.position <= position:
                continue
            if found.is_all:
                owed |= dict.fromkeys(self.topics_of(session.filter))
            owed |= found.topics
        return {topic: reason for topic, reason in owed.items() if self.facts.matches(session.filter, topic)}

    def _topics_new_to(self, wanted: Filter, before: Filter) -> list[str]:
        matches = self.facts.matches
        topics = [symbol_topic(symbol) for symbol in self.facts.symbols_of(wanted)]
        topics = [topic for topic in topics if not matches(before, topic)]
        return topics + [ALERTS] * (wanted.alerts and not before.alerts)

    def _rest_if_unwanted(self) -> None:
        if not self.subscriber_count and not self.sessions.is_wanted:
            self.log.stop()
            self._ticks.clear()
