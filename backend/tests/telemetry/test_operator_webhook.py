"""The operator's webhook against a real HTTP server; only time is ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest

from app.market.models import FeedSource, FeedState, FeedStatus
from app.telemetry.operator_webhook import PAUSE_S, RETRY_PAUSE_S, TRIES, OperatorWebhook
from tests.feed.fake_clock import FakeClock
from tests.integration.waiting import until

AFTER_S = 30
SECRET_PATH = "/hooks/T0P-5ECRET"


@dataclass
class Receiver:
    """An HTTP server that keeps what is posted, and answers what the test wants."""

    statuses: list[int] = field(default_factory=list)  # of the next answers; then 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    int(line.split(":")[1])
                    for line in head.splitlines()
                    if line.lower().startswith("content-length")
                )
                self.paths.append(head.split()[1])
                self.posts.append(json.loads(await reader.readexactly(length)))
                status = self.statuses.pop(0) if self.statuses else 200
                writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()


class World:
    """A feed whose state the test sets, a session that is open or not, and a running webhook."""

    def __init__(self, receiver: Receiver, http: httpx.AsyncClient) -> None:
        self.clock = FakeClock()
        self.receiver = receiver
        self.state = FeedState.LIVE
        self.is_in_session = True
        self._http = http

    def webhook(self, url: str) -> OperatorWebhook:
        return OperatorWebhook(
            url,
            after_s=AFTER_S,
            clock=self.clock,
            status=lambda: FeedStatus(source=FeedSource.SSI, state=self.state, since=self.clock.now()),
            is_in_session=lambda: self.is_in_session,
            http=self._http,
        )

    async def live(self, seconds: float, state: FeedState | None = None) -> None:
        """Let time pass, a second at a time."""
        self.state = state or self.state
        for _ in range(round(seconds)):
            await self.clock.advance(1)

    async def posted(self, count: int) -> list[dict[str, Any]]:
        await until(lambda: len(self.receiver.posts) >= count, f"{count} notices")
        await self.settled()
        assert len(self.receiver.posts) == count
        return self.receiver.posts

    async def settled(self) -> None:
        """Let the answer come in and the webhook go back to sleep."""
        await until(lambda: bool(self.clock._sleepers), "it sleeps again")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{SECRET_PATH}"
    yield receiver
    server.close()


@pytest.fixture
async def world(receiver: Receiver) -> AsyncIterator[World]:
    async with httpx.AsyncClient(trust_env=False) as http:
        world = World(receiver, http)
        running = asyncio.create_task(world.webhook(receiver.url).run())
        await world.live(1)
        yield world
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_outage_in_session_is_told_once_and_so_is_its_end(world: World) -> None:
    await world.live(AFTER_S, FeedState.STALLED)
    assert world.receiver.posts == []
    await world.live(2, FeedState.RECONNECTING)
    failed = (await world.posted(1))[0]
    assert (failed["event"], failed["source"], failed["state"]) == ("feed_failed", "ssi", "reconnecting")
    assert failed["text"] == f"the feed of ssi is reconnecting after {failed['down_s']} s"
    assert failed["down_s"] >= AFTER_S
    assert datetime.fromisoformat(failed["since"]).utcoffset() is not None
    await world.live(60, FeedState.STALLED)
    await world.live(2, FeedState.LIVE)
    back = (await world.posted(2))[1]
    assert (back["event"], back["state"], back["since"]) == ("feed_recovered", "live", failed["since"])
    assert back["down_s"] > failed["down_s"] + 59


@pytest.mark.parametrize("state", [FeedState.PARTIAL, FeedState.QUIET, FeedState.LUNCH, FeedState.CLOSED])
async def test_state_that_is_no_outage_is_not_told(world: World, state: FeedState) -> None:
    await world.live(3 * AFTER_S, state)
    assert world.receiver.posts == []


async def test_short_outage_and_one_of_a_closed_market_are_not_told(world: World) -> None:
    await world.live(AFTER_S - 2, FeedState.RECONNECTING)
    await world.live(2, FeedState.LIVE)
    world.is_in_session = False
    await world.live(10 * AFTER_S, FeedState.RECONNECTING)
    assert world.receiver.posts == []
    world.is_in_session = True  # the morning comes and it is still away
    await world.live(AFTER_S + 2)
    assert (await world.posted(1))[0]["down_s"] > 10 * AFTER_S


async def test_feed_that_comes_and_goes_is_told_once_in_a_while(world: World) -> None:
    for _ in range(3):
        await world.live(AFTER_S + 3, FeedState.STALLED)
        await world.live(3, FeedState.LIVE)
        await world.settled()
    assert [post["event"] for post in await world.posted(2)] == ["feed_failed", "feed_recovered"]
    await world.live(PAUSE_S, FeedState.STALLED)
    assert (await world.posted(3))[2]["event"] == "feed_failed"


async def test_failed_post_is_tried_again_a_few_times_then_given_up_without_the_address(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.receiver.statuses = [503] * TRIES
    await world.live(AFTER_S + 2, FeedState.FAILED)
    for attempt in range(1, TRIES):
        await until(lambda wanted=attempt: len(world.receiver.posts) >= wanted, "a try")  # type: ignore[misc]
        await world.settled()
        await world.live(RETRY_PAUSE_S * 2 ** (attempt - 1))
    assert len(await world.posted(TRIES)) == TRIES
    assert {post["event"] for post in world.receiver.posts} == {"feed_failed"}
    assert "could not be notified of feed_failed: HTTP 503" in caplog.text
    assert "5ECRET" not in caplog.text
    assert set(world.receiver.paths) == {SECRET_PATH}
    await world.live(2, FeedState.LIVE)
    assert (await world.posted(TRIES + 1))[-1]["event"] == "feed_recovered", "it goes on after that"


async def test_receiver_that_is_away_is_said_in_the_log(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        world = World(receiver, http)
        webhook = world.webhook(f"http://127.0.0.1:1{SECRET_PATH}")
        running = asyncio.create_task(webhook.run())
        await world.live(AFTER_S + 3, FeedState.FAILED)
        for attempt in range(TRIES - 1):
            await world.settled()
            await world.live(RETRY_PAUSE_S * 2**attempt)
        await until(lambda: "could not be notified of feed_failed: ConnectError" in caplog.text, "the line")
        assert "5ECRET" not in caplog.text
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
