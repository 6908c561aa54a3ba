"""Numbered events across sockets: each is given once, and what was lost is said.

Pure: the caller brings frames, sends what is asked for, and opens sockets with `query`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vnstock_tracker.events import Item, Rejected, Resync, TopicSnapshot, read_event
from vnstock_tracker.frames import BatchFrame, ErrorFrame, Frame, ResyncFrame, SnapshotFrame, SubscribedFrame

EVERYTHING = "*"
REASKS_MAX = 8
# of a server that has just started and has not read what it tracks: true a few seconds later
_PASSING = frozenset({"not_tracked", "unknown_symbol"})
_ASK_ALL: dict[str, Any] = {"action": "resync"}


class EventReader:
    """One subscription, over however many sockets it takes. `request`: the fields of its subscribe.

    Symbols that are refused are asked for again, REASKS_MAX times, before the application is told.
    """

    def __init__(self, request: dict[str, Any]) -> None:
        self._request = request
        self._seqs: dict[str, tuple[str | None, int]] = {}  # topic -> epoch, the last seq
        self._is_asked = False  # the next `subscribed` answers us
        self._refused: list[str] = []  # symbols to ask for again
        self._reasks = 0
        self.session_id: str | None = None
        self.position: int | None = None

    def query(self) -> dict[str, str]:
        """Return what the next socket's address says: where to go on."""
        if self.session_id is None:
            return {}
        placed = {} if self.position is None else {"position": str(self.position)}
        return {"session_id": self.session_id, **placed}

    def first_words(self) -> list[dict[str, Any]]:
        """Return what to send on a socket that has just opened: nothing where a session goes on by itself."""
        self._is_asked = self.session_id is None
        if not self._is_asked:
            return []
        self._refused, self._reasks = [], 0
        return [{"action": "subscribe", **self._request}]

    @property
    def has_refused(self) -> bool:
        """Whether symbols were refused that may be accepted soon."""
        return bool(self._refused)

    def ask_again(self) -> list[dict[str, Any]]:
        """Return what to send for the symbols that were refused."""
        self._is_asked = True
        self._reasks += 1
        return [{"action": "subscribe", "symbols": self._refused}]

    def take(self, frame: Frame | None) -> tuple[list[Item], list[dict[str, Any]]]:
        """Take in a frame; return what the application is given, and what to send."""
        match frame:
            case BatchFrame():
                return self._take_batch(frame)
            case SnapshotFrame(data=data, epoch=str() as epoch, seq=seq) if frame.position is not None:
                topic = frame.topic or frame.channel or EVERYTHING
                self._seqs[topic] = (epoch, seq)
                self.position = frame.position
                return [TopicSnapshot(topic, epoch, seq, data)], []
            case SubscribedFrame():
                self.session_id, self.position = frame.session_id, frame.position
                return self._take_rejected(list(_rejected(frame.rejected))), []
            case ResyncFrame(topic=topic, reason=reason):
                return [Resync(topic, reason)], self._forget(topic)
            case ErrorFrame(
                code="SESSION_RESTORATION_FAILED"
            ):  # the socket is closed; the next one begins anew
                self._forget(EVERYTHING)
                return [Resync(EVERYTHING, "session_refused")], []
            case _:
                return [], []

    def _take_batch(self, frame: BatchFrame) -> tuple[list[Item], list[dict[str, Any]]]:
        items: list[Item] = []
        sends: list[dict[str, Any]] = []
        for message in frame.messages:
            topic, seq = message.get("topic"), message.get("seq")
            if not isinstance(topic, str) or not isinstance(seq, int):
                continue
            epoch, known = self._seqs.get(topic, (None, seq - 1))
            if epoch == frame.epoch and seq <= known:
                continue
            if (
                epoch == frame.epoch and seq > known + 1
            ):  # no server does that; if one does, nobody may be misled
                items.append(Resync(topic, "gap"))
                sends = [_ASK_ALL]
            self._seqs[topic] = (frame.epoch, seq)
            event = read_event(message)
            if event is not None:
                items.append(event)
        self.position = frame.position
        return items, sends

    def _take_rejected(self, rejected: list[Rejected]) -> list[Item]:
        """Keep what may be accepted when it is asked for again; return the rest."""
        if not self._is_asked:
            return list(rejected)
        self._is_asked = False
        may_pass = [name for name in rejected if name.kind == "symbol" and name.reason in _PASSING]
        self._refused = [name.name for name in may_pass] if self._reasks < REASKS_MAX else []
        return [name for name in rejected if name.name not in self._refused]

    def _forget(self, topic: str) -> list[dict[str, Any]]:
        """Forget a topic's number, for `*` everything; return what to send."""
        if topic != EVERYTHING:
            self._seqs.pop(topic, None)
            return []
        self._seqs.clear()
        self.session_id = self.position = None
        return self.first_words()


def _rejected(names: Iterable[dict[str, str | None]]) -> Iterable[Rejected]:
    for entry in names:
        kind, name = next(((k, v) for k, v in entry.items() if k != "reason" and v is not None), ("", ""))
        yield Rejected(kind, name, entry.get("reason") or "")
