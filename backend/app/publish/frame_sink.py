"""Where a client's frames go: what this package asks of a socket, and writes put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.publish.wire_frame import WireFrame


class BytesWriter(Protocol):
    """What takes bytes: a transport."""

    def write(self, data: bytes, /) -> object: ...


class WriteBatch(list[tuple[BytesWriter, bytes]]):
    """Writes put together, to be done one after the other.

    A write is a system call, after which the processor has forgotten the code that led to it: fifty of them without
    other Python in between cost a quarter less (measured with 10,000 clients).
    """

    __slots__ = ()

    def flush(self) -> None:
        """Do them all."""
        try:
            for writer, data in self:
                writer.write(data)
        finally:
            self.clear()


class FrameSink(Protocol):
    """Where the frames of one client go. Nothing here awaits."""

    on_shutdown: Callable[[], None] | None

    @property
    def unsent_bytes(self) -> int: ...
    def write(self, frame: WireFrame) -> None: ...
    def write_with(self, batch: WriteBatch, frame: WireFrame) -> None:
        """Write with others, before the loop does anything else."""

    def close(self, code: int) -> None: ...
    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        """Call `confirmed` with what `position` said when a protocol ping was written, once its pong is here.

        Frames and pings share one ordered stream, so the client has everything written before that ping.
        """
