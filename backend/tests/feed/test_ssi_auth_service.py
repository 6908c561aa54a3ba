from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from app.feed import ssi_auth_service
from app.feed.errors import FeedConnectError, FeedLoginError
from app.feed.http_client import make_http_client
from app.feed.redaction import Redactor
from app.feed.ssi_auth_service import LIFETIME_UNKNOWN_S, REFUSAL_KEPT_S, SSIAuthService, read_expiry
from tests.feed.fake_clock import FakeClock
from tests.feed.signalr_server import CONSUMER_ID, CONSUMER_SECRET, SignalRServer, make_token, running_server


@pytest.fixture
async def server() -> AsyncIterator[SignalRServer]:
    async with running_server() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with make_http_client() as client:
        yield client


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def auth(server: SignalRServer, http: httpx.AsyncClient, clock: FakeClock) -> SSIAuthService:
    return make_auth(server.url, http, clock)


def make_auth(
    url: str, http: httpx.AsyncClient, clock: FakeClock, key: str = CONSUMER_ID, secret: str = CONSUMER_SECRET
) -> SSIAuthService:
    return SSIAuthService(base_url=url, consumer_id=key, consumer_secret=secret, http=http, clock=clock)


async def test_token_asked_by_many_is_one_login(auth: SSIAuthService, server: SignalRServer) -> None:
    tokens = await asyncio.gather(*(auth.token() for _ in range(5)))
    assert set(tokens) == {server.tokens[0]}
    assert server.logins == auth.logins == 1


async def test_token_near_its_end_is_renewed_and_the_old_one_serves_until_then(
    auth: SSIAuthService, server: SignalRServer, clock: FakeClock
) -> None:
    server.token_expires_s = clock.time_s() + 1_000
    first = await auth.token()
    await clock.advance(700)
    assert not auth.is_renewal_due
    await clock.advance(101)
    assert auth.is_renewal_due
    assert await auth.token() == first
    server.token_expires_s = clock.time_s() + 1_000
    await auth.renew()
    await auth.renew()
    assert await auth.token() == server.tokens[1]
    assert (server.logins, auth.is_renewal_due) == (2, False)


async def test_token_expired_is_replaced(
    auth: SSIAuthService, server: SignalRServer, clock: FakeClock
) -> None:
    server.token_expires_s = clock.time_s() + 100
    await auth.token()
    await clock.advance(101)
    assert await auth.token() == server.tokens[1]


async def test_renewal_that_fails_keeps_the_old_token(
    auth: SSIAuthService, server: SignalRServer, clock: FakeClock
) -> None:
    server.token_expires_s = clock.time_s() + 1_000
    first = await auth.token()
    await clock.advance(900)
    server.login_status = 502
    with pytest.raises(FeedConnectError):
        await auth.renew()
    assert await auth.token() == first


async def test_token_of_the_past_by_our_clock_is_taken_for_fifty_minutes(
    auth: SSIAuthService, server: SignalRServer, clock: FakeClock
) -> None:
    server.token_expires_s = clock.time_s() - 3_600
    first = await auth.token()
    await clock.advance(LIFETIME_UNKNOWN_S - 1)
    assert await auth.token() == first


async def test_token_refused_is_forgotten_but_a_newer_one_stays(
    auth: SSIAuthService, server: SignalRServer
) -> None:
    first = await auth.token()
    auth.invalidate(first)
    second = await auth.token()
    auth.invalidate(first)
    assert await auth.token() == second == server.tokens[1]


async def test_login_with_wrong_keys_says_what_ssi_says(
    server: SignalRServer, http: httpx.AsyncClient, clock: FakeClock
) -> None:
    with pytest.raises(FeedLoginError, match="The connection is invalid") as raised:
        await make_auth(server.url, http, clock, secret="a-wrong-secret").token()
    assert "a-wrong-secret" not in str(raised.value)


async def test_login_with_wrong_keys_is_not_repeated_by_everyone_who_asks(
    server: SignalRServer, http: httpx.AsyncClient, clock: FakeClock
) -> None:
    auth = make_auth(server.url, http, clock, secret="a-wrong-secret")
    for _ in range(4):
        with pytest.raises(FeedLoginError, match="The connection is invalid"):
            await auth.token()
    assert auth.logins == 1
    await clock.advance(REFUSAL_KEPT_S)
    with pytest.raises(FeedLoginError):
        await auth.token()
    assert auth.logins == 2


async def test_login_without_keys_asks_nobody(
    server: SignalRServer, http: httpx.AsyncClient, clock: FakeClock
) -> None:
    with pytest.raises(FeedLoginError, match="SSI_CONSUMER_ID"):
        await make_auth(server.url, http, clock, key="").token()
    assert server.logins == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"message": "echo the-consumer-secret", "status": 401, "data": None}, FeedLoginError),
        (
            {"message": "API calls quota exceeded! maximum admitted 1 per 1 s", "status": 400},
            FeedConnectError,
        ),
        ({"message": "later", "status": 500}, FeedConnectError),
        ({"status": 200, "data": {}}, FeedConnectError),
        ({"status": 200, "data": {"accessToken": ""}}, FeedConnectError),
        ([], FeedConnectError),
        (b"plain text", FeedConnectError),
    ],
)
async def test_login_with_an_odd_answer_is_refused_without_secrets(
    auth: SSIAuthService, server: SignalRServer, answer: object, error: type[Exception]
) -> None:
    server.login_answer = answer
    with pytest.raises(error) as raised:
        await auth.token()
    assert CONSUMER_SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "error"), [(401, FeedLoginError), (502, FeedConnectError), (429, FeedConnectError)]
)
async def test_login_with_an_http_error_tells_refusal_from_outage(
    auth: SSIAuthService, server: SignalRServer, status: int, error: type[Exception]
) -> None:
    server.login_status = status
    with pytest.raises(error, match=str(status)):
        await auth.token()


async def test_login_that_never_ends_is_given_up(
    auth: SSIAuthService, server: SignalRServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssi_auth_service, "LOGIN_TIMEOUT_S", 0.05)
    server.login_delay_s = 5.0
    with pytest.raises(FeedConnectError, match="TimeoutError"):
        await auth.token()


async def test_login_to_nobody_is_unreachable(http: httpx.AsyncClient, clock: FakeClock) -> None:
    for url in ("http://127.0.0.1:9/", "nonsense://x"):
        with pytest.raises(FeedConnectError, match="cannot be reached"):
            await make_auth(url, http, clock).token()


async def test_login_leaves_no_secret_in_logs_or_on_the_console(
    auth: SSIAuthService,
    server: SignalRServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await auth.token()
    out, err = capfd.readouterr()
    for text in (out, err, caplog.text):
        for secret in (token, CONSUMER_ID, CONSUMER_SECRET):
            assert secret not in text


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (make_token(1234.0), 1234.0),
        ("a.b", None),
        ("a.!!!.c", None),
        ("a." + base64.b64encode(b"[]").decode() + ".c", None),
        ("a." + base64.b64encode(json.dumps({"exp": "soon"}).encode()).decode() + ".c", None),
        ("a." + base64.b64encode(json.dumps({"exp": True}).encode()).decode() + ".c", None),
        (
            "a." + base64.urlsafe_b64encode(json.dumps({"n": "???>>>", "exp": 5}).encode()).decode() + ".c",
            5.0,
        ),
    ],
)
def test_expiry_is_read_from_any_base64(token: str, expected: float | None) -> None:
    assert read_expiry(token) == expected


def test_redactor_removes_keys_tokens_and_bearers_and_shortens() -> None:
    redactor = Redactor("key-1", "")
    token = make_token(1.0)
    text = redactor.clean(f"key-1 said\n Bearer abc and {token} " + "x" * 400)
    assert "key-1" not in text
    assert token not in text
    assert "abc" not in text
    assert len(text) == 300
