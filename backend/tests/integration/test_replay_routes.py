"""GET and POST /api/replay: a real replay server behind the real routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from app.api.app_factory import create_api
from app.api.replay_routes import Replay
from app.clock import VIETNAM
from app.feed.recording import RecordedLine, RecordingHeader
from app.market.core_settings import CoreSettings
from app.market.messages import ReferenceLists
from app.wiring import Application
from tests.feed.payload_samples import raw_of, sample
from tests.integration.recordings import replayed, settings, until, write_lines

FROM = datetime(2026, 11, 23, 11, 20, tzinfo=VIETNAM)
FROM_S = FROM.timestamp()
MINUTES = 20


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Twenty minutes around the beginning of lunch, with a trade every two seconds before it and a mark."""
    header = RecordingHeader(2, FROM.date(), "ssi", ["X-TRADE:ALL"], CoreSettings(None, "ALL"))
    start_ns = int(FROM_S * 1e9)
    lines = [
        RecordedLine(start_ns, header=header),
        RecordedLine(start_ns, lists=ReferenceLists(None, "ALL", vn30=("VCB",))),
    ]
    for n in range(MINUTES * 60 * 2):
        lines.append(RecordedLine(start_ns + n * 500_000_000, tick_s=FROM_S + n / 2))
        if n % 4 == 0 and n < 1200:
            lines.append(RecordedLine(start_ns + n * 500_000_000, raw=raw_of("X-TRADE", sample("x_trade"))))
    lines.append(RecordedLine(start_ns + MINUTES * 60 * 10**9, skipped=7, reason="the disk is nearly full"))
    return write_lines(tmp_path / "feed-2026-11-23.jsonl.gz", lines)


@asynccontextmanager
async def api_of(
    recording: Path, *options: str, **given: Any
) -> AsyncIterator[tuple[Application, httpx.AsyncClient]]:
    async with replayed(recording, *options, **given) as (application, _):
        await until(lambda: application.feed is not None and application.feed.replay is not None)
        transport = httpx.ASGITransport(create_api(application.services))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
            yield application, http


async def test_replay_says_what_is_played_and_where_it_stands(recording: Path) -> None:
    async with api_of(recording, "--speed", "1") as (application, http):
        await until(lambda: application.processor.market_time_s > 0)
        response = await http.get("/api/replay")
        assert response.headers["X-Feed-Source"] == "replay"
        TypeAdapter(Replay).validate_json(response.content)
        answer = response.json()
        assert (answer["file"], answer["day"], answer["recorded_source"]) == (
            recording.name,
            "2026-11-23",
            "ssi",
        )
        assert answer["from"] == "2026-11-23T11:20:00+07:00"
        assert (answer["speed"], answer["is_paused"], answer["skips_lunch"]) == (1.0, False, False)
        assert answer["skipped"] == 7
        markers = [(marker["kind"], marker["label"], marker["from"][11:19]) for marker in answer["markers"]]
        assert markers == [
            ("phase", "continuous", "11:20:00"),
            ("phase", "lunch", "11:30:00"),
            ("gap", "skipped", "11:39:59"),
            ("idle", "idle", "11:29:58"),
        ]


async def test_replay_is_paused_moved_and_sent_on(recording: Path) -> None:
    async with api_of(recording, "--speed", "1") as (application, http):
        await until(lambda: application.processor.market_time_s > 0)
        answer = (await http.post("/api/replay", json={"is_paused": True, "skip_lunch": True})).json()
        assert (answer["is_paused"], answer["skips_lunch"]) == (True, True)
        place = "2026-11-23T11:25:00+07:00"
        await http.post("/api/replay", json={"position": place})
        await until(lambda: application.processor.market_time_s >= FROM_S + 299)
        await _until_arrived(http)
        assert (await http.get("/api/replay")).json()["position"] == place
        await http.post(
            "/api/replay", json={"position": "2026-11-23T04:21:00Z"}
        )  # another zone, the same moment
        await until(lambda: application.processor.market_time_s == FROM_S + 59.5)
        answer = (await http.post("/api/replay", json={"is_paused": False, "speed": 0})).json()
        assert answer["speed"] == 0
        await asyncio.wait_for(application.tape_ended.wait(), 30)
        assert (await http.get("/api/replay")).json()["has_ended"]


async def _until_arrived(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while (await http.get("/api/replay")).json()["is_seeking"]:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"speed": -1}, {"speed": 1001}, {"speed": "fast"}, {"is_paused": "maybe"}, {"position": "yesterday"},
        {"position": "2026-11-23T11:25:00"}, {"skips_lunch": True}, [], {"position": None}, {"speed": True, "x": 1},
    ],
)  # fmt: skip
async def test_foolish_changes_are_refused_and_change_nothing(recording: Path, body: Any) -> None:
    async with api_of(recording, "--speed", "1") as (_, http):
        response = await http.post("/api/replay", json=body)
        assert response.status_code == 422
        assert response.json()["error"]["message"]
        after = (await http.get("/api/replay")).json()
        assert (after["speed"], after["is_paused"], after["skips_lunch"]) == (1.0, False, False)


async def test_moving_is_for_operators_and_not_for_other_sites(recording: Path) -> None:
    async with api_of(recording, "--speed", "1", ws_auth_token="t") as (_, http):
        assert (await http.get("/api/replay")).status_code == 401
        assert (await http.post("/api/replay", json={"speed": 2})).status_code == 401
        entry = {"Authorization": "Bearer t"}
        assert (await http.post("/api/replay", json={"speed": 2}, headers=entry)).status_code == 200
        foreign = entry | {"Origin": "http://evil.example"}
        assert (await http.post("/api/replay", json={"speed": 3}, headers=foreign)).status_code == 403
        assert (await http.get("/api/replay", headers=entry)).json()["speed"] == 2


async def test_without_a_replay_there_is_nothing_to_ask() -> None:
    application = Application(settings(feed_source="simulator", sim_url="http://127.0.0.1:9/"))
    transport = httpx.ASGITransport(create_api(application.services))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        for response in (await http.get("/api/replay"), await http.post("/api/replay", json={"speed": 1})):
            assert response.status_code == 404
            assert response.json()["error"]["code"] == "no_replay"


async def test_server_that_died_is_said(recording: Path) -> None:
    async with api_of(recording, "--speed", "1") as (application, http):
        assert application.feed is not None
        assert application.feed.replay is not None
        application.feed.replay._url = "http://127.0.0.1:9/sim/replay"
        response = await http.get("/api/replay")
        assert (response.status_code, response.json()["error"]["code"]) == (503, "replay_unavailable")
