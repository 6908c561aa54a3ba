"""DataPublisher: from what changed in the market to frames on the clients' sockets.

`mark_changed` and `mark_feed` only remember; each stream's task sends at its own pace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from app.clock import Clock
from app.market.models import Changes, FeedStatus
from app.publish.channels import Channel, Group
from app.publish.client_connection import ClientConnection
from app.publish.close_codes import CloseCode
from app.publish.connection_manager import ConnectionManager
from app.publish.delta_rotation import DeltaRotation
from app.publish.event_stream import EventStream
from app.publish.full_stream import FullStream
from app.publish.garbage import GarbageKeeper
from app.publish.heartbeat import Heartbeat
from app.publish.market_reader import MarketReader
from app.publish.messages import (
    encode_alert,
    encode_alerts_snapshot,
    encode_bye,
    encode_session,
    encode_status,
)
from app.publish.notices import Audience, NoticeStream
from app.publish.state_frames import StateFrames
from app.publish.state_server import StateServer
from app.publish.state_view import Mode, StateView
from app.publish.subscriptions import Subscriber
from app.publish.views import MarketViews
from app.telemetry.metrics import Metrics

PATHS = (*Channel, "v1")
STATE_CHANNELS = (Channel.MARKET, Channel.FOREIGN, Channel.INDEX)
ALERTS_SNAPSHOT = 50
RECONNECT_MIN_MS = 500
RECONNECT_SPREAD_MIN_MS = 3_000
RECONNECT_MS_PER_CLIENT = 2  # a handshake costs 0.6 to 0.9 ms (PERFORMANCE.md 1.8)


class DataPublisher:
    """Owns the clients of each path, what they are shown, and the tasks that show it."""

    def __init__(
        self,
        reader: MarketReader,
        feed_status: Callable[[], FeedStatus],
        clock: Clock,
        metrics: Metrics,
        *,
        throttle_interval_s: float = 0.5,
        delta_interval_s: float = 0.1,
        event_interval_s: float = 0.05,
        heartbeat_interval_s: float = 30.0,
        session_ttl_s: float = 300.0,
        sessions_per_owner: int = 100,
        sectors: dict[str, frozenset[str]] | None = None,
        is_tracked: Callable[[str], bool] = lambda _symbol: True,
    ) -> None:
        self.views = MarketViews(reader, feed_status, clock)
        self.managers: dict[str, ConnectionManager] = {
            path: ConnectionManager(path, metrics) for path in PATHS
        }
        self.events = EventStream(
            reader,
            self.views,
            clock,
            metrics,
            epoch=self.views.epoch,
            interval_s=event_interval_s,
            session_ttl_s=session_ttl_s,
            sessions_per_owner=sessions_per_owner,
            sectors=sectors,
            is_tracked=is_tracked,
        )
        self.is_closing = False
        self._reader = reader
        self._feed_status = feed_status
        self._feed_key = _key_of(feed_status())
        managers = list(self.managers.values())
        self._notices = NoticeStream(managers, event_interval_s, clock)
        self._server = StateServer(self.views, StateFrames(self.views, clock), self._notices, clock, metrics)
        self._full = {
            channel: FullStream(channel, self._server, throttle_interval_s, clock, metrics)
            for channel in STATE_CHANNELS
        }
        self._rotation = DeltaRotation(self._server, delta_interval_s, clock, metrics)
        self._heartbeat = Heartbeat(managers, clock, heartbeat_interval_s)
        self._garbage = GarbageKeeper(
            clock,
            present=lambda: sum(manager.client_count for manager in managers),
            closed=lambda: sum(manager.closes.total() for manager in managers),
        )

    async def run(self) -> None:
        """Run the streams and the heartbeat, until cancelled. One that dies ends the others."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._notices.run(), name="publish:notices")
            for channel, stream in self._full.items():
                tasks.create_task(stream.run(), name=f"publish:{channel}")
            tasks.create_task(self._rotation.run(), name="publish:delta")
            tasks.create_task(self.events.run(), name="publish:events")
            tasks.create_task(self._heartbeat.run(), name="publish:heartbeat")
            tasks.create_task(self._garbage.run(), name="publish:garbage")

    def mark_changed(self, changes: Changes) -> None:
        """Remember what a batch changed; the streams concerned will send it."""
        self.events.record(changes)
        for event in changes.session_events:
            self._notices.tell(partial(encode_session, event), Audience.WITHOUT_EVENTS)
        for alert in changes.alerts:
            self._notices.tell(partial(encode_alert, alert), Audience.FULL_ALERTS)
        is_foreign = bool(changes.foreign) or changes.everything
        is_index = bool(changes.indices) or changes.everything
        is_market = (
            is_foreign
            or is_index
            or changes.prices
            or changes.stats
            or changes.contracts
            or changes.session_events
        )
        if not is_market:
            return
        self.views.mark(changes)
        self._full[Channel.MARKET].mark()
        if is_foreign:
            self._full[Channel.FOREIGN].mark()
        if is_index:
            self._full[Channel.INDEX].mark()
        self._rotation.mark()
        if changes.everything:  # perhaps because other symbols are tracked
            self.events.tell_of_lost_symbols()

    def mark_feed(self, status: FeedStatus) -> None:
        """Tell everybody if the feed's condition changed; mere ages are no change."""
        key = _key_of(status)
        if key != self._feed_key:
            self._feed_key = key
            self._notices.tell(partial(encode_status, status), Audience.EVERYBODY)
            self.views.mark_feed()  # MarketSnapshot.feed repeats it
            self._full[Channel.MARKET].mark()
            self._rotation.mark()

    def welcome(self, client: ClientConnection) -> Callable[[int], None]:
        """Register a client and send it the status; return what takes it out again, called with its close code.

        What it is shown is opened after this, and without an await: a change in between would be lost otherwise.
        """
        unregister = self.managers[client.details.path].register(client)
        self._notices.bring_up_to_date(client)
        client.offer_event(encode_status(self._feed_status()))

        def leave(code: int) -> None:
            if client.subscriber is not None:
                self.events.leave(client.subscriber)  # keeps its session as it is now
                client.subscriber = None
            for channel in tuple(client.views):
                self.close_view(client, channel)
            unregister(code)

        return leave

    def open_view(
        self,
        client: ClientConnection,
        channel: Channel,
        mode: Mode,
        group: Group = None,
        interval_s: float | None = None,
    ) -> StateView:
        """Show a client a channel from now on, instead of what it was shown of it; the first frame goes at once.

        `group`: the symbols that narrow the market. `interval_s`: the pace asked for in delta mode, clamped.
        Alerts are no state: in full mode the last ones are sent, and each new one follows as a notice.
        """
        is_known = client.subscriber is not None or channel in client.views  # it may have seen what is newest
        self.close_view(client, channel)
        if mode == "delta":
            pace_s = self._rotation.pace_s(interval_s)
        else:
            pace_s = self._full[Channel.MARKET].interval_s
        view = StateView(channel, mode, group if channel is Channel.MARKET else None, pace_s)
        view.seen = self.views.version if is_known else 0
        client.views[channel] = view
        if channel is Channel.ALERTS and mode == "delta":
            subscriber = self.subscriber_of(client)
            self.events.set_filter(subscriber, subscriber.filter.with_alerts(True))
            return view
        if channel is Channel.ALERTS:
            client.offer_event(encode_alerts_snapshot(self._reader.get_alerts(limit=ALERTS_SNAPSHOT)))
            return view
        self._server.serve_now(client, view)
        if mode == "delta":
            self._rotation.add(client, view)
        else:
            self._full[channel].add(client, view)
        return view

    def close_view(self, client: ClientConnection, channel: Channel) -> None:
        """Show a client nothing more of a channel."""
        view = client.views.pop(channel, None)
        if view is None:
            return
        if channel is Channel.ALERTS:
            subscriber = client.subscriber
            if subscriber is not None and subscriber.filter.alerts:
                self.events.set_filter(subscriber, subscriber.filter.with_alerts(False))
            return
        if view.mode == "delta":
            self._rotation.remove(view)
        else:
            self._full[channel].remove(view)

    def delta_pace_s(self, interval_s: float | None) -> float:
        """Return the pace a delta view gets that asks for `interval_s`."""
        return self._rotation.pace_s(interval_s)

    def subscriber_of(self, client: ClientConnection) -> Subscriber:
        """Return a client's place among the events, made at the first call."""
        if client.subscriber is None:
            client.subscriber = self.events.join(client)
        return client.subscriber

    def resync(self, client: ClientConnection, channel: Channel | None = None) -> None:
        """Send the snapshot of a channel, or of all, again to a client of delta mode; now, or once it can take it."""
        for view in client.views.values():
            is_meant = view.mode == "delta" and view.channel in self._full and channel in {None, view.channel}
            if is_meant and not self._server.serve_again(client, view):
                self._rotation.mark()

    def dismiss(self, client: ClientConnection) -> None:
        """Say goodbye to a client because the server is going down."""
        self.is_closing = True
        client.offer_event(encode_bye(self._reconnect_in_ms()))
        client.close(CloseCode.SHUTTING_DOWN)

    def dismiss_all(self) -> None:
        """Say goodbye to everybody."""
        self.is_closing = True
        for manager in self.managers.values():
            for client in manager.clients:
                self.dismiss(client)

    def _reconnect_in_ms(self) -> tuple[int, int]:
        clients = sum(manager.client_count for manager in self.managers.values())
        spread_ms = max(RECONNECT_SPREAD_MIN_MS, clients * RECONNECT_MS_PER_CLIENT)
        return RECONNECT_MIN_MS, RECONNECT_MIN_MS + spread_ms


def _key_of(status: FeedStatus) -> tuple[object, ...]:
    return (
        status.connected,
        status.source,
        status.state,
        status.since,
        tuple(status.muted_channels),
        status.reason,
    )
