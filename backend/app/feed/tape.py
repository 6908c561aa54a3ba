"""A recording as it comes from the replay server: raw messages as they were, and between them lines of its own.

Format: a Broadcast argument with DataType TAPE, whose Content is a line of the recording, {"begin": reason}, or
{"mode": {"is_quiet", "is_known"}}, or {"end": true}. Everything comes on one connection, in one order: that is what makes it the same
at any speed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

import msgspec
from msgspec import Struct

from app.feed.errors import FeedPayloadError, RejectReason
from app.feed.recording import RecordedLine, RecordingHeader
from app.feed.thread_bridge import Parse
from app.market.core_settings import CoreSettings
from app.market.messages import Message, ReferenceLists

TAPE_CHANNEL = "TAPE"
_PREFIX = '{"DataType":"TAPE"'


class TapeBegin(Struct, frozen=True):
    """What follows is the recording from its beginning. `reason`: start, seek, reconnect."""

    reason: str


class TapeMode(Struct, frozen=True):
    """How what follows is to be taken. `is_quiet`: on the way to a place, nobody looks; `is_known`: played before."""

    is_quiet: bool = False
    is_known: bool = False
    seeks: int = 0  # places arrived at


class TapeEnd(Struct, frozen=True):
    """The recording is at its end, for now: somebody may go back."""


type TapeMark = TapeBegin | TapeMode | TapeEnd | RecordingHeader


class _Envelope(Struct):
    Content: str


class _TapeLine(RecordedLine):
    received_ns: int = 0
    begin: str | None = None
    mode: TapeMode | None = None
    end: bool = False


class TapeParser:
    """Wraps the normaliser's `parse`: reads the lines of the tape itself, and leaves the feed's messages to it."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._decode_envelope = msgspec.json.Decoder(_Envelope).decode
        self._decode_line = msgspec.json.Decoder(_TapeLine).decode

    def parse(self, raw: str) -> tuple[str, list[Message]]:
        """Return the channel and its messages; TapeMarks stand among them. Raise FeedPayloadError."""
        if not raw.startswith(_PREFIX):
            return self._parse(raw)
        try:
            line = self._decode_line(self._decode_envelope(raw).Content)
        except msgspec.DecodeError as error:
            raise FeedPayloadError(RejectReason.BAD_JSON, TAPE_CHANNEL) from error
        said = _mark_of(line) or line.said()
        # TapeDelivery takes the marks out again; on the way a mark is as good as a message
        return TAPE_CHANNEL, [] if said is None else [cast(Message, said)]


def _mark_of(line: _TapeLine) -> TapeMark | None:
    if line.begin is not None:
        return TapeBegin(line.begin)
    if line.end:
        return TapeEnd()
    return line.mode or line.header


class TapeTarget(Protocol):
    """Where a replay goes: Application."""

    def begin_tape(self, core: CoreSettings) -> None: ...
    def deliver_tape(self, batch: list[Message], mode: TapeMode) -> None: ...
    def end_seek(self) -> None: ...
    def end_tape(self) -> None: ...


class TapeDelivery:
    """Cuts batches at the marks, and does what each mark says."""

    def __init__(self, target: TapeTarget, on_lists: Callable[[ReferenceLists], None]) -> None:
        self._target = target
        self._on_lists = on_lists
        self._mode = TapeMode()
        self._is_beginning = False
        self.seeks = 0  # places arrived at, as far as we have come ourselves

    @property
    def is_quiet(self) -> bool:
        """Whether the tape is on its way to another place."""
        return self._mode.is_quiet

    def deliver(self, batch: list[Message]) -> None:
        """Take a batch of the bridge."""
        part: list[Message] = []
        for item in cast("list[Message | TapeMark]", batch):
            if isinstance(item, TapeBegin | TapeMode | TapeEnd | RecordingHeader):
                self._flush(part)
                part = []
                self._take(item)
            else:
                if isinstance(item, ReferenceLists):
                    self._on_lists(item)
                part.append(item)
        self._flush(part)

    def _flush(self, part: list[Message]) -> None:
        if part:
            self._target.deliver_tape(part, self._mode)

    def _take(self, mark: TapeMark) -> None:
        if isinstance(mark, TapeBegin):
            self._mode = TapeMode()
            self._is_beginning = True
        elif isinstance(mark, TapeMode):
            has_arrived, self.seeks, self._mode = mark.seeks > self.seeks, mark.seeks, mark
            if has_arrived:
                self._target.end_seek()
        elif isinstance(mark, TapeEnd):
            self._target.end_tape()
        elif self._is_beginning:  # a later header: the recorder was restarted, or the next file
            self._is_beginning = False
            self._target.begin_tape(mark.core)
