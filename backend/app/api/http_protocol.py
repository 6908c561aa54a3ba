"""uvicorn's HTTP protocol with bounds: how large a request's head may be, how long it may take, how much body comes.

llhttp bounds none of the three. Behind nginx these never bite; without it they are all there is.
Overflow: 431 for a large head, 408 for a slow one, an aborted connection for a body that does not end.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.api.errors import error_response

HEAD_BYTES_MAX = 32 * 1024  # address and headers, to within a slice; a browser's have 1 to 2 KiB
HEAD_TIMEOUT_S = 10.0
BODY_BYTES_MAX = 1024 * 1024  # the middleware answers 413 far below; this is for who does not stop sending
SLICE_BYTES = 4096  # a head is parsed in such pieces, so that the body behind it is not counted with it

logger = logging.getLogger(__name__)


class BoundedHttpProtocol(HttpToolsProtocol):
    """Counts what comes before it is kept."""

    head_timeout_s = HEAD_TIMEOUT_S
    _head_bytes = 0
    _is_in_head = True
    _body_bytes = 0
    _is_over = False  # refused, or another protocol's by now
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._is_over = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        while data and self._is_in_head and not self._is_over:
            part, data = data[:SLICE_BYTES], data[SLICE_BYTES:]
            self._head_bytes += len(part)
            super().data_received(part)
            self._check_head()
        if data and not self._is_over:
            super().data_received(data)

    def handle_websocket_upgrade(self) -> None:
        self._is_over = True
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        self._is_over = True
        super().send_400_response(msg)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = self._body_bytes = 0
        self._is_in_head = True
        if self._head_timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > BODY_BYTES_MAX:
            self._is_over = True
            self.transport.abort()
            return
        super().on_body(body)

    def _check_head(self) -> None:
        if self._is_in_head and self._head_bytes > HEAD_BYTES_MAX:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "at most 32 KiB of address and headers")

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_timeout_s, self._time_out)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _time_out(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the request did not come to an end")

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        """Answer without the application, which has not heard of this request, and hang up."""
        self._is_over = True
        self._stop_timer()
        logger.info("request refused with %d from %s", status, self.client[0] if self.client else "?")
        response = error_response(status, message)
        head = [STATUS_LINE[status], b"connection: close\r\n"]
        head += [b"%b: %b\r\n" % header for header in response.raw_headers]
        self.transport.write(b"".join((*head, b"\r\n", bytes(response.body))))
        self.transport.close()
