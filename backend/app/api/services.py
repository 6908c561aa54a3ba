"""What the routes need, as plain values and callables; wiring fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.api.access import AccessPolicy
from app.api.audit_access import AuditAccess
from app.api.connection_limits import ConnectionLimiter
from app.api.history_reader import HistoryAccess
from app.api.replay_access import ReplayAccess
from app.api.socket_guard import SocketGuard
from app.clock import Clock
from app.history.row_codec import BuriedRow
from app.market.alert_rules import AlertThresholds
from app.market.models import FeedStatus
from app.publish.data_publisher import DataPublisher
from app.publish.market_reader import MarketReader
from app.telemetry.history_gauges import SpoolFigures
from app.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class WebSocketLimits:
    """Defaults are those of SPEC section 12."""

    connections_per_ip: int = 5
    messages_per_s: int = 20
    symbols_max: int = 500
    subscriptions_max: int = 500
    buffer_bytes_max: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DashboardConfig:
    """What /api/config tells the dashboard, beside the source and whether auth is on."""

    palette: str = "red-up"
    version: str = "0.1.0"


def _no_spool() -> SpoolHealth | None:
    return None


def _no_database() -> str:
    return "not_configured"


def _every_symbol(_symbol: str) -> bool:
    return True


async def _no_dead_rows(_limit: int) -> Sequence[BuriedRow]:
    return ()


def _no_gaps() -> int:
    return 0


def _no_contract(_name: str) -> str:
    return ""


class SpoolHealth(SpoolFigures, Protocol):
    """What /health shows of the spool: the figures of the metrics, and whether it takes rows."""

    @property
    def is_refusing(self) -> bool: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ApiServices:
    """Handed to create_api once; routes find it in app.state.services."""

    reader: MarketReader
    publisher: DataPublisher
    feed_status: Callable[[], FeedStatus]
    is_known_symbol: Callable[[str], bool]  # the exchanges' master list, and the futures
    vn30_symbols: Callable[[], Sequence[str]]
    is_ready: Callable[[], bool]
    metrics: Metrics
    clock: Clock
    access: AccessPolicy = field(default_factory=AccessPolicy)
    socket_guard: SocketGuard | None = None  # where there are accounts
    is_tracked_symbol: Callable[[str], bool] = _every_symbol
    limits: WebSocketLimits = field(default_factory=WebSocketLimits)
    connection_limiter: ConnectionLimiter = field(default_factory=ConnectionLimiter)
    dashboard: DashboardConfig = field(default_factory=DashboardConfig)
    contract_of: Callable[[str], str] = _no_contract  # VN30F1M -> the contract it is today; "" for no future
    history: HistoryAccess = field(default_factory=HistoryAccess)
    database_status: Callable[[], str] = _no_database  # connected, unavailable, not_configured
    spool_status: Callable[[], SpoolHealth | None] = _no_spool
    dead_rows: Callable[[int], Awaitable[Sequence[BuriedRow]]] = _no_dead_rows  # or raises HistoryUnavailable
    open_gaps: Callable[[], int] = _no_gaps  # of today
    replay: ReplayAccess | None = None
    audit: AuditAccess = field(default_factory=AuditAccess)
    alert_thresholds: AlertThresholds = field(default_factory=AlertThresholds)
