"""Exports: every table and every interval, whole, in order, and no half file."""

from __future__ import annotations

import csv
import gzip
import sys
import types
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.commands import history_verbs
from app.history import export, row_files, tables
from app.history.candles import Interval
from app.history.export import ExportProgress, ExportRequest, columns_of, export_rows
from app.history.paging import time_range
from app.history.pool import DatabasePool
from app.history.row_files import FileColumn, ParquetFile, RowFileError, Writing, open_row_file
from tests.api.history_backend import FRIDAY, FUTURE, THURSDAY, at, fill

ALWAYS = time_range(None, None)


@pytest.fixture
async def filled(connection: asyncpg.Connection) -> asyncpg.Connection:
    await fill(connection)
    alert = ("formula", "VOLUME_SPIKE", "WARNING", "VCB", "=spike", '{"ratio": 3.5}', at(FRIDAY, "09:30:00"))
    await tables.insert_rows(connection, tables.ALERTS, [alert])
    repair = ("VCB", at(THURSDAY, "10:00:00"), "continuous", 1, 2, 1, 2, 5, 10, 0, 0, 5, 0, "repair")
    await tables.insert_rows(connection, tables.CANDLE_REPAIRS, [repair])
    return connection


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def run(
    connection: asyncpg.Connection, pool: DatabasePool, request: ExportRequest, path: Path
) -> list[dict[str, str]]:
    shown: list[int] = []

    def report(progress: ExportProgress) -> None:
        shown.append(progress.rows)

    file = open_row_file(str(path), "csv", columns_of(request.table))
    with Writing(file):
        count = await export_rows(connection, pool, request, file, report)
    rows = read_csv(path)
    assert len(rows) == count
    assert shown == sorted(shown)
    return rows


@pytest.mark.parametrize("name", tables.TABLE_BY_NAME)
async def test_table_is_exported_whole_in_the_order_of_its_key(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH_ROWS", 7)
    rows = await run(filled, pool, ExportRequest(name, ALWAYS), tmp_path / "rows.csv")
    table = tables.TABLE_BY_NAME[name]
    assert len(rows) == await filled.fetchval(f"SELECT count(*) FROM {name}") > 0
    added = ["repaired_at"] if name == "gaps" else []
    assert list(rows[0]) == [*table.column_names, *added]
    symbol = table.key[0]
    assert [row[symbol] for row in rows] == sorted(row[symbol] for row in rows)


@pytest.mark.parametrize(("interval", "bars"), [("1m", 14), ("5m", 5), ("1h", 3), ("1d", 2)])
async def test_candles_are_exported_oldest_first(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path, interval: str, bars: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(export, "_BAR_DAYS", 1)
    request = ExportRequest("candles", ALWAYS, "VCB", Interval(interval))
    rows = await run(filled, pool, request, tmp_path / "bars.csv")
    assert [row["timestamp"] for row in rows] == sorted({row["timestamp"] for row in rows})
    assert {row["symbol"] for row in rows} == {"VCB"}
    assert sum(int(row["volume"]) for row in rows) == 2 * 120 * 100 + 100 + 5
    assert len([row for row in rows if row["timestamp"].startswith("2026-11-19")]) >= bars // 2


async def test_candles_of_every_symbol_come_symbol_by_symbol(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path
) -> None:
    rows = await run(filled, pool, ExportRequest("candles", ALWAYS), tmp_path / "bars.csv")
    assert [name for name, _ in dict.fromkeys((row["symbol"], 0) for row in rows)] == [FUTURE, "ROS", "VCB"]
    assert [row["open"] for row in rows if row["symbol"] == FUTURE] == ["1895.5"]


async def test_candles_of_an_index_are_made_of_its_states(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path
) -> None:
    states = [
        ("HNX30", 500.0 + n, 1.0, 5, 3, at(FRIDAY, f"09:{15 + n}:30"), 1000 * (n + 1), 50_000 * (n + 1))
        for n in range(3)
    ]
    await tables.insert_rows(filled, tables.INDEX_SNAPSHOTS, states)
    rows = await run(filled, pool, ExportRequest("candles", ALWAYS, "HNX30"), tmp_path / "bars.csv")
    assert [(row["symbol"], float(row["close"])) for row in rows] == [
        ("HNX30", 500.0),
        ("HNX30", 501.0),
        ("HNX30", 502.0),
    ]
    assert await run(filled, pool, ExportRequest("candles", ALWAYS, "NOBODY"), tmp_path / "none.csv") == []


async def test_symbol_and_range_narrow(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path
) -> None:
    friday = time_range(at(FRIDAY, "00:00:00"), None)
    rows = await run(filled, pool, ExportRequest("trades", friday, "VCB"), tmp_path / "a.csv")
    assert {(row["symbol"], row["trading_date"]) for row in rows} == {("VCB", "2026-11-20")}
    rows = await run(filled, pool, ExportRequest("index_snapshots", ALWAYS, "HNX"), tmp_path / "b.csv")
    assert {row["index_id"] for row in rows} == {"HNX"}
    rows = await run(filled, pool, ExportRequest("gaps", friday), tmp_path / "c.csv")
    assert [row["id"] for row in rows] == ["g2", "g3"]
    assert rows[0]["to_time"] == ""
    await filled.execute("UPDATE gaps SET repaired_at = '2026-11-20 10:00+07' WHERE id = 'g3'")
    rows = await run(filled, pool, ExportRequest("gaps", friday), tmp_path / "d.csv")
    assert [row["repaired_at"] for row in rows] == ["", "2026-11-20T10:00:00+07:00"]


async def test_text_that_looks_like_a_formula_is_exported_as_text(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path
) -> None:
    rows = await run(filled, pool, ExportRequest("alerts", ALWAYS), tmp_path / "a.csv")
    (row,) = [row for row in rows if row["message"].endswith("=spike")]
    assert (row["message"], row["data"]) == ("'=spike", '{"ratio": 3.5}')


async def test_broken_off_export_leaves_no_file(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path
) -> None:
    def interrupt(_progress: ExportProgress) -> None:
        raise KeyboardInterrupt

    file = open_row_file(str(tmp_path / "a.csv"), "csv", columns_of("trades"))
    with pytest.raises(KeyboardInterrupt), Writing(file):
        await export_rows(filled, pool, ExportRequest("trades", ALWAYS), file, interrupt)
    assert names_in(tmp_path) == []


def test_name_ending_in_gz_is_compressed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with Writing(open_row_file(str(path), "csv", [FileColumn("n", "int8")])) as writing:
        writing.file.write([[1], [2]])
    assert gzip.decompress(path.read_bytes()) == b"n\r\n1\r\n2\r\n"


def test_standard_output_takes_csv(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with Writing(open_row_file("-", "csv", [FileColumn("n", "int8")])) as writing:
        writing.file.write([[1]])
    assert capsysbinary.readouterr().out == b"n\r\n1\r\n"
    with pytest.raises(ValueError, match="x"), Writing(open_row_file("-", "csv", [FileColumn("n", "int8")])):
        raise ValueError("x")


def test_place_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RowFileError, match=r"can't write .*No such file"):
        open_row_file(str(tmp_path / "none" / "a.csv"), "csv", [])


def test_disk_that_fills_up_is_one_line_and_no_file(tmp_path: Path) -> None:
    file = open_row_file(str(tmp_path / "a.csv"), "csv", [FileColumn("n", "int8")])
    inner: Any = file
    inner._file.close()
    inner._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115 - closed by discard
    with pytest.raises(RowFileError, match="can't go on writing: No space left"), Writing(file):
        file.write([[1]])
    assert names_in(tmp_path) == []


def test_parquet_without_pyarrow_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(RowFileError, match="run `make parquet`, or choose --format csv"):
        open_row_file(str(tmp_path / "a.parquet"), "parquet", columns_of("trades"))
    with pytest.raises(RowFileError, match="name one with --out"):
        open_row_file("-", "parquet", columns_of("trades"))


class FakeArrow(types.ModuleType):
    """What ParquetFile asks of pyarrow, where that is not installed."""

    def __init__(self, is_full: bool = False) -> None:
        super().__init__("pyarrow")
        self.tables: list[dict[str, list[object]]] = []
        self.is_closed = False
        self.is_full = is_full
        self.Table = self

    def schema(self, fields: list[tuple[str, str]]) -> list[types.SimpleNamespace]:
        return [types.SimpleNamespace(name=name, type=kind) for name, kind in fields]

    def timestamp(self, unit: str, tz: str) -> str:
        return f"timestamp[{unit}, {tz}]"

    def __getattr__(self, name: str) -> Any:
        if name in {"string", "int32", "int64", "float64", "bool_", "date32"}:
            return lambda: name
        raise AttributeError(name)

    def array(self, cells: list[object], **_type: str) -> list[object]:
        return cells

    def from_arrays(self, arrays: list[list[object]], schema: Any) -> dict[str, list[object]]:
        return {field.name: cells for field, cells in zip(schema, arrays, strict=True)}

    def ParquetWriter(self, path: str, schema: Any, compression: str) -> FakeArrow:  # noqa: N802
        if self.is_full:
            raise OSError(28, "No space left on device")
        Path(path).touch()
        return self

    def write_table(self, table: dict[str, list[object]]) -> None:
        self.tables.append(table)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def fake_arrow(monkeypatch: pytest.MonkeyPatch) -> FakeArrow:
    arrow = FakeArrow()
    monkeypatch.setattr(row_files, "_load_pyarrow", lambda: (arrow, arrow))
    return arrow


@pytest.mark.parametrize("name", export.TABLES)
async def test_parquet_takes_the_rows_of_every_table(
    filled: asyncpg.Connection, pool: DatabasePool, tmp_path: Path, fake_arrow: FakeArrow, name: str
) -> None:
    file = open_row_file(str(tmp_path / "a.parquet"), "parquet", columns_of(name))
    file.write([])
    with Writing(file):
        count = await export_rows(filled, pool, ExportRequest(name, ALWAYS), file, lambda _progress: None)
    assert sum(len(next(iter(table.values()))) for table in fake_arrow.tables) == count > 0
    assert list(fake_arrow.tables[0]) == [column.name for column in columns_of(name)]
    assert fake_arrow.is_closed
    assert names_in(tmp_path) == ["a.parquet"]


def test_parquet_broken_off_leaves_no_file(tmp_path: Path, fake_arrow: FakeArrow) -> None:
    with pytest.raises(ValueError, match="x"), Writing(ParquetFile(str(tmp_path / "a"), [])):
        raise ValueError("x")
    assert names_in(tmp_path) == []
    fake_arrow.is_full = True
    with pytest.raises(RowFileError, match="No space left"):
        ParquetFile(str(tmp_path / "a"), [])


def test_verbs_name_every_table_and_interval() -> None:
    assert set(history_verbs.TABLES) == set(export.TABLES)
    assert set(history_verbs.INTERVALS) == {interval.value for interval in Interval}


def test_real_pyarrow_reads_back_what_was_written(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is optional: make parquet")
    path = tmp_path / "a.parquet"
    moment = datetime.fromisoformat("2026-11-20T09:15:00+07:00")
    with Writing(open_row_file(str(path), "parquet", columns_of("candles"))) as writing:
        writing.file.write([("VCB", moment, 1.0, 2.0, 1.0, 2.0, 3, 4, 1, 1, 1, 2, None)])
    table = parquet.read_table(path)
    assert table.column("timestamp").to_pylist() == [moment]
    assert table.column("volume").to_pylist() == [3]
