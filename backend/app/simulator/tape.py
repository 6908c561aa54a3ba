"""A recording as the replay server sees it: lines with a place in market time, and what is where on it.

The application's recorder writes the files (its `feed/recording.py` has the format); here a raw message is bytes to be
sent on as they are, and every other line goes out as it stands, on the channel TAPE.
Units: moments are seconds since the epoch, of the market: between two ticks messages are laid out as they came.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from msgspec import Struct, field

from app.simulator.clock import date_at
from app.simulator.events import Event, Security
from app.simulator.replay import ReplayFileError
from app.simulator.signalr import TAPE
from app.simulator.wire import hub_entry

VERSION = 2
IDLE_MIN_S = 120.0  # without a print or a quote: lunch, night, the hours around the session
BREAK_MIN_S = 10.0  # ticks come every 250 ms of our time: nobody was there to record
_UNTICKED_MAX = 50_000  # messages held until the next tick says when they were
_BROADCAST = b'{"H":"FcMarketDataV2Hub","M":"Broadcast","A":[%s]}'
_CHANNEL = re.compile(rb'\\"DataType\\":\\"([A-Z-]+)\\"')
_BUSY = frozenset({"X", "X-TRADE", "X-QUOTE"})
_NOTHING = msgspec.Raw(b"")


class Entry(Struct, gc=False):
    """A line ready for the wire."""

    time_s: float
    channel: str  # "": unreadable, for everybody
    entry: bytes


class Span(Struct, frozen=True):
    """A stretch of the tape. `kind`: idle, break (nobody recorded), skipped (the recorder could not)."""

    kind: str
    from_s: float
    to_s: float


class _Header(Struct):
    version: int
    day: date
    source: str = ""
    channels: list[str] = field(default_factory=list)


class _Line(Struct):
    received_ns: int
    raw: msgspec.Raw = _NOTHING
    tick_s: float | None = None
    header: _Header | None = None
    skipped: int = 0


class _VersionedHeader(Struct):
    header: dict[str, Any] | None = None


class Tape:
    """Recordings of one or more days, in order of date. A source that is played by TapePlayer, not as events."""

    source = "replay"

    def __init__(self, paths: Sequence[Path]) -> None:
        headers = sorted(((_read_header(path), path) for path in paths), key=lambda pair: pair[0].day)
        self._paths = [path for _, path in headers]
        self.names = [path.name for path in self._paths]
        self.days = [header.day for header, _ in headers]
        self.recorded_source = headers[0][0].source
        self.channels = sorted({channel for header, _ in headers for channel in header.channels})
        self.garbage_lines = 0
        self.skipped = 0
        self.lines = 0
        self.start_s = self.end_s = 0.0
        self.spans: list[Span] = []
        self._look_through()
        self.trading_date = date_at(self.start_s)

    def events(self) -> Iterator[Event]:
        """Yield nothing: a recording is messages already."""
        return iter(())

    def securities(self) -> list[Security]:
        """Return nothing: the recording has the lists that were read."""
        return []

    def entries(self) -> Iterator[Entry]:
        """Yield every readable line of every file, in order, market time never going back."""
        time_s = 0.0
        for path in self._paths:
            for entry, _ in self._placed(path):
                time_s = entry.time_s = max(time_s, entry.time_s)
                yield entry

    def _look_through(self) -> None:
        """Read it all once: where it begins and ends, and what is where."""
        busy_s: float | None = None
        received_ns = 0
        for path in self._paths:
            for entry, line in self._placed(path, counts=True):
                if not self.lines:
                    self.start_s = busy_s = self.end_s = entry.time_s
                self.lines += 1
                time_s = max(self.end_s, entry.time_s)
                if received_ns and line.received_ns - received_ns > BREAK_MIN_S * 1e9:
                    self.spans.append(Span("break", self.end_s, time_s))
                received_ns = line.received_ns
                if line.skipped:
                    self.skipped += line.skipped
                    self.spans.append(Span("skipped", self.end_s, time_s))
                self.end_s = time_s
                if entry.channel in _BUSY and busy_s is not None:
                    self._note_idle(busy_s, time_s)
                    busy_s = time_s
        if not self.lines:
            raise ReplayFileError(f"{self._paths[0]}: nothing in it but its header")
        if busy_s is not None:
            self._note_idle(busy_s, self.end_s)

    def _note_idle(self, from_s: float, to_s: float) -> None:
        if to_s - from_s > IDLE_MIN_S:
            self.spans.append(Span("idle", from_s, to_s))

    def _placed(self, path: Path, counts: bool = False) -> Iterator[tuple[Entry, _Line]]:
        """Yield the lines with their moments: those between two ticks in proportion to when they were received."""
        pending: list[tuple[Entry, _Line]] = []
        tick: tuple[float, int] | None = None  # its market time, and when it was received
        pace = 1.0  # market seconds a second, between the two ticks before
        for entry, line in self._read(path, counts):
            if line.tick_s is None:
                pending.append((entry, line))
                if len(pending) < _UNTICKED_MAX:
                    continue
            else:
                here = (line.tick_s, line.received_ns)
                if tick is None:
                    tick = here
                elif here[1] > tick[1]:
                    pace = max(0.0, here[0] - tick[0]) / (here[1] - tick[1]) * 1e9
            base = tick or (0.0, line.received_ns)
            for placed, of in pending:
                placed.time_s = base[0] + max(0, of.received_ns - base[1]) / 1e9 * pace
                yield placed, of
            pending = []
            if line.tick_s is not None:
                tick = (line.tick_s, line.received_ns)
                entry.time_s = line.tick_s
                yield entry, line
        if tick is not None:
            for placed, of in pending:
                placed.time_s = tick[0] + max(0, of.received_ns - tick[1]) / 1e9 * pace
                yield placed, of

    def _read(self, path: Path, counts: bool) -> Iterator[tuple[Entry, _Line]]:
        decode = msgspec.json.Decoder(_Line).decode
        try:
            with _open(path) as lines:
                for text in lines:
                    try:
                        line = decode(text)
                    except (msgspec.DecodeError, UnicodeError):
                        self.garbage_lines += counts
                        continue
                    yield _entry_of(line, text), line
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return  # a killed process tore it here


def is_recording(path: Path) -> bool:
    """Return whether a file is named like a recording rather than a trade file."""
    return ".jsonl" in path.suffixes


def _entry_of(line: _Line, text: bytes) -> Entry:
    raw = bytes(line.raw)
    if not raw.startswith(b'"'):
        return Entry(0.0, TAPE, hub_entry(TAPE, text.rstrip()))
    found = _CHANNEL.search(raw, 0, 80)
    return Entry(0.0, found[1].decode() if found else "", _BROADCAST % raw)


def _read_header(path: Path) -> _Header:
    try:
        with _open(path) as lines:
            first = lines.readline()
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ReplayFileError(f"{path}: not a whole gzip file, and nothing to read in it") from None
    except OSError as error:
        raise ReplayFileError(f"{path}: {error.strerror}") from error
    if not first:
        raise ReplayFileError(f"{path}: an empty recording")
    try:
        fields = msgspec.json.decode(first, type=_VersionedHeader).header
    except (msgspec.DecodeError, UnicodeError):
        raise ReplayFileError(f"{path}: its first line is not that of a recording") from None
    if fields is None:
        raise ReplayFileError(f"{path}: no header in its first line: not a recording of version {VERSION}")
    if fields.get("version") != VERSION:
        raise ReplayFileError(f"{path}: a recording of version {fields.get('version')}, not {VERSION}")
    try:
        return msgspec.convert(fields, _Header)
    except msgspec.ValidationError as error:
        raise ReplayFileError(f"{path}: its header cannot be read: {error}") from None


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")
