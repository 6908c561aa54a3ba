"""C1, C2 and C6 from outside: `python -m app serve` as its users run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.api.frame_check import checked
from tests.conftest import Measured
from tests.integration.conftest import StartSimulator
from tests.integration.processes import BACKEND, Child, ServedApp, SimulatorChild, is_running
from tests.integration.waiting import until_sync
from tests.integration.written import find_secrets

CHANNELS = ("market", "foreign", "index", "alerts")
AT_ONCE_S = 0.5  # a status and a state that exist already; 5 ms on an idle machine
THROTTLE_S = 0.5
MACHINE_S = 0.5  # what a shared machine may add
QUIET = {"ws_max_connections_per_ip": 100}
# any print alerts, so that /ws/alerts has something to push
TALKATIVE = {
    "alert_volume_spike_ratio": 0.01,
    "alert_volume_spike_min_prints": 0,
    "sim_seed": 3,
    "sim_start": "09:16",
}


@contextmanager
def _open(app: ServedApp, channel: str) -> Iterator[tuple[ClientConnection, list[Any], float]]:
    """Connect; yield the socket, its first two frames and the seconds they took."""
    started_s = time.monotonic()
    with connect(f"{app.ws}/ws/{channel}", max_size=None, proxy=None) as client:
        texts = [client.recv(10) for _ in range(2)]
        took_s = time.monotonic() - started_s
        yield client, [checked(text) for text in texts], took_s


def _assert_status_then_state(channel: str, frames: list[Any]) -> None:
    status, state = frames
    assert status["type"] == "status"
    assert status.keys() >= {"connected", "source", "state", "since", "ages", "muted_channels"}
    assert status["source"] == "simulator"
    match channel:
        case "market":
            assert state.keys() >= {
                "quotes",
                "prices",
                "indices",
                "foreign",
                "derivatives",
                "session",
                "feed",
            }
            assert state["feed"]["source"] == "simulator"
        case "foreign":
            assert state.keys() >= {"total_net_value", "top_buy", "top_sell", "scope"}
        case "index":
            assert "type" not in state
        case "alerts":
            assert (state["type"], state["channel"]) == ("snapshot", "alerts")


def _until_live(app: ServedApp) -> float:
    return until_sync(lambda: httpx.get(f"{app.http}/health").json()["feed"]["state"] == "live", "live")


# -- C1: the whole program ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(started: list[Child]) -> ServedApp:
    app = ServedApp(**TALKATIVE, **QUIET)
    started.append(app)
    return app


def test_serve_says_where_the_dashboard_is(served: ServedApp, measured: Measured) -> None:
    measured("live after s", round(_until_live(served), 2))
    assert sum("dashboard at http://localhost:" in line for line in served.lines) == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_serve_sends_status_and_state_at_once_then_pushes(
    served: ServedApp, channel: str, measured: Measured
) -> None:
    _until_live(served)
    with _open(served, channel) as (client, frames, took_s):
        measured("first two frames ms", round(took_s * 1000))
        _assert_status_then_state(channel, frames)
        assert took_s <= AT_ONCE_S
        assert (frames[0]["state"], frames[0]["connected"]) == ("live", True)
        wanted = "alert" if channel == "alerts" else None
        deadline_s = time.monotonic() + 30
        pushed = checked(client.recv(30))
        while pushed.get("type") != wanted:
            pushed = checked(client.recv(deadline_s - time.monotonic()))
        if channel == "alerts":
            assert pushed["data"].keys() >= {"id", "alert_type", "severity", "symbol", "message", "timestamp"}
        else:
            assert pushed.keys() == frames[1].keys() or channel == "index"


def test_serve_health_names_source_and_state(served: ServedApp) -> None:
    _until_live(served)
    response = httpx.get(f"{served.http}/health")
    assert response.headers["X-Feed-Source"] == "simulator"
    body = response.json()
    assert (body["status"], body["feed"]["source"], body["feed"]["state"]) == ("ok", "simulator", "live")
    assert httpx.get(f"{served.http}/health/ready").status_code == 200


def test_serve_on_a_taken_port_says_so_in_one_line(served: ServedApp) -> None:
    port = served.http.rpartition(":")[2]
    done = _run("serve", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"port {port} " in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("WS_THROTTLE_INTERVAL_MS", "soon"), ("FEED_SOURCE", "x"), ("SIM_SPEED", "-1")]
)
def test_serve_with_a_wrong_setting_names_it_and_ends_with_2(name: str, value: str) -> None:
    done = _run("serve", **{name: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"settings: {name}: ")
    assert done.stderr.count("\n") == 1


def _run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=BACKEND, env=os.environ | env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


# -- C1: its end --------------------------------------------------------------------------------------------------


@pytest.fixture
def mortal() -> Iterator[ServedApp]:
    app = ServedApp(**QUIET)
    yield app
    app.end()
    assert find_secrets(app.lines) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_serve_ends_with_0_and_leaves_no_child(
    mortal: ServedApp, number: signal.Signals, measured: Measured
) -> None:
    until_sync(mortal.children, "a simulator")
    children = mortal.children()
    with _open(mortal, "market") as (client, _, _):
        os.killpg(mortal.pid, number)  # as a terminal does on Ctrl-C: the signal goes to the whole group
        code, took_s = mortal.ended()
        types = _read_to_the_end(client)
    measured("ended after s", round(took_s, 2))
    assert code == 0, mortal.output
    assert not [pid for pid in children if is_running(pid)]
    assert "Traceback" not in mortal.output
    assert types[-1] == "bye"
    assert client.close_code == 4410


def _read_to_the_end(client: ClientConnection) -> list[str | None]:
    types: list[str | None] = []
    with suppress(ConnectionClosed):
        while True:
            types.append(checked(client.recv(10)).get("type"))
    return types


def test_serve_killed_leaves_no_orphan(mortal: ServedApp, measured: Measured) -> None:
    until_sync(mortal.children, "a simulator")
    children = mortal.children()
    os.kill(mortal.pid, signal.SIGKILL)
    took_s = until_sync(lambda: not any(is_running(pid) for pid in children), "the simulator is gone")
    measured("simulator gone after s", round(took_s, 2))


def test_serve_without_its_simulator_ends_with_1_and_says_why(mortal: ServedApp) -> None:
    _until_live(mortal)
    (child,) = mortal.children()
    os.kill(child, signal.SIGKILL)
    code, _ = mortal.ended()
    assert code == 1
    (line,) = [line for line in mortal.lines if "[critical" in line]
    assert "the simulator ended by itself (exit code -9)" in line
    assert "Traceback" not in mortal.output


# -- C2: a quiet feed ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quiet_simulator(start_simulator: StartSimulator) -> SimulatorChild:
    return start_simulator("--start", "09:16", "--speed", "4", "--seed", "2", "--hold")


@pytest.fixture(scope="module")
def quiet(quiet_simulator: SimulatorChild, started: list[Child]) -> ServedApp:
    """An instance whose feed has spoken and fallen silent."""
    app = ServedApp(feed_source="simulator", sim_url=quiet_simulator.url, log_level="debug", **QUIET)
    started.append(app)
    _until_live(app)
    _pause(quiet_simulator)
    until_sync(lambda: _is_still(app), "the market stands still")
    return app


def _pause(simulator: SimulatorChild, paused: bool = True) -> None:
    httpx.post(f"{simulator.url}sim/pause", json={"paused": paused}).raise_for_status()


def _figures(app: ServedApp) -> dict[str, Any]:
    snapshot = httpx.get(f"{app.http}/api/market/snapshot").json()
    return {name: snapshot[name] for name in ("quotes", "prices", "foreign", "session")}


def _is_still(app: ServedApp) -> bool:
    before = _figures(app)
    time.sleep(0.3)
    return _figures(app) == before


@pytest.mark.parametrize("channel", CHANNELS)
def test_clients_on_a_quiet_feed_get_status_and_state_at_once(
    quiet: ServedApp, channel: str, measured: Measured
) -> None:
    slowest_s = 0.0
    for _ in range(5):
        with _open(quiet, channel) as (_, frames, took_s):
            pass
        _assert_status_then_state(channel, frames)
        slowest_s = max(slowest_s, took_s)
        if channel == "market":
            assert {name: frames[1][name] for name in ("quotes", "prices", "foreign", "session")} == _figures(
                quiet
            )
            assert len(frames[1]["quotes"]) >= 30
    measured("slowest of 5 ms", round(slowest_s * 1000))
    assert slowest_s <= AT_ONCE_S


def test_clients_get_the_last_state_within_the_throttle_window(
    quiet: ServedApp, quiet_simulator: SimulatorChild, measured: Measured
) -> None:
    lags_s: list[float] = []
    with ExitStack() as stack:
        clients = {
            channel: stack.enter_context(_open(quiet, channel))[0]
            for channel in ("market", "foreign", "index")
        }
        for _ in range(3):
            _pause(quiet_simulator, False)
            for client in clients.values():
                checked(client.recv(10))  # pushes follow
            _pause(quiet_simulator)
            stopped_s = time.monotonic()
            lags_s.append(_until_last_frame_is_the_state(quiet, clients["market"], stopped_s))
    measured("last state after s", [round(lag_s, 2) for lag_s in lags_s])
    assert max(lags_s) <= THROTTLE_S + MACHINE_S


def _until_last_frame_is_the_state(app: ServedApp, client: ClientConnection, stopped_s: float) -> float:
    """Read until nothing comes any more; the last frame must be what REST says. Return when it came."""
    last, came_s = None, stopped_s
    while True:
        try:
            frame = checked(client.recv(1.5))
        except TimeoutError:
            break
        if "quotes" in frame:
            last, came_s = frame, time.monotonic()
    assert last is not None
    names = ("quotes", "prices", "foreign", "session")
    assert {name: last[name] for name in names} == _figures(app)
    return came_s - stopped_s


# -- C6: secrets --------------------------------------------------------------------------------------------------

KEYS = ("--consumer-id", "test-consumer-id", "--consumer-secret", "test-consumer-secret")


@pytest.fixture(scope="module")
def locked_simulator(start_simulator: StartSimulator) -> SimulatorChild:
    return start_simulator(*KEYS, "--start", "09:16", "--speed", "4")


def _with_keys(simulator: SimulatorChild, secret: str = "test-consumer-secret") -> ServedApp:
    return ServedApp(
        feed_source="ssi",
        ssi_base_url=simulator.url,
        ssi_stream_url=simulator.url,
        ssi_consumer_id="test-consumer-id",
        ssi_consumer_secret=secret,
        ws_auth_token="test-ws-token",
        log_level="debug",
    )


def _health(app: ServedApp) -> dict[str, Any]:
    feed: dict[str, Any] = httpx.get(f"{app.http}/health").json()["feed"]
    return feed


def _reconnects(app: ServedApp) -> float:
    bearer = {"Authorization": "Bearer test-ws-token"}
    lines = httpx.get(f"{app.http}/metrics", headers=bearer).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("ssi_reconnects_total{"))


def _fault(simulator: SimulatorChild, **body: object) -> None:
    httpx.post(f"{simulator.url}sim/faults", json=body).raise_for_status()


def test_serve_with_keys_writes_no_token_and_no_secret(
    locked_simulator: SimulatorChild, measured: Measured
) -> None:
    app = _with_keys(locked_simulator)
    try:
        until_sync(lambda: _health(app)["connected"], "connected")
        bearer = {"Authorization": "Bearer test-ws-token"}
        assert httpx.get(f"{app.http}/api/market/snapshot", headers=bearer).status_code == 200
        assert httpx.get(f"{app.http}/api/market/snapshot?token=test-ws-token").status_code == 200
        assert httpx.get(f"{app.http}/api/market/snapshot?token=test-ws-token-wrong").status_code == 401
        with connect(f"{app.ws}/ws/market?token=test-ws-token", max_size=None, proxy=None) as client:
            assert checked(client.recv(10))["source"] == "ssi"
        reconnects = _reconnects(app)
        for fault in (
            {"name": "token_expiry"},
            {"name": "status", "code": 401, "count": 1},
            {"name": "drop"},
        ):
            _fault(locked_simulator, **fault)
        until_sync(lambda: _reconnects(app) > reconnects, "the drop is seen")
        until_sync(lambda: _health(app)["connected"], "connected again")
    finally:
        app.end()
    measured("lines searched", len(app.lines))
    assert len(app.lines) > 10
    assert find_secrets(app.lines) == []


def test_serve_with_wrong_keys_is_failed_with_the_reason(locked_simulator: SimulatorChild) -> None:
    app = _with_keys(locked_simulator, secret="wrong-test-consumer-secret")
    try:
        until_sync(lambda: _health(app)["state"] == "failed", "failed")
        feed = _health(app)
        assert (feed["source"], feed["connected"]) == ("ssi", False)
        assert "refuses the login" in feed["reason"]
    finally:
        app.end()
    assert find_secrets(app.lines) == []


def test_serve_as_ssi_without_keys_is_failed_and_invents_nothing() -> None:
    app = ServedApp(
        feed_source="ssi", ssi_base_url="http://127.0.0.1:9/", ssi_stream_url="http://127.0.0.1:9/"
    )
    try:
        until_sync(lambda: _health(app)["state"] == "failed", "failed")
        assert "SSI_CONSUMER_ID" in _health(app)["reason"]
        assert httpx.get(f"{app.http}/api/market/snapshot").json()["prices"] == {}
        assert app.children() == []
    finally:
        app.end()
