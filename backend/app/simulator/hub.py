"""The SignalR hub: who is connected, who wants what, and the cheapest way to give it to them.

A message is encoded once for all who want it; a batch of frames is one write a socket.
Overflow: a socket's buffer beyond 1 MB holds the whole market back (`drain`), so nothing is ever skipped; a client
that reads nothing for `stuck_client_s` is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import orjson

from app.simulator import signalr
from app.simulator.channels import Channels, Message
from app.simulator.http_wire import HttpConnection
from app.simulator.settings import SimulatorSettings
from app.simulator.websocket_frames import websocket_frame
from app.simulator.wire import hub_entry

_REDATED_BY = b'"TradingDate":"'


class HubStream:
    """One stream connection after its upgrade."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.socket: HttpConnection | None = None
        self.subscription = signalr.Subscription()
        self.pending: list[bytes] = []
        self.hears_tape = False  # a recording has begun for it

    def opened(self, socket: HttpConnection) -> None:
        self.socket = socket
        socket.write(signalr.init_frame())
        self._hub.add(self)

    def received(self, text: bytes) -> None:
        """Answer an invocation; anything else is ignored, as SignalR does."""
        try:
            call = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        if not isinstance(call, dict) or "M" not in call or self.socket is None:
            return
        invocation = call.get("I", "")
        arguments = call.get("A")
        if str(call["M"]).lower() != "switchchannels":
            self.socket.write(signalr.ack_frame(invocation, f"'{call['M']}' method could not be resolved."))
        elif not (isinstance(arguments, list) and len(arguments) == 1 and isinstance(arguments[0], str)):
            self.socket.write(signalr.ack_frame(invocation, "There was an error invoking Hub method"))
        else:
            self.socket.write(signalr.ack_frame(invocation))
            self._hub.switch(self, arguments[0])

    def closed(self) -> None:
        self.socket = None
        self._hub.remove(self)

    def flush(self) -> None:
        """Write what has gathered."""
        if self.pending:
            frames = b"".join(self.pending) if len(self.pending) > 1 else self.pending[0]
            self.pending.clear()
            if self.socket is not None:
                self.socket.write(frames)


class Hub:
    """All stream connections."""

    def __init__(self, settings: SimulatorSettings, channels: Channels) -> None:
        self._settings = settings
        self._channels = channels
        self._routes: dict[tuple[str, str], tuple[HubStream, ...]] = {}
        self._held: tuple[bytes, tuple[HubStream, ...]] | None = None
        self._cursor = 0
        self.streams: list[HubStream] = []
        self.streams_max = 0
        self.streams_opened = 0
        self.messages_sent = 0
        self.redate: Callable[[bytes], bytes] | None = None  # the stale_day fault
        self.subscribed = asyncio.Event()
        self.on_new_listener: Callable[[], None] | None = None  # of a recording

    def add(self, stream: HubStream) -> None:
        """A stream was opened."""
        self.streams.append(stream)
        self.streams_opened += 1
        self.streams_max = max(self.streams_max, len(self.streams))

    def remove(self, stream: HubStream) -> None:
        """A stream is gone."""
        if stream in self.streams:
            self.streams.remove(stream)
        self._routes.clear()

    def switch(self, stream: HubStream, text: str) -> None:
        """Change what a stream wants, then replay the last message of each symbol of the channels it named."""
        unknown = stream.subscription.switch(text, self._settings.switch_mode == "replace")
        self._routes.clear()
        if unknown and self._settings.unknown_channel == "error":
            stream.pending.append(self._frame(signalr.error_entry(f"Channel {unknown[0]} is not supported")))
        for channel in stream.subscription.by_channel:
            for message in self._channels.last_messages(channel, stream.subscription.wants):
                content = message.content() if self.redate is None else self.redate(message.content())
                stream.pending.append(self._frame(hub_entry(channel, content)))
                self.messages_sent += 1
        stream.flush()
        self.subscribed.set()
        if self.on_new_listener is not None and not stream.hears_tape:
            stream.hears_tape = True
            self.on_new_listener()

    def send_entry(self, channel: str, entry: bytes) -> None:
        """Give a ready entry to every stream that wants the channel, whatever the symbol; "": to all."""
        self.messages_sent += 1
        frame = self._frame(entry)
        for stream in self.streams:
            if not channel or channel in stream.subscription.by_channel:
                stream.pending.append(frame)

    def send(self, message: Message, redated: bool = False) -> None:
        """Give a message to every stream that wants it."""
        streams = self.wanting(message.channel, message.symbol)
        if not streams:
            return
        content = message.content()
        if redated and self.redate is not None:
            content = self.redate(content)
        self._send_entry(hub_entry(message.channel, content), streams)

    def wanting(self, channel: str, symbol: str) -> tuple[HubStream, ...]:
        """Return the streams that want a channel of a symbol."""
        streams = self._routes.get((channel, symbol))
        if streams is None:
            streams = tuple(stream for stream in self.streams if stream.subscription.wants(channel, symbol))
            self._routes[channel, symbol] = streams
        return streams

    def send_raw(self, frame: bytes) -> None:
        """Give ready bytes to every stream, wanted or not."""
        for stream in self.streams:
            stream.pending.append(frame)

    def send_hub_error(self, text: str) -> None:
        """Call the clients' Error method."""
        self.send_raw(self._frame(signalr.error_entry(text)))

    def flush(self) -> None:
        """Write everything that has gathered."""
        self._let_go()
        for stream in self.streams:
            stream.flush()

    def keep_alive(self) -> None:
        """Send the empty frame of SignalR."""
        self.send_raw(websocket_frame(signalr.KEEP_ALIVE))
        self.flush()

    async def drain(self) -> None:
        """Flush, and wait until every client has taken enough of it."""
        self.flush()
        for stream in list(self.streams):
            socket = stream.socket
            if socket is None or socket.writable.is_set():
                continue
            try:
                await asyncio.wait_for(socket.writable.wait(), self._settings.stuck_client_s)
            except TimeoutError:
                socket.abort()

    def _send_entry(self, entry: bytes, streams: tuple[HubStream, ...]) -> None:
        self.messages_sent += 1
        if self._held is not None:
            held, held_streams = self._held
            if held_streams == streams:
                self._held = None
                self._queue(self._frame(held, entry), streams)
                return
            self._let_go()
        elif self._settings.combine_every and self.messages_sent % self._settings.combine_every == 0:
            self._held = (entry, streams)
            return
        self._queue(self._frame(entry), streams)

    def _let_go(self) -> None:
        if self._held is not None:
            entry, streams = self._held
            self._held = None
            self._queue(self._frame(entry), streams)

    def _frame(self, *entries: bytes) -> bytes:
        self._cursor += 1
        return signalr.push_frame(self._cursor, entries)

    @staticmethod
    def _queue(frame: bytes, streams: tuple[HubStream, ...]) -> None:
        for stream in streams:
            stream.pending.append(frame)


def redated(content: bytes, trading_date: str) -> bytes:
    """Return a Content with another TradingDate."""
    head, found, tail = content.partition(_REDATED_BY)
    return head + found + trading_date.encode() + tail[10:] if found else content
