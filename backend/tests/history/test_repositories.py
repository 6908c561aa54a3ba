"""Reads of the history: order, pages, bounds, and requests nobody should be able to break. Runs on TimescaleDB too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import asyncpg
import pytest

from app.history.alert_repository import AlertRepository
from app.history.basis_repository import BasisRepository
from app.history.errors import CursorError
from app.history.foreign_repository import ForeignRepository
from app.history.gap_repository import GapRepository
from app.history.index_repository import IndexRepository
from app.history.paging import EARLIEST, LATEST, days_before, encode_cursor, time_range
from app.history.pool import DatabasePool
from app.history.tables import (
    ALERTS,
    BASIS_POINTS,
    FOREIGN_SNAPSHOTS,
    GAPS,
    INDEX_SNAPSHOTS,
    TRADES,
    alert_row,
    basis_row,
    foreign_row,
    gap_id,
    gap_row,
    index_row,
    insert_rows,
    trade_row,
)
from app.history.trade_repository import TradeRepository
from app.market.models import (
    Alert,
    AlertType,
    BasisPoint,
    ForeignInvestorData,
    Gap,
    IndexData,
    Phase,
    Severity,
    TradeType,
)
from tests.history.builders import DAY, at, make_trade

EVER = time_range(None, None)
FUTURE = "41I1G3000"


async def collect(fetch: Any, limit: int) -> list[Any]:
    """Follow the cursors to the end."""
    rows: list[Any] = []
    cursor = None
    while True:
        page = await fetch(limit=limit, cursor=cursor)
        assert len(page.data) <= limit
        rows += page.data
        cursor = page.next_cursor
        if cursor is None:
            return rows


async def test_ticks_come_back_as_written_newest_first_page_by_page(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    trades = [
        make_trade(
            clock="10:00:00", total=n * 100, trading_date=DAY + timedelta(days=day), exchange_side="BU"
        )
        for day in range(2)
        for n in range(1, 6)
    ]
    assert await insert_rows(connection, TRADES, [trade_row(trade) for trade in trades]) == 10
    assert await insert_rows(connection, TRADES, [trade_row(trade) for trade in trades]) == 0
    repository = TradeRepository(pool)
    for limit in (1, 3, 10, 11):
        ticks = await collect(lambda **page: repository.fetch_ticks("VCB", EVER, **page), limit)
        assert [(tick.timestamp, tick.total_volume) for tick in ticks] == [
            (trade.timestamp, trade.total_volume) for trade in reversed(trades)
        ]
    tick, trade = ticks[-1], trades[0]
    for field in tick.__struct_fields__:
        assert getattr(tick, field) == getattr(trade, field), field
    assert isinstance(tick.price, int)
    assert tick.timestamp.utcoffset() == timedelta(hours=7)
    page = await repository.fetch_ticks("VCB", time_range(at("00:00"), at("23:59")), limit=100)
    assert len(page.data) == 5


async def test_ticks_of_a_future_keep_their_points(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    await insert_rows(connection, TRADES, [trade_row(make_trade(FUTURE, price=1_950.7, value=1))])
    (tick,) = (await TradeRepository(pool).fetch_ticks(FUTURE, EVER, limit=1)).data
    assert tick.price == 1_950.7


async def test_day_totals_add_up_by_phase_and_side(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    trades = [
        make_trade(total=100, phase=Phase.ATO),
        make_trade(total=200, trade_type=TradeType.ACTIVE_BUY),
        make_trade(total=300, trade_type=TradeType.ACTIVE_BUY),
        make_trade(total=100, trading_date=DAY - timedelta(days=1)),
    ]
    repository = TradeRepository(pool)
    assert await repository.fetch_last_date() is None
    await insert_rows(connection, TRADES, [trade_row(trade) for trade in trades])
    totals = await repository.fetch_day_totals(DAY)
    assert [(t.phase, t.trade_type, t.volume, t.prints, t.total_volume) for t in totals] == [
        (Phase.ATO, TradeType.NEUTRAL, 100, 1, 100),
        (Phase.CONTINUOUS, TradeType.ACTIVE_BUY, 200, 2, 300),
    ]
    assert await repository.fetch_last_date() == DAY


def foreign(moment: datetime, buy: int, symbol: str = "VCB") -> ForeignInvestorData:
    return ForeignInvestorData(
        symbol, buy_volume=buy, sell_volume=10, buy_value=buy * 60, last_updated=moment
    )


async def test_foreign_daily_is_the_last_row_of_each_day_even_when_it_is_lower(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    rows = [
        foreign_row(foreign(at(clock, DAY + timedelta(days=day)), buy))
        for day in range(5)
        for clock, buy in (("09:30", 100), ("14:00", 900 + day), ("14:45", 500 + day))
    ]
    assert await insert_rows(connection, FOREIGN_SNAPSHOTS, rows) == 15
    repository = ForeignRepository(pool)
    for limit in (1, 2, 5, 6):
        daily = await collect(lambda **page: repository.fetch_daily("VCB", EVER, **page), limit)
        assert [row.buy_volume for row in daily] == [504, 503, 502, 501, 500]
    span = time_range(at("00:00"), at("14:30"))
    assert [row.net_volume for row in (await repository.fetch_daily("VCB", span, limit=9)).data] == [890]
    snapshots = await collect(lambda **page: repository.fetch_snapshots("VCB", EVER, **page), 4)
    assert [row.timestamp for row in snapshots] == sorted((row[7] for row in rows), reverse=True)
    latest = await repository.fetch_latest(EVER)
    assert [(row.symbol, row.buy_volume) for row in latest] == [("VCB", 504)]


async def test_index_points_and_minutes(connection: asyncpg.Connection, pool: DatabasePool) -> None:
    rows = [
        index_row(
            IndexData(
                "VN30",
                value=1_900.5 + n,
                total_volume=n,
                last_updated=at("09:30") + timedelta(seconds=20 * n),
            )
        )
        for n in range(9)
    ]
    assert await insert_rows(connection, INDEX_SNAPSHOTS, rows) == 9
    repository = IndexRepository(pool)
    points = await collect(lambda **page: repository.fetch_points("VN30", EVER, **page), 2)
    assert [point.value for point in points] == [1_908.5 - n for n in range(9)]
    minutes = await repository.fetch_minutes(EVER)
    assert [point.value for point in minutes] == [1_902.5, 1_905.5, 1_908.5]


async def test_basis_points_by_contract_and_of_a_session(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    points = [
        BasisPoint(at("09:30") + timedelta(seconds=n), symbol, 1_900.1, 1_905.0, -4.9, -0.26, False)
        for n in range(3)
        for symbol in (FUTURE, "41I1G4000")
    ]
    assert await insert_rows(connection, BASIS_POINTS, [basis_row(point) for point in points]) == 6
    repository = BasisRepository(pool)
    found = await collect(lambda **page: repository.fetch_points(FUTURE, EVER, **page), 2)
    assert found == points[::2][::-1]
    assert await repository.fetch_session(EVER) == points


async def test_alerts_are_filtered_and_paged(connection: asyncpg.Connection, pool: DatabasePool) -> None:
    alerts = [
        Alert(
            f"a{n}",
            AlertType.VOLUME_SPIKE,
            severity,
            symbol,
            "text",
            at("10:00"),
            {"ratio": 3.5, "list": [1]},
        )
        for n, (severity, symbol) in enumerate(
            [(Severity.WARNING, "VCB"), (Severity.CRITICAL, "VCB"), (Severity.WARNING, "FPT")]
        )
    ]
    assert await insert_rows(connection, ALERTS, [alert_row(alert) for alert in alerts]) == 3
    assert await insert_rows(connection, ALERTS, [alert_row(alerts[0])]) == 0
    repository = AlertRepository(pool)
    assert await collect(lambda **page: repository.fetch(EVER, **page), 1) == alerts[::-1]
    for wanted, expected in (
        ({"symbol": "VCB"}, ["a1", "a0"]),
        ({"severity": Severity.WARNING}, ["a2", "a0"]),
        ({"alert_types": [AlertType.PRICE_BREAKOUT]}, []),
        ({"symbol": "NUL\0"}, []),
    ):
        page = await repository.fetch(EVER, limit=10, **wanted)  # type: ignore[arg-type]
        assert [alert.id for alert in page.data] == expected


def test_two_equal_losses_of_one_second_are_two_gaps() -> None:
    losses = [Gap("VCB", at("10:00"), at("10:00"), 200, "total_volume_jump", total) for total in (900, 1_300)]
    assert len({gap_row(loss, DAY)[0] for loss in losses}) == 2
    assert gap_row(losses[0], DAY) == gap_row(losses[0], DAY)


async def test_gap_is_closed_by_its_own_row_and_repaired_once(
    connection: asyncpg.Connection, pool: DatabasePool
) -> None:
    jump = Gap("VCB", at("10:00"), at("10:01"), 500, "total_volume_jump")
    late = Gap("FPT", None, at("09:30"), 900, "late_start")
    name = gap_id("*|disconnect|10:00")
    opened = (name, "*", "disconnect", at("10:00"), None, 0, DAY)
    closed = (name, "*", "disconnect", at("10:00"), at("10:05"), 700, DAY)
    assert await insert_rows(connection, GAPS, [gap_row(jump, DAY), gap_row(late, DAY), opened]) == 3
    assert await insert_rows(connection, GAPS, [gap_row(jump, DAY), opened]) == 0
    assert await insert_rows(connection, GAPS, [closed]) == 1
    assert await insert_rows(connection, GAPS, [(*closed[:5], 9, DAY), opened]) == 0, "closed is closed"
    repository = GapRepository(pool)
    assert set(await repository.fetch_open_ids(DAY)) == {name, gap_row(jump, DAY)[0]}
    gaps = await collect(lambda **page: repository.fetch(DAY, DAY, **page), 1)
    assert {gap.cause for gap in gaps} == {"total_volume_jump", "late_start", "disconnect"}
    assert next(gap for gap in gaps if gap.id == name).volume == 700
    of_vcb = await repository.fetch(DAY, DAY, limit=10, symbol="VCB", is_open=True)
    assert {gap.cause for gap in of_vcb.data} == {"total_volume_jump", "disconnect"}
    await repository.note_reasons({name: "no bars", gap_row(jump, DAY)[0]: "no bars"})
    notes = {gap.id: gap.repair_note for gap in await repository.fetch_unrepaired(DAY, DAY, 10)}
    assert notes == {name: "no bars", gap_row(jump, DAY)[0]: "no bars", gap_row(late, DAY)[0]: None}
    assert await repository.mark_repaired([name], at("15:00")) == 1
    assert await repository.mark_repaired([name], at("15:00")) == 0
    assert await repository.fetch_open_ids(DAY) == [gap_row(jump, DAY)[0]]
    await connection.execute("DELETE FROM gaps WHERE id <> $1", name)
    await repository.forget_notes()
    assert await connection.fetchval("SELECT count(*) FROM meta WHERE starts_with(key, 'gap:')") == 0
    repaired = (await repository.fetch(DAY, DAY, limit=9)).data[0]
    assert (repaired.repaired_at, repaired.to_time, repaired.repair_note) == (at("15:00"), at("10:05"), None)
    assert (await repository.fetch(DAY, DAY, limit=9, symbol="\0")).data == []


BAD_TRADES = {
    "price_plausible": {"price": 1e308, "value": 1},
    "price_plausible ": {"price": float("nan"), "value": 1},
    "price_plausible  ": {"price": 0, "value": 1},
    "volume_plausible": {"volume": 0},
    "total_volume_plausible": {"total_volume": -5},
    "value_plausible": {"value": -1},
    "symbol_plausible": {"symbol": ""},
    "time_plausible": {"timestamp": datetime(1970, 1, 1, tzinfo=UTC)},
    "date_plausible": {"trading_date": date(1, 1, 1), "timestamp": at("09:00")},
    "int64": {"volume": 2**63, "value": 1},
    "encoding": {"symbol": "A\0"},
    "integer": {"volume": "many", "value": 1},
}


@pytest.mark.parametrize("reason", BAD_TRADES)
async def test_absurd_trade_is_refused_with_a_telling_reason(
    connection: asyncpg.Connection, reason: str
) -> None:
    bad = make_trade(**BAD_TRADES[reason])  # type: ignore[arg-type]
    with pytest.raises((asyncpg.DataError, asyncpg.IntegrityConstraintViolationError), match=reason.strip()):
        await insert_rows(connection, TRADES, [trade_row(make_trade(total=700)), trade_row(bad)])
    assert await connection.fetchval("SELECT count(*) FROM trades") == 0, "one statement: all or nothing"


async def test_volumes_beyond_32_bits_are_stored(connection: asyncpg.Connection) -> None:
    rows = [trade_row(make_trade(volume=2**33, total=2**34))]
    assert await insert_rows(connection, TRADES, rows) == 1
    assert await insert_rows(connection, TRADES, []) == 0


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        "bnVsbA",
        encode_cursor(1),
        encode_cursor("2026-03-02", 2**70),
        encode_cursor("A\0", "B"),
        "A" * 9999,
    ],
)
async def test_forged_cursors_are_refused(pool: DatabasePool, cursor: str) -> None:
    for fetch in (
        TradeRepository(pool).fetch_ticks("VCB", EVER, limit=1, cursor=cursor),
        ForeignRepository(pool).fetch_snapshots("VCB", EVER, limit=1, cursor=cursor),
        ForeignRepository(pool).fetch_daily("VCB", EVER, limit=1, cursor=cursor),
        IndexRepository(pool).fetch_points("VN30", EVER, limit=1, cursor=cursor),
        BasisRepository(pool).fetch_points(FUTURE, EVER, limit=1, cursor=cursor),
        AlertRepository(pool).fetch(EVER, limit=1, cursor=cursor),
    ):
        with pytest.raises(CursorError):
            await fetch


async def test_unstorable_names_have_no_history(pool: DatabasePool) -> None:
    for name in ("", "NUL\0", "X" * 99, "\ud800"):
        assert (await TradeRepository(pool).fetch_ticks(name, EVER, limit=1)).data == []
        assert (await ForeignRepository(pool).fetch_snapshots(name, EVER, limit=1)).data == []
        assert (await ForeignRepository(pool).fetch_daily(name, EVER, limit=1)).data == []
        assert (await IndexRepository(pool).fetch_points(name, EVER, limit=1)).data == []
        assert (await BasisRepository(pool).fetch_points(name, EVER, limit=1)).data == []


async def test_limits_outside_the_bounds_are_refused(pool: DatabasePool) -> None:
    for limit in (-5, 0, 10_001, 10**30):
        with pytest.raises(ValueError, match="limit"):
            await TradeRepository(pool).fetch_ticks("VCB", EVER, limit=limit)


def test_time_range_takes_any_aware_moment() -> None:
    west = timezone(-timedelta(hours=12))
    assert time_range(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=west)) == EVER
    assert (EVER.start, EVER.end) == (EARLIEST, LATEST)
    with pytest.raises(ValueError, match="time zone"):
        time_range(datetime(2026, 1, 1), None)  # noqa: DTZ001
    assert days_before(at("14:00"), 5) == at("00:00", DAY - timedelta(days=4))
    assert days_before(datetime.min.replace(tzinfo=UTC), 5) == EARLIEST
