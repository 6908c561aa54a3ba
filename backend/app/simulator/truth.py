"""What really happened today: the figures a tracker of this market should arrive at.

Units: as on the wire (futures prices in points), volumes in shares or contracts, values in VND.
Overflow: one record a symbol, one message an index; started anew with each trading day.
"""

from __future__ import annotations

from array import array
from datetime import date
from typing import Any

from msgspec import Struct

from app.simulator.clock import date_at
from app.simulator.events import Event, Foreign, Index, Print, Quote, Reset, Security, Status
from app.simulator.price_rules import DERIVATIVES
from app.simulator.wire import wire_price

_SIDE_NAMES = {1: "buy", -1: "sell", 0: "neutral"}
BAR_FIELDS = 6  # last second, open, high, low, close, volume
PAST_DAYS_MAX = 60


class Bars:
    """The minutes of a day that saw a match, as flat numbers: six a minute, so a day of 1,600 stocks is 20 MB."""

    def __init__(self) -> None:
        self.cells = array("q")

    def add(self, second: int, price: int, volume: int) -> None:
        """Count a match."""
        cells = self.cells
        if cells and cells[-BAR_FIELDS] // 60 == second // 60:
            cells[-6] = second
            cells[-4] = max(cells[-4], price)
            cells[-3] = min(cells[-3], price)
            cells[-2] = price
            cells[-1] += volume
        else:
            cells.extend((second, price, price, price, price, volume))

    def rows(self) -> list[tuple[int, ...]]:
        """Return (last second, open, high, low, close, volume) of each minute, oldest first."""
        return [tuple(self.cells[n : n + BAR_FIELDS]) for n in range(0, len(self.cells), BAR_FIELDS)]


class DayRow(Struct, gc=False):
    """A finished day of a stock, a future or an index, in points or VND."""

    open: float
    high: float
    low: float
    close: float
    volume: int
    value: int


class SymbolTruth:
    """The day of one symbol."""

    def __init__(self, security: Security) -> None:
        self.security = security
        self.total_volume = self.total_value = self.prints = self.quotes = 0
        self.withheld_volume = self.withheld_prints = 0
        self.last: Print | None = None
        self.foreign: Foreign | None = None
        self.phases: dict[str, dict[str, int]] = {}
        self.bars = Bars()

    def add_print(self, event: Print) -> None:
        """Count a match, whether or not it is shown."""
        self.total_volume = event.total_volume
        self.total_value = event.total_value
        self.prints += 1
        self.last = event
        volumes = self.phases.get(event.phase)
        if volumes is None:
            volumes = self.phases[event.phase] = {"buy": 0, "sell": 0, "neutral": 0}
        volumes[_SIDE_NAMES[event.side]] += event.volume
        self.bars.add(int(event.time_s), event.price, event.volume)

    def day_row(self) -> DayRow | None:
        """Return the day so far, None without a match."""
        last, security = self.last, self.security
        if last is None:
            return None
        opening, high, low, close = (
            wire_price(security, price) for price in (last.open, last.high, last.low, last.price)
        )
        return DayRow(opening, high, low, close, self.total_volume, self.total_value)

    def report(self) -> dict[str, Any]:
        """Return the record as the control API shows it."""
        side_totals = {
            f"{side}_volume": sum(volumes[side] for volumes in self.phases.values())
            for side in _SIDE_NAMES.values()
        }
        foreign = self.foreign
        return {
            "exchange": self.security.exchange,
            "total_volume": self.total_volume,
            "total_value": self.total_value,
            **side_totals,
            "phases": {
                phase: {f"{side}_volume": volume for side, volume in volumes.items()}
                for phase, volumes in self.phases.items()
            },
            "prints": self.prints,
            "quotes": self.quotes,
            "withheld_volume": self.withheld_volume,
            "withheld_prints": self.withheld_prints,
            "last_price": wire_price(self.security, self.last.price) if self.last else None,
            "open": wire_price(self.security, self.last.open) if self.last else None,
            "high": wire_price(self.security, self.last.high) if self.last else None,
            "low": wire_price(self.security, self.last.low) if self.last else None,
            "ref_price": wire_price(self.security, self.security.ref_price),
            "ceiling": wire_price(self.security, self.security.ceiling),
            "floor": wire_price(self.security, self.security.floor),
            "foreign": None
            if foreign is None
            else {
                "buy_volume": foreign.buy_volume,
                "sell_volume": foreign.sell_volume,
                "buy_value": foreign.buy_value,
                "sell_value": foreign.sell_value,
                "current_room": foreign.current_room,
            },
        }


class IndexTruth:
    """The day of one index."""

    def __init__(self, first: Index) -> None:
        self.last = first
        self.open = self.high = self.low = first.value
        self.bars = Bars()  # in hundredths of a point

    def add(self, event: Index) -> None:
        """Count an MI message."""
        self.last = event
        self.high, self.low = max(self.high, event.value), min(self.low, event.value)
        self.bars.add(int(event.time_s), round(event.value * 100), event.volume_step)

    def day_row(self) -> DayRow:
        """Return the day so far."""
        last = self.last
        return DayRow(self.open, self.high, self.low, last.value, last.total_volume, last.total_value)


class Truth:
    """The day of the whole market, and the daily rows of the simulated days before it."""

    def __init__(self) -> None:
        self.symbols: dict[str, SymbolTruth] = {}
        self.indices: dict[str, IndexTruth] = {}
        self.past: dict[date, dict[str, DayRow]] = {}
        self.trading_date: date | None = None

    def add(self, event: Event) -> None:
        """Count an event."""
        if isinstance(event, Print):
            self._of(event.security).add_print(event)
        elif isinstance(event, Quote):
            self._of(event.security).quotes += 1
        elif isinstance(event, Reset | Status):
            self._begin_day(date_at(event.time_s))
            self._of(event.security)
        elif isinstance(event, Foreign):
            self._of(event.security).foreign = event
        elif isinstance(event, Index):
            record = self.indices.get(event.index_id)
            if record is None:
                record = self.indices[event.index_id] = IndexTruth(event)
            record.add(event)

    def _begin_day(self, day: date) -> None:
        if day == self.trading_date:
            return
        if self.trading_date is not None:
            rows = {symbol: record.day_row() for symbol, record in (self.symbols | self.indices).items()}
            self.past[self.trading_date] = {symbol: row for symbol, row in rows.items() if row is not None}
            while len(self.past) > PAST_DAYS_MAX:
                del self.past[min(self.past)]
        self.trading_date = day
        self.symbols.clear()
        self.indices.clear()

    def withhold(self, event: Print) -> None:
        """Note a match that was counted but not shown."""
        record = self._of(event.security)
        record.withheld_volume += event.volume
        record.withheld_prints += 1

    def report(self) -> dict[str, Any]:
        """Return everything as the control API shows it."""
        vn30 = self.indices["VN30"].last if "VN30" in self.indices else None
        futures = {
            symbol: record
            for symbol, record in self.symbols.items()
            if record.security.exchange == DERIVATIVES
        }
        return {
            "symbols": {symbol: record.report() for symbol, record in self.symbols.items()},
            "indices": {index_id: _index_report(record.last) for index_id, record in self.indices.items()},
            "futures": {
                symbol: {
                    "last_price": wire_price(record.security, record.last.price),
                    "vn30": vn30.value if vn30 else None,
                    "basis": round(wire_price(record.security, record.last.price) - vn30.value, 2)
                    if vn30
                    else None,
                }
                for symbol, record in futures.items()
                if record.last
            },
        }

    def _of(self, security: Security) -> SymbolTruth:
        record = self.symbols.get(security.symbol)
        if record is None:
            record = self.symbols[security.symbol] = SymbolTruth(security)
        return record


def _index_report(index: Index) -> dict[str, Any]:
    return {
        "value": index.value,
        "prior_value": index.prior_value,
        "total_volume": index.total_volume,
        "total_value": index.total_value,
        "put_through_volume": index.put_through_volume,
        "put_through_value": index.put_through_value,
        "advances": index.advances,
        "no_changes": index.no_changes,
        "declines": index.declines,
        "ceilings": index.ceilings,
        "floors": index.floors,
    }
