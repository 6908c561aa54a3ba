"""Who hears of what: a subscriber a socket, and the groups of those with equal filters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from app.publish.event_messages import Event
from app.publish.filters import ALERTS_CHANNEL, Filter, SymbolFacts
from app.publish.sessions import Break, Session
from app.publish.wire_frame import WireFrame


class EventClient(Protocol):
    """What an event stream needs of a ClientConnection."""

    @property
    def unsent_bytes(self) -> int: ...
    @property
    def buffer_bytes_max(self) -> int: ...
    @property
    def closed_with(self) -> int | None: ...
    def offer_event(self, frame: WireFrame) -> bool: ...
    def close(self, code: int) -> None: ...
    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None: ...


class Subscriber:
    """One socket's place in the log.

    `cursor`: every event up to this position that its filter matches has been written. `todo`: topics that are owed a
    snapshot before their events go on, with the reason where it is a resync. Live: it takes each tick as it comes.
    `on_lost`: called with the symbols it names that are tracked no longer.
    """

    __slots__ = ("client", "cursor", "filter", "is_live", "on_lost", "open_break", "session", "todo")

    def __init__(self, client: EventClient, cursor: int) -> None:
        self.client = client
        self.filter = Filter()
        self.cursor = cursor
        self.is_live = False
        self.todo: dict[str, str | None] = {}
        self.open_break: Break | None = None
        self.session: Session | None = None
        self.on_lost: Callable[[list[str]], None] = lambda _: None

    def owe_snapshots(self, topics: dict[str, str | None]) -> None:
        """Owe these topics a snapshot; until it is written, a return has to give it again."""
        self.todo |= topics
        if self.open_break is None:
            self.open_break = Break({})
            if self.session is not None:
                self.session.add_break(self.open_break)
        self.open_break.topics |= topics
        self.open_break.bound()

    def close_break(self, position: int) -> None:
        """Note that every snapshot owed has been written, the last at `position`."""
        if self.open_break is not None:
            self.open_break.position = position
            self.open_break = None

    def owe_nothing_of(self, is_unwanted: Callable[[str], bool]) -> None:
        """Drop what it is owed of topics it no longer hears of."""
        for topic in [topic for topic in self.todo if is_unwanted(topic)]:
            del self.todo[topic]


class Group:
    """Subscribers with equal filters."""

    __slots__ = ("filter", "members")

    def __init__(self, wanted: Filter) -> None:
        self.filter = wanted
        self.members: dict[Subscriber, None] = {}  # in the order they came


class Groups:
    """Finds, for each event, the groups that hear of it: by what filters name, not by asking every filter."""

    def __init__(self, facts: SymbolFacts) -> None:
        self.subscriber_count = 0
        self._facts = facts
        self._groups: dict[Filter, Group] = {}
        self._by_symbol: defaultdict[str | None, dict[Group, None]] = defaultdict(dict)
        self._by_market: defaultdict[str | None, dict[Group, None]] = defaultdict(dict)
        self._by_sector: defaultdict[str | None, dict[Group, None]] = defaultdict(dict)
        self._of_everything: dict[Group, None] = {}
        self._of_alerts: dict[Group, None] = {}

    @property
    def groups(self) -> Iterable[Group]:
        return self._groups.values()

    def naming(self, is_wanted: Callable[[str], bool]) -> list[Subscriber]:
        """Return who subscribed by name to symbols of a kind: each symbol is asked for once, not each subscriber."""
        names = [name for name in self._by_symbol if name is not None and is_wanted(name)]
        groups = dict.fromkeys(group for name in names for group in self._by_symbol[name])
        return [subscriber for group in groups for subscriber in group.members]

    def add(self, subscriber: Subscriber) -> None:
        """Let a subscriber hear of every tick from now on."""
        group = self._groups.get(subscriber.filter)
        if group is None:
            group = self._groups[subscriber.filter] = Group(subscriber.filter)
            for index, key in self._places(group):
                index[key][group] = None
            self._of_alerts[group] = None
            if group.filter.takes_symbols:
                self._of_everything[group] = None
        group.members[subscriber] = None
        subscriber.is_live = True
        self.subscriber_count += 1

    def remove(self, subscriber: Subscriber) -> None:
        """Take a subscriber out, if it is in."""
        if not subscriber.is_live:
            return
        subscriber.is_live = False
        self.subscriber_count -= 1
        group = self._groups[subscriber.filter]
        del group.members[subscriber]
        if group.members:
            return
        del self._groups[group.filter]
        for index, key in self._places(group):
            del index[key][group]
            if not index[key]:
                del index[key]
        del self._of_alerts[group]
        self._of_everything.pop(group, None)

    def distribute(self, events: Sequence[Event]) -> dict[Group, list[Event]]:
        """Return what each group hears of a tick, once each and in order."""
        shares: dict[Group, list[Event]] = {}
        hearers: dict[str, Iterable[Group]] = {}
        for event in events:
            groups = hearers.get(event.topic)
            if groups is None:
                groups = hearers[event.topic] = self._hearing(event)
            for group in groups:
                share = shares.get(group)
                if share is None:
                    share = shares[group] = []
                share.append(event)
        return shares

    def _hearing(self, event: Event) -> Iterable[Group]:
        symbol = event.symbol
        if symbol is None:
            return self._of_alerts if event.topic in ALERTS_CHANNEL else self._of_everything
        facts = self._facts
        none: dict[Group, None] = {}
        return (
            self._by_symbol.get(symbol, none)
            | self._by_market.get(facts.market_of(symbol), none)
            | self._by_sector.get(facts.sector_of(symbol), none)
        )

    def _places(self, group: Group) -> Iterable[tuple[defaultdict[str | None, dict[Group, None]], str]]:
        for symbol in group.filter.symbols:
            yield self._by_symbol, symbol
        for market in group.filter.markets:
            yield self._by_market, market
        for sector in group.filter.sectors:
            yield self._by_sector, sector
