"""Trade files of the front VN30 future as a source of events: what was recorded, and nothing that was not.

Format: CSV, plain or gzipped, columns seq,time,price,volume,side,side_raw; the date stands in the file's name. Sides
are B, S and U. Prices are points with one decimal. There are no quotes and no reference price in the files, so none
are sent. The opening batch (the leading rows of one price and one side at 09:00:00) is the ATO, rows from 14:45:00
on are the ATC.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from app.simulator.clock import midnight_s, time_of_day
from app.simulator.events import Event, Print, Security, Status
from app.simulator.futures import front_contract
from app.simulator.price_rules import DERIVATIVES
from app.simulator.securities import FUTURES_SCALE, FUTURES_VALUE_FACTOR
from app.simulator.sessions import SESSIONS

_COLUMNS = ("time", "price", "volume", "side")
_SIDES = {"B": 1, "S": -1, "U": 0}
_WIRE_SIDES = {1: "BU", -1: "SD", 0: None}
_OPENING_S = time_of_day("09:00")
_ATC_S = time_of_day("14:45")
_LEAD_S = 5.0  # the clock starts so long before the first match
_PRICE_MAX, _VOLUME_MAX = 100_000.0, 1_000_000


class ReplayFileError(Exception):
    """A trade file cannot be read; the message names file and line."""


class Trade(Struct, frozen=True, gc=False):
    """A row of a file."""

    second: int  # of the day
    price: int  # tenths of a point
    volume: int
    side: int


class TradeDay:
    """One file, read and checked."""

    def __init__(self, path: Path) -> None:
        found = re.search(r"(\d{4}-\d{2}-\d{2})", path.name)
        try:
            self.trading_date = date.fromisoformat(found.group(1) if found else "")
        except ValueError:
            raise ReplayFileError(f"{path}: no date like 2026-03-02 in the file's name") from None
        self.trades = list(_read(path))
        if not self.trades:
            raise ReplayFileError(f"{path}: no trade in it")
        symbol = front_contract(self.trading_date)
        self.security = Security(
            symbol=symbol,
            exchange=DERIVATIVES,
            ref_price=0,
            ceiling=0,
            floor=0,
            scale=FUTURES_SCALE,
            value_factor=FUTURES_VALUE_FACTOR,
            depth=10,
            lot=1,
            daily_volume=sum(trade.volume for trade in self.trades),
            listed_shares=0,
            total_room=0,
            name=f"HDTL VN30 {symbol}",
            is_vn30=False,
        )

    def events(self) -> Iterator[Event]:
        """Yield the matches, and the session changes of the timetable between them."""
        midnight = midnight_s(self.trading_date)
        changes = [(start, code) for start, code, _ in SESSIONS[DERIVATIVES][1:]]
        opening = self._opening_count()
        total_volume = total_value = 0
        high = low = open_price = self.trades[0].price
        moments = _spread(self.trades)
        last_s = 0.0
        for n, (trade, moment_s) in enumerate(zip(self.trades, moments, strict=True)):
            session = "ATO" if n < opening else "ATC" if trade.second >= _ATC_S else "LO"
            # late prints carry the second of the boundary, and the auction's batch the second of its end
            while changes and self._is_over(changes[0], trade, session):
                start, code = changes.pop(0)
                yield Status(self.security, midnight + max(min(start, moment_s), last_s), code)
            last_s = moment_s
            total_volume += trade.volume
            total_value += trade.price * trade.volume * FUTURES_VALUE_FACTOR
            high, low = max(high, trade.price), min(low, trade.price)
            is_auction = session != "LO"
            yield Print(
                self.security,
                midnight + moment_s,
                session,
                session.lower() if is_auction else "continuous",
                trade.price,
                trade.volume,
                0 if is_auction else trade.side,
                _WIRE_SIDES[trade.side],
                total_volume,
                total_value,
                open_price,
                high,
                low,
                trade.price if is_auction else 0,
                False,
            )
        for start, code in changes:
            yield Status(self.security, midnight + max(start, last_s + 1.0), code)

    def _opening_count(self) -> int:
        first = self.trades[0]
        if first.second != _OPENING_S:
            return 0
        for n, trade in enumerate(self.trades):
            if (trade.second, trade.price, trade.side) != (first.second, first.price, first.side):
                return n
        return len(self.trades)

    @staticmethod
    def _is_over(change: tuple[float, str], trade: Trade, session: str) -> bool:
        start, code = change
        if code == session:
            return trade.second >= start
        return trade.second > start + 1


class TradeFiles:
    """Several days of trade files, in order of date."""

    source = "replay"

    def __init__(self, paths: Sequence[Path]) -> None:
        days = sorted((TradeDay(path) for path in paths), key=lambda day: day.trading_date)
        self._days = days
        self._today = days[0]
        self.trading_date = days[0].trading_date
        self.start_s = midnight_s(self.trading_date) + days[0].trades[0].second - _LEAD_S
        self.trades_total = sum(len(day.trades) for day in days)

    def securities(self) -> list[Security]:
        """Return the contract of the day being played."""
        return [self._today.security]

    def events(self) -> Iterator[Event]:
        """Yield the days, then end."""
        for day in self._days:
            self._today = day
            self.trading_date = day.trading_date
            yield from day.events()


def _spread(trades: Sequence[Trade]) -> list[float]:
    """Return a moment for each trade: those of one second are laid out over it, in their order."""
    moments: list[float] = []
    n = 0
    while n < len(trades):
        second = trades[n].second
        end = n
        while end < len(trades) and trades[end].second == second:
            end += 1
        moments.extend(second + 0.95 * k / (end - n) for k in range(end - n))
        n = end
    return moments


def _read(path: Path) -> Iterator[Trade]:
    line = 1
    try:
        with _open(path) as file:
            rows = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise ReplayFileError(f"{path}, line 1: no column {', '.join(missing)}")
            before = 0
            for row in rows:
                line = rows.line_num
                trade = _parse(row, before)
                before = trade.second
                yield trade
    except ValueError as error:
        raise ReplayFileError(f"{path}, line {line}: {error}") from error
    except (EOFError, OSError, zlib.error) as error:
        raise ReplayFileError(f"{path}, after line {line}: {error}") from error


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _parse(row: dict[str, str], before: int) -> Trade:
    if None in row.values():
        raise ValueError("the line is too short")
    price, volume = float(row["price"]), int(row["volume"])
    if not 0 < price < _PRICE_MAX:
        raise ValueError(f"price {row['price']} is not between 0 and {_PRICE_MAX:.0f}")
    if not 0 < volume < _VOLUME_MAX:
        raise ValueError(f"volume {row['volume']} is not between 0 and {_VOLUME_MAX}")
    if row["side"] not in _SIDES:
        raise ValueError(f"side {row['side']!r} is not one of B, S, U")
    second = int(time_of_day(row["time"]))
    if second < before:
        raise ValueError(f"time {row['time']} is before that of the line above")
    return Trade(second, round(price * FUTURES_SCALE), volume, _SIDES[row["side"]])
