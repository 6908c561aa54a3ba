from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from app.api.access import AccessSettings
from app.api.auth_routes import COOKIE
from app.api.auth_schemas import TokenAnswer, WhoAmI
from app.auth.guess_limits import ACCOUNT_RULE, ADDRESS_RULE
from tests.api.conftest import Backend, rest_client
from tests.auth.accounts import ACCESS_S, PASSWORD, REFRESH_S, Accounts

HOST = "http://localhost:8000"


@pytest.fixture
async def rest(accounts: Accounts) -> AsyncIterator[httpx.AsyncClient]:
    async with rest_client(make_backend(accounts).app(), base_url=HOST) as client:
        yield client


def make_backend(accounts: Accounts, **access: Any) -> Backend:
    settings = AccessSettings(accounts=accounts.sign_in, **access)
    return Backend(access=settings, overrides={"clock": accounts.clock})


async def log_in(
    rest: httpx.AsyncClient, name: str = "an", password: str = PASSWORD, **options: Any
) -> httpx.Response:
    body = {"username": name, "password": password}
    return await rest.post("/api/auth/login", json=body, **options)


def cookie_of(answer: httpx.Response) -> Any:
    return SimpleCookie(answer.headers["set-cookie"])[COOKIE]


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_login_gives_tokens_and_a_cookie_for_browsers(rest: httpx.AsyncClient) -> None:
    answer = await log_in(rest, " AN ")
    assert answer.status_code == 200
    body = TokenAnswer.model_validate(answer.json())
    assert (body.user.name, body.user.role) == ("an", "trader")
    assert answer.json()["expires_at"].endswith("+07:00")
    assert answer.headers["cache-control"] == "no-store"
    cookie = cookie_of(answer)
    assert cookie.value == body.refresh_token
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/api/auth", True, "strict")
    assert (cookie["secure"], cookie["domain"]) == ("", "")
    assert int(cookie["max-age"]) in {REFRESH_S - 1, REFRESH_S}
    me = await rest.get("/api/auth/me", headers={"Authorization": f"Bearer {body.access_token}"})
    assert WhoAmI.model_validate(me.json()).model_dump(mode="json")["user"] == {
        "name": "an",
        "role": "trader",
    }


@pytest.mark.parametrize(
    ("peer", "forwarded", "is_secure"),
    [("127.0.0.1", "https", True), ("127.0.0.1", "http", False), ("203.0.113.1", "https", False)],
)
async def test_cookie_is_secure_where_the_browser_came_by_https(
    accounts: Accounts, peer: str, forwarded: str, is_secure: bool
) -> None:
    backend = make_backend(accounts, trusted_proxies=("127.0.0.1",))
    async with rest_client(backend.app(), peer, HOST) as rest:
        answer = await log_in(rest, headers={"X-Forwarded-Proto": forwarded})
        assert bool(cookie_of(answer)["secure"]) is is_secure


async def test_refresh_by_body_replaces_both_and_sets_no_cookie(rest: httpx.AsyncClient) -> None:
    first = (await log_in(rest)).json()
    rest.cookies.clear()
    answer = await rest.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] not in {None, first["refresh_token"]}
    assert "set-cookie" not in answer.headers


async def test_refresh_by_cookie_replaces_the_cookie_and_tells_no_script(rest: httpx.AsyncClient) -> None:
    first = await log_in(rest)
    for options in ({}, {"json": {}}, {"json": {"refresh_token": None}}):
        before = rest.cookies[COOKIE]
        answer = await rest.post("/api/auth/refresh", **options)
        assert (answer.status_code, answer.json()["refresh_token"]) == (200, None)
        assert answer.json()["access_token"] != first.json()["access_token"]
        assert rest.cookies[COOKIE] != before


async def test_refresh_token_used_again_ends_the_log_in_and_takes_the_cookie_away(
    rest: httpx.AsyncClient, accounts: Accounts
) -> None:
    stolen = (await log_in(rest)).json()["refresh_token"]
    await rest.post("/api/auth/refresh")
    accounts.clock.added_s += 11
    answer = await rest.post("/api/auth/refresh", json={"refresh_token": stolen})
    assert error_of(answer) == (401, "invalid_refresh_token")
    assert "set-cookie" not in answer.headers  # whose token it is, is not known to be who asks
    answer = await rest.post("/api/auth/refresh")
    assert error_of(answer) == (401, "invalid_refresh_token")
    assert cookie_of(answer)["max-age"] == "0"
    assert COOKIE not in rest.cookies
    assert error_of(await rest.post("/api/auth/refresh")) == (401, "invalid_refresh_token")


@pytest.mark.parametrize("token", ["", "x", "x" * 4096])
async def test_refresh_without_a_good_token_is_401(rest: httpx.AsyncClient, token: str) -> None:
    answer = await rest.post("/api/auth/refresh", json={"refresh_token": token})
    assert error_of(answer) == (401, "invalid_refresh_token")


async def test_access_token_does_not_refresh(rest: httpx.AsyncClient) -> None:
    token = (await log_in(rest)).json()["access_token"]
    answer = await rest.post("/api/auth/refresh", json={"refresh_token": token})
    assert error_of(answer) == (401, "invalid_refresh_token")


async def test_refresh_token_that_ran_out_is_401(rest: httpx.AsyncClient, accounts: Accounts) -> None:
    token = (await log_in(rest)).json()["refresh_token"]
    accounts.clock.added_s += REFRESH_S + 1
    answer = await rest.post("/api/auth/refresh", json={"refresh_token": token})
    assert error_of(answer) == (401, "invalid_refresh_token")


async def test_logout_ends_access_too_and_twice_is_no_error(rest: httpx.AsyncClient) -> None:
    first = (await log_in(rest)).json()
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert (await rest.get("/api/indices", headers=bearer)).status_code == 200
    answer = await rest.post("/api/auth/logout")
    assert (answer.status_code, answer.content) == (204, b"")
    assert COOKIE not in rest.cookies
    assert (await rest.get("/api/indices", headers=bearer)).status_code == 401
    again = await rest.post("/api/auth/logout", json={"refresh_token": first["refresh_token"]})
    assert again.status_code == 204
    assert (await rest.post("/api/auth/logout")).status_code == 204


# -- who may ask --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9999"])
async def test_foreign_page_may_neither_log_in_nor_ride_on_the_cookie(
    rest: httpx.AsyncClient, origin: str
) -> None:
    headers = {"Origin": origin}
    assert error_of(await log_in(rest, headers=headers)) == (403, "origin_not_allowed")
    token = (await log_in(rest)).json()["access_token"]
    for route in ("refresh", "logout"):
        assert error_of(await rest.post(f"/api/auth/{route}", headers=headers)) == (403, "origin_not_allowed")
    assert (await rest.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})).status_code == 200
    assert (await rest.post("/api/auth/refresh", headers={"Origin": HOST})).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_form_of_a_foreign_page_is_no_login(rest: httpx.AsyncClient, content_type: str) -> None:
    body = f'{{"username":"an","password":"{PASSWORD}"}}'
    answer = await rest.post("/api/auth/login", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 422), ("[]", 422), ("null", 422), ('{"username":"an"}', 422), ('{"username":7,"password":"x"}', 422),
        ('{"username":"an","password":"' + "x" * 257 + '"}', 422), ('{"username":"\\u0000","password":"x"}', 401),
    ],
)  # fmt: skip
async def test_login_with_a_bad_body_is_one_clear_error(
    rest: httpx.AsyncClient, body: str, status: int
) -> None:
    answer = await rest.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


async def test_without_accounts_there_is_nothing_to_log_in_to() -> None:
    async with rest_client(Backend(access=AccessSettings(token="t")).app()) as rest:
        assert error_of(await log_in(rest)) == (404, "no_accounts")
        assert error_of(await rest.post("/api/auth/refresh")) == (404, "no_accounts")
        me = await rest.get("/api/auth/me?token=t")
        assert me.json() == {"kind": "token", "user": None, "expires_at": None}
    async with rest_client(Backend().app()) as rest:
        assert (await rest.get("/api/auth/me")).json()["kind"] == "open"


# -- guessing -----------------------------------------------------------------------------------------------------


async def test_guessing_locks_the_account_from_every_address_and_says_for_how_long(
    accounts: Accounts,
) -> None:
    app = make_backend(accounts).app()
    for n in range(ACCOUNT_RULE.free + 1):
        async with rest_client(app, f"203.0.113.{n}", HOST) as rest:
            assert error_of(await log_in(rest, "an", "wrong password")) == (401, "wrong_credentials")
    async with rest_client(app, "203.0.113.99", HOST) as rest:
        answer = await log_in(rest, "an")
        assert error_of(answer) == (429, "locked_out")
        assert answer.headers["retry-after"] in {"1", "2"}
        assert (await log_in(rest, "binh")).status_code == 200
        accounts.clock.added_s += 3
        assert (await log_in(rest, "an")).status_code == 200


async def test_guessing_names_locks_the_address_whatever_it_forwards(accounts: Accounts) -> None:
    async with rest_client(make_backend(accounts).app(), "203.0.113.7", HOST) as rest:
        for n in range(ADDRESS_RULE.free + 1):
            headers = {"X-Forwarded-For": f"10.0.0.{n}"}
            answer = await log_in(rest, f"nobody{n}", "wrong password", headers=headers)
            assert error_of(answer) == (401, "wrong_credentials")
        assert error_of(await log_in(rest, "an", headers={"X-Forwarded-For": "10.9.9.9"})) == (
            429,
            "locked_out",
        )


async def test_more_logins_at_once_than_hands_are_told_to_come_back(accounts: Accounts) -> None:
    app = make_backend(accounts).app()

    async def one(n: int) -> httpx.Response:
        async with rest_client(app, f"203.0.113.{n}", HOST) as rest:
            return await log_in(rest, f"name{n}", "x" * 20)

    answers = [error_of(answer) for answer in await asyncio.gather(*(one(n) for n in range(30)))]
    assert set(answers) == {(401, "wrong_credentials"), (503, "busy")}


# -- when the file breaks -----------------------------------------------------------------------------------------


async def test_file_that_breaks_is_503_for_logins_and_nothing_for_who_is_in(
    rest: httpx.AsyncClient, accounts: Accounts
) -> None:
    token = (await log_in(rest)).json()["access_token"]
    with closing(sqlite3.connect(accounts.store.path)) as database:
        database.execute("ALTER TABLE families RENAME TO lost")
    assert error_of(await log_in(rest)) == (503, "accounts_unavailable")
    assert error_of(await rest.post("/api/auth/refresh")) == (503, "accounts_unavailable")
    assert COOKIE in rest.cookies  # it may be good again in a minute
    assert (await rest.get(f"/api/indices?token={token}")).status_code == 200


async def test_answers_about_tokens_never_hold_one(rest: httpx.AsyncClient, accounts: Accounts) -> None:
    token = (await log_in(rest)).json()["access_token"]
    accounts.clock.added_s += ACCESS_S + 1
    for answer in (
        await rest.get(f"/api/indices?token={token}"),
        await rest.get("/api/indices", headers={"Authorization": f"Bearer {token}"}),
        await rest.post("/api/auth/refresh", json={"refresh_token": token}),
    ):
        assert answer.status_code == 401
        assert token not in answer.text
