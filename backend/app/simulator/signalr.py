"""Classic ASP.NET SignalR 2 as SSI speaks it: frames, acknowledgements and the selectors of SwitchChannels.

Format: WebSocket text frames, never masked from the server, never compressed.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from app.simulator.websocket_frames import websocket_frame
from app.simulator.wire import CHANNELS, HUB

HUB_PATH = "/v2.0/signalr"
KEEP_ALIVE = b"{}"
EVERYTHING = "ALL"
TAPE = "TAPE"  # ours: the lines of a recording between its messages; SSI has no such channel
_CANONICAL = {channel.upper(): channel for channel in (*CHANNELS, TAPE)}


class SelectorError(Exception):
    """A selector names no channel of this hub."""


def push_frame(cursor: int, entries: Iterable[bytes]) -> bytes:
    """Return the frame that carries hub entries; the cursor is opaque to clients."""
    return websocket_frame(b'{"C":"d-5F3A1C,%x|x,0","M":[%s]}' % (cursor, b",".join(entries)))


def init_frame() -> bytes:
    """Return the first frame of a connection."""
    return websocket_frame(b'{"C":"d-5F3A1C,0|x,0","S":1,"M":[]}')


def ack_frame(invocation: object, error: str | None = None) -> bytes:
    """Return the answer to an invocation; `I` comes back as a string whatever it was."""
    reply = {"I": str(invocation)}
    if error is not None:
        reply["E"] = error
    return websocket_frame(orjson.dumps(reply))


def error_entry(text: str) -> bytes:
    """Return the hub's Error call."""
    return orjson.dumps({"H": HUB, "M": "Error", "A": [text]})


def negotiation(token: str, connection_id: str, protocol: str) -> dict[str, object]:
    """Return the negotiate answer; the timings are ASP.NET's defaults."""
    return {
        "Url": HUB_PATH,
        "ConnectionToken": token,
        "ConnectionId": connection_id,
        "KeepAliveTimeout": 20.0,
        "DisconnectTimeout": 30.0,
        "ConnectionTimeout": 110.0,
        "TryWebSockets": True,
        "ProtocolVersion": protocol,
        "TransportConnectTimeout": 5.0,
        "LongPollDelay": 0.0,
    }


class Subscription:
    """Which channels and symbols a connection wants."""

    def __init__(self) -> None:
        self.by_channel: dict[str, set[str]] = {}

    def wants(self, channel: str, symbol: str) -> bool:
        """Say whether a message goes to this connection."""
        symbols = self.by_channel.get(channel)
        return symbols is not None and (EVERYTHING in symbols or symbol.upper() in symbols)

    def switch(self, text: str, replace: bool) -> list[str]:
        """Apply a SwitchChannels argument and return the channels it could not make out.

        `X:ALL,R:A-B` and a bare `ALL` are understood in any case; `X:NONE` empties a channel.
        """
        wanted: dict[str, set[str]] = {}
        unknown = []
        for selector in filter(None, (part.strip() for part in text.split(","))):
            name, colon, symbols = selector.partition(":")
            if not colon and name.upper() == EVERYTHING:
                wanted = {channel: {EVERYTHING} for channel in CHANNELS}
                continue
            channel = _CANONICAL.get(name.strip().upper())
            if channel is None or not colon:
                unknown.append(selector)
                continue
            chosen = {symbol.strip().upper() for symbol in symbols.split("-") if symbol.strip()}
            wanted.setdefault(channel, set()).update(chosen)
        if replace:
            self.by_channel = {}
        for channel, chosen in wanted.items():
            if chosen == {"NONE"}:
                self.by_channel.pop(channel, None)
            else:
                self.by_channel.setdefault(channel, set()).update(chosen)
        return unknown
