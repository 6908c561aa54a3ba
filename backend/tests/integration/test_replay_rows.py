"""What a replay stores: every row once, in a database that is the replay's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.history.conftest import database_dsn, server_dsn, template_name  # noqa: F401 - fixtures
from tests.integration.recordings import record_day, replayed, until

TABLES = {
    "trades": "trades", "foreign_rows": "foreign_snapshots", "index_rows": "index_snapshots",
    "basis_points": "basis_points", "alerts": "alerts",
}  # fmt: skip


async def count_rows(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        return {
            kind: await connection.fetchval(f"SELECT count(*) FROM {table}") for kind, table in TABLES.items()
        }
    finally:
        await connection.close()


@pytest.mark.minutes
@pytest.mark.usefixtures("deaths")
async def test_rows_of_a_replay_that_went_back_are_each_stored_once(
    tmp_path: Path,
    database_dsn: str,  # noqa: F811 - the fixture
) -> None:
    recorded = await record_day(tmp_path / "day", "--start", "14:25", "--activity", "0.02")
    given = {"database_url": database_dsn, "data_dir": tmp_path / "data", "timescale": "off"}
    assert recorded.at_end is not None
    half_way_s = float(recorded.truth["time_s"]) - 3000
    async with replayed(recorded.path, "--speed", "0", **given) as (application, http):
        await asyncio.wait_for(application.tape_ended.wait(), 120)
        await http.post("/sim/replay", json={"position_s": half_way_s})
        await until(lambda: not application.tape_ended.is_set())
        await asyncio.wait_for(application.tape_ended.wait(), 120)
        assert application.day_digest is not None
        assert application.day_digest.current() == recorded.at_end
        history = application.history
        assert history is not None
        await until(lambda: history.spool_status().rows == 0)
        first = await count_rows(database_dsn)
    assert first["trades"] == recorded.at_end.counts["trades"] > 100
    assert first["alerts"] == recorded.at_end.counts["alerts"]
    assert all(first[kind] <= recorded.at_end.counts[kind] for kind in TABLES)  # equal keys are one row
    async with replayed(recorded.path, "--speed", "0", **given) as (
        application,
        _,
    ):  # another start, the same day
        await asyncio.wait_for(application.tape_ended.wait(), 120)
        assert application.day_digest is not None
        assert application.day_digest.current() == recorded.at_end
        history = application.history
        assert history is not None
        await until(lambda: history.spool_status().rows == 0)
        assert await count_rows(database_dsn) == first
