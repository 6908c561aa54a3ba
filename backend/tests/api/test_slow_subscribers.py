"""A subscriber that never reads, on a real server: closed with 4408, nothing lost, and nobody else notices."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import ClientConnection

from app.api.services import WebSocketLimits
from app.market.models import Changes, ClassifiedTrade, Phase, TradeType
from app.publish import transport
from app.publish.close_codes import CloseCode
from tests.api.bare_socket import TEXT, bare_socket, close_code_of, masked, read_frames
from tests.api.conftest import Backend, Serve
from tests.api.wire_subscriber import WireSubscriber
from tests.publish.fakes import OPENING, eventually

PRINTS_PER_STEP = 40  # 15 KB a step: the kernel's buffers and the server's 64 KiB are full after some thirty
STEPS_MAX = 1_000
VCB = "symbol:VCB"


def feed_prints(backend: Backend, first: int) -> list[int]:
    """Feed prints of the volumes `first`, `first` + 1, ...; return the volumes."""
    volumes = list(range(first, first + PRINTS_PER_STEP))
    prints = [
        ClassifiedTrade(
            "VCB", 61_200, volume, 61_200 * volume, TradeType.ACTIVE_BUY, 61_100, 61_200, OPENING, "LO",
            Phase.CONTINUOUS, "BU", volume, OPENING.date(),
        )
        for volume in volumes
    ]  # fmt: skip
    backend.publisher.mark_changed(Changes(prices={"VCB"}, stats={"VCB"}, trades=prints))
    return volumes


async def read_to(subscriber: WireSubscriber, client: ClientConnection, volume: int) -> None:
    await subscriber.read_until(client, lambda: volumes_of(subscriber)[-1:] == [volume])


def volumes_of(subscriber: WireSubscriber) -> list[int]:
    return [event["volume"] for event in subscriber.events if event["type"] == "trade"]


@pytest.fixture(autouse=True)
def _patient_farewell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take seconds to read what stands before the close frame."""
    monkeypatch.setitem(transport.CLOSE_GRACES_S, CloseCode.TOO_SLOW, 60.0)


async def test_subscriber_that_never_reads_is_closed_4408_and_resumes_with_every_event_once(
    serve: Serve,
) -> None:
    backend = Backend(limits=WebSocketLimits(connections_per_ip=9, buffer_bytes_max=65_536))
    server = await serve(backend)
    url = f"{server.url}/v1/ws"
    slow, quick = WireSubscriber({"symbols": ["VCB"]}), WireSubscriber({"symbols": ["VCB"]})
    manager, events = backend.publisher.managers["v1"], backend.publisher.events
    fed: list[int] = []
    async with quick.connected(url) as reading:
        await quick.read_until(reading, lambda: VCB in quick.memory.snapshots)
        async with bare_socket(server.port, "/v1/ws") as (reader, writer):
            writer.write(b"".join(masked(TEXT, words.encode()) for words in slow.first_words()))
            # live: its snapshot is out, so that all that is fed comes as events
            await eventually(lambda: events.subscriber_count == 2 and not events._behind)
            while not manager.closes:
                fed += feed_prints(backend, len(fed) + 1)
                await read_to(quick, reading, fed[-1])
                assert len(fed) < STEPS_MAX * PRINTS_PER_STEP, "it was never closed"
            await eventually(lambda: events.sessions.saved_count == 1)
            frames = await read_frames(reader)
        assert (manager.closes, close_code_of(frames)) == ({"4408": 1}, 4408)
        for opcode, payload in frames:
            if opcode == TEXT:
                slow.take(payload)
        assert 0 < len(volumes_of(slow)) < len(fed)  # it has some, and not the last ones

        fed += feed_prints(backend, len(fed) + 1)  # while it is away
        async with slow.connected(url) as again:
            await read_to(slow, again, fed[-1])
            fed += feed_prints(backend, len(fed) + 1)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(read_to(slow, again, fed[-1]))
                tasks.create_task(read_to(quick, reading, fed[-1]))
    assert volumes_of(slow) == volumes_of(quick) == fed
    assert slow.resyncs == quick.resyncs == []
    assert slow.memory.contents == quick.memory.contents
    assert events.resume_count == 1
