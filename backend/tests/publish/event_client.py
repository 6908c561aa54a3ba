"""A client of events with a memory: it reads what the server wrote when a test lets it, and checks what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.publish.close_codes import CloseCode
from app.publish.wire_frame import WireFrame


class FakeEventSocket:
    """The server's side of one socket (publish's EventClient). Frames wait here until the client reads them."""

    def __init__(self, buffer_bytes_max: int = 1024 * 1024) -> None:
        self.buffer_bytes_max = buffer_bytes_max
        self.closed_with: int | None = None
        self.is_stuck = False  # nothing leaves the buffer
        self.buffer: list[WireFrame] = []  # not taken by the network
        self.sent: list[WireFrame] = []  # under way, or received and not looked at
        self.on_write: Callable[[WireFrame], None] = lambda _: None
        self._delivery: tuple[Callable[[], int], Callable[[int], None]] | None = None

    @property
    def unsent_bytes(self) -> int:
        return sum(len(frame) for frame in self.buffer)

    def offer_event(self, frame: WireFrame) -> bool:
        if self.closed_with is not None:
            return False
        if self.unsent_bytes + len(frame) > self.buffer_bytes_max:
            self.close(CloseCode.TOO_SLOW)
            return False
        self.on_write(frame)
        (self.buffer if self.is_stuck else self.sent).append(frame)
        return True

    def close(self, code: int) -> None:
        if self.closed_with is None:
            self.closed_with = code

    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        self._delivery = (position, confirmed)

    def answer_ping(self) -> None:
        """A ping that is answered at once: only when nothing waits before it."""
        if self._delivery is not None and not self.buffer and not self.sent:
            position, confirmed = self._delivery
            confirmed(position())

    def unstick(self) -> None:
        self.is_stuck = False
        self.sent += self.buffer
        self.buffer = []

    def read(self) -> list[Any]:
        """Take everything that has arrived, decoded."""
        frames, self.sent = self.sent, []
        return [json.loads(frame.payload) for frame in frames]


class EventMemory:
    """What a client knows across its sockets; raises when the server breaks a promise."""

    def __init__(self) -> None:
        self.position: int | None = None
        self.seqs: dict[str, int] = {}  # topic -> last seq
        self.contents: dict[tuple[str, int], Any] = {}  # (topic, seq) -> the event
        self.snapshots: dict[str, Any] = {}
        self.snapshot_seqs: dict[str, int] = {}
        self.resyncs: list[tuple[str, str]] = []
        self.may_repeat = False  # the last return was without a position
        self._awaited: set[str] = set()  # topics whose resync still lacks its snapshot
        self._last_place: tuple[str, int] | None = None

    def come_back(self, with_position: bool) -> None:
        self.may_repeat = not with_position
        self._awaited.clear()

    def take(self, messages: list[Any], position_of: Callable[[str, int], int] | None = None) -> None:
        """Read messages; `position_of` (topic, seq) is the truth about the log's order, where a test knows it."""
        for message in messages:
            match message["type"]:
                case "batch":
                    if position_of is not None:
                        places = [position_of(event["topic"], event["seq"]) for event in message["messages"]]
                        assert places == sorted(set(places))
                        assert places[-1] <= message["position"]
                    for event in message["messages"]:
                        self._take_event(event)
                    self._move_to(message["position"])
                case "resync":
                    self.resyncs.append((message["topic"], message["reason"]))
                    self._awaited.add(message["topic"])
                case "snapshot":
                    topic = message.get("topic", message.get("channel"))
                    self._awaited.discard(topic)
                    self.seqs[topic] = self.snapshot_seqs[topic] = message["seq"]
                    self.snapshots[topic] = message["data"]
                    self._move_to(message["position"])
                case "subscribed":
                    self._move_to(message["position"])
                case other:
                    raise AssertionError(f"unexpected {other}")

    def _take_event(self, event: Any) -> None:
        topic, seq = event["topic"], event["seq"]
        assert topic not in self._awaited, "an event between a resync and its snapshot"
        known = self.seqs.get(topic)
        if known is not None and seq <= known:
            assert self.may_repeat, f"{topic} {seq} came twice"
            assert self.contents.get((topic, seq), event) == event
            return
        assert known is None or seq == known + 1, f"{topic} jumped from {known} to {seq}"
        self.seqs[topic] = seq
        self.contents[topic, seq] = event

    def _move_to(self, position: int) -> None:
        if not self.may_repeat and self.position is not None:
            assert position >= self.position
        self.position = position
