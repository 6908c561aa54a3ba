"""What of a day is read once, what again, and that the answer is the same as without the cache."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest

from app.history import market_minute_cache
from app.history.market_minute_cache import PAST_KEPT_S, ROWS_MAX, TODAY_KEPT_S, DayCache
from app.history.market_minutes import ActiveMinute, MarketMinuteRepository
from app.history.paging import TimeRange, time_range
from app.history.pool import DatabasePool
from app.history.tables import FOREIGN_SNAPSHOTS, insert_rows
from tests.history.builders import DAY, at
from tests.history.test_market_minutes import NEXT_DAY, foreign

SYMBOLS = frozenset({"VCB", "FPT"})


class Minutes:
    """A day's rows, the ranges that were read, and a clock that a test sets."""

    def __init__(self) -> None:
        self.rows: dict[datetime, int] = {}
        self.reads: list[TimeRange] = []
        self.now_s = 0.0
        self.cache = DayCache(self._read, timedelta(minutes=1), lambda: self.now_s)

    async def _read(self, _symbols: frozenset[str], span: TimeRange) -> list[ActiveMinute]:
        self.reads.append(span)
        await asyncio.sleep(0)
        found = [minute for minute in sorted(self.rows) if span.start <= minute <= span.end]
        return [ActiveMinute(minute, self.rows[minute], 0, 0, self.rows[minute], 0) for minute in found]

    async def volumes(self, *days) -> list[int]:
        return [row.volume for rows in await self.cache.days(SYMBOLS, days) for row in rows]


@pytest.fixture
def minutes() -> Minutes:
    minutes = Minutes()
    minutes.rows = {at(f"09:{n}:00"): n for n in range(15, 25)}
    return minutes


async def test_only_the_end_of_today_is_read_again(minutes: Minutes) -> None:
    whole = await minutes.volumes(DAY)
    assert whole == list(range(15, 25))
    minutes.rows[at("09:24:00")] = 240  # the newest minutes are still being written
    minutes.rows[at("09:23:00")] = 230
    minutes.rows[at("09:25:00")] = 25
    assert await minutes.volumes(DAY) == [*range(15, 23), 230, 240, 25]
    assert minutes.reads[1].start == at("09:22:00")
    assert await minutes.volumes(DAY) == [*range(15, 23), 230, 240, 25]
    assert minutes.reads[2].start == at("09:23:00")


async def test_what_is_late_is_found_after_a_while(minutes: Minutes) -> None:
    await minutes.volumes(DAY)
    minutes.rows[at("09:16:00")] = 1_600
    assert (await minutes.volumes(DAY))[1] == 16
    minutes.now_s = TODAY_KEPT_S
    assert (await minutes.volumes(DAY))[1] == 1_600


async def test_day_that_is_over_is_read_once_an_hour(minutes: Minutes) -> None:
    minutes.rows[at("09:15:00", NEXT_DAY)] = 1
    for _ in range(3):
        assert await minutes.volumes(DAY, NEXT_DAY) == [*range(15, 25), 1]
    assert sum(span.start == at("00:00:00") for span in minutes.reads) == 1
    minutes.now_s = PAST_KEPT_S
    await minutes.volumes(DAY, NEXT_DAY)
    assert sum(span.start == at("00:00:00") for span in minutes.reads) == 2


async def test_today_goes_on_as_a_day_that_is_over(minutes: Minutes) -> None:
    await minutes.volumes(DAY)
    minutes.rows[at("14:45:00")] = 1_445
    for _ in range(2):
        assert (await minutes.volumes(DAY, NEXT_DAY))[-1] == 1_445
    assert sum(span.end < at("00:00:00", NEXT_DAY) for span in minutes.reads) == 2


async def test_many_who_ask_at_once_wait_for_one_reading(minutes: Minutes) -> None:
    answers = await asyncio.gather(*(minutes.volumes(DAY) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert sum(span.start == at("00:00:00") for span in minutes.reads) == 1


async def test_reading_that_fails_keeps_nothing(minutes: Minutes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_symbols: frozenset[str], _span: TimeRange) -> list[ActiveMinute]:
        raise OSError

    monkeypatch.setattr(minutes.cache, "_read", fail)
    with pytest.raises(OSError):
        await minutes.volumes(DAY)
    monkeypatch.undo()
    assert len(await minutes.volumes(DAY)) == 10


async def test_what_is_kept_is_bounded(minutes: Minutes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ROWS_MAX >= 29 * 1_600  # a day of quarters of the whole market
    monkeypatch.setattr(market_minute_cache, "ROWS_MAX", 20)
    for n in range(5):
        await minutes.cache.days(frozenset({f"S{n}"}), (DAY,))
    assert sum(len(kept.rows) for kept in minutes.cache._kept.values()) <= 20
    assert await minutes.cache.days(SYMBOLS, ()) == []


async def test_foreign_minutes_read_from_the_middle_go_on_where_the_day_was(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    rows = [
        foreign("VCB", "09:15:10", 100, 0),
        foreign("VCB", "09:17:50", 300, 50),
        foreign("FPT", "09:16:00", 0, 40),
        foreign("VCB", "09:19:59", 250, 50),
        foreign("FPT", "09:20:00", 70, 40),
        foreign("VCB", "09:15:00", 5, 0, NEXT_DAY),
    ]
    await insert_rows(connection, FOREIGN_SNAPSHOTS, rows)
    repository = MarketMinuteRepository(pool)
    whole = [
        row
        for row in await repository.foreign(SYMBOLS, time_range(None, None))
        if row.timestamp.date() == DAY
    ]
    end = at("23:59:59")
    for minute in range(15, 21):
        start = at(f"09:{minute}:00")
        part = await repository.foreign(SYMBOLS, TimeRange(start, end))
        assert part == [row for row in whole if row.timestamp >= start]
