"""Turn events into channel messages, and remember the last message of each channel and symbol.

A Content is built only when somebody subscribes to it: a message holds what is needed to build it.
Overflow: one message a channel and symbol, so memory is bounded by what is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from app.simulator import wire, wire_reports
from app.simulator.events import Event, Foreign, Index, OddLot, Print, Quote, Raw, Reset, Security, Status
from app.simulator.wire import Content


class Message(Struct, gc=False):
    """One message of one channel, not yet encoded."""

    channel: str
    symbol: str
    time_s: float
    build: Callable[..., Content | bytes]
    arguments: tuple[Any, ...]

    def content(self) -> bytes:
        """Return the Content as JSON text."""
        content = self.build(*self.arguments)
        return content if isinstance(content, bytes) else wire.encode_content(content)


def _reset_trade(event: Reset) -> Content:
    security = event.security
    nothing = Print(security, event.time_s, "C", "pre_open", 0, 0, 0, None, 0, 0, 0, 0, 0, 0, False)
    return wire.trade_content(nothing)


class Channels:
    """The state behind the wire: per symbol the last match shown and the last book sent."""

    def __init__(self) -> None:
        self._shown: dict[str, Print] = {}
        self._books: dict[str, Quote] = {}
        self._last: dict[str, dict[str, Message]] = {channel: {} for channel in wire.CHANNELS}

    def messages(self, event: Event, include_quote: bool = True) -> list[Message]:
        """Return what an event puts on the wire, in order; a quote may be left to be sent later."""
        if isinstance(event, Quote):
            made = self._of_quote(event, include_quote)
        elif isinstance(event, Print):
            made = self._of_print(event)
        else:
            made = self._of_other(event)
        for message in made:
            self._last[message.channel][message.symbol] = message
        return made

    def last_messages(self, channel: str, wants: Callable[[str, str], bool]) -> Iterable[Message]:
        """Return the last message of each wanted symbol of a channel, as SSI replays them on subscribing."""
        return [message for symbol, message in self._last.get(channel, {}).items() if wants(channel, symbol)]

    def late_quote(self, event: Quote) -> Message:
        """Return the X-QUOTE message of a book that was held back."""
        message = Message("X-QUOTE", event.security.symbol, event.time_s, wire.quote_content, (event,))
        self._last["X-QUOTE"][message.symbol] = message
        return message

    def _of_print(self, event: Print) -> list[Message]:
        security, time_s = event.security, event.time_s
        symbol = security.symbol
        self._shown[symbol] = event
        price = wire.wire_price(security, event.price)
        made = [
            Message("X-TRADE", symbol, time_s, wire.trade_content, (event,)),
            Message("B", symbol, time_s, wire_reports.bar_content, (symbol, time_s, price, event.volume)),
        ]
        if not event.changes_book:
            made.append(self._combined(security, time_s, event.session))
        return made

    def _of_quote(self, event: Quote, include_quote: bool) -> list[Message]:
        symbol = event.security.symbol
        self._books[symbol] = event
        combined = self._combined(event.security, event.time_s, event.session)
        if not include_quote:
            return [combined]
        return [Message("X-QUOTE", symbol, event.time_s, wire.quote_content, (event,)), combined]

    def _of_other(self, event: Index | Raw | Reset | Foreign | Status | OddLot) -> list[Message]:
        time_s = event.time_s
        if isinstance(event, Index):
            name = event.index_id
            bar = (name, time_s, event.value, event.volume_step)
            return [
                Message("MI", name, time_s, wire_reports.index_content, (event,)),
                Message("B", name, time_s, wire_reports.bar_content, bar),
            ]
        if isinstance(event, Raw):
            return [Message(event.channel, event.symbol, time_s, _as_recorded, (event.content,))]
        symbol = event.security.symbol
        if isinstance(event, Reset):
            return self._of_reset(event)
        if isinstance(event, Foreign):
            return [Message("R", symbol, time_s, wire_reports.foreign_content, (event,))]
        if isinstance(event, Status):
            return [Message("F", symbol, time_s, wire_reports.status_content, (event,))]
        return [Message("OL", symbol, time_s, wire_reports.odd_lot_content, (event,))]

    def _of_reset(self, event: Reset) -> list[Message]:
        symbol, time_s = event.security.symbol, event.time_s
        self._shown.pop(symbol, None)
        self._books.pop(symbol, None)
        nothing = Quote(event.security, time_s, "C", (), (), 0)
        return [
            Message("X-TRADE", symbol, time_s, _reset_trade, (event,)),
            Message("X-QUOTE", symbol, time_s, wire.quote_content, (nothing,)),
            Message("X", symbol, time_s, wire.reset_content, (event,)),
        ]

    def _combined(self, security: Security, time_s: float, session: str) -> Message:
        symbol = security.symbol
        state = (security, time_s, session, self._shown.get(symbol), self._books.get(symbol))
        return Message("X", symbol, time_s, wire.combined_content, state)


def _as_recorded(content: bytes) -> bytes:
    return content
