"""The files of `make verify-real`: somebody else's record of real sessions. They are read here and never kept.

Format: see _BARS, _TRADES, _EXECUTIONS; CSV, gzipped. Times of the futures are Vietnam's; prices of the executions
are dollars x 10,000, their times seconds after midnight.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from msgspec import Struct

_TRADES = "vn30f1m_trades_*.csv.gz"
_BARS = "vn30f1m_bars_1m.csv.gz"
_EXECUTIONS = "amzn_*.csv.gz"
ATC_MINUTE = "14:45"


class RealDataError(Exception):
    """A file is missing or is not what it should be; the message names it."""


class Bar(Struct, frozen=True):
    """One minute as the provider has it."""

    open: float
    high: float
    low: float
    close: float
    volume: int


class TradeRow(Struct, frozen=True):
    """One match of the file."""

    time: str  # HH:MM:SS
    price: float
    volume: int
    side: str


class RealSession(Struct, frozen=True):
    """One day: the matches, and the bars that came another way."""

    trading_date: date
    path: Path
    trades: list[TradeRow]
    bars: dict[str, Bar]  # by HH:MM

    @property
    def bars_volume(self) -> int:
        return sum(bar.volume for bar in self.bars.values())

    @property
    def ato_volume(self) -> int:
        """Return the opening match's volume: the leading rows of one moment, one price and one side."""
        first = self.trades[0]
        if first.time != "09:00:00":
            return 0
        volume = 0
        for row in self.trades:
            if (row.time, row.price, row.side) != (first.time, first.price, first.side):
                break
            volume += row.volume
        return volume

    @property
    def atc_volume(self) -> int:
        """Return the closing match's volume as the provider's bar of 14:45 has it."""
        bar = self.bars.get(ATC_MINUTE)
        return bar.volume if bar is not None else 0


class Execution(Struct, frozen=True):
    """A match with the book before and after it and its true initiator (+1 buyer, -1 seller)."""

    time_s: float
    price: int
    size: int
    bid_before: int
    ask_before: int
    bid_after: int
    ask_after: int
    side: int


class RealData(Struct, frozen=True):
    """Everything in the folder."""

    sessions: list[RealSession]
    executions: list[Execution]


def read_folder(folder: Path) -> RealData:
    """Read the folder. Raise RealDataError."""
    if not folder.is_dir():
        raise RealDataError(f"{folder} is no folder")
    trade_files, execution_files = sorted(folder.glob(_TRADES)), sorted(folder.glob(_EXECUTIONS))
    missing = [
        name
        for name, is_there in (
            (_TRADES, bool(trade_files)),
            (_BARS, (folder / _BARS).is_file()),
            (_EXECUTIONS, bool(execution_files)),
        )
        if not is_there
    ]
    if missing:
        raise RealDataError(f"{folder} has no {', no '.join(missing)}")
    bars = _read_bars(folder / _BARS)
    sessions = [_read_session(path, bars) for path in trade_files]
    executions = [row for path in execution_files for row in _read_executions(path)]
    if not executions:
        raise RealDataError(f"{execution_files[0]}: no row in it")
    return RealData(sessions, executions)


def _read_session(path: Path, bars: dict[date, dict[str, Bar]]) -> RealSession:
    found = re.search(r"\d{4}-\d{2}-\d{2}", path.name)
    if found is None:
        raise RealDataError(f"{path}: no date in its name")
    day = date.fromisoformat(found.group())
    trades = [
        TradeRow(row["time"], float(row["price"]), int(row["volume"]), row["side"])
        for row in _rows(path, ("time", "price", "volume", "side"))
    ]
    if not trades:
        raise RealDataError(f"{path}: no row in it")
    if day not in bars:
        raise RealDataError(f"{_BARS} has no bar of {day}")
    return RealSession(day, path, trades, bars[day])


def _read_bars(path: Path) -> dict[date, dict[str, Bar]]:
    bars: dict[date, dict[str, Bar]] = {}
    for row in _rows(path, ("time", "open", "high", "low", "close", "volume")):
        day, minute = date.fromisoformat(row["time"][:10]), row["time"][11:16]
        opened, high, low, close = (float(row[name]) for name in ("open", "high", "low", "close"))
        bars.setdefault(day, {})[minute] = Bar(opened, high, low, close, int(row["volume"]))
    return bars


def _read_executions(path: Path) -> Iterator[Execution]:
    columns = ("t", "price", "size", "bid_pre", "ask_pre", "bid_post", "ask_post", "true")
    for row in _rows(path, columns):
        numbers = [int(float(row[name])) for name in columns[1:]]
        yield Execution(float(row["t"]), *numbers)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    line = 1
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in columns if name not in (rows.fieldnames or ())]
            if missing:
                raise RealDataError(f"{path}: no column {', '.join(missing)}")
            for row in rows:
                line = rows.line_num
                yield row
    except (EOFError, OSError, UnicodeError, zlib.error, csv.Error) as error:
        raise RealDataError(f"{path}, after line {line}: {error}") from error
