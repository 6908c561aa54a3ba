"""permessage-deflate with shared frames: against websockets' own client, and on the wire as browsers ask for it."""

from __future__ import annotations

import asyncio
import json
import random
import zlib

import pytest
from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.typing import ExtensionParameter

from app.market.models import Changes, PriceData
from app.publish.channels import Channel
from app.publish.shared_deflate import PAYLOAD_BYTES_MIN, SharedDeflateFactory, deflate
from app.publish.wire_frame import WireFrame
from tests.api.conftest import Backend, Serve
from tests.api.frame_check import checked
from tests.publish.fakes import eventually

CHROMIUM_OFFERS = [("client_max_window_bits", None)]
TERMS = [("server_no_context_takeover", None), ("client_no_context_takeover", None)]


def make_board(backend: Backend, price: int) -> None:
    backend.market.prices |= {f"S{number:03}": PriceData(last_price=price) for number in range(200)}


@pytest.mark.parametrize("size", [PAYLOAD_BYTES_MIN, 8_000, 200_000])
def test_compressed_wire_form_opens_to_the_payload(size: int) -> None:
    payload = (b'{"last_price":61200,"volume":1000}' * size)[:size]
    wire = WireFrame(payload).compressed_wire
    assert wire[0] == 0xC1
    header_bytes = 2 if wire[1] < 126 else 4
    opened = zlib.decompressobj(-12).decompress(wire[header_bytes:] + b"\x00\x00\xff\xff")
    assert opened == payload


@pytest.mark.parametrize("payload", [b"{}", random.Random(7).randbytes(2_000)])
def test_frame_that_gains_nothing_is_sent_as_it_is(payload: bytes) -> None:
    frame = WireFrame(payload)
    assert deflate(payload) is None
    assert frame.compressed_wire is frame.wire


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        (CHROMIUM_OFFERS, [*TERMS, ("server_max_window_bits", "12")]),
        ([("server_max_window_bits", "15")], [*TERMS, ("server_max_window_bits", "12")]),
        ([], [*TERMS, ("server_max_window_bits", "12")]),
    ],
)
def test_negotiation_asks_both_sides_to_forget(
    offered: list[ExtensionParameter], answered: list[ExtensionParameter]
) -> None:
    response, extension = SharedDeflateFactory().process_request_params(offered, [])
    assert response == answered
    assert extension.remote_no_context_takeover


async def test_clients_of_both_kinds_read_the_same_and_share_one_compression(
    serve: Serve, backend: Backend
) -> None:
    make_board(backend, 1)
    server = await serve(backend, ws_per_message_deflate=True)
    url = f"{server.url}/ws/market"
    async with connect(url) as packed, connect(url) as also_packed, connect(url, compression=None) as plain:
        clients = [packed, also_packed, plain]
        assert [[type(item) for item in client.protocol.extensions] for client in clients] == [
            [PerMessageDeflate],
            [PerMessageDeflate],
            [],
        ]
        for client in clients:
            assert checked(await client.recv())["type"] == "status"
        assert len({await client.recv() for client in clients}) == 1
        for price in range(2, 6):
            make_board(backend, price)
            backend.publisher.mark_changed(Changes(prices=set(backend.market.prices)))
            states = {await client.recv() for client in clients}
            assert len(states) == 1
            assert json.loads(states.pop())["prices"]["S007"]["last_price"] == price
        await packed.send(json.dumps({"action": "ping", "padding": "x" * 5_000}))  # compressed by the client
        assert checked(await packed.recv()) == {"type": "pong"}


async def test_compressed_message_that_grows_beyond_the_limit_is_refused_1009(
    serve: Serve, backend: Backend
) -> None:
    server = await serve(backend, ws_per_message_deflate=True)
    async with connect(f"{server.url}/ws/index") as client:
        await client.send("x" * 10_000_000)  # 10 kB on the wire
        await asyncio.wait_for(client.wait_closed(), 10)
        assert client.close_code == 1009


async def test_client_that_insists_on_a_smaller_window_is_served_plainly(
    serve: Serve, backend: Backend
) -> None:
    make_board(backend, 1)
    server = await serve(backend, ws_per_message_deflate=True)
    offer = ClientPerMessageDeflateFactory(server_max_window_bits=9)
    async with connect(f"{server.url}/ws/market", compression=None, extensions=[offer]) as client:
        assert client.protocol.extensions == []
        await client.recv()
        assert len(checked(await client.recv())["prices"]) > 200


async def test_without_the_setting_nothing_is_compressed(serve: Serve, backend: Backend) -> None:
    server = await serve(backend)
    async with connect(f"{server.url}/ws/market") as client:
        assert client.protocol.extensions == []
        await eventually(lambda: backend.publisher.managers[Channel.MARKET].client_count == 1)
