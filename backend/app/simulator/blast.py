"""Send frames at a given rate, for the benchmark of the feed: encoded beforehand, one message a frame.

Only the two running totals change from frame to frame; JSON allows blanks before a number, so they have a fixed
width and a frame is one bytes-format away. Symbols go on from their totals of the day, so that a consumer sees no gap.
The market stands still from then on.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from app.simulator import wire
from app.simulator.clock import MarketClock
from app.simulator.events import Print, Quote, Security
from app.simulator.hub import Hub
from app.simulator.signalr import push_frame
from app.simulator.truth import SymbolTruth, Truth

_VALUE_MARK, _VOLUME_MARK = 888_888_888_888_888, 77_777_777_777_777
_SLICE_S = 0.002
_SLICE_FRAMES_MAX = 500


class _Stream:
    """The frames of one symbol."""

    def __init__(self, record: SymbolTruth, time_s: float) -> None:
        security = record.security
        self.record = record
        self.price = record.last.price if record.last else security.ref_price
        self.volume, self.value = record.total_volume, record.total_value
        self.step_value = self.price * security.lot * security.value_factor
        self.template = _trade_template(security, self.price, time_s)
        self.quotes = [_quote_frame(security, self.price, time_s, size) for size in (3, 5)]
        self.trades_sent = 0

    def next_trade(self) -> bytes:
        """Return the next match's frame."""
        self.volume += self.record.security.lot
        self.value += self.step_value
        self.trades_sent += 1
        return self.template % (self.value, self.volume)


class Blast:
    """One burst at a time."""

    def __init__(self, hub: Hub, truth: Truth, clock: MarketClock) -> None:
        self._hub = hub
        self._truth = truth
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._report: dict[str, Any] = {"state": "none"}

    def report(self) -> dict[str, Any]:
        """Return how far the burst is."""
        return self._report

    def start(self, count: int, rate: float, quotes_per_trade: int, time_s: float) -> dict[str, Any]:
        """Send `count` frames at `rate` a second (0: as fast as they are taken) to X-TRADE and X-QUOTE streams."""
        if self._task is not None and not self._task.done():
            return self._report
        self._clock.pause(True)
        self._report = {"state": "running", "count": count, "rate": rate, "sent": 0}
        self._task = asyncio.get_running_loop().create_task(self._send(count, rate, quotes_per_trade, time_s))
        return self._report

    async def _send(self, count: int, rate: float, quotes_per_trade: int, time_s: float) -> None:
        streams = [
            _Stream(record, time_s) for record in self._truth.symbols.values() if record.last is not None
        ]
        if not streams:
            self._report = {"state": "failed", "error": "no symbol has traded yet"}
            return
        group = quotes_per_trade + 1
        began_s = time.perf_counter()
        sent = 0
        while sent < count:
            elapsed_s = time.perf_counter() - began_s
            due = count if rate == 0 else min(count, int(elapsed_s * rate) + 1)
            until = min(due, sent + _SLICE_FRAMES_MAX)
            frames = []
            for n in range(sent, until):
                stream = streams[n // group % len(streams)]
                frames.append(stream.next_trade() if n % group == 0 else stream.quotes[n & 1])
            self._hub.send_raw(b"".join(frames))
            sent = until
            await self._hub.drain()
            self._report["sent"] = sent
            await asyncio.sleep(0 if until < due or rate == 0 else _SLICE_S)
        seconds = time.perf_counter() - began_s
        for stream in streams:
            self._settle(stream)
        self._report |= {
            "state": "done",
            "trades": sum(stream.trades_sent for stream in streams),
            "symbols": len(streams),
            "seconds": round(seconds, 4),
            "frames_per_s": round(count / seconds),
        }

    @staticmethod
    def _settle(stream: _Stream) -> None:
        """Put the burst into the truth, as trades without a known side."""
        record = stream.record
        added = stream.volume - record.total_volume
        record.total_volume, record.total_value = stream.volume, stream.value
        record.prints += stream.trades_sent
        phase = record.phases.setdefault("continuous", {"buy": 0, "sell": 0, "neutral": 0})
        phase["neutral"] += added


def _trade_template(security: Security, price: int, time_s: float) -> bytes:
    event = Print(
        security, time_s, "LO", "continuous", price, security.lot, 1, "BU", _VOLUME_MARK, _VALUE_MARK, price, price,
        price, 0, False,
    )  # fmt: skip
    content = wire.encode_content(wire.trade_content(event))
    frame = push_frame(1, [wire.hub_entry("X-TRADE", content)]).replace(b"%", b"%%")
    return frame.replace(b"%d" % _VALUE_MARK, b"%15d").replace(b"%d" % _VOLUME_MARK, b"%14d")


def _quote_frame(security: Security, price: int, time_s: float, size: int) -> bytes:
    asks = tuple((price + n * 100, security.lot * (size + n)) for n in range(3))
    bids = tuple((price - 100 - n * 100, security.lot * (size + n)) for n in range(3))
    content = wire.encode_content(wire.quote_content(Quote(security, time_s, "LO", bids, asks, 0)))
    return push_frame(1, [wire.hub_entry("X-QUOTE", content)])
