"""A recording: what one day's feed said to the market core, line by line, so that it can be said again.

Format: JSON lines, gzipped in members. The first line is a header; another process that goes on with the day writes one
again. A line is {"received_ns": n} and one of
  header   version, day, source, channels, and the core's settings
  raw      a Broadcast argument as it came
  tick_s   the source's clock, with is_outrun when the source outran its ticks
  lists    what was read from REST: tracked symbols, master list, price limits
  skipped  how many items are missing here, with the reason
Units: `received_ns` since the epoch, by our clock; `tick_s` since the epoch, by the source's.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct

from app.market.core_settings import CoreSettings
from app.market.messages import ReferenceLists, Tick

VERSION = 2
SUFFIX = ".jsonl.gz"
READ_BYTES = 1024**2

type Said = str | Tick | ReferenceLists
type RawItem = tuple[int, Said]  # when we received it, in ns


class RecordingError(Exception):
    """A recording cannot be read; the message names the file."""


class RecordingHeader(Struct):
    """What has to be known before the first message. `core` is what the market core was built with."""

    version: int
    day: date
    source: str
    channels: list[str]
    core: CoreSettings


class RecordedLine(Struct, omit_defaults=True):
    """One line of a recording; see above."""

    received_ns: int
    raw: str | None = None
    tick_s: float | None = None
    is_outrun: bool = False
    lists: ReferenceLists | None = None
    header: RecordingHeader | None = None
    skipped: int = 0
    reason: str = ""

    def said(self) -> Said | None:
        """Return what the market core heard; None for a header or a marker."""
        if self.raw is not None:
            return self.raw
        if self.tick_s is not None:
            return Tick(self.tick_s, self.is_outrun)
        return self.lists


def line_of(item: RawItem) -> RecordedLine:
    """Return the line that holds an item."""
    received_ns, said = item
    if isinstance(said, str):
        return RecordedLine(received_ns, raw=said)
    if isinstance(said, Tick):
        return RecordedLine(received_ns, tick_s=said.time_s, is_outrun=said.is_outrun)
    return RecordedLine(received_ns, lists=said)


encode_line = msgspec.json.Encoder(order="deterministic").encode
decode_line = msgspec.json.Decoder(RecordedLine).decode


class Recording:
    """One file, read from its beginning. The counts are of the lines read so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.garbage_lines = 0  # neither read nor played
        self.skipped_items = 0  # as the recorder has marked them
        self.is_torn = False  # a killed process left half a gzip member

    def lines(self) -> Iterator[RecordedLine]:
        """Yield the lines, the header first, up to where the file is torn. Raise RecordingError."""
        lines = self._read()
        header = next(lines, None)
        if header is None:
            raise RecordingError(f"{self.path}: an empty recording")
        self._check(header)
        yield header
        yield from lines

    def _check(self, first: RecordedLine) -> None:
        if first.header is None:
            raise RecordingError(
                f"{self.path}: no header in its first line: not a recording of version {VERSION}"
            )
        if first.header.version != VERSION:
            raise RecordingError(f"{self.path}: a recording of version {first.header.version}, not {VERSION}")

    def _read(self) -> Iterator[RecordedLine]:
        is_first = True
        try:
            with self._open() as lines:
                for line in lines:
                    try:
                        read = decode_line(line)
                    except (msgspec.DecodeError, UnicodeError):
                        if is_first:
                            raise RecordingError(
                                f"{self.path}: its first line is not that of a recording"
                            ) from None
                        self.garbage_lines += 1
                        continue
                    is_first = False
                    self.skipped_items += read.skipped
                    yield read
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            if is_first:
                raise RecordingError(
                    f"{self.path}: not a whole gzip file, and nothing to read in it"
                ) from error
            self.is_torn = True
        except OSError as error:
            raise RecordingError(f"{self.path}: {error.strerror or error}") from error

    def _open(self) -> BinaryIO:
        if self.path.suffix == ".gz":
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        return self.path.open("rb")


def truncate_torn(path: Path) -> None:
    """Cut a recording behind its last complete gzip member: a killed process leaves half a one."""
    complete_bytes = read_bytes = 0
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    with path.open("r+b") as file:
        while data := file.read(READ_BYTES):
            read_bytes += len(data)
            try:
                while data:
                    member.decompress(data)
                    data = member.unused_data if member.eof else b""
                    if member.eof:
                        complete_bytes = read_bytes - len(data)
                        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            except zlib.error:
                break
        if complete_bytes < file.seek(0, 2):
            file.truncate(complete_bytes)
