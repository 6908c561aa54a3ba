"""From Changes to rows in PostgreSQL: nothing lost, nothing twice, bad rows alone in the dead table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from app.clock import SystemClock
from app.history import batch_writer, spool_file
from app.history.batch_writer import BatchWriter
from app.history.kept_states import StateKeeper
from app.history.pool import DatabasePool
from app.history.refused_rows import RefusedRows
from app.history.spool import Spool
from app.history.tables import gap_id
from app.market.models import (
    Alert,
    AlertType,
    BasisPoint,
    Changes,
    ForeignInvestorData,
    Gap,
    IndexData,
    Severity,
)
from tests.history.builders import DAY, at, make_trade
from tests.history.test_spool import until


class Rig:
    """A writer with a spool of its own on a real database."""

    def __init__(self, path: Path, dsn: str, **spool_options: Any) -> None:
        self.pool = DatabasePool(dsn, SystemClock(), min_size=1, max_size=2)
        self.written: list[tuple[str, int]] = []
        self.spool = Spool(path, **spool_options)
        self.writer = BatchWriter(
            self.spool,
            self.pool,
            SystemClock(),
            trading_date=lambda: DAY,
            observe_write=lambda table, count, _seconds: self.written.append((table, count)),
        )
        self.spool.on_accepted = self.writer.wake

    async def drained(self, deadline_s: float = 20) -> None:
        await until(lambda: self.spool.status().rows == 0, deadline_s)


@asynccontextmanager
async def rig(tmp_path: Path, dsn: str, *, is_running: bool = True, **options: Any) -> AsyncIterator[Rig]:
    made = Rig(tmp_path / "spool.sqlite", dsn, **options)
    await made.spool.start()
    tasks = [asyncio.create_task(made.pool.run())] if is_running else []
    tasks.append(asyncio.create_task(made.writer.run()))
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await made.spool.stop()


async def totals(connection: asyncpg.Connection) -> list[int]:
    return [row[0] for row in await connection.fetch("SELECT total_volume FROM trades ORDER BY 1")]


async def test_writer_every_kind_of_row_arrives(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection
) -> None:
    moment = at("09:30:00")
    changes = Changes(
        trades=[make_trade(total=1), make_trade(total=2)],
        foreign_rows=[ForeignInvestorData("VCB", buy_volume=5, last_updated=moment)],
        index_rows=[
            IndexData("VN30", value=value, total_volume=7, last_updated=moment) for value in (1899.0, 1899.5)
        ],
        basis_points=[BasisPoint(moment, "41I1G3000", 1900.5, 1899.0, 1.5, 0.079, True)],
        alerts=[Alert("a1", AlertType.VOLUME_SPIKE, Severity.WARNING, "VCB", "spike", moment, {"ratio": 4})],
        gaps=[Gap("VCB", None, moment, 700, "late_start")],
    )
    async with rig(tmp_path, database_dsn) as made:
        made.writer.put(changes)
        made.writer.put(changes)
        made.writer.put(Changes())
        await made.drained()
        assert dict(made.written)["trades"] == 2
    assert await totals(connection) == [1, 2]
    for table in ("foreign_snapshots", "basis_points", "alerts", "gaps"):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 1, table
    values = await connection.fetch("SELECT value FROM index_snapshots ORDER BY value")
    assert [row[0] for row in values] == [1899.0, 1899.5]
    assert await connection.fetchval("SELECT data->>'ratio' FROM alerts") == "4"


async def test_writer_late_repeated_and_out_of_order_rows_give_the_same_candles(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection, settle_candles: Any
) -> None:
    ordered = [
        make_trade(clock=f"09:{30 + n // 60}:{n % 60:02d}", total=n * 100 + 100, price=60_000 + n * 7 % 50)
        for n in range(180)
    ]
    async with rig(tmp_path, database_dsn) as made:
        made.writer.put(Changes(trades=[make_trade(symbol="FPT", **_same(trade)) for trade in ordered]))
        shuffled = [ordered[(n * 77) % 180] for n in range(180)]
        for n in range(0, 180, 13):
            made.writer.put(Changes(trades=shuffled[n : n + 13]))
            made.writer.put(Changes(trades=shuffled[max(0, n - 20) : n]))
        await made.drained()
    await settle_candles()
    sql = (
        "SELECT bucket, open, high, low, close, volume, value, trade_count FROM candle_minutes"
        " WHERE symbol = $1 ORDER BY bucket"
    )
    in_order, mixed = await connection.fetch(sql, "FPT"), await connection.fetch(sql, "VCB")
    assert in_order == mixed
    assert sum(row["volume"] for row in mixed) == 18_000


def _same(trade: Any) -> dict[str, Any]:
    return {"clock": trade.timestamp.strftime("%H:%M:%S"), "total": trade.total_volume, "price": trade.price}


ABSURD = [
    {"volume": 2**62},
    {"price": float("nan")},
    {"price": 1e308},
    {"price": -5.0},
    {"symbol": "V\x00B"},
    {"symbol": "X" * 3000},
    {"volume": 2**63},
    {"value": -1},
]


async def test_writer_eight_absurd_rows_are_dead_with_a_reason_and_the_rest_is_stored(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection
) -> None:
    trades = [make_trade(total=n) for n in range(1, 2380)]
    for n, fields in enumerate(ABSURD):
        bad = msgspec.structs.replace(make_trade(total=10_000 + n), **fields)
        trades.insert(200 * n + 7, bad)
    async with rig(tmp_path, database_dsn) as made:
        made.writer.put(Changes(trades=trades))
        await made.drained()
        dead = await made.spool.read_dead()
    assert await totals(connection) == list(range(1, 2380))
    assert len(dead) == 8
    assert all(row.table == "trades" and row.reason for row in dead)
    assert sum("trades_price_plausible" in row.reason for row in dead) == 3


async def test_writer_gap_opened_and_closed_in_one_batch_is_stored_closed(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection
) -> None:
    name = gap_id("one")
    async with rig(tmp_path, database_dsn) as made:
        row = (name, "*", "stall", at("09:30:00"), None, 0, DAY)
        made.writer.put_rows("gaps", [row, (*row[:4], at("09:31:00"), *row[5:])])
        await made.drained()
    assert await connection.fetchval("SELECT to_time FROM gaps") == at("09:31:00")


async def test_writer_without_a_database_keeps_rows_and_writes_them_when_it_appears(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with rig(tmp_path, database_dsn, is_running=False) as made:
        made.writer.put(Changes(trades=[make_trade(total=n) for n in range(1, 500)]))
        assert not await made.writer.flush(0.2)
        assert made.spool.status().rows == 499
        assert await made.pool.try_connect()
        await made.drained()
        await made.pool.close()
    assert len(await totals(connection)) == 499


async def test_writer_connection_killed_in_mid_stream_loses_and_doubles_nothing(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_writer, "RETRY_FIRST_S", 0.02)
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with rig(tmp_path, database_dsn) as made:
        await asyncio.wait_for(made.pool.wait_connected(), 10)
        for n in range(0, 6000, 100):
            made.writer.put(Changes(trades=[make_trade(total=n + k) for k in range(1, 101)]))
            if n % 1500 == 0:
                await connection.execute(kill)
            await asyncio.sleep(0.01)
        await made.drained(60)
    assert await totals(connection) == list(range(1, 6001))


async def test_writer_refused_trades_become_gaps_once_there_is_room(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection
) -> None:
    room = [False]
    async with rig(tmp_path, database_dsn, has_room=lambda _file, _was: room[0]) as made:
        await until(lambda: made.spool.status().is_refusing)
        made.writer.put(Changes(trades=[make_trade(total=100), make_trade(clock="09:31:00", total=200)]))
        made.writer.put(Changes(trades=[make_trade(symbol="FPT", total=50, volume=50)]))
        room[0] = True
        await until(lambda: not made.spool.status().is_refusing)
        made.writer.put(Changes(trades=[make_trade(total=300)]))
        await made.drained()
    assert await totals(connection) == [300]
    gaps = await connection.fetch(
        "SELECT symbol, cause, from_time, to_time, volume FROM gaps ORDER BY symbol"
    )
    assert [tuple(gap) for gap in gaps] == [
        ("FPT", "refused", at("09:30:00"), at("09:30:00"), 50),
        ("VCB", "refused", at("09:30:00"), at("09:31:00"), 200),
    ]


async def test_writer_rows_of_a_table_that_is_gone_are_buried(tmp_path: Path, database_dsn: str) -> None:
    async with rig(tmp_path, database_dsn) as made:
        made.writer.put_rows("candles_of_old", [("VCB", 1)])
        await until(lambda: made.spool.status().dead_rows == 1)
        assert made.spool.status().rows == 0


async def test_writer_refused_gaps_and_alerts_are_written_once_there_is_room(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection
) -> None:
    room, moment = [False], at("09:30:00")
    alert = Alert("a1", AlertType.VOLUME_SPIKE, Severity.WARNING, "VCB", "spike", moment, {})
    name = gap_id("one")
    async with rig(tmp_path, database_dsn, has_room=lambda _file, _was: room[0]) as made:
        await until(lambda: made.spool.status().is_refusing)
        made.writer.put(Changes(alerts=[alert], gaps=[Gap("VCB", None, moment, 700, "restart")]))
        row = (name, "*", "stall", moment, None, 0, DAY)
        made.writer.put_rows("gaps", [row])
        made.writer.put_rows("gaps", [(*row[:4], at("09:31:00"), *row[5:])])
        made.writer.put(Changes())  # nothing new, and no room either
        room[0] = True
        await until(lambda: not made.spool.status().is_refusing)
        made.writer.put(Changes())  # a tick of the clock is enough
        await made.drained()
    gaps = await connection.fetch("SELECT symbol, to_time, volume FROM gaps ORDER BY symbol")
    assert [tuple(gap) for gap in gaps] == [("*", at("09:31:00"), 0), ("VCB", moment, 700)]
    assert await connection.fetchval("SELECT count(*) FROM alerts") == 1


async def test_writer_refused_states_are_kept_an_interval_later(tmp_path: Path, database_dsn: str) -> None:
    room, now_s = [False], [0.0]
    async with rig(tmp_path, database_dsn, is_running=False, has_room=lambda _file, _was: room[0]) as made:
        made.writer._states = StateKeeper(
            symbol_state=lambda _symbol: None,
            indices=lambda: {"VN30": IndexData("VN30", value=1899.0)},
            trading_date=lambda: DAY,
            monotonic_s=lambda: now_s[0],
        )
        await until(lambda: made.spool.status().is_refusing)
        made.writer.put(Changes(indices={"VN30"}))
        now_s[0] = 30.0
        made.writer.put(Changes())  # due, and refused
        room[0] = True
        await until(lambda: not made.spool.status().is_refusing)
        now_s[0] = 60.0
        made.writer.put(Changes())
        await until(lambda: not made.spool._has_pending)
        assert list(await made.spool.read_states(DAY)) == [("index", "VN30")]


def test_refused_rows_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    refused = RefusedRows(rows_max=3)
    for n in range(5):
        refused.note({"gaps": [(n,)], "trades": [(n,)]})
    assert refused.rows() == {"gaps": [(0,), (1,), (2,)]}
    assert len(caplog.records) == 1
    refused.clear()
    assert not refused


async def test_writer_chunk_of_an_older_file_is_sent_in_parts(
    tmp_path: Path, database_dsn: str, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_file, "CHUNK_ROWS_MAX", 10_000, raising=False)
    async with rig(tmp_path, database_dsn) as made:
        made.writer.put(Changes(trades=[make_trade(total=n) for n in range(1, 4502)]))
        await made.drained()
        assert sum(count for _, count in made.written) == 4501
        assert max(count for _, count in made.written) == batch_writer.BATCH_ROWS_MAX
