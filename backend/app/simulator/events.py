"""What happens in the simulated market, before it is put on the wire.

Units: prices are whole numbers, VND for stocks and tenths of a point for futures (`Security.scale`); values in VND.
Moments are seconds since the epoch with a fraction; the wire shows whole seconds only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from msgspec import Struct

type Levels = tuple[tuple[int, int], ...]  # (price, volume), best first


class Security(Struct, gc=False):
    """A security for one trading day."""

    symbol: str
    exchange: str  # HOSE, HNX, UPCOM, DERIVATIVES
    ref_price: int
    ceiling: int
    floor: int
    scale: int  # wire price = price / scale
    value_factor: int  # VND = price * volume * value_factor
    depth: int  # price levels the exchange publishes
    lot: int
    daily_volume: int
    listed_shares: int
    total_room: int
    name: str
    is_vn30: bool


class Print(Struct, gc=False):
    """A match. `side` is the truth: +1 the buyer crossed, -1 the seller, 0 an auction."""

    security: Security
    time_s: float
    session: str
    phase: str
    price: int
    volume: int
    side: int
    wire_side: str | None
    total_volume: int
    total_value: int
    open: int
    high: int
    low: int
    est_price: int
    changes_book: bool  # a Quote follows at once, so X waits for it
    withheld_before: int = 0


class Quote(Struct, gc=False):
    """The resting book."""

    security: Security
    time_s: float
    session: str
    bids: Levels
    asks: Levels
    est_price: int


class Foreign(Struct, gc=False):
    """Foreign investors' matched totals of the day."""

    security: Security
    time_s: float
    buy_volume: int
    sell_volume: int
    buy_value: int
    sell_value: int
    current_room: int


class Index(Struct, gc=False):
    """An index and its breadth; the five counts are disjoint."""

    index_id: str
    exchange: str
    time_s: float
    session: str
    value: float
    prior_value: float
    total_volume: int
    total_value: int
    put_through_volume: int
    put_through_value: int
    advances: int
    no_changes: int
    declines: int
    ceilings: int
    floors: int
    volume_step: int  # since the message before
    est_value: float | None


class Status(Struct, gc=False):
    """A security's session or status changed."""

    security: Security
    time_s: float
    session: str


class Reset(Struct, gc=False):
    """The row SSI sends before a day opens: everything zero, the average "NaN"."""

    security: Security
    time_s: float


class OddLot(Struct, gc=False):
    """The odd-lot board of a stock."""

    security: Security
    time_s: float
    session: str
    price: int
    odd_volume: int  # cumulative
    odd_value: int
    board_volume: int  # normal lots too
    open: int
    high: int
    low: int
    bids: Levels
    asks: Levels


class Raw(Struct, gc=False):
    """A recorded message: its Content goes out as it came."""

    time_s: float
    channel: str
    symbol: str
    content: bytes


type Event = Print | Quote | Foreign | Index | Status | Reset | OddLot | Raw


class TimedMessages(Protocol):
    """A source of events in order of time: a simulated market, or a recording."""

    source: str  # "simulator" or "replay"
    trading_date: date
    start_s: float

    def events(self) -> Iterator[Event]:
        """Yield what happens, in order; ends only where the recording ends."""
        ...

    def securities(self) -> list[Security]:
        """Return what is listed on the current trading date."""
        ...
