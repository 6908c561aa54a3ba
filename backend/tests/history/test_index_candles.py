"""Bars of an index, made of its stored states."""

from __future__ import annotations

from datetime import date, timedelta

import asyncpg
import pytest

from app.history.candles import Candle, Interval
from app.history.index_candles import IndexCandleRepository
from app.history.paging import TimeRange, time_range
from app.history.pool import DatabasePool
from app.history.tables import INDEX_SNAPSHOTS, Row, insert_rows
from tests.history.builders import DAY, at

EVER = time_range(None, None)
TUESDAY = DAY + timedelta(days=1)


def state(clock: str, value: float, total: int, *, name: str = "VN30", day: date = DAY) -> Row:
    return (name, value, 0.0, 10, 10, at(clock, day), total, total * 1_000)


@pytest.fixture
def index_candles(pool: DatabasePool) -> IndexCandleRepository:
    return IndexCandleRepository(pool)


async def store(connection: asyncpg.Connection, *rows: Row) -> None:
    await insert_rows(connection, INDEX_SNAPSHOTS, list(rows))


def brief(candles: list[Candle]) -> list[tuple[object, ...]]:
    return [
        (f"{bar.timestamp:%d %H:%M}", bar.open, bar.high, bar.low, bar.close, bar.volume, bar.value)
        for bar in candles
    ]


async def test_bars_are_the_published_values_and_what_the_totals_grew_by(
    connection: asyncpg.Connection, index_candles: IndexCandleRepository
) -> None:
    await store(
        connection,
        state("09:00:00", 1_000.0, 0), state("09:14:55", 1_000.0, 0),  # the day before, repeated
        state("09:15:05", 1_002.0, 500), state("09:15:30", 1_005.5, 700), state("09:15:55", 1_003.0, 900),
        state("09:16:00", 1_001.0, 900), state("09:16:05", 1_001.5, 1_000),
        state("09:18:00", 1_001.5, 1_000),  # nothing has changed: no bar
        state("09:19:00", 1_001.5, 1_100),
        state("09:15:05", 2_000.0, 9_000, name="VNINDEX"),
    )  # fmt: skip
    page = await index_candles.fetch("VN30", Interval.ONE_MINUTE, EVER, limit=10)
    assert brief(page.data) == [
        ("02 09:15", 1_002.0, 1_005.5, 1_002.0, 1_003.0, 900, 900_000),
        ("02 09:16", 1_001.0, 1_001.5, 1_001.0, 1_001.5, 100, 100_000),
        ("02 09:19", 1_001.5, 1_001.5, 1_001.5, 1_001.5, 100, 100_000),
    ]
    assert page.next_cursor is None
    bar = page.data[0]
    assert (bar.mua_chu_dong_volume, bar.ban_chu_dong_volume, bar.neutral_volume) == (0, 0, 900)
    assert (bar.trade_count, bar.origin) == (0, None)


async def test_lunch_and_the_time_after_the_close_have_no_bars(
    connection: asyncpg.Connection, index_candles: IndexCandleRepository
) -> None:
    await store(
        connection,
        state("09:15:05", 1_000.0, 100), state("11:29:55", 1_001.0, 200), state("11:30:05", 1_002.0, 300),
        state("12:00:00", 1_002.0, 300), state("13:00:05", 1_003.0, 400), state("14:29:55", 1_004.0, 500),
        state("14:40:00", 1_004.0, 500), state("14:45:05", 1_006.0, 900), state("15:30:00", 1_006.0, 900),
    )  # fmt: skip
    for interval, expected in (
        (Interval.ONE_MINUTE, ["09:15", "11:29", "13:00", "14:29", "14:45"]),
        (Interval.FIVE_MINUTES, ["09:15", "11:25", "13:00", "14:25", "14:45"]),
        (Interval.FIFTEEN_MINUTES, ["09:15", "11:15", "13:00", "14:15", "14:45"]),
        (Interval.THIRTY_MINUTES, ["09:00", "11:00", "13:00", "14:00", "14:30"]),
        (Interval.ONE_HOUR, ["09:00", "11:00", "13:00", "14:00"]),
        (Interval.ONE_DAY, ["00:00"]),
    ):
        page = await index_candles.fetch("VN30", interval, EVER, limit=10)
        assert [f"{bar.timestamp:%H:%M}" for bar in page.data] == expected, interval
        assert sum(bar.volume for bar in page.data) == 900, interval
        assert sum(bar.value for bar in page.data) == 900_000, interval
        assert (page.data[0].open, page.data[-1].close) == (1_000.0, 1_006.0)


async def test_day_watched_from_mid_day_on_begins_with_a_baseline(
    connection: asyncpg.Connection, index_candles: IndexCandleRepository
) -> None:
    await store(connection, state("10:30:00", 1_000.0, 50_000), state("10:30:05", 1_001.0, 50_100))
    (minute,) = (await index_candles.fetch("VN30", Interval.ONE_MINUTE, EVER, limit=10)).data
    (day,) = (await index_candles.fetch("VN30", Interval.ONE_DAY, EVER, limit=10)).data
    assert (minute.volume, minute.value) == (100, 100_000)
    assert (day.volume, day.value) == (50_100, 50_100_000)


async def test_range_that_begins_in_mid_day_knows_what_was_before(
    connection: asyncpg.Connection, index_candles: IndexCandleRepository
) -> None:
    await store(connection, *(state(f"10:{n:02}:00", 1_000.0 + n, 1_000 + n * 100) for n in range(30)))
    span = TimeRange(at("10:10"), at("10:11"))
    page = await index_candles.fetch("VN30", Interval.ONE_MINUTE, span, limit=10)
    assert brief(page.data) == [
        ("02 10:10", 1_010.0, 1_010.0, 1_010.0, 1_010.0, 100, 100_000),
        ("02 10:11", 1_011.0, 1_011.0, 1_011.0, 1_011.0, 100, 100_000),
    ]


@pytest.mark.parametrize("interval", list(Interval))
async def test_pages_are_the_whole_of_it_in_parts(
    connection: asyncpg.Connection, index_candles: IndexCandleRepository, interval: Interval
) -> None:
    rows = []
    for day in (DAY, TUESDAY):
        rows += [
            state(f"{9 + n // 60:02}:{n % 60:02}:30", 1_000.0 + n % 7, n * 10, day=day) for n in range(330)
        ]
        rows += [state(f"14:{n:02}:00", 1_000.0, 3_290, day=day) for n in range(30, 59)]
    await store(connection, *rows)
    whole = (await index_candles.fetch("VN30", interval, EVER, limit=1_000)).data
    parts: list[Candle] = []
    cursor = None
    while True:
        page = await index_candles.fetch("VN30", interval, EVER, limit=3, cursor=cursor)
        parts = [*page.data, *parts]
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.data) == 3
    assert parts == whole
    assert sum(bar.volume for bar in whole) == 2 * 3_290


async def test_states_that_are_read_in_parts_give_the_same_bars(
    connection: asyncpg.Connection, index_candles: IndexCandleRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [state(f"09:{15 + n // 12:02}:{n % 12 * 5:02}", 1_000.0 + n % 5, 100 + n) for n in range(240)]
    rows += [
        state(f"14:{n // 12:02}:{n % 12 * 5:02}", 1_000.0, 339) for n in range(720)
    ]  # an hour in which nothing moves
    await store(connection, *rows)
    expected = (await index_candles.fetch("VN30", Interval.ONE_MINUTE, EVER, limit=1_000)).data[-5:]
    monkeypatch.setattr("app.history.index_candles.LUNCH_MINUTES", 0)
    assert (await index_candles.fetch("VN30", Interval.ONE_MINUTE, EVER, limit=5)).data == expected


async def test_index_without_volumes_has_bars_too(
    connection: asyncpg.Connection, index_candles: IndexCandleRepository
) -> None:
    await store(connection, state("09:15:05", 100.0, 0), state("09:16:05", 101.0, 0))
    page = await index_candles.fetch("VN30", Interval.ONE_MINUTE, EVER, limit=10)
    assert [(bar.close, bar.volume) for bar in page.data] == [(100.0, 0), (101.0, 0)]


@pytest.mark.parametrize("name", ["NOPE", "NUL\0", "x" * 99])
async def test_unknown_index_has_no_bars(index_candles: IndexCandleRepository, name: str) -> None:
    assert (await index_candles.fetch(name, Interval.ONE_DAY, EVER, limit=10)).data == []
