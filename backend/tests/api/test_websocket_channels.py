"""The four channels through a real uvicorn and a real client."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.api.access import AccessSettings
from app.api.services import WebSocketLimits
from app.market.models import Changes, FeedSource, FeedState, FeedStatus, PriceData
from app.publish.channels import Channel
from tests.api.conftest import Backend, Serve
from tests.api.frame_check import checked
from tests.publish.fakes import OPENING, eventually, make_alert

CHANNELS = ("market", "foreign", "index", "alerts")


async def read(client: ClientConnection) -> Any:
    async with asyncio.timeout(5):
        return checked(await client.recv())


async def read_until_closed(client: ClientConnection) -> tuple[list[Any], int]:
    messages: list[Any] = []
    async with asyncio.timeout(10):
        while True:
            try:
                messages.append(checked(await client.recv()))
            except ConnectionClosed as closed:
                return messages, closed.rcvd.code if closed.rcvd else 1006


@pytest.mark.parametrize("channel", CHANNELS)
async def test_socket_on_a_quiet_feed_gets_status_then_state_at_once(
    serve: Serve, backend: Backend, channel: str
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/{channel}") as client:
        assert (await read(client))["type"] == "status"
        state = await read(client)
        assert state.get("type") == ("snapshot" if channel == "alerts" else None)


async def test_socket_before_any_data_gets_an_empty_state(serve: Serve) -> None:
    backend = Backend()
    backend.market.__init__()  # type: ignore[misc]
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market") as client:
        assert (await read(client))["type"] == "status"
        assert (await read(client))["prices"] == {}


async def test_socket_after_a_burst_gets_the_last_state(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market?symbols=vcb") as client:
        await read(client)
        assert list((await read(client))["prices"]) == ["VCB"]
        for price in range(61_300, 61_400):
            backend.market.prices["VCB"] = PriceData(last_price=price)
            backend.publisher.mark_changed(Changes(prices={"VCB"}))
            await asyncio.sleep(0.001)
        frames = 0
        while (await read(client))["prices"]["VCB"]["last_price"] != 61_399:
            frames += 1
        assert frames < 20


async def test_alert_and_feed_change_reach_their_sockets(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/alerts") as client:
        await read(client)
        await read(client)
        backend.publisher.mark_changed(Changes(alerts=[make_alert(9)]))
        message = await read(client)
        assert (message["type"], message["data"]["id"]) == ("alert", "alert-9")
        backend.publisher.mark_feed(FeedStatus(FeedSource.SIMULATOR, FeedState.STALLED, OPENING))
        assert (await read(client))["state"] == "stalled"


async def test_ping_action_is_answered_with_pong(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/index") as client:
        await read(client)
        await read(client)
        await client.send('{"action":"pong"}')
        await client.send('{"action":"ping"}')
        assert await read(client) == {"type": "pong"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "BAD_JSON"),
        ("[1]", "BAD_JSON"),
        ('{"action":7}', "BAD_JSON"),
        ("[" * 60_000, "BAD_JSON"),
        ('{"action":"x","a":' + "[" * 60_000, "BAD_JSON"),
        (b"\xff\xfe", "BAD_JSON"),
        ('{"action":"dance","symbols":["VCB"]}', "UNKNOWN_ACTION"),
        ('{"action":"subscribe","symbols":"VCB"}', "BAD_REQUEST"),
        ('{"action":"subscribe","interval_ms":-1}', "BAD_REQUEST"),
        ('{"action":"resync","channel":"VCB"}', "BAD_REQUEST"),
    ],
)
async def test_bad_message_is_answered_with_an_error_and_the_socket_stays(
    serve: Serve, backend: Backend, text: str | bytes, code: str
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/index") as client:
        await read(client)
        await read(client)
        await client.send(text)
        error = await read(client)
        assert (error["type"], error["code"]) == ("error", code)
        await client.send('{"action":"ping"}')
        assert await read(client) == {"type": "pong"}


async def test_messages_too_fast_get_an_error_then_close_4429(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/index") as client:
        for _ in range(21):
            await client.send('{"action":"ping"}')
        messages, code = await read_until_closed(client)
    assert code == 4429
    assert messages[-1]["code"] == "TOO_FAST"
    assert sum(message.get("type") == "pong" for message in messages) == 20


async def test_message_over_64_kib_is_refused(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/index") as client:
        await client.send(json.dumps({"action": "ping", "padding": "x" * 65_536}))
        assert (await read_until_closed(client))[1] == 1009


async def test_delta_mode_sends_a_snapshot_then_what_changed(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market?mode=delta&symbols=VCB,NOPE,HNXIndex") as client:
        assert (await read(client))["type"] == "status"
        snapshot = await read(client)
        assert (snapshot["type"], snapshot["channel"], snapshot["interval_ms"]) == ("snapshot", "market", 100)
        assert snapshot["data"]["prices"]["VCB"]["last_price"] == 61_200
        assert "intraday" in snapshot["data"]["indices"]["VN30"]
        unknown = await read(client)
        assert unknown["code"] == "UNKNOWN_SYMBOL"
        assert "NOPE" in unknown["message"]
        for symbol in ("FPT", "VCB"):
            backend.market.prices[symbol].last_price = 61_300
        backend.publisher.mark_changed(Changes(prices={"VCB", "FPT"}))
        delta = await read(client)
        assert (delta["type"], delta["epoch"], delta["prev"]) == ("delta", snapshot["epoch"], snapshot["seq"])
        assert delta["seq"] > delta["prev"]
        assert delta["data"] == {"prices": {"VCB": {"last_price": 61_300}}}
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+07:00", delta["ts"])


@pytest.mark.parametrize(
    ("asked", "given"), [("250", 250), ("1", 100), ("123", 130), ("99999", 10_000), ("", 100)]
)
async def test_interval_ms_asks_for_a_slower_pace_within_bounds(
    serve: Serve, backend: Backend, asked: str, given: int
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/index?mode=delta&interval_ms={asked}") as client:
        await read(client)
        assert (await read(client))["interval_ms"] == given
        (connection,) = backend.publisher.managers[Channel.INDEX].clients
        assert round(connection.views[Channel.INDEX].interval_s * 1000) == given


@pytest.mark.parametrize(
    "query",
    [
        "mode=fast",
        "interval_ms=-5",
        "interval_ms=soon",
        "symbols=V%00B",
        "symbols=" + ",".join(["VCB"] * 501),
    ],
)
async def test_malformed_query_closes_4400(serve: Serve, backend: Backend, query: str) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market?{query}") as client:
        assert await read_until_closed(client) == ([], 4400)


async def test_one_symbol_named_often_is_within_the_limit(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market?symbols=,VCB,,VCB,") as client:
        await read(client)
        assert list((await read(client))["quotes"]) == ["VCB"]


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("http://evil.example", 4403),
        ("null", 4403),
        ("https://board.example", None),
        ("https://BOARD.example/", None),
        (None, None),
    ],
)
async def test_origin_decides_for_browsers_only(serve: Serve, origin: str | None, code: int | None) -> None:
    backend = Backend(access=AccessSettings(cors_origins=("https://board.example",)))
    server = await serve(backend)
    async with connect(f"{server.url}/ws/index", origin=origin) as client:  # type: ignore[arg-type]
        if code is None:
            assert (await read(client))["type"] == "status"
        else:
            assert await read_until_closed(client) == ([], code)


async def test_origin_of_our_own_page_is_allowed(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    origin = f"http://127.0.0.1:{server.port}"
    async with connect(f"{server.url}/ws/index", origin=origin) as client:  # type: ignore[arg-type]
        assert (await read(client))["type"] == "status"


@pytest.mark.parametrize(
    ("query", "options", "code"),
    [
        ("", {}, 4401),
        ("?token=wrong", {}, 4401),
        ("?token=s3cret", {}, None),
        ("", {"additional_headers": {"Authorization": "Bearer s3cret"}}, None),
        ("", {"additional_headers": {"Authorization": "Basic s3cret"}}, 4401),
        ("", {"subprotocols": ["bearer", "s3cret"]}, None),
        ("", {"subprotocols": ["bearer", "wrong"]}, 4401),
        ("", {"subprotocols": ["s3cret"]}, None),
    ],
)
async def test_token_in_any_of_three_places_lets_in(
    serve: Serve, query: str, options: dict[str, Any], code: int | None
) -> None:
    server = await serve(Backend(access=AccessSettings(token="s3cret")))
    async with connect(f"{server.url}/ws/index{query}", **options) as client:
        if code is None:
            assert (await read(client))["type"] == "status"
        else:
            assert await read_until_closed(client) == ([], code)
        if "subprotocols" in options:
            assert client.subprotocol == options["subprotocols"][0]


async def test_connections_per_address_over_the_limit_close_4429_and_a_place_is_freed_once(
    serve: Serve,
) -> None:
    backend = Backend(limits=WebSocketLimits(connections_per_ip=2))
    server = await serve(backend)
    url = f"{server.url}/ws/index"
    async with connect(url) as first, connect(url) as second:
        await read(first)
        async with connect(url) as third:
            assert await read_until_closed(third) == ([], 4429)
        assert backend.limiter.open_count("127.0.0.1") == 2
        await second.close()
        await eventually(lambda: backend.limiter.open_count("127.0.0.1") == 1)
        async with connect(url) as fourth:
            assert (await read(fourth))["type"] == "status"
    await eventually(lambda: not backend.limiter.open_count("127.0.0.1"))


async def test_limit_behind_a_trusted_proxy_counts_each_client(serve: Serve) -> None:
    backend = Backend(
        limits=WebSocketLimits(connections_per_ip=1), access=AccessSettings(trusted_proxies=("127.0.0.0/8",))
    )
    server = await serve(backend)
    url = f"{server.url}/ws/index"
    a = {"X-Forwarded-For": "6.6.6.6, 203.0.113.1"}
    b = {"X-Forwarded-For": "6.6.6.6, 203.0.113.2, 127.0.0.5"}
    async with connect(url, additional_headers=a) as first, connect(url, additional_headers=b) as second:
        assert (await read(first))["type"] == "status"
        assert (await read(second))["type"] == "status"
        async with connect(url, additional_headers={"X-Forwarded-For": "7.7.7.7, 203.0.113.1"}) as third:
            assert await read_until_closed(third) == ([], 4429)


async def test_limit_behind_an_untrusted_proxy_ignores_its_header(serve: Serve) -> None:
    server = await serve(Backend(limits=WebSocketLimits(connections_per_ip=1)))
    url = f"{server.url}/ws/index"
    async with connect(url, additional_headers={"X-Forwarded-For": "203.0.113.1"}) as first:
        await read(first)
        async with connect(url, additional_headers={"X-Forwarded-For": "203.0.113.2"}) as second:
            assert await read_until_closed(second) == ([], 4429)


async def test_shutdown_says_bye_then_closes_4410(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market") as client:
        await read(client)
        await read(client)
        stopping = asyncio.create_task(server.stop())
        messages, code = await read_until_closed(client)
        assert code == 4410
        assert messages == [{"type": "bye", "reconnect_in_ms": [500, 3_500]}]
        async with asyncio.timeout(5):
            await stopping


async def test_socket_opened_while_closing_gets_4410(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    backend.publisher.dismiss_all()
    async with connect(f"{server.url}/ws/market") as client:
        assert await read_until_closed(client) == ([], 4410)


async def test_compression_is_not_negotiated(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market") as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_token_never_reaches_a_log(
    serve: Serve, capsys: pytest.CaptureFixture[str], configured_logging: Callable[..., None]
) -> None:
    configured_logging("INFO")
    server = await serve(Backend(access=AccessSettings(token="s3cret")))
    async with connect(f"{server.url}/ws/index?token=s3cret") as client:
        await read(client)
    output = capsys.readouterr()
    assert "s3cret" not in output.out + output.err
    assert "[redacted]" in output.err
