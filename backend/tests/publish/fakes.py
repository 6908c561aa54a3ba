"""Fakes at the edges of `publish`, each with its port's name, and a small market to publish."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from app.clock import VIETNAM
from app.market.models import (
    Alert,
    AlertType,
    AuditRow,
    BasisPoint,
    DerivativesData,
    FeedSource,
    FeedState,
    FeedStatus,
    ForeignInvestorData,
    ForeignSummary,
    IndexData,
    IntradayPoint,
    Phase,
    PriceData,
    SessionInfo,
    SessionStats,
    Severity,
)
from app.publish.channels import Channel, Group
from app.publish.client_connection import ClientConnection, ClientDetails
from app.publish.data_publisher import DataPublisher
from app.publish.frame_sink import WriteBatch
from app.publish.state_view import Mode
from app.publish.wire_frame import WireFrame

OPENING = datetime(2026, 11, 20, 9, 15, tzinfo=VIETNAM)


class FakeClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        return OPENING + timedelta(seconds=self._elapsed_s)

    def time_s(self) -> float:
        return self.now().timestamp()

    def monotonic_s(self) -> float:
        return 1_000.0 + self._elapsed_s

    async def sleep(self, delay_s: float) -> None:
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed_s + delay_s, next(self._numbers), sleeper))
        await sleeper

    async def advance(self, seconds: float) -> None:
        """Move on, waking each sleeper at its own time."""
        end_s = self._elapsed_s + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end_s + 1e-9:
            wake_s, _, sleeper = heapq.heappop(self._sleepers)
            self._elapsed_s = max(self._elapsed_s, wake_s)
            if not sleeper.done():
                sleeper.set_result(None)
            await settle()
        self._elapsed_s = max(self._elapsed_s, end_s)

    def spend(self, seconds: float) -> None:
        """Let work take its time: what sleeps meanwhile wakes late."""
        self._elapsed_s += seconds


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def eventually(is_so: Callable[[], object]) -> None:
    """Wait for what a real socket does in its own time."""
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 the condition is another process's, or the kernel's
            await asyncio.sleep(0.005)


class FakeMarketReader:
    """A market that is what a test says it is."""

    def __init__(self) -> None:
        self.quotes: dict[str, SessionStats] = {}
        self.prices: dict[str, PriceData] = {}
        self.indices: dict[str, IndexData] = {}
        self.foreign: dict[str, ForeignInvestorData] = {}
        self.derivatives: DerivativesData | None = None
        self.session = SessionInfo(date(2026, 11, 20), {"HOSE": Phase.CONTINUOUS})
        self.alerts: list[Alert] = []  # newest first
        self.basis: list[BasisPoint] = []
        self.tables_read = 0

    def get_prices(self) -> dict[str, PriceData]:
        self.tables_read += 1
        return self.prices

    def get_session_stats(self) -> dict[str, SessionStats]:
        self.tables_read += 1
        return self.quotes

    def get_foreign(self, symbol: str) -> ForeignInvestorData | None:
        return self.foreign.get(symbol)

    def get_classification_audit(self) -> dict[str, AuditRow]:
        return {symbol: AuditRow(symbol, compared=10, agreed=9) for symbol in self.quotes}

    def get_foreign_summary(self) -> ForeignSummary:
        rows = self.foreign.values()
        ranked = sorted(rows, key=lambda row: row.net_value)
        return ForeignSummary(
            scope="VN30",
            total_buy_value=sum(row.buy_value for row in rows),
            total_sell_value=sum(row.sell_value for row in rows),
            total_net_value=sum(row.net_value for row in rows),
            top_buy=[row for row in reversed(ranked) if row.net_value > 0][:5],
            top_sell=[row for row in ranked if row.net_value < 0][:5],
        )

    def get_foreign_detail(self) -> list[ForeignInvestorData]:
        return list(self.foreign.values())

    def get_trade_analysis(self, symbol: str) -> SessionStats | None:
        return self.quotes.get(symbol)

    def get_derivatives_data(self) -> DerivativesData | None:
        return self.derivatives

    def get_last_basis(self) -> BasisPoint | None:
        return self.basis[-1] if self.basis else None

    def get_basis_trend(self, minutes: int) -> list[BasisPoint]:
        return self.basis[-minutes * 60 :]

    def get_indices(self) -> dict[str, IndexData]:
        return self.indices

    def get_session(self) -> SessionInfo:
        return self.session

    def get_alerts(
        self,
        limit: int = 50,
        alert_type: AlertType | None = None,
        severity: Severity | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
    ) -> list[Alert]:
        return [
            alert
            for alert in self.alerts
            if (alert_type is None or alert.alert_type is alert_type)
            and (severity is None or alert.severity is severity)
            and (symbol is None or alert.symbol == symbol)
            and (since is None or alert.timestamp >= since)
        ][:limit]


class FakeFeed:
    """The feed's condition as a test wants it."""

    def __init__(self) -> None:
        self.current = FeedStatus(
            FeedSource.SIMULATOR, FeedState.LIVE, OPENING, connected=True, ages={"X-TRADE": 0.2}
        )

    def status(self) -> FeedStatus:
        return self.current


@dataclass
class _Later:
    """A write in a batch."""

    sink: FakeFrameSink
    frame: WireFrame

    def write(self, _data: bytes) -> None:
        self.sink.write(self.frame)


class FakeFrameSink:
    """A client's socket: it takes everything at once, or nothing while `is_stuck`."""

    def __init__(self) -> None:
        self.on_shutdown: Callable[[], None] | None = None
        self.frames: list[WireFrame] = []
        self.waiting: list[WireFrame] = []
        self.close_code: int | None = None
        self.is_stuck = False
        self.answer_ping: Callable[[], None] = lambda: None

    @property
    def unsent_bytes(self) -> int:
        return sum(len(frame) for frame in self.waiting)

    def write(self, frame: WireFrame) -> None:
        (self.waiting if self.is_stuck else self.frames).append(frame)

    def write_with(self, batch: WriteBatch, frame: WireFrame) -> None:
        batch.append((_Later(self, frame), b""))

    def close(self, code: int) -> None:
        self.close_code = code

    def watch_delivery(self, position: Callable[[], int], confirmed: Callable[[int], None]) -> None:
        self.answer_ping = lambda: confirmed(position())

    def unstick(self) -> None:
        self.is_stuck = False
        self.frames += self.waiting
        self.waiting.clear()

    @property
    def messages(self) -> list[Any]:
        """What the client has read, decoded."""
        return [json.loads(frame.payload) for frame in self.frames]

    @property
    def states(self) -> list[Any]:
        """Of those, the ones without an envelope."""
        return [message for message in self.messages if "type" not in message]

    def of_type(self, message_type: str) -> list[Any]:
        return [message for message in self.messages if message.get("type") == message_type]


def make_client(
    sink: FakeFrameSink, path: str = "market", buffer_bytes_max: int = 1024 * 1024
) -> ClientConnection:
    return ClientConnection(sink, ClientDetails(path, "127.0.0.1", "127.0.0.1", OPENING), buffer_bytes_max)


def send_state(client: ClientConnection, frame: WireFrame) -> None:
    """Write a state by itself."""
    batch = WriteBatch()
    client.send_state(frame, batch)
    batch.flush()


def open_client(
    publisher: DataPublisher,
    sink: FakeFrameSink,
    channel: Channel,
    group: Group = None,
    *,
    mode: Mode = "full",
    interval_s: float | None = None,
    buffer_bytes_max: int = 1024 * 1024,
) -> tuple[ClientConnection, Callable[[int], None]]:
    """Let a client in on a channel's path; return it with what takes it out again."""
    client = make_client(sink, channel, buffer_bytes_max)
    leave = publisher.welcome(client)
    publisher.open_view(client, channel, mode, group, interval_s)
    return client, leave


def make_alert(number: int, symbol: str = "HPG") -> Alert:
    return Alert(
        id=f"alert-{number}",
        alert_type=AlertType.VOLUME_SPIKE,
        severity=Severity.WARNING,
        symbol=symbol,
        message=f"number {number}",
        timestamp=OPENING + timedelta(seconds=number),
        data={"volume": number},
    )


def make_market() -> FakeMarketReader:
    """A market with a little of everything."""
    reader = FakeMarketReader()
    reader.quotes["VCB"] = SessionStats(
        "VCB", mua_chu_dong_volume=100, total_volume=100, last_updated=OPENING
    )
    reader.quotes["FPT"] = SessionStats("FPT", neutral_volume=50, total_volume=50)
    reader.prices["VCB"] = PriceData(
        last_price=61_200, ref_price=61_000, bids=((61_100, 500),), exchange="HOSE"
    )
    reader.prices["FPT"] = PriceData(ref_price=98_000, exchange="HOSE", phase=Phase.CONTINUOUS)
    for index_id in ("VN30", "HNX", "VNMidcap"):
        reader.indices[index_id] = IndexData(
            index_id, value=1_893.42, intraday=[IntradayPoint(OPENING, 1_893.42)], last_updated=OPENING
        )
    reader.foreign["VCB"] = ForeignInvestorData("VCB", buy_volume=10, net_value=610_000, buy_value=610_000)
    reader.foreign["FPT"] = ForeignInvestorData("FPT", sell_volume=10, net_value=-980_000, sell_value=980_000)
    reader.derivatives = DerivativesData("41I1GC000", last_price=1_895.0, alias="VN30F1M", basis=1.58)
    reader.alerts = [make_alert(2), make_alert(1)]
    reader.basis = [BasisPoint(OPENING, "41I1GC000", 1_895.0, 1_893.42, 1.58, 0.083, True)]
    return reader
