"""Recorder: writes what the market core hears, a file a day, while it hears it.

Threads: `put` on the loop, writing on a thread of its own. Format: recording.py. A day begins at the first tick of its
date; each file has the header and the lists in force, so that it can be replayed alone.
Overflow: above QUEUE_ITEMS_MAX waiting items, or when the folder has no room (recording_folder.py), items are not
recorded: counted in `skipped`, and marked in the file as soon as it goes on. The feed never waits for the recorder.
"""

from __future__ import annotations

import gzip
import logging
import queue
import threading
from collections.abc import Iterable
from datetime import date

from app.feed.recording import (
    VERSION,
    RawItem,
    RecordedLine,
    RecordingHeader,
    encode_line,
    line_of,
    truncate_torn,
)
from app.feed.recording_folder import RecordingFolder
from app.market.core_settings import CoreSettings
from app.market.market_time import date_at
from app.market.messages import ReferenceLists, Tick

QUEUE_ITEMS_MAX = 100_000  # about 100 MB of X-QUOTE; a disk that hangs this long is not coming back soon
FLUSH_INTERVAL_S = 1.0  # what a killed process loses at most
BATCHES_PER_MEMBER = 500  # a gzip member is closed this often, so that a torn file is readable up to there
COMPRESSION_LEVEL = 1  # 5 x faster than the default for 15 % more bytes, measured on X-QUOTE
TOO_SLOW = "the disk is too slow"

logger = logging.getLogger(__name__)


class Recorder:
    """Writes what the bridge drains. `put` fits ThreadBridge's `record`."""

    def __init__(
        self, *, folder: RecordingFolder, source: str, channels: Iterable[str], core: CoreSettings
    ) -> None:
        self._folder = folder
        self._source = source
        self._channels = list(channels)
        self._core = core
        self._queue: queue.Queue[list[RawItem] | None] = queue.Queue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._day: date | None = None
        self._early: list[RawItem] = []  # what came before the first tick: nobody knows of which day
        self._lists: RawItem | None = None
        self._file: gzip.GzipFile | None = None
        self._open_day: date | None = None  # whose file has been written to by us
        self._batches = 0
        self._missing = 0  # skipped, and not yet marked in the file
        self._missing_reason = ""
        self._is_refusing = False
        self.recorded = 0
        self.skipped = 0
        self._thread = threading.Thread(target=self._write_all, name="feed-recorder", daemon=True)

    def start(self) -> None:
        """Begin writing. Raise OSError when the directory cannot be made."""
        self._folder.make()
        self._thread.start()

    def put(self, items: list[RawItem]) -> None:
        """Queue a slice; never blocks."""
        with self._lock:
            if self._waiting + len(items) > QUEUE_ITEMS_MAX:
                self._count_missing(len(items), TOO_SLOW)
                return
            self._waiting += len(items)
        self._queue.put(items)

    def stop(self) -> None:
        """Write the rest and close the file. Blocks until the thread ends."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _count_missing(self, count: int, reason: str) -> None:
        self.skipped += count
        self._missing += count
        self._missing_reason = reason

    def _write_all(self) -> None:
        while True:
            try:
                items = self._queue.get(timeout=FLUSH_INTERVAL_S)
            except queue.Empty:
                self._close_member()  # quiet: what there is goes to the disk whole
                continue
            if items is None:
                break
            for day, part in self._by_day(items):
                self._write(day, part)
            with self._lock:
                self._waiting -= len(items)
        self._close_member()

    def _by_day(self, items: list[RawItem]) -> list[tuple[date, list[RawItem]]]:
        """Return the items by the day they belong to: that of the newest tick before them."""
        parts: list[tuple[date, list[RawItem]]] = []
        pending, self._early = [*self._early, *items], []
        part: list[RawItem] = []
        for item in pending:
            if isinstance(item[1], Tick):
                day = date_at(item[1].time_s)
                if self._day is None:
                    self._day = day
                elif day > self._day:
                    parts.append((self._day, part))
                    part, self._day = [], day
            part.append(item)
        if self._day is None:
            self._early = part
        else:
            parts.append((self._day, part))
        return [(day, part) for day, part in parts if part]

    def _write(self, day: date, items: list[RawItem]) -> None:
        try:
            reason = self._make_ready(day, items[0][0])
            if not reason and self._file is not None:
                self._file.write(b"".join(encode_line(line_of(item)) + b"\n" for item in items))
                self._batches += 1
                self.recorded += len(items)
        except OSError as error:
            reason = type(error).__name__
        lists = next((item for item in reversed(items) if isinstance(item[1], ReferenceLists)), None)
        self._lists = lists or self._lists
        if reason:
            with self._lock:
                self._count_missing(len(items), reason)
            if not self._is_refusing:
                self._is_refusing = True
                logger.warning("recording paused: %s", reason)

    def _make_ready(self, day: date, received_ns: int) -> str:
        """Have the day's file open, with its header, and with a mark where something is missing; or return why not."""
        is_new_day = day != self._open_day
        if is_new_day or self._batches >= BATCHES_PER_MEMBER or self._file is None:
            self._close_member()
            reason = self._folder.make_room(day)
            if reason:
                return reason
            path = self._folder.path_of(day)
            if is_new_day and path.exists():
                truncate_torn(path)  # or what is appended behind the tear could not be read
            self._file = gzip.GzipFile(path, "ab", COMPRESSION_LEVEL)
            self._batches = 0
        if is_new_day:
            self._write_lines(self._head(day, received_ns))
            self._open_day = day
        with self._lock:
            missing, self._missing = self._missing, 0
        if missing:
            mark = RecordedLine(received_ns, skipped=missing, reason=self._missing_reason)
            self._write_lines([mark])
            if self._lists is not None and not is_new_day:  # they may be among it
                self._write_lines([line_of((received_ns, self._lists[1]))])
        if self._is_refusing:
            self._is_refusing = False
            logger.info("recording goes on: %s messages are missing in it", missing)
        return ""

    def _head(self, day: date, received_ns: int) -> list[RecordedLine]:
        header = RecordingHeader(VERSION, day, self._source, self._channels, self._core)
        head = [RecordedLine(received_ns, header=header)]
        if self._lists is not None:
            head.append(line_of((received_ns, self._lists[1])))
        return head

    def _write_lines(self, lines: list[RecordedLine]) -> None:
        if self._file is not None:
            self._file.write(b"".join(encode_line(line) + b"\n" for line in lines))

    def _close_member(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except OSError as error:
                logger.warning("recording: a part could not be closed (%s)", type(error).__name__)
