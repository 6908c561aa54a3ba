"""The mix of messages the benchmarks send: encoded beforehand, one message a frame, one `%` away from the wire.

Only what must move does: the exchange's time, the running totals, and in the third bid's volume of each quote the
moment it was sent (microseconds of CLOCK_MONOTONIC), by which the receiver knows how old its data is. JSON
allows blanks before a number, so every such place has a fixed width. Each print is preceded by its symbol's book, so
all prints are classified, half as buys and half as sells.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import date

from app.simulator import wire, wire_reports
from app.simulator.clock import midnight_s, stamp
from app.simulator.events import Event, Foreign, Index, Print, Quote, Security
from app.simulator.indices import INDEX_EXCHANGE, PRIOR_VALUES
from app.simulator.price_rules import DERIVATIVES
from app.simulator.securities import make_futures, make_stock, stock_symbols
from app.simulator.signalr import push_frame

STAMP_MODULUS = 10**10  # 2.8 hours in microseconds, below the greatest volume the normaliser takes (100e9)
PATTERN = "QTQTQRQTQTQMQTQTQTQQ"  # of 20 messages: 11 quotes, 7 prints, one R, one MI
SEED = 7
_TIME, _STAMP, _VOLUME, _VALUE = "07:06:05", 7_171_717_171, 77_777_777_777_777, 888_888_888_888_888
_MARKS = {
    b"%": b"%%",
    _TIME.encode(): b"%(time)s",
    b"%d.0" % _STAMP: b"%(stamp)10d.0",
    b"%d.0" % _VALUE: b"%(value)15d.0",
    b"%d.0" % _VOLUME: b"%(volume)14d.0",
}


class StillMarket:
    """A market with a clock and a list of securities, in which nothing happens by itself."""

    source = "simulator"

    def __init__(self, trading_date: date, symbols: int, start_s: float) -> None:
        self.trading_date = trading_date
        self.start_s = midnight_s(trading_date) + start_s
        self.stocks = [
            make_stock(symbol, board, None, SEED) for symbol, board in stock_symbols(symbols, SEED)
        ]
        self.futures = make_futures(trading_date, {}, PRIOR_VALUES["VN30"])

    def securities(self) -> list[Security]:
        """Return what is listed."""
        return [*self.stocks, *self.futures]

    def events(self) -> Iterator[Event]:
        """Yield one index message at the end of the session: until then the clock just runs."""
        yield _index("VN30", midnight_s(self.trading_date) + 14.4 * 3600)


class _Symbol:
    """One symbol's templates and running totals."""

    def __init__(self, security: Security, time_s: float) -> None:
        tick = 100 if security.scale == 1 else 1
        ref = security.ref_price // tick * tick
        bid, ask = ref - tick, ref + tick
        self.security = security
        self.volume = self.value = 0
        self.prints = [
            (_trade_template(security, time_s, price, lots), lots * security.lot, price)
            for price, lots in ((bid, 1), (ask, 3))
        ]
        self.quotes = [_quote_template(security, time_s, bid, ask, tick, lots) for lots in (3, 5)]
        self.foreign = None if security.exchange == DERIVATIVES else _foreign_template(security, time_s)
        self.count = 0

    def next_print(self, now: bytes) -> bytes:
        self.count += 1
        template, volume, price = self.prints[self.count & 1]
        self.volume += volume
        self.value += volume * price * self.security.value_factor
        return template % {b"time": now, b"value": self.value, b"volume": self.volume}

    def next_quote(self, now: bytes) -> bytes:
        sent_us = time.monotonic_ns() // 1000 % STAMP_MODULUS
        return self.quotes[self.count & 1] % {b"time": now, b"stamp": sent_us}

    def next_foreign(self, now: bytes) -> bytes:
        if self.foreign is None:
            raise AssertionError("no foreign flow of futures here")
        volume = self.count * self.security.lot
        return self.foreign % {b"time": now, b"value": volume * self.security.ref_price, b"volume": volume}


class FrameMix:
    """Frames of the mix, one after the other, over all symbols in turn."""

    def __init__(self, market: StillMarket) -> None:
        time_s = midnight_s(market.trading_date) + 7 * 3600 + 6 * 60 + 5  # what _TIME says
        stocks = [_Symbol(security, time_s) for security in market.stocks]
        # By name the thirty of a board would follow each other: they would move together, once in a round of the market.
        random.Random(SEED).shuffle(stocks)
        future = _Symbol(market.futures[0], time_s)
        # one future among 30 stocks, however many there are
        self._symbols = [
            entry
            for n, stock in enumerate(stocks)
            for entry in ((future, stock) if n % 30 == 0 else (stock,))
        ]
        self._stocks = stocks
        self._indices = [_index_template(name, time_s) for name in PRIOR_VALUES]
        self._turn = self._turn_foreign = self._turn_index = self._step = 0

    def opening(self, time_s: float) -> list[bytes]:
        """Return a book and a print of each symbol and a message of each index: the day begins."""
        now = _time_of(time_s)
        frames = [template % {b"time": now} for template in self._indices]
        for symbol in dict.fromkeys(self._symbols):
            frames += [symbol.next_quote(now), symbol.next_print(now)]
        return frames

    def next_frames(self, count: int, time_s: float) -> list[bytes]:
        """Return the next frames, stamped with this exchange time."""
        now = _time_of(time_s)
        return [self._next(now) for _ in range(count)]

    def _next(self, now: bytes) -> bytes:
        kind = PATTERN[self._step % len(PATTERN)]
        self._step += 1
        if kind == "Q":
            return self._symbols[self._turn].next_quote(now)
        if kind == "T":
            symbol = self._symbols[self._turn]
            self._turn = (self._turn + 1) % len(self._symbols)
            return symbol.next_print(now)
        if kind == "R":
            self._turn_foreign = (self._turn_foreign + 1) % len(self._stocks)
            return self._stocks[self._turn_foreign].next_foreign(now)
        self._turn_index = (self._turn_index + 1) % len(self._indices)
        return self._indices[self._turn_index] % {b"time": now}


def _time_of(time_s: float) -> bytes:
    return stamp(int(time_s))[1].encode()


def _template(channel: str, content: wire.Content) -> bytes:
    frame = push_frame(1, [wire.hub_entry(channel, wire.encode_content(content))])
    for mark, place in _MARKS.items():
        frame = frame.replace(mark, place)
    return frame


def _trade_template(security: Security, time_s: float, price: int, lots: int) -> bytes:
    event = Print(
        security, time_s, "LO", "continuous", price, security.lot * lots, 1, "BU" if lots > 1 else "SD",
        _VOLUME, _VALUE, price, price, price, 0, False,
    )  # fmt: skip
    return _template("X-TRADE", wire.trade_content(event) | {"AvgPrice": wire.wire_price(security, price)})


def _quote_template(security: Security, time_s: float, bid: int, ask: int, tick: int, lots: int) -> bytes:
    size = security.lot * lots
    bids = ((bid, size), (bid - tick, size), (bid - 2 * tick, _STAMP))
    asks = tuple((ask + n * tick, size) for n in range(3))
    return _template("X-QUOTE", wire.quote_content(Quote(security, time_s, "LO", bids, asks, 0)))


def _foreign_template(security: Security, time_s: float) -> bytes:
    event = Foreign(security, time_s, _VOLUME, 0, _VALUE, 0, security.total_room)
    return _template("R", wire_reports.foreign_content(event))


def _index_template(name: str, time_s: float) -> bytes:
    return _template("MI", wire_reports.index_content(_index(name, time_s)))


def _index(name: str, time_s: float) -> Index:
    prior = PRIOR_VALUES[name]
    volume, value = 100_000_000, 2_500_000_000_000
    return Index(
        name, INDEX_EXCHANGE[name], time_s, "LO", prior + 5.0, prior, volume, value, 0, 0, 12, 4, 10, 2, 2, 0,
        None,
    )  # fmt: skip
