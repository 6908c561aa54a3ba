"""Recorder: a day's raw messages with receive times and ticks, for the simulator to replay.

Threads: `put` on the loop, writing on a thread of its own. Units: times in ns since the epoch (ticks: seconds).
Format: {RECORD_DIR}/feed-YYYY-MM-DD.jsonl.gz, one file a trading date of the source's clock, appended as gzip
members. A line is {"received_ns": n, "raw": "<Broadcast argument>"} or {"received_ns": n, "tick_s": x}.
Overflow: above QUEUE_ITEMS_MAX waiting items, or DISK_FREE_MIN_BYTES of free disk, or `bytes_max` written a day,
items are not recorded and counted in `skipped`; the feed never waits for the recorder.
"""

from __future__ import annotations

import gzip
import logging
import queue
import shutil
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from app.feed.thread_bridge import RawItem

QUEUE_ITEMS_MAX = 100_000  # about 100 MB of X-QUOTE; a disk that hangs this long is not coming back soon
DISK_FREE_MIN_BYTES = 1024**3
DAY_BYTES_MAX = 8 * 1024**3  # compressed; the whole market's busiest day is estimated at 2 GB
FLUSH_INTERVAL_S = 1.0  # what a killed process loses at most
BATCHES_PER_MEMBER = 500  # a gzip member is closed this often, so that a torn file is readable up to there
COMPRESSION_LEVEL = 1  # 5 x faster than the default for 15 % more bytes, measured on X-QUOTE
READ_BYTES = 1024**2
VIETNAM_OFFSET = timedelta(hours=7)

logger = logging.getLogger(__name__)


class RecordedLine(Struct, omit_defaults=True):
    """One line of a recording: a raw message or a tick."""

    received_ns: int
    raw: str | None = None
    tick_s: float | None = None


class Recorder:
    """Writes what the bridge drains. `put` fits ThreadBridge's `record`."""

    def __init__(
        self, *, directory: Path, source_time_s: Callable[[], float], bytes_max: int = DAY_BYTES_MAX
    ) -> None:
        self._directory = directory
        self._source_time_s = source_time_s
        self._bytes_max = bytes_max
        self._queue: queue.Queue[tuple[str, list[RawItem]] | None] = queue.Queue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._encode = msgspec.json.Encoder().encode
        self._file: gzip.GzipFile | None = None
        self._path: Path | None = None
        self._batches = 0
        self._is_refusing = False
        self.recorded = 0
        self.skipped = 0
        self._thread = threading.Thread(target=self._write_all, name="feed-recorder", daemon=True)

    def start(self) -> None:
        """Begin writing. Raise OSError when the directory cannot be made."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def put(self, items: list[RawItem]) -> None:
        """Queue a slice; never blocks."""
        with self._lock:
            if self._waiting + len(items) > QUEUE_ITEMS_MAX:
                self.skipped += len(items)
                return
            self._waiting += len(items)
        moment = datetime.fromtimestamp(self._source_time_s(), UTC) + VIETNAM_OFFSET
        self._queue.put((moment.date().isoformat(), items))

    def stop(self) -> None:
        """Write the rest and close the file. Blocks until the thread ends."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _write_all(self) -> None:
        while True:
            try:
                batch = self._queue.get(timeout=FLUSH_INTERVAL_S)
            except queue.Empty:
                self._close_member()  # quiet: what there is goes to the disk whole
                continue
            if batch is None:
                break
            day, items = batch
            try:
                self._write(day, items)
            except OSError as error:
                self._refuse(len(items), type(error).__name__)
            with self._lock:
                self._waiting -= len(items)
        self._close_member()

    def _write(self, day: str, items: list[RawItem]) -> None:
        path = self._directory / f"feed-{day}.jsonl.gz"
        if path != self._path or self._batches >= BATCHES_PER_MEMBER or self._file is None:
            self._close_member()
            refusal = self._find_refusal(path)
            if refusal is not None:
                self._refuse(len(items), refusal)
                return
            if path != self._path and path.exists():
                truncate_torn(path)  # or what is appended behind the tear could not be read
            self._file = gzip.GzipFile(path, "ab", COMPRESSION_LEVEL)
            self._path, self._batches = path, 0
            self._is_refusing = False
        self._file.write(b"".join(self._line(item) for item in items))
        self._batches += 1
        self.recorded += len(items)

    def _find_refusal(self, path: Path) -> str | None:
        if shutil.disk_usage(self._directory).free < DISK_FREE_MIN_BYTES:
            return "the disk is nearly full"
        if path.exists() and path.stat().st_size >= self._bytes_max:
            return "the day's recording has reached its limit"
        return None

    def _line(self, item: RawItem) -> bytes:
        received_ns, raw = item
        if isinstance(raw, str):
            return self._encode(RecordedLine(received_ns, raw=raw)) + b"\n"
        return self._encode(RecordedLine(received_ns, tick_s=raw.time_s)) + b"\n"

    def _close_member(self) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                self._refuse(0, type(error).__name__)
            self._file = None

    def _refuse(self, count: int, reason: str) -> None:
        self.skipped += count
        if not self._is_refusing:
            self._is_refusing = True
            logger.warning("recording paused: %s", reason)


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


def read_recording(path: Path) -> Iterator[RecordedLine]:
    """Yield the lines of a recording, up to where a killed process tore it."""
    decode = msgspec.json.Decoder(RecordedLine).decode
    with gzip.open(path, "rb") as lines:
        try:
            for line in lines:
                yield decode(line)
        except (EOFError, zlib.error, gzip.BadGzipFile, msgspec.DecodeError):
            return
