"""DataPublisher: from what changed in the market to frames on four channels.

`mark_changed` and `mark_feed` only remember; each channel's task sends at its own pace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from app.clock import Clock
from app.market.models import Changes, FeedStatus
from app.publish.channel_stream import ChannelStream
from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection
from app.publish.close_codes import CloseCode
from app.publish.connection_manager import ConnectionManager
from app.publish.heartbeat import Heartbeat
from app.publish.market_reader import MarketReader
from app.publish.messages import encode_alert, encode_bye, encode_session, encode_status
from app.publish.views import FullViews
from app.publish.wire_frame import WireFrame
from app.telemetry.metrics import Metrics

RECONNECT_MIN_MS = 500
RECONNECT_SPREAD_MIN_MS = 3_000
RECONNECT_MS_PER_CLIENT = 2  # a handshake costs 0.6 to 0.9 ms (PERFORMANCE.md 1.8)


class DataPublisher:
    """Owns the four channels: their clients, their state and their tasks."""

    def __init__(
        self,
        reader: MarketReader,
        feed_status: Callable[[], FeedStatus],
        clock: Clock,
        metrics: Metrics,
        *,
        throttle_interval_s: float = 0.5,
        event_interval_s: float = 0.05,
        heartbeat_interval_s: float = 30.0,
    ) -> None:
        self.views = FullViews(reader, feed_status)
        self.managers = {channel: ConnectionManager(channel, metrics) for channel in Channel}
        self.is_closing = False
        self._feed_status = feed_status
        self._feed_key = _key_of(feed_status())
        self._streams = {
            channel: ChannelStream(
                self.managers[channel],
                None if channel is Channel.ALERTS else partial(self.views.next_frame, channel),
                event_interval_s if channel is Channel.ALERTS else throttle_interval_s,
                clock,
                metrics,
            )
            for channel in Channel
        }
        self._heartbeat = Heartbeat(list(self.managers.values()), clock, heartbeat_interval_s)

    async def run(self) -> None:
        """Run one task per channel and the heartbeat, until cancelled. One that dies ends the others."""
        async with asyncio.TaskGroup() as tasks:
            for channel, stream in self._streams.items():
                tasks.create_task(stream.run(), name=f"publish:{channel}")
            tasks.create_task(self._heartbeat.run(), name="publish:heartbeat")

    def mark_changed(self, changes: Changes) -> None:
        """Remember what a batch changed; the channels concerned will send it."""
        self.views.mark(changes)
        streams = self._streams
        is_foreign = bool(changes.foreign) or changes.everything
        is_index = bool(changes.indices) or changes.everything
        if is_foreign:
            streams[Channel.FOREIGN].mark_state()
        if is_index:
            streams[Channel.INDEX].mark_state()
        if (
            is_foreign
            or is_index
            or changes.prices
            or changes.stats
            or changes.contracts
            or changes.session_events
        ):
            streams[Channel.MARKET].mark_state()
        for event in changes.session_events:
            self._tell_everyone(partial(encode_session, event))
        for alert in changes.alerts:
            streams[Channel.ALERTS].add_event(partial(encode_alert, alert))

    def mark_feed(self, status: FeedStatus) -> None:
        """Tell every channel if the feed's condition changed; mere ages are no change."""
        key = _key_of(status)
        if key != self._feed_key:
            self._feed_key = key
            self._tell_everyone(partial(encode_status, status))
            self._streams[Channel.MARKET].mark_state()  # MarketSnapshot.feed repeats it

    def welcome(self, client: ClientConnection) -> Callable[[int], None]:
        """Register a client, then send it the status and the present state; return what unregisters it.

        In this order and without an await: a change in between would be lost otherwise.
        """
        channel = client.details.channel
        unregister = self.managers[channel].register(client)
        client.offer_event(encode_status(self._feed_status()))
        client.offer_state(WireFrame(self.views.first_frame(channel, client.details.group)))
        self._streams[channel].bring_up_to_date(client)
        return unregister

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

    def _tell_everyone(self, encode: Callable[[], WireFrame]) -> None:
        if any(manager.client_count for manager in self.managers.values()):
            frame = encode()
            for stream in self._streams.values():
                stream.add_event(lambda: frame)

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
