"""The link on real sockets: close codes, `bye`, tokens in band, silence, a slow reader. The server is the test's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from vnstock_tracker import (
    NotReadyError,
    RefusedError,
    Resync,
    TokenExpiredError,
    Tokens,
    Tracker,
    Trade,
    event_stream,
    link,
    state_channel,
)

STATUS = {"type": "status", "connected": True, "source": "simulator", "state": "live"}
TS = "2026-11-20T14:21:36.250000+07:00"
SESSION = "9f2c11aa.00000000000000000000000000000001"
type Handler = Callable[[ServerConnection], Awaitable[None]]


def snapshot(seq: int, price: int) -> dict[str, Any]:
    return {"type": "snapshot", "channel": "index", "epoch": "e", "seq": seq, "data": {"X": {"value": price}}}


def subscribed(position: int, **more: Any) -> dict[str, Any]:
    return {"type": "subscribed", "session_id": SESSION, "epoch": "e", "position": position, **more}


def trade(seq: int) -> dict[str, Any]:
    return {
        "type": "trade", "topic": "symbol:AAA", "epoch": "e", "seq": seq, "ts": TS, "symbol": "AAA", "price": 10_100,
        "volume": 100, "value": 1_010_000, "trade_type": "neutral", "exchange_side": None, "phase": "continuous",
        "mua_chu_dong_volume": 0, "ban_chu_dong_volume": 0, "timestamp": TS,
    }  # fmt: skip


async def say(socket: ServerConnection, *frames: Any) -> None:
    for frame in frames:
        await socket.send(json.dumps(frame))


async def heard(socket: ServerConnection, action: str) -> dict[str, Any]:
    """Return the next message of an action."""
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message["action"] == action:
            return message


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    async with serve(handler, "127.0.0.1", 0) as running:
        yield f"http://127.0.0.1:{next(iter(running.sockets)).getsockname()[1]}"


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("code", [4400, 4401, 4403])
async def test_a_refusal_is_told_to_whoever_waits(code: int) -> None:
    async def refuse(socket: ServerConnection) -> None:
        await socket.close(code, "no")

    async with server(refuse) as url, Tracker(url) as tracker:
        with pytest.raises(RefusedError) as refused:
            await tracker.index.ready(20)
        assert refused.value.code == code
        with pytest.raises(RefusedError):
            async for _ in tracker.index.changes():
                pass
        with pytest.raises(RefusedError):
            async for _ in tracker.events(["AAA"]):
                pass
        assert not tracker.is_live


async def test_an_expired_token_without_another_is_told() -> None:
    async def expire(socket: ServerConnection) -> None:
        await socket.close(4402, "token expired")

    async with server(expire) as url, Tracker(url, token="old") as tracker:
        with pytest.raises(TokenExpiredError):
            await tracker.index.ready(20)


async def test_bye_says_when_to_come_back_and_the_old_state_is_not_live_meanwhile() -> None:
    opened: list[float] = []

    async def leave(socket: ServerConnection) -> None:
        opened.append(asyncio.get_running_loop().time())
        await say(socket, STATUS, snapshot(len(opened), len(opened)))
        if len(opened) == 1:
            await heard(socket, "ping")  # 4 s of silence
            await say(socket, {"type": "pong"}, {"type": "bye", "reconnect_in_ms": [300, 400]})
            await socket.close(4410, "shutting down")
        else:
            await socket.wait_closed()

    async with server(leave) as url, Tracker(url) as tracker:
        await eventually(lambda: tracker.index.raw is not None)
        assert tracker.is_live
        await eventually(lambda: not tracker.status.is_current)
        assert not tracker.is_live
        assert tracker.index.raw == {"X": {"value": 1}}
        left_s = asyncio.get_running_loop().time()
        await eventually(lambda: tracker.is_live)
        assert tracker.index.raw == {"X": {"value": 2}}
        assert opened[1] - left_s >= 0.25


async def test_a_server_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "QUIET_S", 0.1)
    monkeypatch.setattr(link, "SILENCE_S", 0.3)
    sockets = 0

    async def fall_silent(socket: ServerConnection) -> None:
        nonlocal sockets
        sockets += 1
        await say(socket, STATUS, snapshot(1, 1))
        await socket.wait_closed()

    async with server(fall_silent) as url, Tracker(url) as tracker:
        await eventually(lambda: tracker.index.raw is not None)
        await eventually(lambda: not tracker.status.is_current)
        await eventually(lambda: sockets >= 2)


async def test_nothing_there_is_no_error_but_no_state_either() -> None:
    async with server(lambda socket: socket.wait_closed()) as url:
        pass
    async with Tracker(url) as tracker:
        with pytest.raises(NotReadyError, match="Connect"):
            await tracker.index.ready(0.3)
        assert tracker.status.source is None
        assert not tracker.is_live


async def test_one_socket_spends_the_refresh_token_and_the_others_go_on_with_what_it_gave() -> None:
    said: list[dict[str, Any]] = []
    kept: list[Tokens] = []
    expiring = {"type": "token_expiring", "expires_at": TS}
    is_all_here, paths = asyncio.Event(), set()

    async def renew(socket: ServerConnection) -> None:
        assert socket.request is not None
        assert socket.request.headers["Authorization"] == "Bearer a1"
        paths.add(socket.request.path)
        if len(paths) == 2:
            is_all_here.set()
        await say(socket, STATUS)
        await is_all_here.wait()
        await say(socket, expiring)
        async for text in socket:
            message = json.loads(text)
            if message["action"] != "refresh":
                continue
            said.append(message)
            if "refresh_token" in message:
                answer = {
                    "type": "token_refreshed",
                    "expires_at": TS,
                    "access_token": "a2",
                    "refresh_token": "r2",
                }
            else:
                answer = {
                    "type": "token_refreshed",
                    "expires_at": TS,
                    "access_token": None,
                    "refresh_token": None,
                }
            await say(socket, answer)

    async with (
        server(renew) as url,
        Tracker(url, token="a1", refresh_token="r1", on_tokens=kept.append) as tracker,
    ):
        assert tracker.index is not None
        assert tracker.foreign is not None
        await eventually(lambda: len(said) == 2)
        assert said == [
            {"action": "refresh", "refresh_token": "r1"},
            {"action": "refresh", "access_token": "a2"},
        ]
        assert kept == [Tokens("a2", "r2")]
        assert "a2" not in repr(kept)


async def test_a_reader_that_takes_its_time_stops_the_reading_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_stream, "QUEUE_MAX", 10)
    queries: list[str] = []

    async def too_slow(socket: ServerConnection) -> None:
        assert socket.request is not None
        queries.append(socket.request.path)
        if len(queries) == 1:
            assert (await heard(socket, "subscribe"))["symbols"] == ["AAA"]
            await say(socket, STATUS, subscribed(1))
            for seq in range(1, 31):
                await say(
                    socket, {"type": "batch", "epoch": "e", "position": seq + 1, "messages": [trade(seq)]}
                )
            await socket.close(4408, "too slow")
        else:
            missed = [trade(seq) for seq in range(31, 41)]
            await say(socket, STATUS, subscribed(31))
            await say(socket, {"type": "batch", "epoch": "e", "position": 41, "messages": missed})
            await socket.wait_closed()

    async with server(too_slow) as url, Tracker(url) as tracker, tracker.events(["AAA"]) as events:
        await eventually(lambda: events.pending == 10)
        got = []
        async for event in events:
            assert isinstance(event, Trade), event
            got.append(event.seq)
            if len(got) == 40:
                break
    assert got == list(range(1, 41))
    assert queries == ["/v1/ws", f"/v1/ws?session_id={SESSION}&position=31"]


async def test_anothers_session_is_let_go_and_told() -> None:
    sockets = 0

    async def refuse_the_session(socket: ServerConnection) -> None:
        nonlocal sockets
        sockets += 1
        assert socket.request is not None
        if sockets == 2:
            await say(
                socket, {"type": "error", "code": "SESSION_RESTORATION_FAILED", "message": "somebody else's"}
            )
            await socket.close(4403, "no")
            return
        assert socket.request.path == "/v1/ws"
        await heard(socket, "subscribe")
        await say(
            socket,
            subscribed(1),
            {"type": "batch", "epoch": "e", "position": 2, "messages": [trade(sockets)]},
        )
        if sockets == 3:
            await socket.wait_closed()

    async with server(refuse_the_session) as url, Tracker(url) as tracker, tracker.events(["AAA"]) as events:
        got: list[Any] = [await anext(events) for _ in range(3)]
    assert [getattr(item, "seq", item) for item in got] == [1, Resync("*", "session_refused"), 3]


async def test_symbols_that_a_server_does_not_know_yet_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_stream, "REASK_S", 0.05)

    async def start_slowly(socket: ServerConnection) -> None:
        for _ in range(2):
            assert "AAA" in (await heard(socket, "subscribe"))["symbols"]
            await say(socket, subscribed(1, rejected=[{"symbol": "AAA", "reason": "not_tracked"}]))
        await heard(socket, "subscribe")
        await say(
            socket, subscribed(1), {"type": "batch", "epoch": "e", "position": 2, "messages": [trade(1)]}
        )
        await socket.wait_closed()

    async with server(start_slowly) as url, Tracker(url) as tracker, tracker.events(["AAA"]) as events:
        assert isinstance(await anext(events), Trade)


async def test_symbols_that_stay_unknown_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "REASK_S", 0.01)

    async def never_know(socket: ServerConnection) -> None:
        while True:
            await heard(socket, "subscribe")
            await say(socket, subscribed(1, rejected=[{"symbol": "NOPE", "reason": "unknown_symbol"}]))

    async with server(never_know) as url, Tracker(url) as tracker, tracker.events(["NOPE"]) as events:
        rejected = await anext(events)
        assert (rejected.kind, rejected.name, rejected.reason) == ("symbol", "NOPE", "unknown_symbol")  # type: ignore[union-attr]


async def test_a_listener_far_behind_gets_the_whole_state_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_channel, "CHANGES_MAX", 5)

    async def hurry(socket: ServerConnection) -> None:
        await say(socket, STATUS, snapshot(1, 1))
        await heard(socket, "ping")
        for seq in range(2, 10):
            patch = {"X": {"value": seq}}
            await say(
                socket,
                {
                    "type": "delta",
                    "channel": "index",
                    "epoch": "e",
                    "seq": seq,
                    "prev": seq - 1,
                    "data": patch,
                },
            )
        await socket.wait_closed()

    monkeypatch.setattr(link, "QUIET_S", 0.05)
    async with server(hurry) as url, Tracker(url) as tracker:
        await eventually(lambda: tracker.index.raw is not None)
        changes = tracker.index.changes()
        assert (await anext(changes)).patch is None  # the present state
        await eventually(lambda: tracker.index.seq == 9)
        seen = [await anext(changes)]
        while seen[-1].seq < 9:
            seen.append(await anext(changes))
        assert seen[0].patch is None
        assert len(seen) < 8
        assert seen[-1].raw == {"X": {"value": 9}}
