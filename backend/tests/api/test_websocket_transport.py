"""What the pinned uvicorn must go on doing for DirectWebSocketProtocol, seen from a bare socket."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
import uvloop
from websockets.asyncio.client import connect

from app.api.services import WebSocketLimits
from app.market.models import Changes, PriceData
from app.publish.channels import Channel
from app.publish.client_connection import ClientConnection
from app.publish.transport import DirectWebSocketProtocol, uvicorn_options
from app.publish.wire_frame import WireFrame
from tests.api.bare_socket import (
    CLOSE,
    PING,
    PONG,
    bare_socket,
    close_code_of,
    masked,
    read_frame,
    read_frames,
)
from tests.api.conftest import Backend, Serve
from tests.api.frame_check import checked
from tests.publish.fakes import eventually, make_alert, send_state


async def next_ping(reader: asyncio.StreamReader) -> bytes:
    """Read to the next protocol ping and return its payload."""
    async with asyncio.timeout(10):
        while True:
            opcode, payload = await read_frame(reader)
            if opcode == PING:
                return payload


def pong_of(payload: bytes) -> bytes:
    """A client's pong."""
    return masked(PONG, payload)


async def wait_for_clients(backend: Backend, channel: Channel, count: int) -> None:
    await eventually(lambda: backend.publisher.managers[channel].client_count == count)


@pytest.mark.parametrize("http", ["h11", "httptools"])
async def test_protocol_under_either_parser_hands_itself_to_the_application(
    serve: Serve, backend: Backend, http: str
) -> None:
    server = await serve(backend, http=http)
    async with connect(f"{server.url}/ws/market") as client:
        await client.recv()
        await wait_for_clients(backend, Channel.MARKET, 1)
        (connection,) = backend.publisher.managers[Channel.MARKET].clients
        assert isinstance(connection._sink, DirectWebSocketProtocol)


async def test_client_that_never_answers_a_ping_is_closed_4412_and_vanishes(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend, heartbeat_s=(0.1, 0.1))
    async with bare_socket(server.port, "/ws/foreign") as (reader, _):
        frames = await read_frames(reader)
    assert close_code_of(frames) == 4412
    assert [opcode for opcode, _ in frames].count(PING) == 1
    await wait_for_clients(backend, Channel.FOREIGN, 0)
    assert backend.publisher.managers[Channel.FOREIGN].closes == {"4412": 1}


async def test_client_that_answers_pings_stays(serve: Serve, backend: Backend) -> None:
    server = await serve(backend, heartbeat_s=(0.05, 0.1))
    async with connect(f"{server.url}/ws/foreign", ping_interval=None) as client:
        reading = asyncio.create_task(client.recv())
        await asyncio.sleep(0.5)
        assert backend.publisher.managers[Channel.FOREIGN].client_count == 1
        await reading


async def test_answered_ping_confirms_what_was_written_before_it(serve: Serve, backend: Backend) -> None:
    server = await serve(backend, heartbeat_s=(0.2, 5))
    async with bare_socket(server.port, "/ws/foreign") as (reader, writer):
        await wait_for_clients(backend, Channel.FOREIGN, 1)
        (connection,) = backend.publisher.managers[Channel.FOREIGN].clients
        written, confirmed = iter(range(7, 99)), asyncio.Queue[int]()
        connection._sink.watch_delivery(lambda: next(written), confirmed.put_nowait)
        payload = await next_ping(reader)
        writer.write(pong_of(b"1234"))  # of no ping: confirms nothing
        writer.write(pong_of(payload))
        assert await asyncio.wait_for(confirmed.get(), 5) == 7
        payload = await next_ping(reader)
        assert confirmed.empty()  # the second position counts once its own pong is here
        writer.write(pong_of(payload))
        assert await asyncio.wait_for(confirmed.get(), 5) == 8


async def test_ping_that_was_under_way_before_the_watch_confirms_nothing(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend, heartbeat_s=(0.2, 5))
    async with bare_socket(server.port, "/ws/foreign") as (reader, writer):
        payload = await next_ping(reader)
        (connection,) = backend.publisher.managers[Channel.FOREIGN].clients
        confirmed: list[int] = []
        connection._sink.watch_delivery(lambda: 1, confirmed.append)
        writer.write(pong_of(payload))
        payload = await next_ping(reader)  # the next is sent once that pong was taken
        assert confirmed == []
        writer.write(pong_of(payload))
        await eventually(lambda: confirmed == [1])


async def test_half_open_client_with_a_backlog_vanishes_too(serve: Serve, backend: Backend) -> None:
    backend.market.prices |= {f"S{number:04}": PriceData() for number in range(1_600)}
    server = await serve(backend, heartbeat_s=(0.3, 0.1))
    async with bare_socket(server.port, "/ws/market"):
        for price in range(100):
            backend.market.prices["VCB"] = PriceData(last_price=price)
            backend.publisher.mark_changed(Changes(prices={"VCB"}))
            await asyncio.sleep(0.01)
        await wait_for_clients(backend, Channel.MARKET, 0)
        await eventually(lambda: not server.uvicorn.server_state.connections)  # the socket itself too


async def test_reader_that_stops_is_skipped_and_bounded_while_others_go_on(
    serve: Serve, backend: Backend
) -> None:
    backend.market.prices |= {f"S{number:04}": PriceData() for number in range(800)}
    backend.throttle_interval_s = 0.01
    server = await serve(backend)
    async with (
        bare_socket(server.port, "/ws/market") as (reader, _),
        connect(f"{server.url}/ws/market", max_size=None) as quick,
    ):
        await wait_for_clients(backend, Channel.MARKET, 2)
        slow = min(backend.publisher.managers[Channel.MARKET].clients, key=lambda client: client.id)
        frame_bytes = 0
        for price in range(60):
            backend.market.prices["VCB"] = PriceData(last_price=price)
            backend.publisher.mark_changed(Changes(prices={"VCB"}))
            while True:
                message = checked(text := await quick.recv())
                if message.get("prices", {}).get("VCB", {}).get("last_price") == price:
                    break
            frame_bytes = len(text)
            assert slow.unsent_bytes <= 64 * 1024 + frame_bytes + 200
        assert slow.frames_skipped > 5
        # once it reads again it is given the last state, though nothing more happens
        last = b'"last_price":59'
        async with asyncio.timeout(10):
            received = b""
            while last not in received:
                received = received[-100:] + await reader.read(65_536)
        assert slow.closed_with is None


async def test_alert_client_that_stops_reading_is_closed_4408(serve: Serve) -> None:
    backend = Backend(limits=WebSocketLimits(connections_per_ip=9, buffer_bytes_max=65_536))
    server = await serve(backend)
    async with (
        bare_socket(server.port, "/ws/alerts") as (reader, _),
        connect(f"{server.url}/ws/alerts") as quick,
    ):
        await wait_for_clients(backend, Channel.ALERTS, 2)
        await quick.recv()
        await quick.recv()
        for number in range(40):
            alert = make_alert(number)
            alert.data["padding"] = "x" * 20_000
            backend.publisher.mark_changed(Changes(alerts=[alert]))
            while (message := checked(await quick.recv()))["type"] == "ping":
                pass
            assert message["data"]["id"] == alert.id
        await eventually(lambda: "4408" in backend.publisher.managers[Channel.ALERTS].closes)
        frames = await read_frames(reader)
    assert close_code_of(frames) == 4408


async def test_other_server_protocol_falls_back_to_send_text(serve: Serve, backend: Backend) -> None:
    server = await serve(backend, ws="websockets-sansio")
    async with connect(f"{server.url}/ws/market") as client:
        assert checked(await client.recv())["type"] == "status"
        assert "prices" in checked(await client.recv())
        backend.publisher.dismiss_all()
        assert checked(await client.recv())["type"] == "bye"
        await client.wait_closed()
        assert client.close_code == 4410
    async with connect(f"{server.url}/ws/market") as client:
        await client.wait_closed()
        assert client.close_code == 4410


async def test_other_server_protocol_refuses_a_large_message_with_4400(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend, ws="websockets-sansio", ws_max_size=1024 * 1024)
    async with connect(f"{server.url}/ws/index") as client:
        await client.recv()
        await client.recv()
        await client.send("x" * 70_000)
        assert checked(await client.recv())["code"] == "TOO_LARGE"
        await client.wait_closed()
        assert client.close_code == 4400


def test_protocol_under_uvloop_writes_frames_and_closes() -> None:
    async def scenario() -> None:
        backend = Backend()
        config = uvicorn.Config(
            backend.app(), log_config=None, lifespan="off", port=0, **uvicorn_options(30, 10)
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        await eventually(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/ws/market") as client:
            assert checked(await client.recv())["type"] == "status"
            await client.recv()
            (connection,) = backend.publisher.managers[Channel.MARKET].clients
            assert connection.unsent_bytes == 0
            server.should_exit = True
            assert checked(await client.recv())["type"] == "bye"
            await client.wait_closed()
            assert client.close_code == 4410
        await serving

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scenario())


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_flood_of_control_frames_is_cut_with_4429_and_others_go_on(
    serve: Serve, backend: Backend, opcode: int
) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/index") as other:
        await other.recv()
        async with bare_socket(server.port, "/ws/index") as (reader, writer):
            writer.write(masked(opcode, b"") * 40_000)
            frames = await read_frames(reader)
            assert close_code_of(frames) == 4429
            assert sum(kind == PONG for kind, _ in frames) <= 400
        await wait_for_clients(backend, Channel.INDEX, 1)
        await other.ping()


async def test_flood_of_parts_of_a_message_is_cut_too(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with bare_socket(server.port, "/ws/index") as (reader, writer):
        writer.write(bytes((0x01, 0x81, 0, 0, 0, 0)) + b"x")  # the first part of a text
        writer.write(bytes((0x00, 0x81, 0, 0, 0, 0, 120)) * 20_000)  # and parts without end
        assert close_code_of(await read_frames(reader)) == 4429


async def overfilled_client(backend: Backend) -> ClientConnection:
    """Write to the one client, which reads nothing, until something is left unsent; return it."""
    await wait_for_clients(backend, Channel.MARKET, 1)
    (connection,) = backend.publisher.managers[Channel.MARKET].clients
    while not connection.unsent_bytes:
        send_state(connection, WireFrame(b" " * 500_000))
        await asyncio.sleep(0.01)
    return connection


async def test_client_that_ends_its_side_and_reads_nothing_more_is_cut(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend)
    async with bare_socket(server.port, "/ws/market?mode=delta") as (_, writer):
        connection = await overfilled_client(backend)
        writer.write_eof()
        unsent_bytes = connection.unsent_bytes
        await asyncio.sleep(0.1)
        send_state(connection, WireFrame(b" " * 500_000))
        assert connection.unsent_bytes <= unsent_bytes, "nothing more is written to who has gone"
        await wait_for_clients(backend, Channel.MARKET, 0)
        await eventually(lambda: not server.uvicorn.server_state.connections)


async def test_client_that_says_goodbye_and_reads_nothing_more_is_cut(serve: Serve, backend: Backend) -> None:
    backend.market.prices |= {f"S{number:04}": PriceData() for number in range(1_600)}
    server = await serve(backend)
    async with bare_socket(server.port, "/ws/market?mode=delta") as (_, writer):
        await overfilled_client(backend)
        writer.write(masked(CLOSE, b"\x03\xe8"))
        await wait_for_clients(backend, Channel.MARKET, 0)
        await eventually(lambda: not server.uvicorn.server_state.connections)
