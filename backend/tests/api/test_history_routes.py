"""The history routes over a real database."""

from __future__ import annotations

import csv
import io
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from msgspec import Struct
from pydantic import TypeAdapter

from app.api import history_answers, history_routes, history_schemas, market_history_routes
from app.api.access import AccessSettings
from app.api.history_reader import HistoryAccess
from app.history.csv_rows import csv_cell, csv_lines
from app.history.errors import HistoryUnavailable
from app.history.foreign_repository import ForeignSnapshot
from app.history.gap_repository import StoredGap
from app.history.index_repository import IndexSnapshot
from app.history.market_minutes import ActiveMinute, ActiveQuarter, Close, ForeignMinute
from app.history.pool import DatabasePool
from app.history.stored_history import Bar
from app.history.trade_repository import Tick
from app.market.models import BasisPoint
from tests.api.conftest import Backend, rest_client
from tests.api.history_backend import FRIDAY, FUTURE, TICKS_A_DAY, at, fill, history_access, history_backend
from tests.history.conftest import (  # noqa: F401 - fixtures
    connection,
    database_dsn,
    pool,
    server_dsn,
    template_name,
)

ROUTES = (
    "/api/history/VCB/candles",
    "/api/history/VCB/candles?interval=5m&limit=3",
    "/api/history/VCB/candles?interval=15m",
    "/api/history/VCB/candles?interval=30m",
    "/api/history/VCB/candles?interval=1h",
    "/api/history/VCB/candles?interval=1d",
    "/api/history/VN30/candles?interval=5m",
    "/api/history/VCB/ticks",
    "/api/history/VCB/foreign",
    "/api/history/VCB/foreign/daily",
    "/api/history/index/VN30",
    "/api/history/index/HNXIndex?days=1",
    f"/api/history/derivatives/{FUTURE}",
    "/api/history/derivatives/vn30f1m",
    "/api/history/gaps",
    "/api/history/alerts",
    "/api/history/alerts?type=&severity=&symbol=",
    "/api/history/market/foreign",
    "/api/history/market/foreign?symbols=VCB&days=10",
    "/api/history/market/active",
    "/api/history/market/active/quarters?symbols=vcb",
    "/api/history/market/closes?symbols=VCB,41I1GC000",
)
PAGED = ("VCB/ticks", "VCB/candles", "VCB/foreign", "VCB/foreign/daily", "index/VN30", f"derivatives/{FUTURE}", "gaps", "alerts")  # fmt: skip


@pytest.fixture
async def rest(
    pool: DatabasePool,  # noqa: F811
    connection: asyncpg.Connection,  # noqa: F811
) -> AsyncIterator[httpx.AsyncClient]:
    await fill(connection)
    async with rest_client(history_backend(pool).app()) as client:
        yield client


async def get(rest: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    answer = await rest.get(f"/api/history/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def template_of(route: str) -> str:
    path = route.partition("?")[0]
    for name in ("VCB", "VN30", "HNXIndex", FUTURE, "vn30f1m"):
        path = path.replace(f"/{name}", "/*")
    return path


@pytest.mark.parametrize("route", ROUTES)
async def test_history_answer_has_the_shape_that_openapi_promises(
    rest: httpx.AsyncClient, route: str
) -> None:
    answer = await rest.get(route)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-feed-source"] == "simulator"
    models = {
        "/".join("*" if part.startswith("{") else part for part in route.path.split("/")): (
            route.response_model
        )
        for route in (*market_history_routes.router.routes, *history_routes.router.routes)
    }
    TypeAdapter(models[template_of(route)]).validate_json(answer.content, strict=False)
    assert answer.json()["data"]


async def test_history_routes_of_openapi_are_all_tested_for_their_shape(backend: Backend) -> None:
    documented = {
        "/".join("*" if part.startswith("{") else part for part in path.split("/"))
        for path in backend.app().openapi()["paths"]
        if path.startswith("/api/history/")
    }
    assert documented == {template_of(route) for route in ROUTES}


async def test_candles_hold_active_buying_and_selling_oldest_first(rest: httpx.AsyncClient) -> None:
    bars = (await get(rest, "VCB/candles", limit=2, to="2026-11-20T09:26:59"))["data"]
    assert [bar["timestamp"] for bar in bars] == ["2026-11-20T09:25:00+07:00", "2026-11-20T09:26:00+07:00"]
    assert bars[1]["volume"] == 1_000
    assert sum(bars[1][f"{side}_volume"] for side in ("mua_chu_dong", "ban_chu_dong", "neutral")) == 1_000
    assert bars[1]["mua_chu_dong_volume"] > 0
    assert (bars[1]["origin"], bars[1]["is_repaired"], bars[1]["open"]) == (None, False, 61_500)


@pytest.mark.parametrize("day", ["2026-11-19", "20261119", "2026-W47-4", " 2026-11-19"])
async def test_date_as_an_end_is_the_whole_day(rest: httpx.AsyncClient, day: str) -> None:
    ticks = (await get(rest, "VCB/ticks", **{"from": day}, to=day))["data"]
    assert (ticks[0]["timestamp"], len(ticks)) == ("2026-11-19T14:45:00+07:00", TICKS_A_DAY + 1)


async def test_candles_of_a_day_stand_at_its_midnight(rest: httpx.AsyncClient) -> None:
    days = (await get(rest, "VCB/candles", interval="1d"))["data"]
    assert [day["timestamp"][:10] for day in days] == ["2026-11-19", "2026-11-20"]
    assert days[1]["volume"] == TICKS_A_DAY * 100


async def test_candles_of_an_index_are_made_of_its_states(rest: httpx.AsyncClient) -> None:
    bars = (await get(rest, "hnxindex/candles", interval="15m"))["data"]
    assert [bar["timestamp"][5:16] for bar in bars] == [
        f"11-{day}T09:{minute}" for day in (19, 20) for minute in (15, 30)
    ]
    assert (bars[1]["open"], bars[1]["close"]) == (1_893.0, 1_894.4)
    assert (bars[1]["volume"], bars[1]["neutral_volume"], bars[1]["value"]) == (
        15_000,
        15_000,
        15_000_000_000,
    )
    assert [bar["volume"] for bar in (await get(rest, "VN30/candles", interval="1d"))["data"]] == [44_000] * 2
    page = await get(rest, "VN30/candles", limit=7)
    older = await get(rest, "VN30/candles", limit=7, cursor=page["next_cursor"])
    assert older["data"][-1]["timestamp"] < page["data"][0]["timestamp"]
    assert (await get(rest, "VN30/candles", **{"from": "2026-11-21"}))["data"] == []
    assert (await rest.get("/api/history/NOINDEX/candles")).status_code == 404


async def test_candles_of_a_repaired_minute_say_so(
    rest: httpx.AsyncClient,
    connection: asyncpg.Connection,  # noqa: F811
) -> None:
    await connection.execute(
        "INSERT INTO candle_repairs SELECT symbol, bucket, phase, open, high, low, close, volume + 500, value,"
        " mua_chu_dong_volume, ban_chu_dong_volume, neutral_volume + 500, trade_count, 'repair' FROM candle_1m"
        " WHERE symbol = 'VCB' AND bucket = '2026-11-20 09:20+07'"
    )
    bars = (await get(rest, "VCB/candles", **{"from": "2026-11-20T09:19", "to": "2026-11-20T09:20"}))["data"]
    assert [(bar["volume"], bar["is_repaired"], bar["origin"]) for bar in bars] == [
        (1_000, False, None),
        (1_500, True, "repair"),
    ]


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("answer_format", ["json", "csv"])
async def test_pages_put_together_are_the_whole(
    rest: httpx.AsyncClient, path: str, answer_format: str
) -> None:
    whole = (await get(rest, path, limit=1_000))["data"]
    assert len(whole) > 1
    pages: list[list[Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await rest.get(
            f"/api/history/{path}",
            params={"limit": max(1, len(whole) // 4), "cursor": cursor, "format": answer_format},
        )
        if answer_format == "csv":
            rows: list[Any] = list(csv.DictReader(io.StringIO(answer.text)))
            cursor = answer.headers.get("x-next-cursor")
        else:
            rows, cursor = answer.json()["data"], answer.json()["next_cursor"]
            assert answer.headers.get("x-next-cursor") == cursor
        pages.append(rows)
    is_ascending = path.endswith("candles")
    together = [row for page in (reversed(pages) if is_ascending else pages) for row in page]
    if answer_format == "json":
        assert together == whole
    else:
        assert [list(row) for row in together] == [list(row) for row in whole]
        name = "id" if path in {"gaps", "alerts"} else "timestamp"
        assert [row[name] for row in together] == [row[name] for row in whole]


async def test_answer_larger_than_a_read_goes_on_with_the_next_page(
    rest: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (await get(rest, "VCB/ticks", limit=150))["data"]
    monkeypatch.setattr(history_answers, "PIECE_ROWS", 7)
    monkeypatch.setitem(history_answers.history_answer.__kwdefaults__, "page_rows", 40)
    answer = await rest.get("/api/history/VCB/ticks?limit=150")
    assert answer.json()["data"] == whole
    assert answer.json()["next_cursor"]
    assert "x-next-cursor" not in answer.headers  # not known when the headers go out
    answer = await rest.get("/api/history/VCB/ticks?limit=150&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["total_volume"]) for row in rows] == [tick["total_volume"] for tick in whole]


@pytest.mark.parametrize("path", PAGED)
async def test_cursor_is_the_same_in_both_formats_however_many_reads_an_answer_takes(
    rest: httpx.AsyncClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = len((await get(rest, path, limit=1_000))["data"])
    for page_rows in (1_000, max(1, rows // 3)):
        monkeypatch.setitem(history_answers.history_answer.__kwdefaults__, "page_rows", page_rows)
        for limit in (rows - 1, rows, rows + 1):
            as_json, as_csv = [
                await rest.get(f"/api/history/{path}", params={"limit": limit, "format": kind})
                for kind in ("json", "csv")
            ]
            cursor = as_json.json()["next_cursor"]
            assert (cursor is not None) == (limit < rows)
            assert as_csv.headers.get("x-next-cursor") == cursor
            assert as_csv.content.count(b"\r\n") == 1 + min(limit, rows)


async def test_csv_is_plain_numbers_under_a_header(rest: httpx.AsyncClient) -> None:
    answer = await rest.get("/api/history/VCB/foreign?format=csv&limit=1")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="VCB-foreign.csv"'
    assert answer.content.count(b"\r\n") == 2
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["sell_speed_per_min"] == "0.0000001"
    assert row["buy_acceleration"] == "-0.25"
    assert row["timestamp"] == "2026-11-20T09:30:10+07:00"
    assert row["current_room"] == "5000000"


def test_csv_cells_are_quoted_and_no_formulas() -> None:
    assert csv_lines([['a"b', "x,y", None, True, False]]) == b'"a""b","x,y",,true,false\r\n'
    assert [csv_cell(text) for text in ("=1+1", "+84", "-x", "@a", "\tq")] == ["'=1+1", "'+84", "'-x", "'@a", "'\tq"]  # fmt: skip
    assert [csv_cell(n) for n in (-5, -0.5, 1e21, 61_200.0, float("nan"), float("inf"))] == [
        "-5", "-0.5", "1000000000000000000000", "61200", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "first_date"),
    [("days=1", "2026-11-20"), ("days=2", "2026-11-19"), ("days=1&to=2026-11-19", "2026-11-19"),
     ("days=1&to=2026-11-22", "2026-11-20"), ("days=1&from=2026-11-01", "2026-11-19"), ("days=1000", "2026-11-19")],
)  # fmt: skip
async def test_days_are_trading_days_back_from_the_end(
    rest: httpx.AsyncClient, query: str, first_date: str
) -> None:
    for path in ("index/VN30", "VCB/foreign", "VCB/foreign/daily"):
        rows = (await rest.get(f"/api/history/{path}?{query}")).json()["data"]
        assert rows[-1]["timestamp"][:10] == first_date


async def test_foreign_daily_is_the_last_state_of_each_day(rest: httpx.AsyncClient) -> None:
    rows = (await get(rest, "VCB/foreign/daily"))["data"]
    assert [(row["timestamp"][:10], row["buy_volume"], row["net_volume"]) for row in rows] == [
        ("2026-11-20", 10_000, 6_000),
        ("2026-11-19", 10_000, 6_000),
    ]


async def test_gaps_are_narrowed_by_date_symbol_and_state(rest: httpx.AsyncClient) -> None:
    async def ids(**parameters: Any) -> list[str]:
        return [gap["id"] for gap in (await get(rest, "gaps", **parameters))["data"]]

    assert await ids() == ["g3", "g2", "g1"]
    assert await ids(to="2026-11-19") == ["g1"]
    assert await ids(**{"from": "20261119"}, to="20261119") == ["g1"]
    assert await ids(**{"from": "2026-11-20"}) == ["g3", "g2"]
    assert await ids(symbol="vcb") == ["g2", "g1"]
    assert await ids(open="true") == ["g2", "g1"]


async def test_alerts_are_narrowed_by_type_severity_symbol_and_range(rest: httpx.AsyncClient) -> None:
    async def ids(**parameters: Any) -> list[str]:
        return [alert["id"] for alert in (await get(rest, "alerts", **parameters))["data"]]

    assert await ids() == ["a4", "a3", "a2", "a1"]
    assert await ids(type="VOLUME_SPIKE") == ["a3", "a1"]
    assert await ids(type=["VOLUME_SPIKE", "PRICE_BREAKOUT"], symbol="vcb") == ["a2", "a1"]
    assert await ids(severity="CRITICAL") == ["a2"]
    assert await ids(symbol="VN30F1M") == ["a4"]
    assert await ids(symbol="ros") == ["a3"]  # no longer listed
    assert await ids(symbol="HPG") == []
    assert await ids(**{"from": "2026-11-20"}) == ["a4", "a3"]
    assert await ids(to="2026-11-19", **{"from": "2026-11-19T12:00"}) == ["a2"]
    answer = await rest.get("/api/history/alerts?format=csv&symbol=VCB&limit=1")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["id"], row["severity"], json.loads(row["data"])) == (
        "a2",
        "CRITICAL",
        {"direction": "ceiling"},
    )
    assert answer.headers["x-next-cursor"]


async def test_symbol_no_longer_listed_is_found_while_something_is_stored(rest: httpx.AsyncClient) -> None:
    assert len((await get(rest, "ros/ticks"))["data"]) == 1
    assert (await rest.get("/api/history/ROS/foreign")).status_code == 404


async def test_known_symbol_without_rows_answers_none(rest: httpx.AsyncClient) -> None:
    assert await get(rest, "HPG/candles") == {"data": [], "next_cursor": None}
    assert (await rest.get("/api/history/HPG/ticks?format=csv")).text.startswith("symbol,price,")
    assert await get(rest, "VCB/ticks", **{"from": "9999-12-31"}) == {"data": [], "next_cursor": None}


async def test_alias_of_a_future_is_todays_contract(rest: httpx.AsyncClient) -> None:
    ticks = (await get(rest, "VN30F1M/ticks"))["data"]
    assert [(tick["symbol"], tick["price"]) for tick in ticks] == [(FUTURE, 1895.5)]


BAD = [
    ("VCB/candles?interval=2m", 422),
    ("VCB/candles?limit=0", 422),
    ("VCB/candles?limit=-5", 422),
    ("VCB/candles?limit=5001", 422),
    ("VCB/candles?limit=" + "9" * 400, 422),
    ("VCB/candles?limit=1.5", 422),
    ("VCB/candles?limit=", 422),
    ("VCB/candles?from=yesterday", 422),
    ("VCB/candles?from=2026-02-30", 422),
    ("VCB/candles?to=2026-13-01", 422),
    ("VCB/candles?from=" + "2" * 100, 422),
    ("VCB/candles?from=2026-11-20%00", 422),
    ("VCB/candles?from=2026-11-20&to=2026-11-19", 422),
    ("VCB/candles?from=9999-12-31T23:59:59-12:00&to=0001-01-01T00:00:00%2B12:00", 422),
    ("VCB/candles?format=xml", 422),
    ("VCB/ticks?limit=100001", 422),
    ("VCB/ticks?cursor=x", 422),
    ("VCB/ticks?cursor=%00", 422),
    ("VCB/ticks?cursor=" + "A" * 513, 422),
    ("VCB/ticks?cursor=đ", 422),
    ("VCB/foreign?days=0", 422),
    ("VCB/foreign?days=-1", 422),
    ("VCB/foreign?days=1001", 422),
    ("VCB/foreign/daily?days=x", 422),
    ("V%00B/ticks", 422),
    ("%00/candles", 422),
    ("%C3%9F/ticks", 422),  # ß, which upper() turns into SS
    ("VCB%27%3B%20DROP%20TABLE%20trades%3B--/ticks", 422),
    ("' OR 1=1 --/candles", 422),
    ("A" * 21 + "/ticks", 422),
    ("NOPE/ticks", 404),
    ("NOPE/candles", 404),
    ("NOPE/foreign", 404),
    ("NOPE/foreign/daily", 404),
    ("index/NOPE", 404),
    ("index/V%00", 422),
    ("index/đ", 422),
    ("index/VN30?days=0", 422),
    ("derivatives/VCB", 404),
    ("derivatives/VN30F9M", 404),
    ("derivatives/%F0%9F%92%A5", 422),
    ("gaps?symbol=NOPE", 404),
    ("alerts?symbol=NOPE", 404),
    ("alerts?symbol=V-B", 422),
    ("alerts?type=RAIN", 422),
    ("alerts?severity=LOUD", 422),
    ("alerts?limit=0", 422),
    ("alerts?from=2026-11-21&to=2026-11-20", 422),
    ("gaps?symbol=V-B", 422),
    ("gaps?from=2026-11-21&to=2026-11-20", 422),
    ("gaps?open=perhaps", 422),
    ("nothing/here/at/all", 404),
]


@pytest.mark.parametrize(("path", "status_code"), BAD)
async def test_bad_request_is_answered_with_the_one_error_body(
    rest: httpx.AsyncClient, path: str, status_code: int
) -> None:
    answer = await rest.get(f"/api/history/{path}")
    assert (answer.status_code, set(answer.json())) == (status_code, {"error"}), answer.text
    assert answer.json()["error"]["message"]
    assert answer.json()["error"]["code"] in {
        "invalid_parameter",
        "unknown_symbol",
        "unknown_index",
        "not_found",
    }


@pytest.mark.parametrize(
    "key",
    [
        ["9999-12-31", 10**30], ["0001-01-01", -(10**30)], ["2026-11-20", "x"], [], [1, 2, 3, 4], {"a": 1}, None,
        ["9999-12-31T23:59:59-12:00"], ["0001-01-01T00:00:00+12:00"], ["2026-11-20T00:00:00"],
        ["9999-12-31T23:59:59-12:00", 10**30, 10**30], ["2026-11-20T00:00:00Z", -1, -(2**63)],
        ["2026-11-20T00:00:00Z", 5, 1e400], ["2026-11-20T00:00:00Z", 5, 1e308], ["9999-12-31", "x\0"],
        ["9999-12-31", "'; DROP TABLE gaps"], ["0001-01-01", "\ud800"], ["2026-11-20T00:00:00Z", 1e308, -1e308],
    ],
    ids=str,
)  # fmt: skip
async def test_forged_cursor_is_a_page_or_422_never_500(rest: httpx.AsyncClient, key: Any) -> None:
    cursor = urlsafe_b64encode(json.dumps(key).encode()).decode()
    for path in PAGED:
        answer = await rest.get(f"/api/history/{path}?cursor={quote(cursor)}")
        assert answer.status_code in {200, 422}, (path, answer.text)


async def test_market_minutes_sum_up_the_tracked_stocks_or_those_named(rest: httpx.AsyncClient) -> None:
    tracked = (await get(rest, "market/active"))["data"]
    assert {row["timestamp"][:10] for row in tracked} == {"2026-11-20"}  # one day unless told
    assert sum(row["volume"] for row in tracked) == sum(
        tick["volume"] for tick in (await get(rest, "VCB/ticks", days=1, **{"from": "2026-11-20"}))["data"]
    )
    assert (await get(rest, "market/active", symbols="FPT"))["data"] == []
    two_days = (await get(rest, "market/foreign", days=2))["data"]
    assert [row["net_value"] for row in two_days] == [10 * 36_600_000] * 2
    answer = await rest.get("/api/history/market/foreign?format=csv")
    assert answer.text.splitlines()[0].startswith("timestamp,buy_volume")
    for bad in ("days=0", "days=11", "symbols=" + "A" * 40):
        assert (await rest.get(f"/api/history/market/active?{bad}")).status_code == 422


async def test_days_before_the_first_message_of_a_new_one_count_from_the_session_on_the_screens(
    pool: DatabasePool,  # noqa: F811
    connection: asyncpg.Connection,  # noqa: F811
) -> None:
    await fill(connection)
    monday = replace(
        history_access(pool),
        market_now=lambda: at(date(2026, 11, 23), "08:30:00"),
        session_date=lambda: FRIDAY,
    )
    async with rest_client(Backend(overrides={"history": monday}).app()) as rest:
        for route in ("market/foreign?days=1", "market/active", "VCB/foreign?days=1"):
            answer = await rest.get(f"/api/history/{route}")
            assert {row["timestamp"][:10] for row in answer.json()["data"]} == {"2026-11-20"}, route


@pytest.mark.parametrize("route", [route for route in ROUTES if "derivatives" not in route])
async def test_without_a_database_history_is_503_and_the_rest_goes_on(backend: Backend, route: str) -> None:
    async with rest_client(backend.app()) as rest:
        answer = await rest.get(route)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")
        assert (await rest.get("/api/market/snapshot")).status_code == 200
        assert (await rest.get("/api/history/VCB/ticks?limit=0")).status_code == 422


async def test_database_that_went_away_is_503(pool: DatabasePool) -> None:  # noqa: F811
    backend = history_backend(pool)
    await pool.close()
    async with rest_client(backend.app()) as rest:
        for route in ROUTES:
            answer = await rest.get(route)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")


async def test_database_that_goes_away_in_mid_answer_cuts_it(
    rest: httpx.AsyncClient,
    pool: DatabasePool,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    configured_logging: Callable[..., None],
) -> None:
    configured_logging()
    monkeypatch.setitem(history_answers.history_answer.__kwdefaults__, "page_rows", 40)
    encode = history_answers.encode_json

    def encode_then_lose(value: object) -> bytes:
        pool.state = type(pool.state).UNAVAILABLE
        return encode(value)

    monkeypatch.setattr(history_answers, "encode_json", encode_then_lose)
    transport = httpx.ASGITransport(history_backend(pool).app(), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        with pytest.raises(HistoryUnavailable):
            await client.get("/api/history/VCB/ticks?limit=200")


async def test_database_that_goes_away_in_mid_csv_is_503(
    rest: httpx.AsyncClient,
    pool: DatabasePool,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(history_answers.history_answer.__kwdefaults__, "page_rows", 40)
    made: list[object] = []

    def make_then_lose(rows: Iterable[Sequence[object]]) -> bytes:
        made.append(rows)
        if len(made) > 1:  # the header line is one
            pool.state = type(pool.state).UNAVAILABLE
        return csv_lines(rows)

    monkeypatch.setattr(history_answers, "csv_lines", make_then_lose)
    answer = await rest.get("/api/history/VCB/ticks?limit=200&format=csv")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")
    assert len(made) > 1


async def test_token_guards_history() -> None:
    backend = Backend(access=AccessSettings(token="s3cret"), overrides={"history": HistoryAccess()})
    async with rest_client(backend.app()) as rest:
        for route in ROUTES:
            assert (await rest.get(route)).status_code == 401


@pytest.mark.parametrize(
    "struct",
    [
        Bar,
        Tick,
        ForeignSnapshot,
        IndexSnapshot,
        StoredGap,
        BasisPoint,
        ForeignMinute,
        ActiveMinute,
        ActiveQuarter,
        Close,
    ],
)
def test_struct_and_its_schema_have_the_same_fields(struct: type[Struct]) -> None:
    schema = getattr(history_schemas, struct.__name__)
    assert list(struct.__struct_fields__) == list(schema.model_fields)
