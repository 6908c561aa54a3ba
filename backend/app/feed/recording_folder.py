"""The folder of recordings: one file a day, the oldest whole days gone first when there are too many or too much."""

from __future__ import annotations

import logging
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

from app.feed.recording import SUFFIX

DISK_FREE_MIN_BYTES = 1024**3
_NAME = re.compile(r"feed-(\d{4}-\d{2}-\d{2})" + re.escape(SUFFIX))

logger = logging.getLogger(__name__)


class RecordingFolder:
    """Knows its files by name; 0 for a bound: none. The file of the day being recorded is never removed."""

    def __init__(self, folder: Path, *, bytes_max: int, days_max: int) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._days_max = days_max

    def make(self) -> None:
        """Make it unless it is there. Raise OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def path_of(self, day: date) -> Path:
        """Return where a day is recorded."""
        return self._folder / f"feed-{day.isoformat()}{SUFFIX}"

    def make_room(self, today: date) -> str:
        """Remove what is too old or too much; return why today can't be recorded all the same, "" when it can.

        Raise OSError.
        """
        sizes = {day: path.stat().st_size for day, path in self._files().items()}
        total_bytes = sum(sizes.values())
        for day in sorted(sizes):
            is_old = bool(self._days_max) and day <= today - timedelta(days=self._days_max)
            if day != today and (is_old or self._is_too_much(total_bytes)):
                self.path_of(day).unlink()
                total_bytes -= sizes[day]
                logger.info("recording of %s removed: %s", day, "too old" if is_old else "no room left")
        if shutil.disk_usage(self._folder).free < DISK_FREE_MIN_BYTES:
            return "the disk is nearly full"
        return "RECORD_MAX_GB is reached by this day alone" if self._is_too_much(total_bytes) else ""

    def _is_too_much(self, total_bytes: int) -> bool:
        return 0 < self._bytes_max <= total_bytes

    def _files(self) -> dict[date, Path]:
        found = ((_NAME.fullmatch(path.name), path) for path in self._folder.iterdir() if path.is_file())
        return {date.fromisoformat(match[1]): path for match, path in found if match is not None}
