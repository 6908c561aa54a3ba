from __future__ import annotations

import shutil
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from app.telemetry.metrics import Metrics
from app.telemetry.service_gauges import ServiceGauges


async def test_gauges_say_session_database_and_disk_as_they_are_now(tmp_path: Path) -> None:
    metrics, now = Metrics(), {"in_session": True, "database": "connected", "refusing": False}
    gauges = ServiceGauges(
        metrics,
        is_in_session=lambda: bool(now["in_session"]),
        database=lambda: str(now["database"]),
        is_refusing=lambda: bool(now["refusing"]),
        data_dir=tmp_path / "not" / "made" / "yet",
    )
    metrics.before_scrape(gauges.refresh)

    def read() -> dict[str, float]:
        families = text_string_to_metric_families(metrics.exposition().decode())
        return {
            sample.name: sample.value for family in families for sample in family.samples if not sample.labels
        }

    figures = read()
    assert (figures["market_in_session"], figures["db_available"], figures["db_spool_refusing"]) == (1, 1, 0)
    assert figures["asyncio_tasks"] == 1  # this test
    assert figures["disk_size_bytes"] == shutil.disk_usage(tmp_path).total
    assert 0 < figures["disk_free_bytes"] <= figures["disk_size_bytes"]
    now.update(in_session=False, database="unavailable", refusing=True)
    figures = read()
    assert (figures["market_in_session"], figures["db_available"], figures["db_spool_refusing"]) == (0, 0, 1)
    now["database"] = "off"
    assert read()["db_available"] == 1, "nothing is missing where no history is wanted"
