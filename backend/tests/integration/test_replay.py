"""A recorded day is the same day again: at any speed, in any batches, from any place."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from app.clock import VIETNAM
from app.feed.recording import RecordedLine
from app.feed.simulator_process import SimulatorError, SimulatorProcess
from app.market.day_digest import DayDigest, state_hash
from app.market.models import Changes
from app.market.processor import MarketDataProcessor
from app.replay_hash import HashedRecording, hash_over_the_wire, hash_recording
from app.wiring import Application, trading_calendar
from tests.integration.recordings import (
    Recorded,
    lines_of,
    paced,
    record_day,
    replayed,
    settings,
    until,
    write_lines,
)

pytestmark = pytest.mark.minutes

CALENDAR = trading_calendar(settings())
TEN_S = datetime(2026, 11, 23, 10, tzinfo=VIETNAM).timestamp()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A whole thin day."""
    return asyncio.run(record_day(tmp_path_factory.mktemp("day"), "--start", "08:30", "--activity", "0.01"))


@pytest.fixture(scope="module")
def stretch(recorded: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two thousand messages of its continuous trading at 100 a second of market time, after 10:00."""
    lines = lines_of(recorded.path)
    head = [line for line in lines if line.header is not None or line.lists is not None][:2]
    busy = [line for line in lines if line.raw is not None and '\\"LO\\"' in line.raw][200:2200]
    assert len(busy) == 2000
    folder = tmp_path_factory.mktemp("stretch")
    return write_lines(folder / "feed-2026-11-23.jsonl.gz", paced([*head, *busy], TEN_S, 100))


def cut(path: Path, folder: Path, count: int) -> Path:
    """Return a recording of the first lines of another."""
    return write_lines(folder / path.name, lines_of(path)[:count])


def hashes_of(hashed: HashedRecording) -> list[tuple[str, bool]]:
    return [(day.digest, day.is_final) for day in hashed.days]


# -- the same, whatever the way ---------------------------------------------------------------------------------------


def test_recorded_day_is_final_and_its_totals_are_the_truth(recorded: Recorded) -> None:
    assert recorded.frozen is not None
    assert recorded.frozen.counts["trades"] > 1000
    assert recorded.frozen.counts["alerts"] > 0
    processor = MarketDataProcessor(calendar=CALENDAR, tracked=None, scope="")
    totals = _totals_of(recorded.path, processor)
    for symbol, truth in recorded.truth["symbols"].items():
        if truth["total_volume"]:
            assert totals[symbol] == truth["total_volume"], symbol


def _totals_of(path: Path, processor: MarketDataProcessor) -> dict[str, int]:
    from app.replay_hash import HashedRecording, _Reader

    processor.clear(lines_of(path)[0].header.core)  # type: ignore[union-attr]
    processor.apply(list(_Reader([path], HashedRecording()).messages()))
    return {symbol: stats.total_volume for symbol, stats in processor.get_session_stats().items()}


@pytest.mark.parametrize("batch", [1, 7, 500, 0])
def test_day_hash_in_any_batches_is_that_of_the_live_run(recorded: Recorded, batch: int) -> None:
    hashed = hash_recording([recorded.path], CALENDAR, batch)
    assert recorded.frozen is not None
    assert hashed.days == [recorded.frozen]
    assert (hashed.rejected, hashed.garbage_lines, hashed.is_torn) == (0, 0, False)


async def test_day_hash_over_the_wire_is_that_of_the_live_run(recorded: Recorded) -> None:
    async with replayed(recorded.path, "--speed", "0") as (application, _):
        await asyncio.wait_for(application.tape_ended.wait(), 120)
        digest = application.day_digest
        assert digest is not None
        assert digest.frozen == recorded.frozen
        assert digest.current() == recorded.at_end  # late messages of the finished session included
        assert state_hash(application.processor) == recorded.state


@pytest.mark.parametrize(("speed", "messages"), [(1, 300), (10, 2000), (100, 2000), (0, 2000)])
async def test_stretch_at_any_speed_has_one_hash(
    stretch: Path, tmp_path: Path, speed: int, messages: int
) -> None:
    path = cut(stretch, tmp_path, messages)
    expected = hash_recording([path], CALENDAR, 1)
    assert expected.days[0].counts["trades"] > 10
    hashed = await hash_over_the_wire([path], settings(feed_source="replay"), speed)
    assert hashes_of(hashed) == hashes_of(expected)


def test_hash_of_another_order_is_another(stretch: Path, tmp_path: Path) -> None:
    lines = lines_of(stretch)
    raws = [n for n, line in enumerate(lines) if line.raw is not None and "X-TRADE" in line.raw]
    lines[raws[3]], lines[raws[40]] = lines[raws[40]], lines[raws[3]]
    other = write_lines(tmp_path / stretch.name, lines)
    assert hashes_of(hash_recording([other], CALENDAR)) != hashes_of(hash_recording([stretch], CALENDAR))


def test_hash_sees_one_row_that_is_missing(recorded: Recorded) -> None:
    """Each kind of row counts, alone."""
    processor = MarketDataProcessor(calendar=CALENDAR, tracked=None, scope="")
    told: list[Any] = []
    digest = DayDigest(processor, told.append)
    whole: list[Changes] = []
    processor.subscribe(lambda changes: whole.append(structs.replace(changes)))
    _totals_of(recorded.path, processor)
    changes = whole[0]
    digest.batch_applied(changes)
    expected = digest.current()
    for kind in ("trades", "foreign_rows", "index_rows", "basis_points", "alerts", "session_events"):
        rows = getattr(changes, kind)
        assert rows, kind
        digest.restart()
        digest.batch_applied(structs.replace(changes, **{kind: rows[:-1]}))
        assert digest.current() != expected
    digest.restart()
    digest.batch_applied(changes)
    assert digest.current() == expected


def test_two_days_of_recordings_have_the_hashes_of_each_alone(stretch: Path, tmp_path: Path) -> None:
    second = write_lines(tmp_path / "feed-2026-11-24.jsonl.gz", _next_day(stretch))
    both = hash_recording([stretch, second], CALENDAR)
    alone = hash_recording([second], CALENDAR)
    assert [day.trading_date.day for day in both.days] == [23, 24]
    assert hashes_of(both)[1] == hashes_of(alone)[0]
    assert both.days[0].is_final


def _next_day(path: Path) -> Iterator[RecordedLine]:
    """As the recorder would have it: the file begins at midnight, so whoever plays it alone was there in time too."""
    day_ns = 86_400 * 10**9
    for number, line in enumerate(lines_of(path)):
        if number == 2:
            yield RecordedLine(line.received_ns, tick_s=TEN_S + 14 * 3600)
        line.received_ns += day_ns
        if line.tick_s is not None:
            line.tick_s += 86_400
        if line.raw is not None:
            line.raw = line.raw.replace("23/11/2026", "24/11/2026")
        if line.header is not None:
            line.header.day = line.header.day.replace(day=24)
        yield line


# -- moving about -----------------------------------------------------------------------------------------------------


async def test_seek_back_and_forth_gives_the_state_of_a_straight_run(stretch: Path, tmp_path: Path) -> None:
    async with replayed(stretch, "--speed", "0") as (application, http):
        await asyncio.wait_for(application.tape_ended.wait(), 60)
        seen: list[Changes] = []
        application.processor.subscribe(seen.append)
        events_before = application.publisher.views.version
        await _send(http, is_paused=True, speed=1)
        for place_s in (TEN_S + 15.0, TEN_S + 5.0, TEN_S + 5.0, TEN_S + 12.5):
            report = await _seek(application, http, place_s)
            assert report["position_s"] == pytest.approx(place_s)
            assert state_hash(application.processor) == _straight_run(stretch, report["played"])
        assert application.publisher.views.refresh_watched() is None
        assert application.publisher.views.version >= events_before
        await _send(http, is_paused=False, speed=0)
        await asyncio.wait_for(application.tape_ended.wait(), 60)
        digest = application.day_digest
        assert digest is not None
        current = digest.current()
        assert current is not None
        assert current.digest == hash_recording([stretch], CALENDAR).days[0].digest


def _straight_run(path: Path, played: int) -> str:
    from app.replay_hash import HashedRecording, _Reader

    lines = lines_of(path)[:played]
    processor = MarketDataProcessor(calendar=CALENDAR, tracked=None, scope="")
    processor.clear(lines[0].header.core)  # type: ignore[union-attr]
    reader = _Reader([], HashedRecording())
    for line in lines:
        processor.apply(reader._of(line))
    return state_hash(processor)


async def _send(http: Any, **body: Any) -> dict[str, Any]:
    response = await http.post("/sim/replay", json=body)
    assert response.status_code == 200, response.text
    return response.json()  # type: ignore[no-any-return]


async def _seek(application: Application, http: Any, place_s: float) -> dict[str, Any]:
    """Seek, and return the report once the application has all that is before the place."""
    arrived: list[None] = []
    end_seek = application.end_seek

    def note() -> None:
        end_seek()
        arrived.append(None)

    application.end_seek = note  # type: ignore[method-assign]
    await _send(http, position_s=place_s)
    await until(lambda: arrived)
    application.end_seek = end_seek  # type: ignore[method-assign]
    return (await http.get("/sim/replay")).json()  # type: ignore[no-any-return]


async def test_alerts_and_rows_of_what_was_played_before_are_not_told_twice(recorded: Recorded) -> None:
    async with replayed(recorded.path, "--speed", "0") as (application, http):
        told: list[str] = []
        shown = application.publisher.mark_changed

        def mark(changes: Changes) -> None:
            told.extend(alert.id for alert in changes.alerts)
            shown(changes)

        application.publisher.mark_changed = mark  # type: ignore[method-assign]
        await asyncio.wait_for(application.tape_ended.wait(), 120)
        assert recorded.frozen is not None
        assert len(told) == len(set(told)) == recorded.frozen.counts["alerts"]
        written = application.metrics.exposition()
        await _send(http, position_s=TEN_S)  # and on from there at full speed, to the end
        await until(lambda: not application.tape_ended.is_set())
        await asyncio.wait_for(application.tape_ended.wait(), 120)
        assert len(told) == recorded.frozen.counts["alerts"]
        assert _alerts_total(application.metrics.exposition()) == _alerts_total(written)
        assert state_hash(application.processor) == recorded.state


def _alerts_total(exposition: bytes) -> list[str]:
    return [line for line in exposition.decode().splitlines() if line.startswith("alerts_total{")]


async def test_lost_connection_brings_the_state_back_to_where_it_was(stretch: Path) -> None:
    async with replayed(stretch, "--speed", "0") as (application, http):
        await asyncio.wait_for(application.tape_ended.wait(), 60)
        state = state_hash(application.processor)
        await http.post("/sim/faults", json={"name": "drop"})
        await until(lambda: not application.tape_ended.is_set())
        await asyncio.wait_for(application.tape_ended.wait(), 60)
        assert state_hash(application.processor) == state


async def test_lunch_is_skipped_when_asked_for(stretch: Path, tmp_path: Path) -> None:
    """Ten minutes without a print, at 1x: nobody waits for them."""
    lines = lines_of(stretch)[:120]
    last_ns, last_s = lines[-1].received_ns, TEN_S + 2
    for n in range(2400):
        lines.append(RecordedLine(last_ns + n * 250_000_000, tick_s=last_s + n * 0.25))
    path = write_lines(tmp_path / stretch.name, lines)
    async with replayed(path, "--speed", "20", "--skip-lunch") as (application, _):
        await asyncio.wait_for(application.tape_ended.wait(), 20)  # 30 s at 20x
        current = application.day_digest and application.day_digest.current()
        assert current
        assert [current.digest] == [day.digest for day in hash_recording([path], CALENDAR).days]


# -- what it is called ------------------------------------------------------------------------------------------------


async def test_replay_is_never_called_live_data_of_a_feed(stretch: Path) -> None:
    async with replayed(stretch, "--speed", "100") as (application, _):
        await until(lambda: application.feed is not None and application.feed.replay is not None)
        await until(lambda: application.processor.trading_date is not None)
        assert application.feed_status().source == "replay"
        assert list(application.services.vn30_symbols())
        assert application.services.is_known_symbol("VCB")
        assert not application.services.is_known_symbol("ZZZZ")


async def test_connections_of_a_replay_are_one(stretch: Path) -> None:
    async with replayed(stretch, "--speed", "0", ssi_connections="per_channel") as (application, http):
        await asyncio.wait_for(application.tape_ended.wait(), 60)
        assert (await http.get("/sim/connections")).json()["max"] == 1


# -- bad files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b""), "an empty recording"),
        (b"no gzip", "not a whole gzip file"),
        (gzip.compress(b"garbage\n"), "its first line is not that of a recording"),
        (gzip.compress(b'{"received_ns":1,"raw":"a"}\n'), "not a recording of version 2"),
        (gzip.compress(b'{"received_ns":1,"header":{"version":9}}\n'), "a recording of version 9, not 2"),
        (gzip.compress(b'{"received_ns":1,"header":{"version":2}}\n'), "its header cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",  # gzip has the time in it
)  # fmt: skip
async def test_file_that_is_no_recording_ends_the_start_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "feed-2026-11-23.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(SimulatorError, match=reason):
        await SimulatorProcess(["replay", str(path)]).start()


async def test_recordings_and_trade_files_are_not_mixed(stretch: Path, tmp_path: Path) -> None:
    trades = tmp_path / "t_2026-11-23.csv"
    trades.write_text("time,price,volume,side\n")
    with pytest.raises(SimulatorError, match="cannot be played together"):
        await SimulatorProcess(["replay", str(stretch), str(trades)]).start()


def tear(stretch: Path, folder: Path) -> Path:
    """Return a recording with a line of garbage, a message that is none, and half a gzip member."""
    lines = gzip.decompress(stretch.read_bytes()).splitlines(keepends=True)
    path = folder / stretch.name
    broken = json.dumps({"received_ns": 1, "raw": '{"DataType":"X-TRADE","Content":"{"}'}).encode() + b"\n"
    whole = gzip.compress(b"".join([*lines[:500], b"garbage\n", broken, *lines[500:900]]))
    path.write_bytes(whole + gzip.compress(b"".join(lines[900:]))[:-400])
    return path


async def test_torn_recording_with_garbage_is_played_up_to_the_tear_and_counted(
    stretch: Path, tmp_path: Path
) -> None:
    path = tear(stretch, tmp_path)
    expected = hash_recording([path], CALENDAR)
    assert (expected.garbage_lines, expected.is_torn, expected.rejected) == (1, True, 1)
    async with replayed(path, "--speed", "0") as (application, http):
        await asyncio.wait_for(application.tape_ended.wait(), 60)
        assert (await http.get("/sim/replay")).json()["garbage_lines"] == 1
        current = application.day_digest and application.day_digest.current()
        assert current
        assert current.digest == expected.days[0].digest
        assert application.feed is not None
        assert sum(application.feed.counters().rejected.values()) == 1
