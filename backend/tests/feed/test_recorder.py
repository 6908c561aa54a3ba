"""The recorder's files: what is in them, how they rotate, and what they are bounded by."""

from __future__ import annotations

import gzip
import logging
import queue
import threading
from collections import namedtuple
from datetime import date, datetime
from pathlib import Path

import pytest

from app.clock import VIETNAM
from app.feed import recorder as recorder_module
from app.feed import recording as recording_module
from app.feed import recording_folder as folder_module
from app.feed.recorder import Recorder
from app.feed.recording import RawItem, RecordedLine, Recording, RecordingError, truncate_torn
from app.feed.recording_folder import RecordingFolder
from app.market.alert_rules import AlertThresholds
from app.market.core_settings import CoreSettings
from app.market.messages import PriceLimits, ReferenceLists, Tick

DAY_S = datetime(2026, 8, 14, 9, 15, tzinfo=VIETNAM).timestamp()
NEXT_DAY_S = datetime(2026, 8, 15, 0, 0, tzinfo=VIETNAM).timestamp()
TICK: RawItem = (0, Tick(DAY_S))
NAME = "feed-2026-08-14.jsonl.gz"
DISK = namedtuple("DISK", "total used free")
LISTS = ReferenceLists(
    frozenset({"VCB", "FPT"}),
    "VN30",
    frozenset({"VCB", "FPT", "SSI"}),
    (PriceLimits("VCB", date(2026, 8, 14), "HOSE", 65_000, 57_000, 61_000), PriceLimits("41I1G8000", None, "DERIVATIVES", 2033.5, 1767.0, 1900.0)),
)  # fmt: skip
HEAD = b'{"received_ns":0,"header":{"version":2,"day":"2026-08-14","source":"ssi","channels":["X:ALL"],"core":{}}}\n'


def make(directory: Path, *, bytes_max: int = 0, days_max: int = 0) -> Recorder:
    folder = RecordingFolder(directory, bytes_max=bytes_max, days_max=days_max)
    core = CoreSettings(frozenset(), "VN30", AlertThresholds(volume_spike_ratio=5.0), time_lead_max_s=120.0)
    recorder = Recorder(folder=folder, source="ssi", channels=["X:ALL"], core=core)
    recorder.start()
    return recorder


def lines_of(path: Path) -> list[RecordedLine]:
    return list(Recording(path).lines())


def raws_of(path: Path) -> list[str]:
    return [line.raw for line in lines_of(path) if line.raw is not None]


def test_recording_read_back_is_what_was_put(tmp_path: Path) -> None:
    recorder = make(tmp_path / "new")
    items: list[RawItem] = [(1, '{"DataType":"X"}'), (2, Tick(DAY_S, True)), (3, LISTS), (4, "Việt Nam")]
    recorder.put(items[:2])
    recorder.put(items[2:])
    recorder.stop()
    head, *lines = lines_of(tmp_path / "new" / NAME)
    assert head.header is not None
    assert (head.header.version, head.header.day, head.header.source) == (2, date(2026, 8, 14), "ssi")
    assert head.header.core.alert_thresholds.volume_spike_ratio == 5.0
    assert head.header.core.tracked == frozenset()
    assert [(line.received_ns, line.said()) for line in lines] == items
    assert isinstance(lines[2].said().limits[0].ceiling, int)  # type: ignore[union-attr]
    assert (recorder.recorded, recorder.skipped) == (4, 0)
    assert not any(thread.name == "feed-recorder" for thread in threading.enumerate())


def test_recording_over_midnight_goes_into_two_files_that_each_stand_alone(tmp_path: Path) -> None:
    recorder = make(tmp_path)
    recorder.put([(0, LISTS), TICK, (1, "a"), (2, Tick(NEXT_DAY_S)), (3, "b")])
    recorder.put([(4, Tick(DAY_S)), (5, "c")])  # a clock that goes back does not open the old file again
    recorder.stop()
    first, second = sorted(tmp_path.iterdir())
    assert (raws_of(first), raws_of(second)) == (["a"], ["b", "c"])
    head, lists = lines_of(second)[:2]
    assert head.header is not None
    assert head.header.day == date(2026, 8, 15)
    assert lists.said() == LISTS


def test_recording_with_a_torn_end_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / NAME
    whole = gzip.compress(HEAD + b'{"received_ns":1,"raw":"a"}\n{"received_ns":2,"raw":"b"}\n')
    for torn in (whole[:-12], whole + b"\x1f\x8b\x08junk", whole[:-4] + b"abcd"):
        path.write_bytes(torn)
        recording = Recording(path)
        assert [line.raw for line in recording.lines()][:2] == [None, "a"]
        assert recording.is_torn
    path.write_bytes(gzip.compress(HEAD + b'{"received_ns":1,"raw":"a"}\n{"received_ns":2,"ra'))
    recording = Recording(path)
    assert [line.raw for line in recording.lines()] == [None, "a"]
    assert recording.garbage_lines == 1


def test_recording_with_garbage_lines_is_read_around_them_and_they_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "plain.jsonl"
    garbage = b'not json\n{"received_ns":"x"}\n\xff\xfe\n[]\n{"received_ns":1,"lists":{"tracked":7}}\n'
    path.write_bytes(HEAD + garbage + b'{"received_ns":1,"raw":"a"}\n')
    recording = Recording(path)
    assert [line.raw for line in recording.lines()] == [None, "a"]
    assert recording.garbage_lines == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b""), "an empty recording"),
        (b"", "an empty recording"),
        (b"plain text, no gzip", "not a whole gzip file"),
        (gzip.compress(b"seq,time,price\n1,2,3\n"), "its first line is not that of a recording"),
        (gzip.compress(b'{"received_ns":1,"raw":"a"}\n'), "no header in its first line: not a recording of version 2"),
        (gzip.compress(HEAD.replace(b'"version":2', b'"version":3')), "a recording of version 3, not 2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",  # gzip has the time in it
)  # fmt: skip
def test_recording_that_is_none_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / NAME
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=reason):
        lines_of(path)


def test_recording_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        lines_of(tmp_path / NAME)


def test_recording_resumed_after_a_tear_keeps_both_sides_readable(tmp_path: Path) -> None:
    path = tmp_path / NAME
    whole = gzip.compress(HEAD + b'{"received_ns":1,"raw":"a"}\n')
    path.write_bytes(whole + gzip.compress(b'{"received_ns":2,"raw":"lost"}\n')[:-9])
    recorder = make(tmp_path)
    recorder.put([TICK, (3, "c")])
    recorder.stop()
    assert raws_of(path) == ["a", "c"]
    assert sum(line.header is not None for line in lines_of(path)) == 2


def test_truncate_of_whole_and_of_foreign_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_module, "READ_BYTES", 7)
    path = tmp_path / "f"
    whole = gzip.compress(b"one") + gzip.compress(b"two")
    path.write_bytes(whole)
    truncate_torn(path)
    assert path.read_bytes() == whole
    path.write_bytes(whole + b"not gzip at all")
    truncate_torn(path)
    assert path.read_bytes() == whole


def test_recording_on_a_full_disk_skips_says_so_once_and_marks_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    free = {"bytes": 1}
    monkeypatch.setattr(folder_module.shutil, "disk_usage", lambda _path: DISK(10, 9, free["bytes"]))
    monkeypatch.setattr(recorder_module, "BATCHES_PER_MEMBER", 1)
    recorder = make(tmp_path)
    recorder.put([TICK, (1, LISTS)])
    recorder.put([(2, "lost")])
    while recorder.skipped < 3:
        threading.Event().wait(0.005)
    free["bytes"] = 1024**4
    recorder.put([(3, "kept")])
    recorder.stop()
    assert (recorder.recorded, recorder.skipped) == (1, 3)
    assert [record.message for record in caplog.records] == [
        "recording paused: the disk is nearly full",
        "recording goes on: 3 messages are missing in it",
    ]
    recording = Recording(tmp_path / NAME)
    _, lists, mark, kept = recording.lines()
    assert (mark.skipped, mark.reason) == (3, "the disk is nearly full")
    assert lists.said() == LISTS  # they were among what was lost
    assert kept.raw == "kept"
    assert recording.skipped_items == 3


def test_recording_that_fills_the_folder_alone_skips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "BATCHES_PER_MEMBER", 1)
    recorder = make(tmp_path, bytes_max=10)
    recorder.put([TICK])
    recorder.put([(2, "b")])
    recorder.stop()
    assert (recorder.recorded, recorder.skipped) == (1, 1)


def test_recordings_too_much_together_lose_their_oldest_days_first(tmp_path: Path) -> None:
    for day in ("2026-08-11", "2026-08-12", "2026-08-13"):
        (tmp_path / f"feed-{day}.jsonl.gz").write_bytes(bytes(400))
    (tmp_path / "notes.txt").write_bytes(bytes(5000))  # not ours: neither counted nor removed
    recorder = make(tmp_path, bytes_max=900)
    recorder.put([TICK])
    recorder.stop()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "feed-2026-08-12.jsonl.gz",
        "feed-2026-08-13.jsonl.gz",
        NAME,
        "notes.txt",
    ]


def test_recordings_too_old_are_removed_today_and_the_future_never(tmp_path: Path) -> None:
    for day in ("2026-08-11", "2026-08-12", "2026-08-13", "2026-08-20"):
        (tmp_path / f"feed-{day}.jsonl.gz").write_bytes(b"x")
    recorder = make(tmp_path, days_max=2)
    recorder.put([TICK])
    recorder.stop()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "feed-2026-08-13.jsonl.gz",
        NAME,
        "feed-2026-08-20.jsonl.gz",
    ]


def test_recording_whose_file_fails_skips_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    recorder = make(tmp_path)
    recorder.put([TICK])
    recorder.stop()
    assert (recorder.recorded, recorder.skipped) == (0, 1)


def test_recording_with_too_much_waiting_skips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "QUEUE_ITEMS_MAX", 2)
    folder = RecordingFolder(tmp_path, bytes_max=0, days_max=0)
    recorder = Recorder(folder=folder, source="ssi", channels=[], core=CoreSettings())
    recorder.put([TICK, (2, "b")])
    recorder.put([(3, "c")])
    assert recorder.skipped == 1
    recorder.start()
    recorder.stop()
    assert recorder.recorded == 2
    recorder.stop()


def test_recording_gone_quiet_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()
    folder = RecordingFolder(tmp_path, bytes_max=0, days_max=0)
    recorder = Recorder(folder=folder, source="ssi", channels=[], core=CoreSettings())
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
    recorder.put([TICK, (1, "a")])
    assert closed.wait(5.0)
    assert raws_of(tmp_path / NAME) == ["a"]
    recorder.stop()
