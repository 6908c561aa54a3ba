"""The clients of one path. The only writer of that set; runs on the event loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from app.publish.client_connection import ClientConnection
from app.telemetry.metrics import Metrics, close_code_label


class ConnectionManager:
    """Registers clients and counts what became of them."""

    def __init__(self, path: str, metrics: Metrics) -> None:
        self.path = path
        self.connections_total = 0
        self.closes: Counter[str] = Counter()
        self._clients: dict[int, ClientConnection] = {}
        self._gone_frames = 0  # sent to clients that have left
        self._gone_bytes = 0
        self._told_frames = 0  # what the metrics know of
        self._told_bytes = 0
        self._metrics = metrics
        self._active = metrics.ws_connections_active.labels(path)
        self._messages = metrics.ws_messages_sent_total.labels(path)
        self._bytes = metrics.ws_bytes_sent_total.labels(path)
        self._active.set(0)
        metrics.before_scrape(self._tell_metrics)

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

        def unregister(code: int) -> None:
            if self._clients.pop(client.id, None) is not None:
                self._gone_frames += client.frames_sent
                self._gone_bytes += client.bytes_sent
                self._active.dec()
                self.count_close(code)

        return unregister

    def count_close(self, code: int) -> None:
        """Count a close, also of a client that was never registered."""
        label = close_code_label(code)
        self.closes[label] += 1
        self._metrics.ws_closes_total.labels(label).inc()

    def _tell_metrics(self) -> None:
        """Add up when somebody looks: a counter's lock for each of 50,000 frames a second is not free."""
        frames = self._gone_frames + sum(client.frames_sent for client in self._clients.values())
        sent_bytes = self._gone_bytes + sum(client.bytes_sent for client in self._clients.values())
        self._messages.inc(frames - self._told_frames)
        self._bytes.inc(sent_bytes - self._told_bytes)
        self._told_frames, self._told_bytes = frames, sent_bytes
