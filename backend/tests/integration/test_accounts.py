"""Accounts from outside: the command line against a server that runs, and no token in any log whatever happens."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.integration.processes import BACKEND, Child, ServedApp
from tests.integration.waiting import until_sync

pytestmark = pytest.mark.minutes
PASSWORD = "correct horse battery"
SHARED = secrets.token_urlsafe(24)


class Installation:
    """A folder of data, its settings, the server on it and the command line beside it."""

    def __init__(self, folder: Path) -> None:
        self.settings: dict[str, str] = {
            "data_dir": str(folder / "data"),
            "auth_jwt_secret": secrets.token_urlsafe(48),
            "ws_auth_token": SHARED,
            "log_level": "debug",
            "auth_access_ttl_s": "30",
        }
        assert self.users("add", "an", "--admin", "--password-stdin") == (0, "an may log in as admin\n", "")
        self.app = ServedApp(**self.settings)

    def users(self, *words: str, password: str = PASSWORD) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "app", "users", *words],
            cwd=BACKEND, env=os.environ | {name.upper(): value for name, value in self.settings.items()},
            input=f"{password}\n", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def log_in(self, name: str = "an", password: str = PASSWORD) -> httpx.Response:
        return httpx.post(f"{self.app.http}/api/auth/login", json={"username": name, "password": password})

    def status(self, token: str, path: str = "/api/indices") -> int:
        return httpx.get(self.app.http + path, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("accounts"))
    yield made
    made.app.end()


def read_type(client: ClientConnection, wanted: str) -> Any:
    while (message := json.loads(client.recv(20))).get("type") != wanted:
        pass
    return message


def close_code(client: ClientConnection) -> int | None:
    try:
        while True:
            client.recv(20)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def say_and_hear(client: ClientConnection, *messages: dict[str, str]) -> None:
    """Say what a socket that was refused will not hear; read what comes at once."""
    with suppress(ConnectionClosed, TimeoutError):
        for message in messages:
            client.send(json.dumps(message))
        for _ in range(6):
            client.recv(0.2)


def test_commands_change_a_running_server_at_once(installation: Installation) -> None:
    users, log_in, status = installation.users, installation.log_in, installation.status
    assert users("add", "Binh", "--password-stdin")[0] == 0
    token = log_in("binh").json()["access_token"]
    assert (status(token), status(token, "/api/ws/stats")) == (200, 403)
    assert users("role", "binh", "admin")[0] == 0
    assert status(token, "/api/ws/stats") == 200
    with connect(f"{installation.app.ws}/ws/index?token={token}", proxy=None) as client:
        read_type(client, "status")
        assert users("disable", "binh") == (0, "binh is shut out and logged out everywhere\n", "")
        assert status(token) == 401
        assert close_code(client) == 4401
    assert log_in("binh").status_code == 401
    assert users("enable", "binh")[0] == 0
    assert status(token) == 401
    token = log_in("binh").json()["access_token"]
    assert users("passwd", "binh", "--password-stdin", password="another long phrase")[0] == 0
    assert status(token) == 401
    assert log_in("binh").status_code == 401
    assert log_in("binh", "another long phrase").status_code == 200
    assert users("list")[1].split() == ["an", "admin", "binh", "admin"]
    assert users("remove", "binh")[0] == 0
    assert log_in("binh", "another long phrase").status_code == 401


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (("add", "an", "--password-stdin"), PASSWORD, "there is an account an already"),
        (("add", "../x", "--password-stdin"), PASSWORD, "a name has 1 to 64"),
        (("add", "chi", "--password-stdin"), "short", "at least 10 characters"),
        (("add", "chi"), PASSWORD, "--password-stdin reads it from standard input"),
        (("passwd", "nobody", "--password-stdin"), PASSWORD, "there is no account nobody"),
        (("disable", "nobody"), "", "there is no account nobody"),
        (("role", "nobody", "admin"), "", "there is no account nobody"),
    ],
)
def test_command_that_can_not_be_done_says_why_in_one_line(
    installation: Installation, words: tuple[str, ...], password: str, said: str
) -> None:
    code, output, errors = installation.users(*words, password=password)
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert said in errors
    assert not password or password not in errors


def test_password_on_the_command_line_is_not_taken(installation: Installation) -> None:
    code, _, errors = installation.users("add", "chi", "--password", PASSWORD)
    assert code == 2
    assert "unrecognized arguments" in errors


def test_help_of_each_action_is_there(installation: Installation) -> None:
    for words in ((), ("add",), ("passwd",), ("disable",), ("enable",), ("remove",), ("role",), ("list",)):
        code, output, _ = installation.users(*words, "--help")
        assert (code, "usage: " in output) == (0, True)


def test_socket_goes_on_by_refresh_and_ends_without(installation: Installation) -> None:
    grant = installation.log_in().json()
    with connect(f"{installation.app.ws}/v1/ws?token={grant['access_token']}", proxy=None) as client:
        read_type(client, "token_expiring")  # 30 s to live: at once
        client.send(json.dumps({"action": "refresh", "refresh_token": grant["refresh_token"]}))
        again = read_type(client, "token_refreshed")
        assert installation.status(again["access_token"]) == 200


def test_token_of_any_kind_carried_in_any_way_is_in_no_log(
    installation: Installation, started: list[Child]
) -> None:
    """The server logs at debug. Ways that are refused, and errors, count too."""
    app = ServedApp(**(installation.settings | {"log_format": "json"}))
    started.append(app)
    body = httpx.post(f"{app.http}/api/auth/login", json={"username": "an", "password": PASSWORD}).json()
    access, refresh = body["access_token"], body["refresh_token"]
    carried = [SHARED, access, refresh, access + "x", "n0t-the-0ne-we-have", "x" * 5000]
    for token in carried:
        for path in ("/api/indices", "/api/nowhere", "/api/history/VCB/candles", "/ws/market"):
            httpx.get(f"{app.http}{path}", params={"token": token})
            httpx.get(f"{app.http}{path}", headers={"Authorization": f"Bearer {token}"})
        for path in ("/ws/market", "/v1/ws", "/ws/nowhere"):
            for options in (
                {"uri": f"{app.ws}{path}?token={token}"},
                {"uri": app.ws + path, "additional_headers": {"Authorization": f"Bearer {token}"}},
                {"uri": app.ws + path, "subprotocols": ["bearer", token]},
            ):
                with connect(**options, proxy=None) as client:
                    say_and_hear(client, {"action": "refresh", "access_token": token}, {"action": token})
        httpx.post(f"{app.http}/api/auth/refresh", json={"refresh_token": token})
        httpx.post(f"{app.http}/api/auth/refresh", cookies={"vnstock_refresh": token})
        httpx.post(f"{app.http}/api/auth/login", json={"username": token[:60], "password": token[:250]})
        httpx.post(f"{app.http}/api/auth/login", content=f'{{"username": {token}')
    until_sync(lambda: "/api/auth/login" in app.output, "the log")
    app.end()
    assert app.output.count('"path": "/api/indices"') >= 2 * len(carried)
    found = [
        (token[:20], line[:200])
        for token in (*carried, PASSWORD, installation.settings["auth_jwt_secret"])
        for line in app.lines
        if token in line
    ]
    assert found == []
