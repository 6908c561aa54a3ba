"""Each fault as the real client sees it on the wire."""

from __future__ import annotations

import json
import time

import httpx
import pytest
import websocket
from ssi_fc_data.signalr.hubs.errors import HubError, UnAuthorizedHubError

from app.simulator import malformed

from .conftest import Running, SdkClient, wait_until

SUBSCRIBE = json.dumps({"H": "FcMarketDataV2Hub", "M": "SwitchChannels", "A": ["X-TRADE:ALL"], "I": 0})


@pytest.fixture
def running(run_simulator) -> Running:
    return run_simulator(speed=30.0, keep_alive_s=0.1)


def raw_socket(running: Running, token: str = "") -> websocket.WebSocket:
    url = (
        running.url.replace("http", "ws") + "v2.0/signalr/connect?transport=webSockets&connectionToken=a%2Bb"
    )
    return websocket.create_connection(
        url,
        header={"Authorization": f"Bearer {token or running.token()}"},
        timeout=3,
        skip_utf8_validation=True,
    )


def subscribed_socket(running: Running) -> websocket.WebSocket:
    socket = raw_socket(running)
    assert json.loads(socket.recv())["S"] == 1
    socket.send(SUBSCRIBE)
    assert json.loads(socket.recv()) == {"I": "0"}
    return socket


def test_drop_cuts_the_socket_without_a_close_frame(running):
    socket = subscribed_socket(running)
    assert running.fault("drop")["touched"] == 1
    seen = set()
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        seen.update(socket.recv_data_frame()[0] for _ in range(10_000))
    assert websocket.ABNF.OPCODE_CLOSE not in seen
    socket.shutdown()
    client = running.connect("X-TRADE:ALL")
    wait_until(lambda: client.messages)
    running.fault("drop")
    wait_until(lambda: client.closes)
    wait_until(lambda: running.control("connections")["now"] == 0)


def test_half_open_leaves_a_socket_that_neither_speaks_nor_answers_pings(running):
    socket = subscribed_socket(running)
    running.fault("half_open")
    socket.settimeout(0.15)
    socket.ping(b"x")
    seen = set()
    with pytest.raises(websocket.WebSocketTimeoutException):
        seen.update(socket.recv_data_frame(control_frame=True)[0] for _ in range(10_000))
    assert websocket.ABNF.OPCODE_PONG not in seen
    assert running.control("connections")["now"] == 1
    socket.shutdown()
    wait_until(lambda: running.control("connections")["now"] == 0)


def test_clearing_the_faults_cuts_half_open_sockets(running):
    socket = subscribed_socket(running)
    running.fault("half_open", count=1)
    running.control("faults", method="DELETE")
    wait_until(lambda: running.control("connections")["now"] == 0)
    socket.shutdown()


def test_a_sound_socket_answers_pings_and_close(running):
    socket = subscribed_socket(running)
    socket.ping(b"hello")
    wait_until(lambda: socket.recv_data_frame(control_frame=True)[0] == websocket.ABNF.OPCODE_PONG)
    socket.close(timeout=1)
    wait_until(lambda: running.control("connections")["now"] == 0)


def test_stall_sends_keep_alives_only(running):
    client = running.connect("X-TRADE:ALL,X-QUOTE:ALL")
    wait_until(lambda: client.of("X-QUOTE"))
    running.fault("stall")
    socket = subscribed_socket(running)
    frames = [socket.recv() for _ in range(12)]
    frames = frames[frames.index("{}") :]
    assert set(frames) == {"{}"}
    count = len(client.messages)
    time.sleep(0.1)
    assert len(client.messages) == count
    socket.shutdown()
    assert "stall" in running.control("faults")["active"]
    running.control("faults", method="DELETE")
    wait_until(lambda: len(client.messages) > count)
    assert client.closes == 0


def test_mute_silences_one_channel(running):
    client = running.connect("X-TRADE:ALL,X-QUOTE:ALL")
    wait_until(lambda: client.of("X-QUOTE"))
    running.fault("mute", channel="x-quote")
    count, trades = len(client.of("X-QUOTE")), len(client.of("X-TRADE"))
    wait_until(lambda: len(client.of("X-TRADE")) > trades + 10)
    assert len(client.of("X-QUOTE")) <= count + 20
    after = len(client.of("X-QUOTE"))
    wait_until(lambda: len(client.of("X-TRADE")) > trades + 20)
    assert len(client.of("X-QUOTE")) == after


def test_refuse_hangs_up_on_everything_but_the_control_port(running):
    token = running.token()
    running.fault("refuse", seconds=30)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{running.url}api/v2/Market/Securities")
    with pytest.raises((OSError, websocket.WebSocketException)):
        raw_socket(running, token)
    running.control("faults", method="DELETE")
    raw_socket(running, token).shutdown()


def test_token_expiry_cuts_streams_and_refuses_old_tokens(running):
    client = running.connect("MI:ALL")
    wait_until(lambda: client.messages)
    old = client.client._access_token.get_access_token()
    running.fault("token_expiry")
    wait_until(lambda: client.closes)
    answer = httpx.get(f"{running.url}api/v2/Market/Securities", headers={"Authorization": f"Bearer {old}"})
    assert (answer.status_code, answer.json()["status"]) == (200, 401)
    with pytest.raises(UnAuthorizedHubError):
        client.stream.start(print, print, "MI:ALL")
    with pytest.raises(websocket.WebSocketBadStatusException):
        raw_socket(running, old)


@pytest.mark.parametrize(("code", "error"), [(502, HubError), (401, UnAuthorizedHubError)])
def test_negotiate_fails_as_often_as_asked(running, code, error):
    running.fault("status", code=code, count=1)
    with pytest.raises(error):
        SdkClient(running.url, "MI:ALL")
    client = running.connect("MI:ALL")
    wait_until(lambda: client.messages)


def test_slow_token_delays_the_login(running):
    running.fault("slow_token", seconds=0.15)
    began = time.monotonic()
    running.token()
    assert time.monotonic() - began >= 0.15


def test_stale_day_mixes_in_messages_of_the_trading_day_before(running):
    client = running.connect("X-TRADE:ALL")
    running.fault("stale_day", every=2)
    wait_until(lambda: {row["TradingDate"] for row in client.of("X-TRADE")} == {"20/11/2026", "23/11/2026"})
    late = running.connect("X-TRADE:ALL")
    wait_until(lambda: late.of("X-TRADE"))
    assert late.of("X-TRADE")[0]["TradingDate"] == "20/11/2026"


def test_duplicate_repeats_each_match(running):
    running.fault("duplicate", copies=3)
    client = running.connect("X-TRADE:41I1GC000")
    rows = wait_until(lambda: len(client.of("X-TRADE")) > 30 and client.of("X-TRADE"))[1:31]
    totals = [row["TotalVol"] for row in rows]
    assert all(totals.count(total) == 3 for total in set(totals[:-3]))


def test_withheld_matches_show_only_as_a_jump_of_total_volume(run_simulator):
    running = run_simulator(speed=50.0, hold=True)
    running.fault("withhold", count=5, symbol="41I1GC000")
    client = running.connect("X-TRADE:41I1GC000,X:41I1GC000")
    wait_until(lambda: running.control("truth")["symbols"]["41I1GC000"]["withheld_prints"] == 5)
    withheld = running.control("truth")["symbols"]["41I1GC000"]["withheld_volume"]
    count = len(client.of("X-TRADE"))
    wait_until(lambda: len(client.of("X-TRADE")) > count + 5)
    for channel in ("X-TRADE", "X"):
        gap, before = 0.0, None
        for row in client.of(channel):
            if before is not None and row["TotalVol"] > before:
                gap += row["TotalVol"] - before - row["LastVol"]
            before = row["TotalVol"]
        assert gap == withheld


def test_withheld_by_fraction(running):
    running.fault("withhold", fraction=0.5)
    wait_until(lambda: sum(r["withheld_volume"] for r in running.control("truth")["symbols"].values()) > 0)


def test_late_quotes_follow_the_trades_they_should_precede(run_simulator):
    running = run_simulator(speed=30.0, hold=True)
    running.fault("quote_delay", seconds=5)
    client = running.connect("X-TRADE:ALL,X-QUOTE:ALL")
    wait_until(lambda: len(client.of("X-QUOTE")) > 150)
    newest = ""
    lags = 0
    for message in list(client.messages):
        row = json.loads(message["Content"])
        if message["DataType"] == "X-TRADE":
            newest = max(newest, row["Time"])
        elif row["Time"] < newest and row["Time"] >= "09:16:00":
            lags += 1
    assert lags > 30


def test_at_least_thirty_malformed_kinds_arrive_and_leave_the_socket_up(running):
    kinds = running.control("faults")["malformed_kinds"]
    assert len(kinds) >= 30
    socket = subscribed_socket(running)
    assert running.fault("malformed", kind="all", count=1)["touched"] == len(kinds) - 1
    seen = set()
    sizes = []
    while len(sizes) < 20_000:
        opcode, data = socket.recv_data()
        sizes.append(len(data))
        seen.add(opcode)
        if b'"TotalVol\\\\\\"' in data and b'\\\\\\"v\\\\\\":1}' in data:  # volume_object is the last
            break
    assert max(sizes) > 1_000_000
    assert seen == {websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY}
    socket.shutdown()


@pytest.mark.parametrize("kind", malformed.KINDS)
def test_each_malformed_kind_is_one_frame(kind):
    content = (
        b'{"RType":"X-TRADE","Symbol":"VCB","TradingDate":"23/11/2026","Time":"10:00:00","LastPrice":1.0}'
    )
    frame = malformed.frame(kind, "X-TRADE", content)
    assert frame[0] in {0x81, 0x82}
    assert len(frame) > 2


def test_a_hub_error_reaches_on_error(running):
    client = running.connect("X-TRADE:ALL")
    wait_until(lambda: client.messages)
    running.fault("malformed", kind="hub_error")
    wait_until(lambda: client.errors == ["Connection has been blocked, quota 1 exceeded by 2"])


@pytest.mark.parametrize(
    "body",
    [
        {"name": "earthquake"},
        {"name": "mute", "channel": "Y"},
        {"name": "withhold"},
        {"name": "malformed", "kind": "nice"},
        {"name": "malformed", "channel": "Y"},
        {"name": "slow_token", "seconds": "long"},
        {"name": "drop", "count": True},
    ],
)
def test_a_wrong_fault_is_refused_with_a_reason(run_simulator, body):
    running = run_simulator(start="08:30")
    assert running.control("faults", body)["error"]


def test_control_answers_wrong_requests_with_an_error(running):
    assert running.control("nothing")["error"] == "no such control"
    assert httpx.post(f"{running.url}sim/faults", content=b"{").status_code == 400
    assert httpx.post(f"{running.url}sim/faults", content=b"[]").status_code == 400


def test_a_client_that_never_reads_holds_the_market_back_and_is_cut_off(run_simulator):
    running = run_simulator(speed=0, hold=True, stuck_client_s=0.1, symbols=30)
    socket = subscribed_socket(running)
    socket.send(SUBSCRIBE.replace("X-TRADE:ALL", "ALL"))
    wait_until(lambda: running.control("connections")["now"] == 0, 60)
    socket.shutdown()
