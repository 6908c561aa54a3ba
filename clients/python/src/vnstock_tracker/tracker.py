"""Tracker: the door to a VN Stock Tracker server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Literal, Protocol, Self

from vnstock_tracker.credentials import Credentials, OnTokens
from vnstock_tracker.errors import ClosedError, TrackerError
from vnstock_tracker.event_stream import EventStream
from vnstock_tracker.full_stream import FullStream
from vnstock_tracker.link import Conversation, Link
from vnstock_tracker.models import ForeignSummary, IndexData, MarketSnapshot
from vnstock_tracker.rest import Rest
from vnstock_tracker.state_channel import StateChannel
from vnstock_tracker.status import MOVING, TrackerStatus

FRESH_S = 10.0  # heard within: an idle server answers every 4 s
type ChannelName = Literal["market", "foreign", "index"]
_TYPES: dict[str, Any] = {
    "market": MarketSnapshot,
    "foreign": ForeignSummary,
    "index": dict[str, IndexData],
}


class _Member(Conversation, Protocol):
    """A conversation of the tracker's."""

    link: Link | None

    def end(self, error: TrackerError | None) -> None:
        """Take in that nothing comes any more."""
        ...


class Tracker:
    """`async with Tracker("http://localhost:8000", token=...) as tracker`.

    Each state channel that is used, and each stream, is a socket of its own (a server allows five by default): a slow
    reader of events delays no state. `symbols` narrows the market's quotes and prices; `interval_ms` asks for a slower
    pace of states; `on_tokens` is told of renewed tokens, where they are to be kept.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        refresh_token: str | None = None,
        on_tokens: OnTokens | None = None,
        symbols: Sequence[str] | None = None,
        interval_ms: int | None = None,
    ) -> None:
        scheme, separator, _ = url.partition("://")
        if separator and scheme not in {"http", "https"}:
            raise ValueError(f"expected http:// or https://, not {scheme}://")
        base_url = (url if separator else f"http://{url}").rstrip("/")
        self._credentials = Credentials(token, refresh_token, on_tokens)
        self._ws_url = "ws" + base_url.removeprefix("http")
        self._symbols = symbols
        self._interval_ms = interval_ms
        self.rest = Rest(base_url, self._credentials)
        self._tasks: dict[_Member, asyncio.Task[None]] = {}
        self._channels: dict[str, StateChannel[Any]] = {}
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._is_open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every socket; whoever iterates comes to the end."""
        self._is_open = False
        for member in list(self._tasks):
            await self._stop(member)
        await self.rest.aclose()

    @property
    def market(self) -> StateChannel[MarketSnapshot]:
        """The whole market, or `symbols` of it. The first use opens its socket."""
        return self._channel("market")

    @property
    def foreign(self) -> StateChannel[ForeignSummary]:
        """The summary of foreign flow. The first use opens its socket."""
        return self._channel("foreign")

    @property
    def index(self) -> StateChannel[dict[str, IndexData]]:
        """Every index by its id. The first use opens its socket."""
        return self._channel("index")

    def events(
        self,
        symbols: Sequence[str] = (),
        *,
        markets: Sequence[str] = (),
        sectors: Sequence[str] = (),
        types: Iterable[type] | None = None,
    ) -> EventStream:
        """Return every event of symbols, markets or sectors, and what goes to every subscriber, each once.

        `types`: only these (`[Trade]`); Resync, Rejected and TopicSnapshot always come. Names of futures may be aliases.
        """
        names = {"symbols": list(symbols), "markets": list(markets), "sectors": list(sectors)}
        request = {name: value for name, value in names.items() if value}
        if not request:
            raise ValueError("events of what? Give symbols, markets or sectors")
        stream = EventStream(request, types, self._stop)
        self._begin(stream)
        return stream

    def alerts(self) -> EventStream:
        """Return the last 50 alerts as a TopicSnapshot, then each new one, each once; and changes of the session."""
        stream = EventStream({"channels": ["alerts"]}, None, self._stop)
        self._begin(stream)
        return stream

    def full(self, channel: ChannelName) -> FullStream[Any]:
        """Return whole states in full mode: a MarketSnapshot, a ForeignSummary or `{id: IndexData}` at each change."""
        query = {"symbols": ",".join(self._symbols)} if self._symbols and channel == "market" else {}
        stream: FullStream[Any] = FullStream(channel, _TYPES[channel], query, self._stop)
        self._begin(stream)
        return stream

    @property
    def status(self) -> TrackerStatus:
        """How far what is shown may be believed, at this moment."""
        links = [member.link for member in self._tasks if member.link is not None]
        heard = [link for link in links if link.feed is not None]
        newest = min(heard, key=lambda link: link.age_s or 0.0, default=None)
        feed = None if newest is None else newest.feed
        ages = [link.age_s for link in links]
        age_s = max((age for age in ages if age is not None), default=None)
        is_current = (
            bool(links)
            and None not in ages
            and (age_s or 0.0) <= FRESH_S
            and all(link.is_open for link in links)
            and all(channel.is_current for channel in self._channels.values())
        )
        return TrackerStatus(
            source=None if feed is None else feed.source,
            state=None if feed is None else feed.state,
            reason=None if feed is None else feed.reason,
            muted_channels=() if feed is None else tuple(feed.muted_channels),
            age_s=age_s,
            is_current=is_current,
            is_live=is_current and feed is not None and feed.connected and feed.state in MOVING,
            error=next((link.error for link in links if link.error is not None), None),
        )

    @property
    def is_live(self) -> bool:
        """Whether what is shown is now: never true for old data."""
        return self.status.is_live

    def _channel(self, name: str) -> StateChannel[Any]:
        found = self._channels.get(name)
        if found is not None:
            return found
        query: dict[str, str] = {}
        if self._interval_ms is not None:
            query["interval_ms"] = str(self._interval_ms)
        if self._symbols and name == "market":
            query["symbols"] = ",".join(self._symbols)
        channel: StateChannel[Any] = StateChannel(name, _TYPES[name], query)
        self._begin(channel)
        self._channels[name] = channel
        return channel

    def _begin(self, member: _Member) -> None:
        if not self._is_open:
            raise ClosedError("use it within `async with Tracker(...) as tracker`")
        member.link = Link(self._ws_url, self._credentials, member, self.rest.renew)
        self._tasks[member] = asyncio.create_task(self._run(member, member.link))

    async def _run(self, member: _Member, link: Link) -> None:
        """Serve a member until it is stopped; what ends it is told to whoever listens to it."""
        error: TrackerError | None = None
        try:
            await link.run()
        except TrackerError as refused:
            error = refused
        finally:
            member.end(error)

    async def _stop(self, member: _Member) -> None:
        task = self._tasks.pop(member, None)
        if task is None:
            return
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
