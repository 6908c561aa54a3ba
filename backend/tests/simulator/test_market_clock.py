"""Market time, sessions and the parts of the wire a client of ours never tries."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from app.simulator.clock import MarketClock, rfc3339, time_of_day
from app.simulator.faults import Faults
from app.simulator.sessions import session_at
from app.simulator.signalr import Subscription
from app.simulator.websocket_frames import websocket_frame
from app.simulator.wire import quoted

from .conftest import wait_until


class Wall:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_market_time_runs_at_its_speed_and_never_jumps():
    wall = Wall()
    clock = MarketClock(1_000.0, 2.0, wall)
    wall.now_s += 5
    assert clock.time_s() == 1_010.0
    assert clock.wait_s(1_020.0) == 5.0
    clock.set_speed(10.0)
    assert clock.time_s() == 1_010.0
    wall.now_s += 1
    assert clock.time_s() == 1_020.0
    clock.pause(True)
    wall.now_s += 100
    assert clock.time_s() == 1_020.0
    assert clock.wait_s(1_021.0) > 60
    clock.pause(False)
    clock.set_boost(6.0)
    wall.now_s += 1
    assert clock.time_s() == 1_080.0
    clock.anchor(1_050.0)  # the sender fell behind
    assert clock.time_s() == 1_050.0


def test_speed_zero_is_wherever_the_last_event_was():
    wall = Wall()
    clock = MarketClock(1_000.0, 0.0, wall)
    wall.now_s += 5
    assert clock.time_s() == 1_000.0
    assert clock.wait_s(9_999.0) == 0.0


def test_times_are_vietnamese():
    assert rfc3339(0.0) == "1970-01-01T07:00:00.000+07:00"
    assert time_of_day("09:15") == 33_300
    with pytest.raises(ValueError, match="is not a time of day"):
        time_of_day("09:60")


@pytest.mark.parametrize(
    ("exchange", "at", "code"),
    [("HOSE", "08:59", "C"), ("HOSE", "09:00", "ATO"), ("HNX", "14:50", "PLO"), ("UPCOM", "14:50", "LO")],
)
def test_sessions_follow_the_timetable(exchange, at, code):
    assert session_at(exchange, time_of_day(at))[1] == code


def test_selectors_are_read_in_any_case():
    subscription = Subscription()
    assert subscription.switch("x-trade:vcb-FPT, mi:hnxindex ,,Q:1,r", replace=True) == ["Q:1", "r"]
    assert subscription.wants("X-TRADE", "VCB")
    assert subscription.wants("MI", "HNXIndex")
    assert not subscription.wants("X-TRADE", "ACB")
    subscription.switch("B:NONE", replace=False)
    assert subscription.wants("X-TRADE", "FPT")
    subscription.switch("ALL", replace=True)
    assert subscription.wants("OL", "ACB")


def test_frames_grow_their_length_field():
    assert websocket_frame(b"x" * 125)[1] == 125
    assert websocket_frame(b"x" * 126)[1] == 126
    assert websocket_frame(b"x" * 65_536)[1] == 127


def test_a_json_text_is_quoted_as_json_would():
    import json

    text = json.dumps({"a": 'b"\\c', "n": "\n"})
    assert json.loads(quoted(text.encode())) == text


def test_a_fault_that_is_not_standing_is_no_standing_fault():
    with pytest.raises(ValueError, match="no fault 'drop'"):
        Faults().switch_on("drop", {})


def exchange(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
        return received


def test_broken_http_is_refused_and_huge_heads_are_cut(run_simulator):
    running = run_simulator(start="08:30")
    port = int(running.url.rsplit(":", 1)[1].strip("/"))
    assert b"400 Bad Request" in exchange(port, b"nonsense\r\n\r\n")
    two = b"GET /sim/clock HTTP/1.1\r\n\r\nGET /sim/clock HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert exchange(port, two).count(b"200 OK") == 2
    with contextlib.suppress(ConnectionError):  # a reset, or an end when the kernel is quicker
        assert exchange(port, b"GET /" + b"x" * 70_000) == b""


def test_invocations_other_than_switch_channels_get_an_answer(run_simulator):
    import json

    import websocket

    running = run_simulator(speed=0.001)
    url = (
        running.url.replace("http", "ws")
        + "v2.0/signalr/connect?connectionToken=x&access_token="
        + running.token()
    )
    stream = websocket.create_connection(url, timeout=3)
    stream.recv()
    for call, error in (
        ({"H": "h", "M": "Dance", "A": [], "I": "1"}, "'Dance' method could not be resolved."),
        (
            {"H": "h", "M": "SwitchChannels", "A": ["a", "b"], "I": 2},
            "There was an error invoking Hub method",
        ),
    ):
        stream.send(json.dumps(call))
        assert json.loads(stream.recv()) == {"I": str(call["I"]), "E": error}
    stream.send("not json")
    stream.send("[]")
    stream.send(json.dumps({"H": "h", "M": "switchchannels", "A": ["F:" + "A-" * 40_000], "I": 3}))
    assert json.loads(stream.recv()) == {"I": "3"}
    stream.send("x" * 1_100_000)
    with pytest.raises((websocket.WebSocketException, OSError)):
        stream.recv()
    stream.shutdown()


def test_an_answer_that_fails_is_a_500(run_simulator, monkeypatch, caplog):
    import httpx

    running = run_simulator(start="08:30")
    monkeypatch.setattr(running.simulator.control, "clock_report", lambda: 1 / 0)
    assert httpx.get(f"{running.url}sim/clock").status_code == 500
    assert "ZeroDivisionError" in caplog.text


def test_a_task_that_dies_is_not_silent(run_simulator, monkeypatch):
    running = run_simulator(start="08:30", keep_alive_s=0.01)
    monkeypatch.setattr(running.simulator.hub, "keep_alive", lambda: 1 / 0)
    wait_until(lambda: any(task.done() for task in running.simulator._tasks))
    failed = asyncio.run_coroutine_threadsafe(running.simulator.failed(), running.loop)
    with pytest.raises(ZeroDivisionError):
        failed.result(3)
