"""Serving one view: notices first, then the state it is owed, unless its client is behind."""

from __future__ import annotations

from collections.abc import Iterable

from app.clock import Clock
from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection
from app.publish.frame_sink import WriteBatch
from app.publish.notices import NoticeStream
from app.publish.state_frames import StateFrames
from app.publish.state_view import StateView
from app.publish.views import MarketViews
from app.telemetry.metrics import Metrics


class StateServer:
    """Brings views up to date; the only one who moves a view's version."""

    def __init__(
        self, views: MarketViews, frames: StateFrames, notices: NoticeStream, clock: Clock, metrics: Metrics
    ) -> None:
        self._views = views
        self._frames = frames
        self._notices = notices
        self._clock = clock
        self._take_in_s = 0.0
        self._skipped = {channel: metrics.ws_frames_skipped_total.labels(channel) for channel in Channel}

    def take_in_watched(self) -> None:
        """Take in what the watched views are owed; they are brought to that state until something is taken in again."""
        began_s = self._clock.monotonic_s()
        self._views.refresh_watched()
        self._take_in_s += self._clock.monotonic_s() - began_s

    @property
    def build_s(self) -> float:
        """How long it took so far to take in what is watched, and to build frames."""
        return self._take_in_s + self._frames.build_s

    def take_in(self, channel: Channel) -> None:
        """Take in what a channel is now."""
        self._views.refresh(channel)

    def watch(self, view: StateView) -> None:
        """Have take_in_watched look at a view's part of the state."""
        if view.channel is Channel.MARKET:
            view.group = self._views.watch(view.group)

    def unwatch(self, view: StateView) -> None:
        """Undo `watch`."""
        if view.channel is Channel.MARKET:
            self._views.unwatch(view.group)

    def is_current(self, view: StateView) -> bool:
        """Whether nothing was marked since the view's version was taken in."""
        return self._views.is_taken_in(view.channel) and self._views.changed_at[view.channel] <= view.version

    def serve_again(self, client: ClientConnection, view: StateView) -> bool:
        """Send a view its first frame once more, as of now; False if the client is behind."""
        view.version = 0
        return self.serve_now(client, view)

    def serve_now(self, client: ClientConnection, view: StateView) -> bool:
        """Send a view what it is owed; False if the client is behind, and it is owed still."""
        batch = WriteBatch()
        is_served = self.serve([(view, client)], batch)
        batch.flush()
        return is_served

    def serve(self, owed: Iterable[tuple[StateView, ClientConnection]], batch: WriteBatch) -> bool:
        """Serve many with what was taken in last; False if one of them is behind.

        The caller flushes the batch before the loop does anything else.
        """
        is_all = True
        notice_number, changed_at, next_of = (
            self._notices.number,
            self._views.changed_at,
            self._frames.next_of,
        )
        for view, client in owed:
            if client.closed_with is not None or view.is_closed:
                continue
            if client.notice_number < notice_number and not self._notices.serve(client):
                is_all = False
                continue
            if changed_at[view.channel] <= view.version:
                continue
            if len(client.views) > 1:
                batch.flush()  # what it was given a moment ago may be what puts it behind
            if client.is_behind:  # asked before building: nothing is built for clients that cannot take it
                client.frames_skipped += 1
                self._skipped[view.channel].inc()
                is_all = False
                continue
            frame, version = next_of(view)
            if frame is not None:
                client.send_state(frame, batch)
                view.version = view.seen = version
        return is_all
