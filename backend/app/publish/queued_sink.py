"""The way to a client's socket through `send_text`, where the server has no door of ours: TestClient, another server."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from app.publish.close_codes import CLOSE_GRACE_S, reason_of
from app.publish.frame_sink import WriteBatch
from app.publish.wire_frame import WireFrame


class QueuedSink:
    """A queue, and a task that sends it."""

    def __init__(self, websocket: WebSocket) -> None:
        self.on_shutdown: Callable[[], None] | None = None
        self._websocket = websocket
        self._frames: deque[WireFrame] = deque()
        self._unsent_bytes = 0
        self._close_code: int | None = None
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._send_all(), name="publish:queued_sink")

    @property
    def unsent_bytes(self) -> int:
        return self._unsent_bytes

    def write(self, frame: WireFrame) -> None:
        if self._close_code is None:
            self._frames.append(frame)
            self._unsent_bytes += len(frame)
            self._wake.set()

    def write_with(self, batch: WriteBatch, frame: WireFrame) -> None:  # noqa: ARG002 a part of FrameSink
        self.write(frame)  # it is put together by the task anyway

    def close(self, code: int) -> None:
        if self._close_code is None:
            self._close_code = code
            self._wake.set()

    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        """Do nothing: this server does not tell of its pings, so nothing is ever confirmed."""

    async def finish(self) -> None:
        """Stop sending: the client has gone. What a close still owes is sent first."""
        if self._close_code is None:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=CLOSE_GRACE_S)
        self._task.cancel()

    async def _send_all(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # gone: the route hears of it from receive()
            await self._send_while_connected()

    async def _send_while_connected(self) -> None:
        while self._websocket.client_state is WebSocketState.CONNECTED:
            while self._frames:
                frame = self._frames.popleft()
                await self._websocket.send_text(frame.payload.decode())
                self._unsent_bytes -= len(frame)
            if self._close_code is not None:
                await self._websocket.close(self._close_code, reason_of(self._close_code))
                return
            await self._wake.wait()
            self._wake.clear()
