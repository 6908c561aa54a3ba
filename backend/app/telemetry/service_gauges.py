"""What an alarm needs to know beside the feed and the history: session, database, disk, version. Set when somebody looks."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from app.telemetry.metrics import Metrics


class ServiceGauges:
    """`data_dir`: the folder whose disk is watched. `database` says connected, connecting, unavailable or off."""

    def __init__(
        self,
        metrics: Metrics,
        *,
        is_in_session: Callable[[], bool],
        database: Callable[[], str],
        is_refusing: Callable[[], bool],
        data_dir: Path,
    ) -> None:
        self._metrics = metrics
        self._is_in_session = is_in_session
        self._database = database
        self._is_refusing = is_refusing
        self._data_dir = data_dir

    def refresh(self) -> None:
        """Bring every metric of the service up to date."""
        metrics = self._metrics
        metrics.market_in_session.set(self._is_in_session())
        metrics.db_available.set(self._database() != "unavailable")
        metrics.db_spool_refusing.set(self._is_refusing())
        metrics.asyncio_tasks.set(len(asyncio.all_tasks()))
        place = next(path for path in (self._data_dir, *self._data_dir.parents) if path.exists())
        usage = shutil.disk_usage(place)
        metrics.disk_free_bytes.set(usage.free)
        metrics.disk_size_bytes.set(usage.total)
