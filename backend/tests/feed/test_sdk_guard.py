from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import websocket
from ssi_fc_data.signalr.transports import _transport

from app.feed.errors import FeedConnectError, RejectReason
from app.feed.sdk_guard import GuardedStream
from app.feed.sdk_socket import BufferedReceive, GuardedWebSocketApp, wsaccel_in_use
from tests.feed.payload_samples import frame_of, raw_of, sample
from tests.feed.signalr_server import SignalRServer, make_token, running_server


class Ear:
    """A StreamSink that remembers."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.rejected: Counter[str] = Counter()
        self.errors: list[str] = []

    def receive_threadsafe(self, raw: str) -> None:
        self.heard.append(raw)

    def reject_threadsafe(self, reason: RejectReason) -> None:
        self.rejected[reason] += 1

    def report_error_threadsafe(self, text: str) -> None:
        self.errors.append(text)


@pytest.fixture
async def server() -> AsyncIterator[SignalRServer]:
    async with running_server() as server:
        server.good_tokens.add("token")
        yield server


@pytest.fixture
def ear() -> Ear:
    return Ear()


type Opener = Callable[..., Awaitable[GuardedStream]]


@pytest.fixture
async def open_stream(server: SignalRServer, ear: Ear) -> AsyncIterator[Opener]:
    streams: list[GuardedStream] = []

    async def open_stream(token: str = "token", selectors: str = "X-TRADE:ALL,MI:ALL") -> GuardedStream:
        stream = GuardedStream(stream_url=server.url, token=token, selectors=selectors, sink=ear)
        streams.append(stream)
        await asyncio.to_thread(stream.open)
        return stream

    yield open_stream
    for stream in streams:
        stream.close()
        assert await asyncio.to_thread(stream.wait_closed, 5.0)


async def until(condition: Callable[[], object], timeout_s: float = 30.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what it waits for happens on the SDK's thread
            await asyncio.sleep(0.005)


RAW = raw_of("X-TRADE", sample("x_trade"))

# Every way a frame has been seen, or may be, out of shape; each is sent to a connection that must live on.
ODD_FRAMES: list[tuple[str | bytes, int]] = [
    ("not json", 1),
    ("", 1),
    ("{", 1),
    ("[]", 1),
    ("null", 1),
    ("7", 1),
    ('"text"', 1),
    ("{}", 0),
    ("[" * 50_000, 1),
    ('{"M":null}', 1),
    ('{"M":{}}', 1),
    ('{"M":"x"}', 1),
    ('{"M":7}', 1),
    ('{"M":[null]}', 1),
    ('{"M":[7,"x",[]]}', 3),
    ('{"M":[{}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub"}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast"}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":null}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":{}}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":[]}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":[null]}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":[7]}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":[{}]}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":["a","b"]}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Broadcast","A":["a",7]}]}', 1),
    ('{"M":[{"H":"FcMarketDataV2Hub","M":"Unheard","A":["a"]}]}', 1),
    ('{"M":[{"H":7,"M":7,"A":["a"]}]}', 1),
    ('{"M":[{"H":null,"M":null,"A":[]}]}', 1),
    ('{"C":7,"S":"1","M":[]}', 0),
    ('{"I":"0","R":null}', 0),
    (b"\xff\xfe\x00", 1),
    (b'{"M":[{"H":"h","M":"Broadcast","A":["\xff"]}]}', 1),
]


def test_wsaccel_is_what_websocket_client_checks_utf8_with() -> None:
    assert wsaccel_in_use()


async def test_stream_open_hears_every_call_of_a_frame(
    server: SignalRServer, open_stream: Opener, ear: Ear
) -> None:
    stream = await open_stream()
    connection = await server.wait_subscribed()
    connection.send(frame_of(RAW, RAW, RAW))
    connection.send("{}")
    connection.send(frame_of(RAW))
    await until(lambda: len(ear.heard) == 4)
    assert set(ear.heard) == {RAW}
    assert stream.is_connected
    assert connection.invocations == [
        {"H": "FcMarketDataV2Hub", "M": "SwitchChannels", "A": ["X-TRADE:ALL,MI:ALL"], "I": 0}
    ]


async def test_stream_frame_of_a_megabyte_arrives_whole(
    server: SignalRServer, open_stream: Opener, ear: Ear
) -> None:
    await open_stream()
    connection = await server.wait_subscribed()
    connection.send(frame_of("x" * 1_000_000))
    connection.send(frame_of("Việt Nam"))
    await until(lambda: len(ear.heard) == 2)
    assert [len(raw) for raw in ear.heard] == [1_000_000, 8]


async def test_stream_odd_frames_are_counted_and_never_end_it(
    server: SignalRServer, open_stream: Opener, ear: Ear
) -> None:
    stream = await open_stream()
    connection = await server.wait_subscribed()
    assert len(ODD_FRAMES) >= 30
    for frame, rejects in ODD_FRAMES:
        before = ear.rejected.total()
        heard = len(ear.heard)
        connection.send(frame)
        connection.send(frame_of(RAW))
        await until(lambda heard=heard: len(ear.heard) > heard)  # type: ignore[misc]
        assert ear.rejected.total() - before == rejects, frame
    assert ear.rejected.keys() == {RejectReason.BAD_FRAME}
    assert stream.is_connected
    assert (stream.close_reports, server.connections_made) == (0, 1)


async def test_stream_bad_call_in_a_frame_does_not_take_the_good_ones_with_it(
    server: SignalRServer, open_stream: Opener, ear: Ear
) -> None:
    await open_stream()
    connection = await server.wait_subscribed()
    good = {"H": "FcMarketDataV2Hub", "M": "Broadcast", "A": [RAW]}
    connection.send(json.dumps({"M": [good, {"M": "Broadcast", "A": [None]}, good]}))
    await until(lambda: len(ear.heard) == 2)
    assert ear.rejected == {RejectReason.BAD_FRAME: 1}


async def test_stream_errors_of_the_hub_are_reported(
    server: SignalRServer, open_stream: Opener, ear: Ear
) -> None:
    await open_stream()
    connection = await server.wait_subscribed()
    connection.send('{"M":[{"H":"FcMarketDataV2Hub","M":"Error","A":["blocked, quota 1 exceeded by 2"]}]}')
    connection.send('{"M":[{"H":"FcMarketDataV2Hub","M":"Error","A":[]},{"M":"Error","A":[{"a":1}]}]}')
    connection.send('{"I":"0","E":"There was an error invoking Hub method"}')
    connection.send('{"I":"0","E":{"text":1}}')
    await until(lambda: len(ear.errors) == 5)
    assert ear.errors[0] == "blocked, quota 1 exceeded by 2"
    assert ear.errors[3] == "There was an error invoking Hub method"


async def test_stream_dropped_by_the_server_is_not_alive(server: SignalRServer, open_stream: Opener) -> None:
    stream = await open_stream()
    connection = await server.wait_subscribed()
    connection.drop()
    await until(lambda: not stream.is_alive)
    assert not stream.is_connected
    with pytest.raises(FeedConnectError):
        await asyncio.to_thread(stream.resubscribe)


async def test_stream_closed_by_a_close_frame_is_not_alive(
    server: SignalRServer, open_stream: Opener
) -> None:
    stream = await open_stream()
    (await server.wait_subscribed()).send(b"\x03\xe8", opcode=8)
    await until(lambda: not stream.is_alive)


async def test_stream_closed_by_us_ends_at_once_and_hears_nothing_more(
    server: SignalRServer, open_stream: Opener, ear: Ear
) -> None:
    stream = await open_stream()
    connection = await server.wait_subscribed()
    await until(lambda: stream.is_connected)
    started_s = asyncio.get_running_loop().time()
    stream.close()
    stream.read_broadcast(RAW)
    stream.read_error("late")
    stream.reject(RejectReason.BAD_FRAME)
    assert await asyncio.to_thread(stream.wait_closed, 2.0)
    assert asyncio.get_running_loop().time() - started_s < 0.5  # websocket-client alone waits 3 s
    await until(lambda: connection not in server.connections)
    assert (ear.heard, ear.errors, ear.rejected.total()) == ([], [], 0)


async def test_stream_resubscribed_sends_the_full_list_again(
    server: SignalRServer, open_stream: Opener
) -> None:
    stream = await open_stream()
    connection = await server.wait_subscribed()
    await asyncio.to_thread(stream.resubscribe)
    await server.wait_subscribed()
    assert [call["A"] for call in connection.invocations] == [["X-TRADE:ALL,MI:ALL"]] * 2


async def test_stream_with_a_bad_token_is_unauthorized(open_stream: Opener) -> None:
    with pytest.raises(FeedConnectError) as raised:
        await open_stream(token="other")
    assert raised.value.is_unauthorized


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"ConnectionToken":"x"}', b"null", b"7"])
async def test_stream_with_an_odd_negotiate_answer_is_refused(
    server: SignalRServer, open_stream: Opener, body: bytes
) -> None:
    server.negotiate_body = body
    with pytest.raises(FeedConnectError, match="something else"):
        await open_stream()
    assert server.connections_made == 0


async def test_stream_with_502_or_nobody_there_is_refused(
    server: SignalRServer, open_stream: Opener, ear: Ear
) -> None:
    server.negotiate_status = 502
    with pytest.raises(FeedConnectError, match="502"):
        await open_stream()
    nobody = GuardedStream(stream_url="http://127.0.0.1:9/", token="token", selectors="MI:ALL", sink=ear)
    with pytest.raises(FeedConnectError, match="ConnectionError"):
        await asyncio.to_thread(nobody.open)
    assert (nobody.is_alive, nobody.is_connected, nobody.wait_closed(0.0)) == (False, False, True)
    nobody.close()


async def test_stream_with_a_refused_handshake_dies_quietly(
    server: SignalRServer, open_stream: Opener
) -> None:
    server.handshake_status = 403
    stream = await open_stream()
    await until(lambda: not stream.is_alive)
    assert stream.socket_errors == 1


async def test_stream_closed_while_negotiating_never_connects(server: SignalRServer, ear: Ear) -> None:
    server.negotiate_delay_s = 0.2
    stream = GuardedStream(stream_url=server.url, token="token", selectors="MI:ALL", sink=ear)
    opening = asyncio.create_task(asyncio.to_thread(stream.open))
    await until(lambda: server.negotiations == 1)
    stream.close()
    await opening
    assert await asyncio.to_thread(stream.wait_closed, 5.0)
    assert server.connections_made == 0
    with pytest.raises(FeedConnectError, match="before"):
        stream.open()


def test_app_aborted_before_it_has_a_socket_subscribes_nothing() -> None:
    opened: list[object] = []
    app = GuardedWebSocketApp("ws://127.0.0.1:9/", on_open=opened.append)
    app.abort()
    assert app.run_forever() is False
    app._open_unless_aborted(app)
    assert opened == []


def test_buffered_receive_serves_small_reads_from_a_large_one() -> None:
    chunks = [b"abcdef", b"gh"]
    sizes: list[int] = []

    def receive(size: int) -> bytes:
        sizes.append(size)
        return chunks.pop(0)

    buffered = BufferedReceive(receive)
    assert [buffered(2), buffered(3), buffered(9), buffered(9)] == [b"ab", b"cde", b"f", b"gh"]
    assert sizes == [65_536, 65_536]


async def test_token_under_every_fault_stays_off_stdout_stderr_and_logs(
    server: SignalRServer,
    open_stream: Opener,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("SignalRCoreClient").setLevel(logging.DEBUG)
    token = make_token(4e9)
    server.good_tokens.add(token)
    stream = await open_stream(token)
    connection = await server.wait_subscribed()
    connection.send("not json")
    connection.drop()
    await until(lambda: not stream.is_alive)
    server.negotiate_status = 502
    with pytest.raises(FeedConnectError):
        await open_stream(token)
    server.rejects_tokens = True
    with pytest.raises(FeedConnectError):
        await open_stream(token)
    out, err = capfd.readouterr()
    for text in (out, err, caplog.text):
        assert token not in text
        assert "Bearer" not in text
    assert (out, err) == ("", "")


def test_requests_of_the_sdk_always_have_time_outs_and_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []
    monkeypatch.setattr("app.feed.sdk_guard.requests.post", lambda _url, **options: seen.append(options))
    monkeypatch.setattr("app.feed.sdk_guard.requests.get", lambda _url, **options: seen.append(options))
    _transport.requests.post("https://x", headers={}, verify=False)
    _transport.requests.get("https://x", verify=False)
    assert [options["verify"] for options in seen] == [True, True]
    assert all(options["timeout"] == (5.0, 10.0) for options in seen)
    assert websocket.getdefaulttimeout() == 10.0


def test_websocket_of_the_sdk_cannot_be_told_to_trust_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []
    monkeypatch.setattr(websocket.WebSocketApp, "run_forever", lambda _self, **options: seen.append(options))
    app = GuardedWebSocketApp("wss://x", header={}, on_open=lambda _app: None)
    app.run_forever(sslopt={"cert_reqs": 0})
    assert seen[0]["sslopt"] == {}


async def test_threads_after_close_are_gone(server: SignalRServer, open_stream: Opener) -> None:
    before = set(threading.enumerate())
    streams = [await open_stream() for _ in range(3)]
    for stream in streams:
        stream.close()
        assert await asyncio.to_thread(stream.wait_closed, 5.0)
    left = {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio")}
    assert left <= before
