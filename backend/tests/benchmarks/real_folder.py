"""Made-up files of the kind `make verify-real` reads: the figures are nobody's."""

from __future__ import annotations

import gzip
from pathlib import Path

DAY = "2026-03-02"
# (time, price, volume, side): an opening match of two rows, a minute each of the morning and the afternoon, a close
TRADES = (
    ("09:00:00", 1900.0, 5, "S"),
    ("09:00:00", 1900.0, 7, "S"),
    ("09:00:00", 1900.1, 1, "B"),
    ("09:00:30", 1900.3, 2, "B"),
    ("09:00:30", 1900.2, 2, "S"),
    ("13:00:01", 1901.0, 4, "B"),
    ("13:00:02", 1900.9, 3, "S"),
    ("14:45:00", 1902.0, 11, "S"),
)
BARS = (
    ("09:00", 1900.0, 1900.3, 1900.0, 1900.2, 17),
    ("13:00", 1901.0, 1901.0, 1900.9, 1900.9, 7),
    ("14:45", 1902.0, 1902.0, 1902.0, 1902.0, 11),
)
# (t, price, size, bid and ask before, bid and ask after, true): the book after each row is that of the trade's result,
# and names the other side
EXECUTIONS = (
    (34200.1, 1000200, 100, 1000000, 1000200, 1000200, 1000400, 1),
    (34200.1, 1000200, 100, 1000200, 1000400, 1000000, 1000200, -1),
    (34201.5, 1000000, 30, 1000000, 1000100, 999800, 1000000, -1),
    (34202.0, 1000000, 30, 999800, 1000000, 1000000, 1000100, 1),
)


def _write(path: Path, header: str, rows: tuple[tuple[object, ...], ...]) -> None:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n"))


def write_trades(folder: Path, trades: tuple[tuple[object, ...], ...] = TRADES) -> Path:
    rows = tuple((n, *trade, "-") for n, trade in enumerate(trades, 1))
    path = folder / f"vn30f1m_trades_{DAY}.csv.gz"
    _write(path, "seq,time,price,volume,side,side_raw", rows)
    return path


def write_bars(folder: Path, bars: tuple[tuple[object, ...], ...] = BARS) -> None:
    rows = tuple((f"{DAY} {minute}:00+07:00", *figures) for minute, *figures in bars)
    _write(folder / "vn30f1m_bars_1m.csv.gz", "time,open,high,low,close,volume", rows)


def write_executions(folder: Path, executions: tuple[tuple[object, ...], ...] = EXECUTIONS) -> None:
    rows = tuple(
        (
            row[0],
            *(float(value) for value in row[1:]),
        )
        for row in executions
    )
    _write(folder / "amzn_trades.csv.gz", "t,price,size,bid_pre,ask_pre,bid_post,ask_post,true", rows)


def write_folder(folder: Path) -> Path:
    write_trades(folder)
    write_bars(folder)
    write_executions(folder)
    return folder
