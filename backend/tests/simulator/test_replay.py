"""Trade files through the same wire; every figure here is invented."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from app.simulator.events import Print, Status
from app.simulator.replay import ReplayFileError, TradeFiles

from .conftest import wait_until

HEADER = "seq,time,price,volume,side,side_raw\n"
ROWS = [
    "1,09:00:00,1900.5,2,S,B",
    "2,09:00:00,1900.5,3,S,B",
    "3,09:00:00,1900.7,1,B,M",
    "4,09:00:01,1900.6,4,S,B",
    "5,11:30:00,1901.0,1,B,M",
    "6,13:00:00,1901.1,1,B,M",
    "7,14:30:00,1901.2,5,U,-",
    "8,14:45:00,1899.9,7,B,M",
    "9,14:45:00,1899.9,8,B,M",
]


def write(
    folder: Path, rows: list[str] = ROWS, day: str = "2026-03-02", suffix: str = ".csv", head: str = HEADER
) -> Path:
    path = folder / f"vn30f1m_trades_{day}{suffix}"
    text = (head + "\n".join(rows) + "\n").encode()
    path.write_bytes(gzip.compress(text) if suffix.endswith("gz") else text)
    return path


def test_matches_keep_their_order_sides_and_sessions(tmp_path):
    files = TradeFiles([write(tmp_path, suffix=".csv.gz")])
    events = list(files.events())
    times = [event.time_s for event in events]
    assert times == sorted(times)
    prints = [event for event in events if isinstance(event, Print)]
    assert [event.phase for event in prints] == ["ato"] * 2 + ["continuous"] * 5 + ["atc"] * 2
    assert [event.side for event in prints] == [0, 0, 1, -1, 1, 1, 0, 0, 0]
    assert [event.wire_side for event in prints] == ["SD", "SD", "BU", "SD", "BU", "BU", None, "BU", "BU"]
    assert prints[-1].total_volume == 32
    assert prints[0].total_value == 19_005 * 2 * 10_000
    assert (prints[-1].open, prints[-1].high, prints[-1].low) == (19_005, 19_012, 18_999)
    assert prints[0].security.symbol == "41I1G3000"
    assert [event.session for event in events if isinstance(event, Status)] == [
        "ATO",
        "LO",
        "BREAK",
        "LO",
        "ATC",
        "C",
    ]


def test_session_changes_never_come_before_the_matches_they_end(tmp_path):
    session = ""
    for event in TradeFiles([write(tmp_path)]).events():
        if isinstance(event, Status):
            session = event.session
        else:
            assert event.session == session


def test_sdk_receives_a_replay_and_its_clock_says_so(tmp_path, run_simulator):
    files = TradeFiles([write(tmp_path, day="2026-03-03"), write(tmp_path)])
    assert files.trading_date == date(2026, 3, 2)
    running = run_simulator(files, start="08:44", speed=0, hold=True)
    client = running.connect("X-TRADE:ALL,X-QUOTE:ALL,F:ALL,X:ALL")
    wait_until(lambda: running.control("clock")["ended"])
    wait_until(lambda: len(client.of("F")) == 12)
    assert running.control("clock")["source"] == "replay"
    assert running.control("clock")["trading_date"] == "2026-03-03"
    rows = client.of("X-TRADE")
    assert len(rows) == 18
    assert client.of("X-QUOTE") == []
    assert (rows[0]["RefPrice"], rows[0]["Change"], rows[0]["RatioChange"]) == (0.0, 0.0, 0.0)
    assert (rows[0]["LastPrice"], rows[0]["TotalVal"], rows[0]["Side"]) == (1900.5, 380_100_000.0, "SD")
    assert rows[6]["Side"] is None
    assert running.control("truth")["symbols"]["41I1G3000"]["total_volume"] == 32


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1,09:00:00,19x,2,S,B"], "line 2: .*19x"),
        ([ROWS[0], "2,09:00:00,1900,-1,S,B"], "line 3: volume -1"),
        ([ROWS[0], "2,09:00:00,nan,1,S,B"], "line 3: price nan"),
        ([ROWS[0], "2,09:00:00,1900,1,Q,B"], "line 3: side 'Q'"),
        ([ROWS[0], "2,25:00:00,1900,1,S,B"], "line 3: '25:00:00' is not a time"),
        ([ROWS[3], ROWS[0]], "line 3: time 09:00:00 is before"),
        ([ROWS[0], "2,09:00:00"], "line 3: the line is too short"),
        ([], "no trade in it"),
    ],
)
def test_a_wrong_row_is_named_by_file_and_line(tmp_path, rows, message):
    path = write(tmp_path, rows)
    with pytest.raises(ReplayFileError, match=message) as caught:
        TradeFiles([path])
    assert str(path) in str(caught.value)


def test_missing_columns_dates_and_files_are_said(tmp_path):
    with pytest.raises(ReplayFileError, match="line 1: no column price, side"):
        TradeFiles([write(tmp_path, ["1,09:00:00,2"], head="seq,time,volume\n")])
    with pytest.raises(ReplayFileError, match="no date like"):
        TradeFiles([write(tmp_path, day="someday")])
    with pytest.raises(ReplayFileError, match="No such file"):
        TradeFiles([tmp_path / "vn30f1m_trades_2026-03-04.csv"])


def test_a_truncated_archive_is_said(tmp_path):
    rows = [f"{n},09:00:0{n // 2000},1900.{n % 10},1,B,M" for n in range(9_000)]
    path = write(tmp_path, rows, suffix=".csv.gz")
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ReplayFileError, match="after line"):
        TradeFiles([path])


def test_a_recorded_message_goes_out_as_it_came(run_simulator):
    class Recording(TradeFiles):
        def events(self):
            from app.simulator.events import Raw

            yield Raw(self.start_s + 10, "MI", "VN30", b'{"IndexId":"VN30","IndexValue":1.5}')

    class Empty(Recording):
        def __init__(self) -> None:
            self.trading_date = date(2026, 3, 2)
            self.start_s = 1_772_416_800.0

        def securities(self):
            return []

    running = run_simulator(Empty(), start="08:00", speed=0, hold=True)
    client = running.connect("MI:ALL")
    message = wait_until(lambda: client.messages)[0]
    assert json.loads(message["Content"]) == {"IndexId": "VN30", "IndexValue": 1.5}
