"""One client of one channel: what it was last given, and how far behind it may fall.

Overflow: a client of a state skips frames (the next one carries all); a client of events is closed with 4408.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from app.publish.channels import Channel, Group
from app.publish.close_codes import CloseCode
from app.publish.transport import FrameSink
from app.publish.wire_frame import WireFrame

# A state older than what still waits to be sent is stale: skip long before the memory bound.
STATE_BACKLOG_BYTES = 64 * 1024

_ids = count(1)


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """Who is at the other end."""

    channel: Channel
    group: Group
    address: str
    connected_at: datetime


class ClientConnection:
    """Takes frames or refuses them; never awaits, never buffers beyond its bound."""

    __slots__ = (
        "_buffer_bytes_max",
        "_sink",
        "bytes_sent",
        "closed_with",
        "details",
        "event_number",
        "frames_sent",
        "frames_skipped",
        "id",
        "on_sent",
        "version",
    )

    def __init__(self, sink: FrameSink, details: ClientDetails, buffer_bytes_max: int) -> None:
        self.id = next(_ids)
        self.details = details
        self.version = 0  # of the channel's state it has
        self.event_number = 0  # the last event it was given
        self.frames_sent = 0
        self.bytes_sent = 0
        self.frames_skipped = 0
        self.closed_with: int | None = None
        self.on_sent: Callable[[int], None] | None = None
        self._sink = sink
        self._buffer_bytes_max = buffer_bytes_max

    @property
    def unsent_bytes(self) -> int:
        return self._sink.unsent_bytes

    @property
    def is_behind(self) -> bool:
        """Whether it still has so much to take that a state would only make it later."""
        return self._sink.unsent_bytes > min(STATE_BACKLOG_BYTES, self._buffer_bytes_max)

    def offer_state(self, frame: WireFrame) -> bool:
        """Write a state, unless the client is behind: then it waits for a newer one."""
        if self.is_behind:
            self.frames_skipped += 1
            return False
        self._write(frame)
        return True

    def offer_event(self, frame: WireFrame) -> bool:
        """Write an event; over the limit a client of alerts is closed, any other waits."""
        if self._sink.unsent_bytes + len(frame) > self._buffer_bytes_max:
            if self.details.channel is Channel.ALERTS:
                self.close(CloseCode.TOO_SLOW)
                return True
            self.frames_skipped += 1
            return False
        self._write(frame)
        return True

    def close(self, code: int) -> None:
        """Send a close frame behind what is already written; nothing more is taken."""
        if self.closed_with is None:
            self.closed_with = code
            self._sink.close(code)

    def _write(self, frame: WireFrame) -> None:
        if self.closed_with is not None:
            return
        self._sink.write(frame)
        self.frames_sent += 1
        self.bytes_sent += len(frame)
        if self.on_sent is not None:
            self.on_sent(len(frame))
