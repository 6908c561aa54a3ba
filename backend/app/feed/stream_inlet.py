"""What a connection speaks into: frames go to the bridge, the hub's complaints are kept."""

from __future__ import annotations

from app.clock import Clock
from app.feed.errors import RejectReason
from app.feed.thread_bridge import ThreadBridge


class StreamInlet:
    """A StreamSink: called on the SDK's thread, read on the loop."""

    def __init__(self, bridge: ThreadBridge, clock: Clock) -> None:
        self._append = bridge.append_threadsafe
        self._bridge = bridge
        self._time_s = clock.time_s
        self.hub_errors = 0
        self.hub_error_text: str | None = None  # of the present connection, as the hub said it: not redacted

    def receive_threadsafe(self, raw: str) -> None:
        """Take one Broadcast argument."""
        self._append(int(self._time_s() * 1e9), raw)

    def reject_threadsafe(self, reason: RejectReason) -> None:
        """Count something that could not be read."""
        self._bridge.reject_threadsafe(reason)

    def report_error_threadsafe(self, text: str) -> None:
        """Keep the hub's last complaint."""
        self.hub_errors += 1
        self.hub_error_text = text
