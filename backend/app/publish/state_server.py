"""Serving one view: notices first, then the state it is owed, unless its client is behind."""

from __future__ import annotations

from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection
from app.publish.notices import NoticeStream
from app.publish.state_frames import StateFrames
from app.publish.state_view import StateView
from app.publish.views import MarketViews
from app.telemetry.metrics import Metrics

WRITE_COST_S = 12e-6  # one frame to one client (PERFORMANCE.md section 2)
WRITE_SHARE = 0.6  # of a core that writing may take: periods grow with the clients


class StateServer:
    """Brings views up to date; the only one who moves a view's version."""

    def __init__(
        self, views: MarketViews, frames: StateFrames, notices: NoticeStream, metrics: Metrics
    ) -> None:
        self._views = views
        self._frames = frames
        self._notices = notices
        self._skipped = {channel: metrics.ws_frames_skipped_total.labels(channel) for channel in Channel}

    def serve(self, client: ClientConnection, view: StateView) -> bool:
        """Send a view what it is owed; False if the client is behind, and it is owed still."""
        if client.closed_with is not None:
            return True
        if client.notice_number < self._notices.number and not self._notices.serve(client):
            return False
        if self._views.refresh(view.channel) <= view.version:
            return True
        if client.is_behind:  # asked before building: nothing is built for clients that cannot take it
            client.frames_skipped += 1
            self._skipped[view.channel].inc()
            return False
        frame = self._frames.next_of(view)
        if frame is not None and client.offer_state(frame):
            view.version = self._views.version
        return True
