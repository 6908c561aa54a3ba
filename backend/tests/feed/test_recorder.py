from __future__ import annotations

import gzip
import logging
import queue
import threading
from collections import namedtuple
from datetime import datetime
from pathlib import Path

import pytest

from app.clock import VIETNAM
from app.feed import recorder as recorder_module
from app.feed.recorder import RecordedLine, Recorder, read_recording, truncate_torn
from app.market.messages import Tick

DAY_S = datetime(2026, 8, 14, 9, 15, tzinfo=VIETNAM).timestamp()
DISK = namedtuple("DISK", "total used free")


class Source:
    def __init__(self) -> None:
        self.time_s = DAY_S

    def __call__(self) -> float:
        return self.time_s


def make(directory: Path, source: Source | None = None, **options: int) -> Recorder:
    recorder = Recorder(directory=directory, source_time_s=source or Source(), **options)
    recorder.start()
    return recorder


def test_recording_read_back_is_what_was_put(tmp_path: Path) -> None:
    recorder = make(tmp_path / "new")
    recorder.put([(1, '{"DataType":"X"}'), (2, Tick(5.5))])
    recorder.put([(3, "Việt Nam")])
    recorder.stop()
    lines = list(read_recording(tmp_path / "new" / "feed-2026-08-14.jsonl.gz"))
    assert lines == [
        RecordedLine(1, raw='{"DataType":"X"}'),
        RecordedLine(2, tick_s=5.5),
        RecordedLine(3, raw="Việt Nam"),
    ]
    assert (recorder.recorded, recorder.skipped) == (3, 0)
    assert not any(thread.name == "feed-recorder" for thread in threading.enumerate())


def test_recording_over_midnight_goes_into_two_files(tmp_path: Path) -> None:
    source = Source()
    recorder = make(tmp_path, source)
    recorder.put([(1, "a")])
    source.time_s = datetime(2026, 8, 15, 0, 0, tzinfo=VIETNAM).timestamp()
    recorder.put([(2, "b")])
    recorder.stop()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "feed-2026-08-14.jsonl.gz",
        "feed-2026-08-15.jsonl.gz",
    ]


def test_recording_with_a_torn_end_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "feed-2026-08-14.jsonl.gz"
    whole = gzip.compress(b'{"received_ns":1,"raw":"a"}\n{"received_ns":2,"raw":"b"}\n')
    for torn in (whole[:-12], whole + b"\x1f\x8b\x08junk", whole[:-4] + b"abcd"):
        path.write_bytes(torn)
        assert [line.raw for line in read_recording(path)][:1] == ["a"]
    path.write_bytes(gzip.compress(b'{"received_ns":1,"raw":"a"}\n{"received_ns":2,"ra'))
    assert [line.raw for line in read_recording(path)] == ["a"]


def test_recording_resumed_after_a_tear_keeps_both_sides_readable(tmp_path: Path) -> None:
    path = tmp_path / "feed-2026-08-14.jsonl.gz"
    whole = gzip.compress(b'{"received_ns":1,"raw":"a"}\n')
    path.write_bytes(whole + gzip.compress(b'{"received_ns":2,"raw":"lost"}\n')[:-9])
    recorder = make(tmp_path)
    recorder.put([(3, "c")])
    recorder.stop()
    assert [line.raw for line in read_recording(path)] == ["a", "c"]


def test_truncate_of_whole_and_of_foreign_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "READ_BYTES", 7)
    path = tmp_path / "f"
    whole = gzip.compress(b"one") + gzip.compress(b"two")
    path.write_bytes(whole)
    truncate_torn(path)
    assert path.read_bytes() == whole
    path.write_bytes(whole + b"not gzip at all")
    truncate_torn(path)
    assert path.read_bytes() == whole


def test_recording_on_a_full_disk_skips_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(recorder_module.shutil, "disk_usage", lambda _path: DISK(10, 9, 1))
    recorder = make(tmp_path)
    recorder.put([(1, "a")])
    recorder.put([(2, "b")])
    recorder.stop()
    assert (recorder.recorded, recorder.skipped) == (0, 2)
    assert [record.message for record in caplog.records] == ["recording paused: the disk is nearly full"]


def test_recording_at_the_days_limit_skips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "BATCHES_PER_MEMBER", 1)
    recorder = make(tmp_path, bytes_max=10)
    recorder.put([(1, "a")])
    recorder.put([(2, "b")])
    recorder.stop()
    assert (recorder.recorded, recorder.skipped) == (1, 1)


def test_recording_whose_file_fails_skips_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feed-2026-08-14.jsonl.gz").mkdir()
    recorder = make(tmp_path)
    recorder.put([(1, "a")])
    recorder.stop()
    assert (recorder.recorded, recorder.skipped) == (0, 1)


def test_recording_with_too_much_waiting_skips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "QUEUE_ITEMS_MAX", 2)
    recorder = Recorder(directory=tmp_path, source_time_s=Source())
    recorder.put([(1, "a"), (2, "b")])
    recorder.put([(3, "c")])
    assert recorder.skipped == 1
    recorder.start()
    recorder.stop()
    assert recorder.recorded == 2
    recorder.stop()


def test_recording_gone_quiet_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()
    recorder = Recorder(directory=tmp_path, source_time_s=Source())
    get = recorder._queue.get

    def get_and_tell(timeout: float) -> object:
        assert timeout == recorder_module.FLUSH_INTERVAL_S
        try:
            return get(timeout=0.01)
        except queue.Empty:
            if recorder.recorded and recorder._file is None:
                closed.set()
            raise

    monkeypatch.setattr(recorder._queue, "get", get_and_tell)
    recorder.start()
    recorder.put([(1, "a")])
    assert closed.wait(5.0)
    assert [line.raw for line in read_recording(tmp_path / "feed-2026-08-14.jsonl.gz")] == ["a"]
    recorder.stop()
