"""The clients of one channel. The only writer of that set; runs on the event loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection
from app.telemetry.metrics import Metrics, close_code_label


class ConnectionManager:
    """Registers clients and counts what became of them."""

    def __init__(self, channel: Channel, metrics: Metrics) -> None:
        self.channel = channel
        self.connections_total = 0
        self.closes: Counter[str] = Counter()
        self._clients: dict[int, ClientConnection] = {}
        self._metrics = metrics
        self._active = metrics.ws_connections_active.labels(channel)
        self._messages = metrics.ws_messages_sent_total.labels(channel)
        self._bytes = metrics.ws_bytes_sent_total.labels(channel)
        self._active.set(0)

    @property
    def client_count(self) -> int:
        return len(self._clients)

    @property
    def clients(self) -> list[ClientConnection]:
        """Return the clients of this moment, safe to walk across an await."""
        return list(self._clients.values())

    def register(self, client: ClientConnection) -> Callable[[int], None]:
        """Add a client; return what takes it out again, called with the code it closed with."""
        self._clients[client.id] = client
        self.connections_total += 1
        self._active.inc()
        client.on_sent = self._count_sent

        def unregister(code: int) -> None:
            if self._clients.pop(client.id, None) is not None:
                self._active.dec()
                self.count_close(code)

        return unregister

    def count_close(self, code: int) -> None:
        """Count a close, also of a client that was never registered."""
        label = close_code_label(code)
        self.closes[label] += 1
        self._metrics.ws_closes_total.labels(label).inc()

    def _count_sent(self, size_bytes: int) -> None:
        self._messages.inc()
        self._bytes.inc(size_bytes)
