"""The spool: accepted rows outlive a kill -9, come back in order, and trouble with the file is never silent."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.history.row_codec import decode_rows, encode_rows
from app.history.spool import Spool
from app.history.spool_file import SpoolFile, SpoolLockedError
from app.history.tables import TRADES, trade_row
from tests.history.builders import DAY, make_trade

BACKEND = Path(__file__).resolve().parents[2]


async def until(condition: Callable[[], object], deadline_s: float = 60) -> None:
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110 - threads and a database set it
            await asyncio.sleep(0.005)


def damaged_files(folder: Path) -> list[Path]:
    return list(folder.glob("spool.sqlite.damaged-*"))


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    opened = Spool(tmp_path / "spool.sqlite")
    await opened.start()
    yield opened
    await opened.stop()


def rows(*totals: int) -> dict[str, list[tuple]]:
    return {"trades": [trade_row(make_trade(total=total)) for total in totals]}


def committed(spool: Spool) -> int:
    return spool._file.rows


async def test_spool_rows_come_back_in_order_and_typed(spool: Spool) -> None:
    spool.put(rows(1, 2), {"VCB": (DAY, 2)})
    spool.put(rows(3), {"VCB": (DAY, 3)})
    await until(lambda: committed(spool) == 3)
    batch = await spool.read_batch(100)
    assert batch is not None
    assert batch.table == "trades"
    assert batch.rows == rows(1, 2, 3)["trades"]
    assert await spool.read_positions() == {"VCB": (DAY, 3)}
    scanned: list[tuple] = []
    await spool.scan_table("trades", scanned.extend)
    assert scanned == batch.rows
    await spool.remove(batch)
    assert await spool.read_batch(100) is None
    assert spool.status().rows == 0
    assert spool.status().oldest_s == 0


async def test_spool_rows_that_come_at_once_are_cut_into_statements(spool: Spool) -> None:
    spool.put(rows(*range(1, 4502)), {"VCB": (DAY, 4501)})
    await until(lambda: committed(spool) == 4501)
    sizes = []
    while (batch := await spool.read_batch(2_000)) is not None:
        sizes.append(len(batch.rows))
        await spool.remove(batch)
    assert sizes == [2_000, 2_000, 501]


async def test_spool_keeps_the_newest_state_of_each_with_and_without_rows(tmp_path: Path) -> None:
    first = Spool(tmp_path / "spool.sqlite")
    await first.start()
    vcb, vn30 = ("symbol", "VCB"), ("index", "VN30")
    assert await first.last_kept_date() is None
    first.put(rows(1), {}, {vcb: (DAY, b"1"), vn30: (DAY - timedelta(days=1), b"9")})
    first.put({}, {}, {vcb: (DAY, b"2")})
    await first.stop()
    second = Spool(tmp_path / "spool.sqlite")
    await second.start()
    assert await second.last_kept_date() == DAY
    assert await second.read_states(DAY) == {vcb: b"2"}
    await second.clear()
    assert await second.read_states(DAY) == {}
    await second.stop()


async def test_spool_accepts_within_100_ms(spool: Spool) -> None:
    await asyncio.sleep(0.05)
    slowest = 0.0
    for total in range(1, 11):
        started = time.monotonic()
        spool.put(rows(total), {})
        await until(lambda total=total: committed(spool) == total)
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 1.0  # 0.03 s on an idle disk; this machine is shared


async def test_spool_batches_hold_one_table_each_oldest_first(spool: Spool) -> None:
    gap = ("id", "VCB", "stall", None, None, 0, DAY)
    spool.put({"trades": rows(1)["trades"], "gaps": [gap]}, {})
    await until(lambda: committed(spool) == 2)
    spool.put(rows(2), {})
    await until(lambda: committed(spool) == 3)
    first = await spool.read_batch(100)
    assert first is not None
    assert first.table == "trades"
    assert len(first.rows) == 2
    await spool.remove(first)
    second = await spool.read_batch(100)
    assert second is not None
    assert second.rows == [gap]


async def test_spool_row_that_cannot_be_encoded_is_dead_and_the_others_are_kept(spool: Spool) -> None:
    good = trade_row(make_trade(total=1))
    huge = trade_row(make_trade(total=2, volume=2**70))
    lone = trade_row(make_trade(symbol="\ud800", total=3))
    spool.put({"trades": [good, huge, lone]}, {})
    await until(lambda: committed(spool) == 1)
    assert spool.status().dead_rows == 2
    dead = await spool.read_dead()
    assert all(row.table == "trades" and "can't be encoded" in row.reason for row in dead)
    assert str(2**70) in dead[1].row


def test_codec_row_that_does_not_fit_the_table_is_dead_alone() -> None:
    body, count, dead = encode_rows("trades", [trade_row(make_trade()), ("VCB", "dear")])
    assert (count, dead) == (2, [])
    decoded, unfit = decode_rows("trades", body)
    assert decoded == [trade_row(make_trade())]
    assert "does not fit" in unfit[0][2]
    assert "no such table" in decode_rows("nothing", body)[1][0][2]
    assert "can't be decoded" in decode_rows("trades", b"\xc1")[1][0][2]


async def test_spool_stop_commits_what_is_pending(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    await spool.start()
    spool.put(rows(*range(1, 2000)), {})
    await spool.stop()
    assert not spool.put(rows(1), {})
    again = SpoolFile(tmp_path / "spool.sqlite")
    again.open()
    assert again.rows == 1999
    assert again.oldest_at_s is not None
    again.close()
    with pytest.raises(sqlite3.OperationalError):
        await spool.read_positions()


async def test_spool_damaged_file_is_set_aside_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"this was a database once " * 400)
    spool = Spool(path)
    await spool.start()
    assert spool.status().set_aside == 1
    spool.put(rows(1), {})
    await until(lambda: committed(spool) == 1)
    await spool.stop()
    kept = damaged_files(tmp_path)
    assert len(kept) == 1
    assert kept[0].read_bytes().startswith(b"this was a database once")


async def test_spool_damaged_while_it_runs_is_set_aside_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    await spool.start()
    spool.put(rows(*range(1, 400)), {})
    await until(lambda: committed(spool) == 399)
    await spool._ask(lambda file: file._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    await spool._ask(lambda file: file._db.execute("PRAGMA cache_size = 0").fetchall())
    path.write_bytes(path.read_bytes()[:4096] + os.urandom(path.stat().st_size - 4096))
    for total in range(1000, 1200):
        spool.put(rows(total), {"VCB": (DAY, total)})
    with suppress(sqlite3.DatabaseError):  # unless a commit has found it out before
        await spool.scan_table("trades", list)
    await until(lambda: spool.status().set_aside >= 1)
    spool.put(rows(2000), {})
    await until(lambda: spool._pending_rows == 0 and committed(spool) >= 1)
    assert damaged_files(tmp_path)
    await spool.stop()


async def test_spool_of_another_process_is_refused_with_one_line(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    first = Spool(path)
    await first.start()
    second = Spool(path)
    with pytest.raises(SpoolLockedError, match="another instance uses"):
        await second.start()
    await second.stop()
    await first.stop()


async def test_spool_that_cannot_be_written_says_at_its_end_how_many_rows_no_file_took(
    tmp_path: Path,
) -> None:
    blocked = tmp_path / "history"
    blocked.write_text("a file where the folder should be")
    spool = Spool(blocked / "spool.sqlite")
    await spool.start()
    assert spool.put(rows(1, 2), {})
    await spool.stop()
    assert (spool.pending_rows, spool.status().rows) == (2, 2)


async def test_spool_that_cannot_be_written_refuses_when_memory_is_full_and_recovers(tmp_path: Path) -> None:
    blocked = tmp_path / "history"
    blocked.write_text("a file where the folder should be")
    spool = Spool(blocked / "spool.sqlite", pending_rows_max=3)
    await spool.start()
    assert "can't be opened" in spool.status().reason
    assert spool.put(rows(1, 2, 3), {})
    assert not spool.put(rows(4), {})
    assert spool.status().is_refusing
    assert spool.status().refused_rows == 1
    first_s = spool.status().oldest_s
    await until(lambda: spool.status().oldest_s > first_s)
    assert (spool.pending_rows, spool.status().rows) == (3, 3)
    blocked.unlink()
    await until(lambda: committed(spool) == 3)
    assert spool.put(rows(5), {})
    assert not spool.status().is_refusing
    await until(lambda: not spool.status().reason)
    await spool.stop()


async def test_spool_refuses_while_the_disk_is_nearly_full(tmp_path: Path) -> None:
    room = [False]
    spool = Spool(tmp_path / "spool.sqlite", has_room=lambda _file, _was: room[0])
    await spool.start()
    await until(lambda: spool.status().is_refusing and spool.status().reason == "the disk is nearly full")
    assert not spool.put(rows(1), {})
    room[0] = True
    await until(lambda: not spool.status().is_refusing)
    assert spool.put(rows(2), {})
    await until(lambda: committed(spool) == 1)
    await spool.stop()


def test_spool_file_gives_space_back_a_little_at_a_time(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "spool.sqlite")
    file.open()
    assert file.has_room(False)
    for start in range(0, 40_000, 500):
        file.append(rows(*range(start + 1, start + 501)), {}, time.time())
    while (batch := file.read_batch(2_000)) is not None:
        file.remove(batch)
    for _ in range(20):
        file.tidy()
    assert file._db.execute("PRAGMA freelist_count").fetchone()[0] <= 512
    file.clear()
    file.close()


def test_spool_kill_9_keeps_every_row_it_had_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    program = f"""
import asyncio, sys
from pathlib import Path
from app.history.spool import Spool
from tests.history.test_spool import rows
async def main():
    spool = Spool(Path({str(path)!r}))
    await spool.start()
    total = 0
    while True:
        for _ in range(7):
            total += 1
            spool.put(rows(total), {{}})
        await asyncio.sleep(0.001)
        print(spool._file.rows, flush=True)
asyncio.run(main())
"""
    child = subprocess.Popen([sys.executable, "-c", program], cwd=BACKEND, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = 0
    while acknowledged < 300:
        acknowledged = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split()
    acknowledged = int(rest[-1]) if rest else acknowledged
    child.wait()
    child.stdout.close()
    file = SpoolFile(path)
    file.open()
    stored: list[int] = []
    file.scan_table("trades", lambda rows: stored.extend(row[9] for row in rows))
    file.close()
    assert len(stored) >= acknowledged
    assert stored == list(range(1, len(stored) + 1))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(st.lists(st.sampled_from(["trades", "gaps", "alerts"]), max_size=6), st.integers(1, 8)),
        max_size=25,
    )
)
def test_spool_file_any_order_of_appends_and_removals_loses_and_doubles_nothing(
    tmp_path: Path, steps: list[list[str] | int]
) -> None:
    path = tmp_path / f"{time.monotonic_ns()}.sqlite"
    file = SpoolFile(path)
    file.open()
    written: dict[str, list[tuple]] = {"trades": [], "gaps": [], "alerts": []}
    read: dict[str, list[tuple]] = {"trades": [], "gaps": [], "alerts": []}
    number = 0
    for step in steps:
        if isinstance(step, int):
            batch = file.read_batch(step)
            if batch is not None:
                read[batch.table] += batch.rows
                file.remove(batch)
            file.close()
            file.open()
            continue
        new: dict[str, list[tuple]] = {}
        for table in step:
            number += 1
            row = {
                "trades": trade_row(make_trade(total=number)),
                "gaps": (f"{number}", "*", "stall", None, None, 0, DAY),
                "alerts": (f"{number}", "A", "INFO", "VCB", "", "{}", make_trade().timestamp),
            }[table]
            new.setdefault(table, []).append(row)
            written[table].append(row)
        file.append(new, {}, time.time())
    while (batch := file.read_batch(3)) is not None:
        read[batch.table] += batch.rows
        file.remove(batch)
    assert read == written
    assert file.rows == 0
    file.close()
    assert TRADES.name in written
