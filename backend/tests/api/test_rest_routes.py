from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from msgspec.structs import replace as struct_replace
from pydantic import TypeAdapter

from app.api import audit_routes, health_routes, market_routes, operator_routes
from app.api.access import AccessSettings
from app.api.services import DashboardConfig
from app.clock import VIETNAM
from app.history.errors import HistoryUnavailable
from app.history.row_codec import BuriedRow
from app.market.alert_rules import AlertThresholds
from app.market.models import (
    BasisPoint,
    Changes,
    DerivativesContract,
    FeedState,
    IndexData,
    PriceData,
    Severity,
)
from tests.api.conftest import Backend, rest_client
from tests.publish.fakes import OPENING, make_alert

ROUTES = (
    "/health",
    "/health/live",
    "/health/ready",
    "/api/config",
    "/api/vn30-components",
    "/api/sectors",
    "/api/system/figures",
    "/api/market/snapshot",
    "/api/market/snapshot?symbols=VCB",
    "/api/market/foreign-detail",
    "/api/foreign",
    "/api/foreign/VCB",
    "/api/market/volume-stats",
    "/api/session-stats",
    "/api/session-stats/VCB",
    "/api/market/basis-trend",
    "/api/derivatives/basis",
    "/api/market/alerts",
    "/api/market/alert-rules",
    "/api/indices",
    "/api/indices/VN30",
    "/api/market/classification-audit",
    "/api/ws/stats",
    "/v1/ws/stats",
    "/api/ws/connections",
    "/v1/ws/connections",
    "/api/ws/protocol",
    "/api/spool/dead-rows",
    "/api/audit",
)
DOCUMENTS = {"/api/ws/schema.json", "/api/asyncapi.json"}  # of the sockets


OPERATOR_ROUTES = (
    "/api/ws/stats",
    "/v1/ws/stats",
    "/api/ws/connections",
    "/v1/ws/connections",
    "/api/spool/dead-rows",
)


def documented_routes(app: Any) -> dict[str, dict[str, Any]]:
    """Those of the history, of the accounts and the documents of the sockets have tests of their own."""
    paths = app.openapi()["paths"].items()
    return {
        path: methods["get"]
        for path, methods in paths
        if not path.startswith(("/api/history/", "/api/auth/")) and path not in DOCUMENTS
    }


def response_models(backend: Backend) -> dict[str, Any]:
    return {
        route.path: route.response_model
        for module in (health_routes, market_routes, operator_routes, audit_routes)
        for route in module.router.routes
        if isinstance(route, APIRoute) and route.response_model is not None
    }


def template_of(route: str) -> str:
    path = route.partition("?")[0]
    for prefix, name in (
        ("/api/foreign/", "symbol"),
        ("/api/session-stats/", "symbol"),
        ("/api/indices/", "index_id"),
    ):
        if path.startswith(prefix):
            return f"{prefix}{{{name}}}"
    return path


@pytest.mark.parametrize("route", ROUTES)
async def test_route_answer_has_the_shape_that_openapi_promises(
    rest: httpx.AsyncClient, backend: Backend, route: str
) -> None:
    answer = await rest.get(route)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-feed-source"] == "simulator"
    assert answer.headers["cache-control"] == "no-store"
    model = response_models(backend)[template_of(route)]
    TypeAdapter(model).validate_json(answer.content, strict=False)


async def test_routes_in_openapi_are_all_tested_for_their_shape(backend: Backend) -> None:
    documented = documented_routes(backend.app())
    tested_with_a_replay = {"/api/replay"}  # integration/test_replay_routes.py
    assert set(documented) == {template_of(route) for route in ROUTES} | tested_with_a_replay
    for path, operation in documented.items():
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema, path
        assert operation["summary"], path


async def test_openapi_names_every_websocket_message(rest: httpx.AsyncClient) -> None:
    schemas = (await rest.get("/openapi.json")).json()["components"]["schemas"]
    assert {
        "StatusMessage", "SessionMessage", "AlertMessage", "AlertsSnapshotMessage", "PingMessage", "PongMessage",
        "ByeMessage", "ErrorMessage", "ClientMessage", "MarketSnapshot", "ForeignSummary", "IndexData", "ErrorBody",
    } <= set(schemas)  # fmt: skip


async def test_snapshot_symbols_narrow_quotes_and_prices(rest: httpx.AsyncClient) -> None:
    body = (await rest.get("/api/market/snapshot", params={"symbols": " vcb , hpg"})).json()
    assert list(body["prices"]) == list(body["quotes"]) == ["VCB"]  # HPG has not traded
    assert body["indices"]["VN30"]["intraday"] == [
        {"timestamp": "2026-11-20T09:15:00+07:00", "value": 1893.42}
    ]
    assert "intraday" not in body["indices"]["VNMidcap"]


async def test_snapshot_follows_the_market(rest: httpx.AsyncClient, backend: Backend) -> None:
    await rest.get("/api/market/snapshot")
    backend.market.prices["VCB"] = PriceData(last_price=math.inf, change_pct=math.nan)
    backend.publisher.mark_changed(Changes(prices={"VCB"}))
    answer = await rest.get("/api/market/snapshot")
    prices = json.loads(answer.text, parse_constant=pytest.fail)["prices"]
    assert prices["VCB"]["last_price"] is None
    assert prices["VCB"]["change_pct"] is None


@pytest.mark.parametrize(
    ("route", "status_code", "code"),
    [
        ("/api/market/snapshot?symbols=VCB,NOPE", 404, "unknown_symbol"),
        ("/api/market/snapshot?symbols=V%00B", 422, "invalid_parameter"),
        ("/api/market/snapshot?symbols=" + "A" * 21, 422, "invalid_parameter"),
        ("/api/foreign/NOPE", 404, "unknown_symbol"),
        ("/api/foreign/%00", 422, "invalid_parameter"),
        ("/api/session-stats/NOPE", 404, "unknown_symbol"),
        ("/api/session-stats/V-B", 422, "invalid_parameter"),
        ("/api/indices/NOPE", 404, "unknown_index"),
        ("/api/market/basis-trend?minutes=0", 422, "invalid_parameter"),
        ("/api/market/basis-trend?minutes=99999", 422, "invalid_parameter"),
        ("/api/market/basis-trend?minutes=x", 422, "invalid_parameter"),
        ("/api/market/alerts?limit=-5", 422, "invalid_parameter"),
        ("/api/market/alerts?type=SPIKE", 422, "invalid_parameter"),
        ("/api/market/alerts?since=yesterday", 422, "invalid_parameter"),
        ("/api/market/alerts?symbol=NOPE", 404, "unknown_symbol"),
        ("/api/nothing", 404, "not_found"),
        ("/nothing", 404, "not_found"),
    ],
)
async def test_bad_request_is_answered_with_the_one_error_body(
    rest: httpx.AsyncClient, route: str, status_code: int, code: str
) -> None:
    answer = await rest.get(route)
    assert answer.status_code == status_code
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]
    assert answer.headers["x-feed-source"] == "simulator"


async def test_wrong_method_is_405_in_the_error_body(rest: httpx.AsyncClient) -> None:
    answer = await rest.post("/api/indices")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_large_body_is_413_in_the_error_body(rest: httpx.AsyncClient) -> None:
    answer = await rest.request("GET", "/api/indices", content=b"x" * 70_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "payload_too_large")


async def test_bug_is_500_in_the_error_body_and_says_nothing_of_it(
    rest: httpx.AsyncClient,
    backend: Backend,
    monkeypatch: pytest.MonkeyPatch,
    configured_logging: Callable[..., None],
) -> None:
    configured_logging()

    def broken(_symbol: str) -> Any:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(backend.market, "get_foreign", broken)
    answer = await rest.get("/api/foreign/VCB")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert "hunter2" not in answer.text
    assert answer.headers["x-feed-source"] == "simulator"


async def test_known_symbol_without_data_answers_zeros(rest: httpx.AsyncClient) -> None:
    assert (await rest.get("/api/foreign/hpg")).json()["buy_volume"] == 0
    assert (await rest.get("/api/session-stats/HPG")).json()["total_volume"] == 0


@pytest.mark.parametrize("name", ["HNX", "hnx", "HNXIndex", "HNXINDEX"])
async def test_index_by_any_of_its_names_is_found(rest: httpx.AsyncClient, name: str) -> None:
    body = (await rest.get(f"/api/indices/{name}")).json()
    assert body["index_id"] == "HNX"
    assert body["intraday"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["alert-4", "alert-3", "alert-2", "alert-1"]),
        ("limit=1", ["alert-4"]),
        ("symbol=hpg", ["alert-2", "alert-1"]),
        ("symbol=HNXIndex", ["alert-3"]),
        ("severity=CRITICAL", ["alert-4"]),
        ("type=VOLUME_SPIKE&severity=&symbol=&since=", ["alert-4", "alert-3", "alert-2", "alert-1"]),
        ("type=PRICE_BREAKOUT", []),
        ("since=2026-11-20T09:15:03%2B07:00", ["alert-4", "alert-3"]),
        ("since=2026-11-20T09:15:03+07:00", ["alert-4", "alert-3"]),
        ("since=2026-11-20T09:15:03", ["alert-4", "alert-3"]),
        ("since=2026-11-21", []),
    ],
)
async def test_alerts_filters_narrow(
    rest: httpx.AsyncClient, backend: Backend, query: str, ids: list[str]
) -> None:
    critical = struct_replace(make_alert(4, "FPT"), severity=Severity.CRITICAL)
    backend.market.alerts[:0] = [critical, make_alert(3, "HNX")]
    answer = await rest.get(f"/api/market/alerts?{query}")
    assert [alert["id"] for alert in answer.json()] == ids


async def test_basis_trend_asks_for_the_minutes_given(rest: httpx.AsyncClient, backend: Backend) -> None:
    backend.market.basis = [
        BasisPoint(OPENING + timedelta(seconds=n), "41I1GC000", 1.0, 1.0, 0.0, 0.0, False) for n in range(300)
    ]
    assert len((await rest.get("/api/market/basis-trend?minutes=2")).json()) == 120


async def test_derivatives_carry_their_contracts(rest: httpx.AsyncClient, backend: Backend) -> None:
    assert backend.market.derivatives is not None
    backend.market.derivatives.contracts = [DerivativesContract("41I1GC000", alias="VN30F1M")]
    body = (await rest.get("/api/market/snapshot")).json()
    assert body["derivatives"]["contracts"][0]["alias"] == "VN30F1M"


@pytest.mark.parametrize(
    ("state", "database", "status"),
    [
        (FeedState.LIVE, "connected", "ok"),
        (FeedState.LUNCH, "not_configured", "ok"),
        (FeedState.LIVE, "unavailable", "degraded"),
        (FeedState.STALLED, "connected", "degraded"),
        (FeedState.FAILED, "connected", "degraded"),
    ],
)
async def test_health_is_always_200_and_says_what_is_missing(
    state: FeedState, database: str, status: str
) -> None:
    spool = {"rows": 3, "oldest_s": 0.5, "dead_rows": 1, "is_refusing": False, "is_failing": False}
    figures = SimpleNamespace(**spool, reason="")
    backend = Backend(
        overrides={
            "database_status": lambda: database,
            "spool_status": lambda: figures,
            "open_gaps": lambda: 2,
        }
    )
    backend.feed.current.state = state
    async with rest_client(backend.app()) as rest:
        answer = await rest.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["database"], body["feed"]["state"]) == (status, database, state)
    assert body["spool"] == spool
    assert body["open_gaps"] == 2


@pytest.mark.parametrize("state", [FeedState.CLOSED, FeedState.LUNCH])
async def test_health_of_a_feed_out_of_reach_is_degraded_when_the_market_is_closed_too(
    state: FeedState,
) -> None:
    backend = Backend()
    backend.feed.current.state, backend.feed.current.connected = state, False
    async with rest_client(backend.app()) as rest:
        body = (await rest.get("/health")).json()
    assert (body["status"], body["feed"]["connected"]) == ("degraded", False)


async def test_health_of_a_spool_in_trouble_is_degraded() -> None:
    figures = SimpleNamespace(
        rows=3, oldest_s=9.0, dead_rows=0, is_refusing=False, reason="rows can't be committed"
    )
    backend = Backend(overrides={"spool_status": lambda: figures})
    async with rest_client(backend.app()) as rest:
        body = (await rest.get("/health")).json()
    assert (body["status"], body["spool"]["is_refusing"]) == ("degraded", False)


async def test_health_ready_before_the_start_is_503(rest: httpx.AsyncClient, backend: Backend) -> None:
    backend.is_ready = False
    assert (await rest.get("/health/live")).status_code == 200
    answer = await rest.get("/health/ready")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")


async def test_config_tells_the_dashboard_what_it_needs() -> None:
    backend = Backend(
        access=AccessSettings(token="s3cret"), overrides={"dashboard": DashboardConfig("vn", "1.2.3")}
    )
    async with rest_client(backend.app()) as rest:
        assert (await rest.get("/api/config")).json() == {
            "source": "simulator",
            "palette": "vn",
            "auth_on": True,
            "auth_kind": "token",
            "anonymous_allowed": False,
            "version": "1.2.3",
        }


async def test_alert_rules_are_those_the_server_is_set_to() -> None:
    rules = AlertThresholds(volume_spike_ratio=4.5, volume_spike_window_s=600, foreign_value_min_vnd=0)
    async with rest_client(Backend(overrides={"alert_thresholds": rules}).app()) as rest:
        assert (await rest.get("/api/market/alert-rules")).json() == {
            "volume_spike_ratio": 4.5,
            "volume_window_min": 10.0,
            "volume_spike_min_prints": 10,
            "foreign_change_pct": 30.0,
            "foreign_min_value": 0,
            "dedup_s": 60.0,
        }


async def test_system_figures_are_samples_of_the_metrics(backend: Backend) -> None:
    metrics = backend.metrics
    metrics.ssi_messages_received_total.labels("MI").inc(7)
    metrics.feed_lag_seconds.observe(0.3)
    async with rest_client(backend.app()) as rest:
        figures = (await rest.get("/api/system/figures")).json()["figures"]
    assert figures["ssi_messages_received_total"] == [{"labels": {"channel": "MI"}, "value": 7.0}]
    counts = {row["labels"]["le"]: row["value"] for row in figures["feed_lag_seconds_bucket"]}
    assert (counts["0.25"], counts["0.5"], counts["+Inf"]) == (0.0, 1.0, 1.0)
    assert figures["classifier_agreement_ratio"] == [{"labels": {}, "value": 0.9}]
    assert not any(name.startswith("http_") or name.endswith("_created") for name in figures)
    metrics.record_audit([])  # nothing to compare: not a number, so no figure
    assert "classifier_agreement_ratio" not in metrics.figures()


async def test_token_guards_rest_but_not_health_config_and_metrics() -> None:
    async with rest_client(Backend(access=AccessSettings(token="s3cret")).app()) as rest:
        for route in ROUTES:
            if route.startswith("/health") or route == "/api/config":
                assert (await rest.get(route)).status_code == 200
            else:
                answer = await rest.get(route)
                assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
                assert answer.headers["www-authenticate"] == "Bearer"
                assert (await rest.get(route, headers={"Authorization": "Bearer s3cret"})).status_code == 200
        assert (await rest.get("/api/indices?token=s3cret")).status_code == 200
        assert (await rest.get("/api/indices?token=s3cre%C3%A9")).status_code == 401
        assert (await rest.get("/openapi.json")).status_code == 401
        assert (await rest.get("/metrics")).status_code == 200


@pytest.mark.parametrize(
    ("peer", "host", "headers", "status_code"),
    [
        ("127.0.0.1", "localhost:8000", {}, 200),
        ("::1", "[::1]:8000", {}, 200),
        ("203.0.113.9", "localhost:8000", {}, 403),
        ("203.0.113.9", "localhost:8000", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", "localhost:8000", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", "rebound.example:8000", {}, 403),
    ],
)
async def test_operators_routes_without_auth_are_for_this_machine_only(
    backend: Backend, peer: str, host: str, headers: dict[str, str], status_code: int
) -> None:
    async with rest_client(backend.app(), peer, f"http://{host}") as rest:
        for route in OPERATOR_ROUTES:
            assert (await rest.get(route, headers=headers)).status_code == status_code


async def test_cors_is_open_to_the_origins_named_only() -> None:
    backend = Backend(access=AccessSettings(cors_origins=("https://board.example",)))
    async with rest_client(backend.app()) as rest:
        ours = await rest.get("/api/indices", headers={"Origin": "https://board.example"})
        theirs = await rest.get("/api/indices", headers={"Origin": "https://evil.example"})
    assert ours.headers["access-control-allow-origin"] == "https://board.example"
    assert "access-control-allow-origin" not in theirs.headers


async def test_metrics_name_route_templates_never_paths(rest: httpx.AsyncClient, backend: Backend) -> None:
    for path in ("/api/foreign/VCB", "/api/foreign/FPT", "/wp-admin", "/x"):
        await rest.get(path)
    await rest.request("BREW", "/coffee")
    text = (await rest.get("/metrics")).text
    assert (
        'http_request_duration_seconds_count{method="GET",path="/api/foreign/{symbol}",status_code="200"} 2.0'
        in text
    )
    assert 'path="(no route)",status_code="404"} 2.0' in text
    assert 'method="other"' in text
    assert "VCB" not in text
    assert 'feed_state{state="live"} 1.0' in text
    assert 'feed_state{state="stalled"} 0.0' in text
    assert 'feed_age_seconds{channel="X-TRADE"} 0.2' in text


async def test_wrong_choice_is_named_as_the_caller_wrote_it(rest: httpx.AsyncClient) -> None:
    message = (await rest.get("/api/market/alerts?type=SPIKE")).json()["error"]["message"]
    assert message.startswith("type: Input should be 'VOLUME_SPIKE'")


async def test_indices_before_any_data_are_empty(rest: httpx.AsyncClient, backend: Backend) -> None:
    backend.market.indices.clear()
    assert (await rest.get("/api/indices")).json() == {}
    backend.market.indices["VN30"] = IndexData("VN30")
    backend.publisher.mark_changed(Changes(indices={"VN30"}))
    assert (await rest.get("/api/indices")).json()["VN30"]["intraday"] == []


async def test_dead_rows_are_told_with_their_reason() -> None:
    buried = BuriedRow(datetime(2026, 11, 20, 9, 15, tzinfo=VIETNAM), "trades", "('VCB', -1)", "23514 no")
    asked: list[int] = []

    async def dead_rows(limit: int) -> list[BuriedRow]:
        asked.append(limit)
        if len(asked) > 1:
            raise HistoryUnavailable("the spool is not open")
        return [buried]

    async with rest_client(Backend(overrides={"dead_rows": dead_rows}).app()) as rest:
        answer = await rest.get("/api/spool/dead-rows?limit=7")
        assert answer.json() == {
            "data": [
                {
                    "buried_at": "2026-11-20T09:15:00+07:00",
                    "table": "trades",
                    "row": "('VCB', -1)",
                    "reason": "23514 no",
                }
            ]
        }
        closed = await rest.get("/api/spool/dead-rows")
        for limit in ("0", "1001", "x"):
            assert (await rest.get(f"/api/spool/dead-rows?limit={limit}")).status_code == 422
    assert (closed.status_code, closed.json()["error"]["code"]) == (503, "spool_unavailable")
    assert asked == [7, 100]


async def test_services_replaced_keep_their_defaults(backend: Backend) -> None:
    services = replace(backend.services(), dashboard=DashboardConfig())
    assert services.database_status() == "not_configured"
    assert services.spool_status() is None


async def test_sectors_name_their_symbols() -> None:
    backend = Backend()
    async with rest_client(backend.app()) as rest:
        listed = {"Technology": frozenset({"FPT"}), "Banks": frozenset({"VCB", "ACB"})}
        backend.publisher.events.facts.sectors = listed
        answer = await rest.get("/api/sectors")
    assert answer.json() == {"sectors": {"Banks": ["ACB", "VCB"], "Technology": ["FPT"]}}
