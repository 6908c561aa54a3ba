"""Issue 5's second bar: one table of tokens, each carried to REST and to a WebSocket in each of the ways."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
import pytest

from app.api.access import TOKENS_READ_MAX
from tests.api.account_backend import SHARED, serve_accounts
from tests.api.conftest import Serve
from tests.auth.accounts import ACCESS_S, Accounts

type MakeToken = Callable[[Accounts], Awaitable[str]]


async def good(accounts: Accounts) -> str:
    return (await accounts.log_in()).access_token


async def shared(_accounts: Accounts) -> str:
    return SHARED


async def after_refresh(accounts: Accounts) -> str:
    return (await accounts.sign_in.refresh((await accounts.log_in()).refresh_token)).access_token


async def expired(accounts: Accounts) -> str:
    token = await good(accounts)
    accounts.clock.added_s += ACCESS_S + 1
    return token


async def wrong(_accounts: Accounts) -> str:
    return "n0t-the-0ne"


async def shared_and_more(_accounts: Accounts) -> str:
    return SHARED + "x"


async def forged(accounts: Accounts) -> str:
    return jwt.encode(
        accounts.content_of(await good(accounts)), "another secret of thirty-two bytes", "HS256"
    )


async def unsigned(accounts: Accounts) -> str:
    return jwt.encode(accounts.content_of(await good(accounts)), None, "none")


async def signed_as_none(accounts: Accounts) -> str:
    return signed_by_hand(accounts, {"alg": "none", "typ": "JWT"}, await good(accounts))


async def of_another_key_type(accounts: Accounts) -> str:
    """RS256 by its header, with a key of its own there and a path, signed with what we sign with."""
    header = {"alg": "RS256", "typ": "JWT", "kid": "../../etc/passwd", "jwk": {"kty": "oct", "k": "AAAA"}}
    return signed_by_hand(accounts, header, await good(accounts))


def signed_by_hand(accounts: Accounts, header: dict[str, Any], token: str) -> str:
    """Sign what PyJWT would not: our secret under any header."""
    parts = [header, accounts.content_of(token)]
    text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    mac = hmac.digest(accounts.secret.encode(), text, "sha256")
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


async def of_a_longer_hash(accounts: Accounts) -> str:
    return jwt.encode(accounts.content_of(await good(accounts)), accounts.secret, "HS512")


async def refresh_as_access(accounts: Accounts) -> str:
    return (await accounts.log_in()).refresh_token


async def of_another_audience(accounts: Accounts) -> str:
    return accounts.signed(accounts.content_of(await good(accounts)) | {"aud": "elsewhere"})


async def without_expiry(accounts: Accounts) -> str:
    content = accounts.content_of(await good(accounts))
    del content["exp"]
    return accounts.signed(content)


async def huge(accounts: Accounts) -> str:
    return accounts.signed(accounts.content_of(await good(accounts)) | {"pad": "x" * 4096})


async def of_nobody(accounts: Accounts) -> str:
    return accounts.signed(accounts.content_of(await good(accounts)) | {"sub": "somebody"})


async def of_a_disabled_account(accounts: Accounts) -> str:
    token = await good(accounts)
    accounts.store.set_disabled("an", is_disabled=True)
    return token


async def of_an_old_password(accounts: Accounts) -> str:
    token = await good(accounts)
    accounts.store.set_password("an", "another hash")
    return token


async def of_a_removed_account(accounts: Accounts) -> str:
    token = await good(accounts)
    accounts.store.remove("an")
    return token


async def after_log_out(accounts: Accounts) -> str:
    grant = await accounts.log_in()
    await accounts.sign_in.log_out(grant.refresh_token)
    return grant.access_token


async def of_a_stolen_log_in(accounts: Accounts) -> str:
    first = await accounts.log_in()
    second = await accounts.sign_in.refresh(first.refresh_token)
    accounts.clock.added_s += 11
    with pytest.raises(Exception, match="used twice"):
        await accounts.sign_in.refresh(first.refresh_token)
    return second.access_token


OPEN = (200, None, None)
WRONG = (401, "unauthorized", 4401)
EXPIRED = (401, "token_expired", 4402)
TABLE: dict[MakeToken, tuple[int, str | None, int | None]] = {
    good: OPEN,
    shared: OPEN,
    after_refresh: OPEN,
    expired: EXPIRED,
    wrong: WRONG,
    shared_and_more: WRONG,
    forged: WRONG,
    unsigned: WRONG,
    signed_as_none: WRONG,
    of_another_key_type: WRONG,
    of_a_longer_hash: WRONG,
    refresh_as_access: WRONG,
    of_another_audience: WRONG,
    without_expiry: WRONG,
    huge: WRONG,
    of_nobody: WRONG,
    of_a_disabled_account: WRONG,
    of_an_old_password: WRONG,
    of_a_removed_account: WRONG,
    after_log_out: WRONG,
    of_a_stolen_log_in: WRONG,
}


@pytest.mark.parametrize("make", TABLE, ids=lambda make: make.__name__)
async def test_token_is_answered_alike_by_rest_and_websocket_in_each_way(
    serve: Serve,
    accounts: Accounts,
    make: MakeToken,
) -> None:
    server = await serve_accounts(serve, accounts)
    token = await make(accounts)
    status, error, close_code = TABLE[make]
    bearer = {"Authorization": f"Bearer {token}"}
    for options in ({"headers": bearer}, {"params": {"token": token}}):
        answer = await server.rest(**options)
        assert (answer.status_code, answer.json().get("error", {}).get("code")) == (status, error)
        assert token not in answer.text
    ways: list[tuple[str, dict[str, Any]]] = [
        (f"?token={token}", {}),
        ("", {"additional_headers": bearer}),
        ("", {"subprotocols": ["bearer", token]}),
    ]
    assert [await server.close_code(query, **options) for query, options in ways] == [close_code] * 3


async def test_no_token_is_refused_by_everything_but_the_way_in(serve: Serve, accounts: Accounts) -> None:
    server = await serve_accounts(serve, accounts)
    assert await server.close_code() == 4401
    async with server.socket("", subprotocols=["bearer"]) as client:  # type: ignore[list-item]
        assert client.subprotocol == "bearer"
    token = (await accounts.log_in("root")).access_token
    paths: dict[str, Any] = (await server.rest(f"/openapi.json?token={token}")).json()["paths"]
    is_open = {
        path
        for path, methods in paths.items()
        if "get" in methods and (await server.rest(path.replace("{", "").replace("}", ""))).status_code != 401
    }
    assert is_open == {"/health", "/health/live", "/health/ready", "/api/config"}
    assert (await server.rest("/openapi.json")).status_code == 401


async def test_anonymous_may_look_where_that_is_allowed_but_not_with_a_bad_token(
    serve: Serve,
    accounts: Accounts,
) -> None:
    server = await serve_accounts(serve, accounts, anonymous=True)
    assert (await server.rest()).status_code == 200
    assert await server.close_code() is None
    assert (await server.rest("/api/ws/stats")).status_code == 403
    assert (await server.rest("/api/auth/me")).json() == {
        "kind": "anonymous",
        "user": None,
        "expires_at": None,
    }
    assert (await server.rest("/api/indices?token=wrong")).status_code == 401
    assert await server.close_code("?token=wrong") == 4401
    config = (await server.rest("/api/config")).json()
    assert (config["auth_on"], config["auth_kind"], config["anonymous_allowed"]) == (True, "accounts", True)


@pytest.mark.parametrize(("who", "status"), [("root", 200), ("an", 403), ("shared", 403), ("nobody", 401)])
async def test_operators_routes_are_for_admins(
    serve: Serve,
    accounts: Accounts,
    who: str,
    status: int,
) -> None:
    server = await serve_accounts(serve, accounts)
    token = {"shared": SHARED, "nobody": ""}.get(who)
    token = (await accounts.log_in(who)).access_token if token is None else token
    for path in (
        "/api/ws/stats",
        "/v1/ws/stats",
        "/api/ws/connections",
        "/v1/ws/connections",
        "/api/spool/dead-rows",
    ):
        assert (await server.rest(path, params={"token": token})).status_code == status


async def test_tokens_beyond_the_first_few_are_not_read(serve: Serve, accounts: Accounts) -> None:
    server = await serve_accounts(serve, accounts)
    token = await good(accounts)
    bad = "&".join(["token=x"] * (TOKENS_READ_MAX - 1))
    assert (await server.rest(f"/api/indices?{bad}&token={token}")).status_code == 200
    assert (await server.rest(f"/api/indices?{bad}&token=x&token={token}")).status_code == 401
