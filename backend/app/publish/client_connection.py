"""One client: what it is shown, what it was told, and how far behind it may fall.

Overflow: a state is skipped (the next one carries all that changed); an event closes the client with 4408.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from app.publish.channels import Channel
from app.publish.close_codes import CloseCode
from app.publish.frame_sink import FrameSink, WriteBatch
from app.publish.state_view import StateView
from app.publish.subscriptions import Subscriber
from app.publish.wire_frame import WireFrame

# A state older than what still waits to be sent is stale: skip long before the memory bound.
STATE_BACKLOG_BYTES = 64 * 1024

_ids = count(1)


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """Who is at the other end. `path`: a channel's name, or "v1"."""

    path: str
    address: str
    identity: str  # whose sessions it may resume
    connected_at: datetime


class ClientConnection:
    """Takes frames or refuses them; never awaits, never buffers beyond its bound."""

    __slots__ = (
        "_sink",
        "_state_bytes",
        "_state_bytes_max",
        "buffer_bytes_max",
        "bytes_sent",
        "closed_with",
        "details",
        "frames_sent",
        "frames_skipped",
        "id",
        "notice_number",
        "subscriber",
        "views",
    )

    def __init__(self, sink: FrameSink, details: ClientDetails, buffer_bytes_max: int) -> None:
        self.id = next(_ids)
        self.details = details
        self.views: dict[Channel, StateView] = {}
        self.subscriber: Subscriber | None = None  # its place among the events; an EventStream's
        self.notice_number = 0  # the last notice it was given
        self.frames_sent = 0
        self.bytes_sent = 0
        self.frames_skipped = 0
        self.closed_with: int | None = None
        self.buffer_bytes_max = buffer_bytes_max
        self._state_bytes_max = min(STATE_BACKLOG_BYTES, buffer_bytes_max)
        self._sink = sink
        self._state_bytes = 0  # of the last state: larger than the bound for events where a market is large

    @property
    def unsent_bytes(self) -> int:
        return self._sink.unsent_bytes

    @property
    def is_behind(self) -> bool:
        """Whether it still has so much to take that a state would only make it later."""
        return self._sink.unsent_bytes > self._state_bytes_max

    @property
    def takes_events(self) -> bool:
        """Whether it is sent what may not be skipped."""
        return self.is_subscriber or Channel.ALERTS in self.views

    @property
    def is_subscriber(self) -> bool:
        """Whether it hears of numbered events."""
        return self.subscriber is not None and not self.subscriber.filter.is_empty

    def send_state(self, frame: WireFrame, batch: WriteBatch) -> None:
        """Write a state with others. Who is behind is not sent one: it waits for a newer one."""
        size = frame.size
        self._state_bytes = size
        if self.closed_with is None:
            self._sink.write_with(batch, frame)
            self.frames_sent += 1
            self.bytes_sent += size

    def offer_event(self, frame: WireFrame) -> bool:
        """Write an event; over the limit a client of events is closed, any other goes without.

        The last state does not count: it was written whole, to a client that was not behind.
        """
        if self._sink.unsent_bytes + len(frame) > self.buffer_bytes_max + self._state_bytes:
            if self.takes_events:
                self.close(CloseCode.TOO_SLOW)
            else:
                self.frames_skipped += 1
            return False
        self._write(frame)
        return True

    def close(self, code: int) -> None:
        """Send a close frame behind what is already written; nothing more is taken."""
        if self.closed_with is None:
            self.closed_with = code
            self._sink.close(code)

    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        """Learn from each pong how far the client has certainly received (FrameSink.watch_delivery)."""
        self._sink.watch_delivery(position, confirmed)

    def _write(self, frame: WireFrame) -> None:
        if self.closed_with is not None:
            return
        self._sink.write(frame)
        self.frames_sent += 1
        self.bytes_sent += frame.size
