"""Subscriptions, sessions and returns through a real uvicorn and real clients; every frame against the schema."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.api.access import AccessSettings
from app.api.services import WebSocketLimits
from app.market.models import Changes, ClassifiedTrade, Phase, PriceData, TradeType
from app.publish.event_rings import EventRings
from tests.api.conftest import Backend, Serve
from tests.api.frame_check import checked
from tests.publish.fakes import OPENING, eventually, make_alert


async def read(client: ClientConnection, kind: str | None = None) -> Any:
    """Read the next message, or the next of a kind; pings aside."""
    async with asyncio.timeout(10):
        while True:
            message = checked(await client.recv())
            if message.get("type") != "ping" and kind in {None, message.get("type")}:
                return message


async def close_code(client: ClientConnection) -> int:
    async with asyncio.timeout(10):
        try:
            while True:
                checked(await client.recv())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


async def ask(client: ClientConnection, action: str, **fields: Any) -> None:
    await client.send(json.dumps({"action": action, **fields}))


async def subscribe(client: ClientConnection, **fields: Any) -> Any:
    await ask(client, "subscribe", **fields)
    return await read(client, "subscribed")


def trade(backend: Backend, symbol: str, volume: int) -> None:
    """One active buy, as the market would count it."""
    stats = backend.market.quotes[symbol]
    stats.mua_chu_dong_volume += volume
    stats.total_volume += volume
    backend.market.prices[symbol].last_volume = volume
    print_ = ClassifiedTrade(
        symbol, 61_200, volume, 61_200 * volume, TradeType.ACTIVE_BUY, 61_100, 61_200, OPENING, "LO",
        Phase.CONTINUOUS, "BU", stats.total_volume, OPENING.date(),
    )  # fmt: skip
    backend.publisher.mark_changed(Changes(prices={symbol}, stats={symbol}, trades=[print_]))


async def test_subscription_to_a_symbol_gives_its_snapshot_then_its_events(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        assert (await read(client))["type"] == "status"
        confirmed = await subscribe(
            client, symbols=["vcb", "NOPE", "VN30", "V B"], markets=["HOSEE"], sectors=["x"]
        )
        assert confirmed["symbols"] == ["VCB"]
        assert confirmed["rejected"] == [
            {"reason": "unknown_symbol", "symbol": "NOPE"},
            {"reason": "is_index", "symbol": "VN30"},
            {"reason": "malformed", "symbol": "V B"},
            {"reason": "unknown_market", "market": "HOSEE"},
            {"reason": "unknown_sector", "sector": "x"},
        ]
        snapshot = await read(client)
        assert (snapshot["type"], snapshot["topic"], snapshot["data"]["symbol"]) == (
            "snapshot",
            "symbol:VCB",
            "VCB",
        )
        trade(backend, "FPT", 5)
        trade(backend, "VCB", 7)
        backend.publisher.mark_changed(
            Changes(indices={"VN30"}, contracts={"41I1GC000"}, foreign={"VCB"}, alerts=[make_alert(3)])
        )
        events = []
        while len(events) < 6:
            events += (await read(client, "batch"))["messages"]
        assert [event["seq"] for event in events if event["topic"] == "symbol:VCB"] == [
            snapshot["seq"] + n for n in (1, 2, 3)
        ]
        assert {event["type"] for event in events} == {
            "trade",
            "quote",
            "foreign",
            "index",
            "derivatives",
            "alert",
        }
        (sold,) = [event for event in events if event["type"] == "trade"]
        assert (sold["symbol"], sold["mua_chu_dong_volume"]) == ("VCB", 107)


async def test_return_with_the_session_brings_what_was_missed_before_what_is_new(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        confirmed = await subscribe(client, markets=["HOSE"], channels=["index"])
        position = [await read(client, "snapshot") for _ in range(3)][-1].get("position")
        position = position or confirmed["position"]
        trade(backend, "VCB", 1)
        batch = await read(client, "batch")
        seqs = {event["topic"]: event["seq"] for event in batch["messages"]}
    for volume in (2, 3):
        trade(backend, "VCB", volume)
    await eventually(lambda: backend.publisher.events.sessions.saved_count == 1)
    query = f"session_id={confirmed['session_id']}&position={batch['position']}"
    async with connect(f"{server.url}/v1/ws?{query}") as client:
        assert (await read(client))["type"] == "status"
        again = await read(client)
        assert (again["session_id"], again["markets"]) == (confirmed["session_id"], ["HOSE"])
        assert [view["channel"] for view in again["channels"]] == ["index"]
        assert (await read(client, "snapshot"))["channel"] == "index"
        missed = (await read(client, "batch"))["messages"]
        volumes = [event["volume"] for event in missed if event["type"] == "trade"]
        assert volumes == [2, 3]
        first = next(event for event in missed if event["topic"] == "symbol:VCB")
        assert first["seq"] == seqs["symbol:VCB"] + 1
        trade(backend, "VCB", 4)
        live = (await read(client, "batch"))["messages"]
        assert [event["volume"] for event in live if event["type"] == "trade"] == [4]
    assert backend.publisher.events.resume_count == 1


@pytest.mark.parametrize(
    ("session_id", "reason"),
    [
        ("{epoch}." + "0" * 32, "expired"),
        ("other." + "0" * 32, "epoch_changed"),
        ("%00nonsense", "epoch_changed"),
    ],
)
async def test_session_that_is_gone_says_why_and_the_socket_goes_on(
    serve: Serve, backend: Backend, session_id: str, reason: str
) -> None:
    server = await serve(backend)
    session_id = session_id.replace("{epoch}", backend.publisher.views.epoch)
    async with connect(f"{server.url}/v1/ws?session_id={session_id}") as client:
        assert (await read(client))["type"] == "status"
        assert await read(client) == {"type": "resync", "topic": "*", "reason": reason}
        assert (await subscribe(client, symbols=["VCB"]))["symbols"] == ["VCB"]


async def test_session_nobody_came_back_for_in_time_has_expired(serve: Serve) -> None:
    backend = Backend(session_ttl_s=0.02)
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        session_id = (await subscribe(client, symbols=["VCB"]))["session_id"]
    sessions = backend.publisher.events.sessions
    await eventually(lambda: sessions.find(session_id) is None)
    async with connect(f"{server.url}/v1/ws?session_id={session_id}&position=0") as client:
        assert await read(client, "resync") == {"type": "resync", "topic": "*", "reason": "expired"}
        await ask(client, "ping")
        assert (await read(client))["type"] == "pong"  # and nothing of what it heard before
    assert backend.publisher.events.subscription_count == 0


async def test_session_of_another_life_of_the_server_is_epoch_changed(serve: Serve) -> None:
    before, after = await serve(Backend()), await serve(Backend())
    async with connect(f"{before.url}/v1/ws") as client:
        confirmed = await subscribe(client, symbols=["VCB"])
    query = f"session_id={confirmed['session_id']}&position={confirmed['position']}"
    async with connect(f"{after.url}/v1/ws?{query}") as client:
        assert (await read(client, "resync"))["reason"] == "epoch_changed"
        again = await subscribe(client, symbols=["VCB"])
        assert again["epoch"] != confirmed["epoch"]
        assert again["session_id"] != confirmed["session_id"]


async def test_ring_that_was_overrun_is_told_and_its_snapshot_goes_on(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    backend.publisher.events.log.rings = EventRings(300.0, events_per_topic=3)
    async with connect(f"{server.url}/v1/ws") as client:
        confirmed = await subscribe(client, symbols=["VCB"])
        position = (await read(client, "snapshot"))["position"]
    for volume in range(1, 6):
        trade(backend, "VCB", volume)
    backend.publisher.mark_changed(Changes(alerts=[make_alert(3)]))
    await eventually(lambda: backend.publisher.events.log.seq_of("alerts") == 1)
    query = f"session_id={confirmed['session_id']}&position={position}"
    async with connect(f"{server.url}/v1/ws?{query}") as client:
        (alert,) = (await read(client, "batch"))["messages"]  # the other topics are whole
        assert (alert["type"], alert["seq"]) == ("alert", 1)
        verdict = {"type": "resync", "topic": "symbol:VCB", "reason": "too_many"}
        assert await read(client, "resync") == verdict
        snapshot = await read(client, "snapshot")
        assert snapshot["data"]["session_stats"]["mua_chu_dong_volume"] == 100 + sum(range(1, 6))
        trade(backend, "VCB", 9)
        first = (await read(client, "batch"))["messages"][0]
        assert (first["seq"], first["volume"]) == (snapshot["seq"] + 1, 9)


async def test_position_ahead_of_the_log_is_refused(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        confirmed = await subscribe(client, symbols=["VCB"])
    async with connect(f"{server.url}/v1/ws?session_id={confirmed['session_id']}&position=999999") as client:
        assert (await read(client, "resync"))["reason"] == "epoch_changed"


async def test_session_of_somebody_else_is_refused_and_left_alone(serve: Serve) -> None:
    backend = Backend(access=AccessSettings(trusted_proxies=("127.0.0.0/8",)))
    server = await serve(backend)
    mine, theirs = ({"X-Forwarded-For": address} for address in ("203.0.113.1", "203.0.113.2"))
    async with connect(f"{server.url}/v1/ws", additional_headers=mine) as client:
        confirmed = await subscribe(client, symbols=["VCB"])
        url = f"{server.url}/v1/ws?session_id={confirmed['session_id']}"
        async with connect(url, additional_headers=theirs) as other:
            assert (await read(other, "error"))["code"] == "SESSION_RESTORATION_FAILED"
            assert await close_code(other) == 4403
        await ask(client, "ping")
        await read(client, "pong")  # not taken over
        async with connect(url, additional_headers=mine) as again:
            assert (await read(again, "subscribed"))["symbols"] == ["VCB"]
            assert await close_code(client) == 4403


async def test_subscription_on_a_channel_stops_its_full_pushes_until_unsubscribe_all(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market") as client:
        assert "prices" in await read(client, None) or "prices" in await read(client)
        await subscribe(client, symbols=["VCB"])
        for volume in (1, 2, 3):
            trade(backend, "VCB", volume)
            message = await read(client, "batch")
            assert message["type"] == "batch"
        (connection,) = backend.publisher.managers["market"].clients
        assert not connection.views
        await ask(client, "unsubscribe_all")
        assert (await read(client, "subscribed"))["symbols"] == []
        while "prices" not in (state := await read(client)):
            pass
        backend.market.prices["VCB"] = PriceData(last_price=7)
        backend.publisher.mark_changed(Changes(prices={"VCB"}))
        while (state := await read(client)).get("prices", {}).get("VCB", {}).get("last_price") != 7:
            assert "type" not in state


async def test_channels_on_one_socket_give_delta_mode_of_each(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        confirmed = await subscribe(
            client, channels=["market", "foreign", "index", "alerts", "nope"], interval_ms=250
        )
        assert [view["channel"] for view in confirmed["channels"]] == ["market", "foreign", "index", "alerts"]
        assert confirmed["channels"][0]["interval_ms"] == 250
        assert confirmed["rejected"] == [{"reason": "unknown_channel", "channel": "nope"}]
        snapshots = {(await read(client, "snapshot"))["channel"] for _ in range(4)}
        assert snapshots == {"market", "foreign", "index", "alerts"}
        backend.publisher.mark_changed(Changes(alerts=[make_alert(9)]))
        assert (await read(client, "batch"))["messages"][0]["data"]["id"] == "alert-9"
        backend.market.prices["VCB"] = PriceData(last_price=8)
        backend.publisher.mark_changed(Changes(prices={"VCB"}))
        delta = await read(client, "delta")
        assert delta["data"]["prices"]["VCB"]["last_price"] == 8
        await ask(client, "unsubscribe", channels=["market", "foreign", "index"])
        assert [view["channel"] for view in (await read(client, "subscribed"))["channels"]] == ["alerts"]
        await ask(client, "resync")
        assert (await read(client, "snapshot"))["channel"] == "alerts"


async def test_alerts_in_delta_mode_are_a_snapshot_then_numbered_events(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/alerts?mode=delta") as client:
        assert (await read(client))["type"] == "status"
        snapshot = await read(client)
        assert (snapshot["channel"], len(snapshot["data"])) == ("alerts", 2)
        backend.publisher.mark_changed(Changes(alerts=[make_alert(5)]))
        (alert,) = (await read(client))["messages"]
        assert (alert["type"], alert["topic"], alert["seq"]) == ("alert", "alerts", snapshot["seq"] + 1)


async def test_subscriptions_over_the_limit_change_nothing(serve: Serve) -> None:
    backend = Backend(limits=WebSocketLimits(connections_per_ip=9, subscriptions_max=2))
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        await subscribe(client, symbols=["VCB", "FPT"])
        await ask(client, "subscribe", markets=["HOSE"])
        assert (await read(client, "error"))["code"] == "TOO_MANY_SUBSCRIPTIONS"
        for action in ("subscribe", "unsubscribe"):  # names that do not exist cost as much as those that do
            await ask(client, action, symbols=["NONE", "NOTHING"], channels=["nowhere"])
            assert (await read(client, "error"))["code"] == "TOO_MANY_SUBSCRIPTIONS"
        assert backend.publisher.events.subscription_count == 2


async def test_alias_of_a_future_is_its_contract(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        confirmed = await subscribe(client, symbols=["vn30f1m", "VN30F9M"])
        assert (confirmed["symbols"], confirmed["aliases"]) == (["41I1GC000"], {"VN30F1M": "41I1GC000"})
        assert confirmed["rejected"] == [{"reason": "unknown_symbol", "symbol": "VN30F9M"}]
        assert (await read(client, "snapshot"))["topic"] == "symbol:41I1GC000"
        await ask(client, "unsubscribe", symbols=["VN30F1M"])
        assert (await read(client, "subscribed"))["symbols"] == []


async def test_board_narrowed_to_an_alias_shows_its_contract(serve: Serve, backend: Backend) -> None:
    backend.market.prices["41I1GC000"] = PriceData(last_price=1_895)
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market?symbols=VN30F1M") as client:
        assert (await read(client))["type"] == "status"
        assert list((await read(client))["prices"]) == ["41I1GC000"]


async def test_subscriber_is_told_when_a_symbol_is_tracked_no_longer(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client, connect(f"{server.url}/ws/market") as board:
        await subscribe(client, symbols=["VCB", "FPT"])
        await subscribe(board, symbols=["FPT"])
        await read(board, "snapshot")
        backend.untracked.add("FPT")
        backend.publisher.mark_changed(Changes(everything=True))
        for socket, symbols in ((client, ["VCB"]), (board, [])):
            told = await read(socket, "subscribed")
            assert (told["symbols"], told["rejected"]) == (
                symbols,
                [{"reason": "not_tracked", "symbol": "FPT"}],
            )
        while "prices" not in await read(board):  # nothing is left but its own channel
            pass
        trade(backend, "FPT", 1)
        trade(backend, "VCB", 2)
        volumes: list[int] = []
        while not volumes:
            messages = (await read(client, "batch"))["messages"]
            volumes += [event["volume"] for event in messages if event["type"] == "trade"]
        assert volumes == [2]


async def test_return_tells_of_a_symbol_lost_meanwhile(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/v1/ws") as client:
        session_id = (await subscribe(client, symbols=["VCB", "FPT"]))["session_id"]
    backend.untracked.add("FPT")
    backend.publisher.mark_changed(Changes(everything=True))
    await eventually(lambda: backend.publisher.events.sessions.saved_count == 1)
    async with connect(f"{server.url}/v1/ws?session_id={session_id}") as client:
        assert (await read(client, "subscribed"))["rejected"] == []
        told = await read(client, "subscribed")
        assert (told["symbols"], told["rejected"]) == (
            ["VCB"],
            [{"reason": "not_tracked", "symbol": "FPT"}],
        )
        assert backend.publisher.events.subscription_count == 1


async def test_unknown_path_is_accepted_and_closed_4400(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    for path in ("/ws/nothing", "/", "/v2/ws/a/b"):
        async with connect(f"{server.url}{path}") as client:
            assert await close_code(client) == 4400


async def test_statistics_show_subscriptions_and_sessions_under_both_prefixes(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend)
    async with httpx.AsyncClient(base_url=server.url.replace("ws", "http")) as http:
        async with connect(f"{server.url}/v1/ws") as client:
            await subscribe(client, symbols=["VCB", "FPT"])
            for prefix in ("/api/ws", "/v1/ws"):
                stats = (await http.get(f"{prefix}/stats")).json()
                assert (stats["connections"], stats["subscribers"], stats["subscriptions"]) == (1, 1, 2)
                (entry,) = (await http.get(f"{prefix}/connections")).json()
                assert (entry["path"], entry["subscriptions"]) == ("v1", 2)
        await eventually(lambda: backend.publisher.events.subscriber_count == 0)
        assert (await http.get("/api/ws/stats")).json()["saved_sessions"] == 1
        assert (await http.get("/api/ws/schema.json")).json()["$defs"]["BatchMessage"]
