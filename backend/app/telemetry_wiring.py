"""The watching half of the composition root: gauges of the service, and the operator's webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from app.clock import Clock
from app.config import REPOSITORY_DIR, Settings
from app.history.postgres_cluster import default_data_dir
from app.history_wiring import History
from app.market.models import FeedStatus
from app.telemetry.metrics import Metrics
from app.telemetry.operator_webhook import OperatorWebhook
from app.telemetry.service_gauges import ServiceGauges


def service_gauges(
    settings: Settings, metrics: Metrics, history: History | None, is_in_session: Callable[[], bool]
) -> ServiceGauges:
    """Return the gauges of this instance; without a history nothing of it is missing."""
    data_dir: Path = settings.data_dir or default_data_dir(REPOSITORY_DIR)
    return ServiceGauges(
        metrics,
        is_in_session=is_in_session,
        database=lambda: history.database_status if history is not None else "off",
        is_refusing=lambda: history is not None and history.spool_status().is_refusing,
        data_dir=data_dir.expanduser().absolute(),
    )


@asynccontextmanager
async def notifying(
    settings: Settings, *, clock: Clock, status: Callable[[], FeedStatus], is_in_session: Callable[[], bool]
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Give the task that tells the operator of a failed feed; none without OPERATOR_WEBHOOK_URL. The caller ends it."""
    url = settings.operator_webhook_url.get_secret_value()
    if not url:
        yield []
        return
    async with httpx.AsyncClient(follow_redirects=False, trust_env=True) as http:
        webhook = OperatorWebhook(
            url,
            after_s=settings.operator_webhook_after_s,
            clock=clock,
            status=status,
            is_in_session=is_in_session,
            http=http,
        )
        yield [asyncio.create_task(webhook.run(), name="operator webhook")]
