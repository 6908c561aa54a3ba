"""What becomes of an open socket's token: the warning, the refresh, the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.api.services import WebSocketLimits
from app.api.socket_guard import WARNING_S
from tests.api.account_backend import SHARED, AccountServer, closing_code, read_type, serve_accounts
from tests.api.conftest import Serve
from tests.auth.accounts import ACCESS_S, Accounts, password_hash
from tests.publish.fakes import eventually


async def say(client: Any, **message: Any) -> None:
    await client.send(json.dumps(message))


@pytest.fixture
async def server(serve: Serve, accounts: Accounts) -> AccountServer:
    return await serve_accounts(serve, accounts)


async def test_socket_is_warned_a_minute_before_and_closed_4402_at_the_end(server: AccountServer) -> None:
    token = (await server.accounts.log_in()).access_token
    async with server.socket(f"?token={token}") as client:
        await read_type(client, "status")
        server.accounts.clock.added_s += ACCESS_S - WARNING_S - 5
        server.guard.look()
        assert server.guard.watched_count == 1
        server.accounts.clock.added_s += 6
        for _ in range(3):  # told once
            server.guard.look()
        warning = await read_type(client, "token_expiring")
        assert warning["expires_at"].endswith("+07:00")
        await say(client, action="ping")
        await read_type(client, "pong")
        server.accounts.clock.added_s += WARNING_S
        server.guard.look()
        assert await closing_code(client) == 4402
    await eventually(lambda: server.guard.watched_count == 0)


async def test_socket_opened_with_a_token_in_its_last_minute_is_warned_at_once(server: AccountServer) -> None:
    token = (await server.accounts.log_in()).access_token
    server.accounts.clock.added_s += ACCESS_S - 30
    async with server.socket(f"?token={token}") as client:
        await read_type(client, "status")
        server.guard.look()
        await read_type(client, "token_expiring")


async def test_refresh_token_in_band_goes_on_with_the_same_socket(server: AccountServer) -> None:
    grant = await server.accounts.log_in()
    async with server.socket(f"?token={grant.access_token}") as client:
        await say(client, action="subscribe", symbols=["VCB"])
        await read_type(client, "subscribed")
        server.accounts.clock.added_s += ACCESS_S - 10
        await say(client, action="refresh", refresh_token=grant.refresh_token)
        answer = await read_type(client, "token_refreshed")
        server.accounts.clock.added_s += 20
        server.guard.look()  # the first token is over; the socket is not
        await say(client, action="ping")
        await read_type(client, "pong")
        assert (await server.rest(params={"token": answer["access_token"]})).status_code == 200
        await say(client, action="refresh", refresh_token=answer["refresh_token"])
        await read_type(client, "token_refreshed")


async def test_access_token_in_band_goes_on_to_its_own_end(server: AccountServer) -> None:
    grant = await server.accounts.log_in()
    async with server.socket("", subprotocols=["bearer", grant.access_token]) as client:  # type: ignore[list-item]
        server.accounts.clock.added_s += 600
        newer = await server.accounts.sign_in.refresh(grant.refresh_token)
        await say(client, action="refresh", access_token=newer.access_token)
        answer = await read_type(client, "token_refreshed")
        assert (answer["access_token"], answer["refresh_token"]) == (None, None)
        server.accounts.clock.added_s += 600
        server.guard.look()
        await say(client, action="ping")
        await read_type(client, "pong")
        server.accounts.clock.added_s += 301
        server.guard.look()
        assert await closing_code(client) == 4402


async def test_refresh_with_anything_else_is_refused_and_changes_nothing(server: AccountServer) -> None:
    grant, others = await server.accounts.log_in("an"), await server.accounts.log_in("binh")
    used = await server.accounts.log_in("an")
    await server.accounts.sign_in.refresh(used.refresh_token)
    server.accounts.clock.added_s += 11
    async with server.socket(f"?token={grant.access_token}") as client:
        await read_type(client, "status")
        for fields in (
            {},
            {"refresh_token": ""},
            {"refresh_token": "x" * 5000},
            {"refresh_token": grant.access_token},
            {"refresh_token": others.refresh_token},
            {"refresh_token": used.refresh_token},
            {"access_token": grant.refresh_token},
            {"access_token": others.access_token},
            {"access_token": SHARED},
        ):
            await say(client, action="refresh", **fields)
            assert (await read_type(client, "error"))["code"] == "INVALID_REFRESH_TOKEN"
        await say(client, action="refresh", refresh_token=7)
        assert (await read_type(client, "error"))["code"] == "BAD_REQUEST"
    # somebody else's was not used up by the attempt
    await server.accounts.sign_in.refresh(others.refresh_token)


async def test_refresh_on_a_socket_without_an_account_is_an_error(server: AccountServer) -> None:
    grant = await server.accounts.log_in()
    async with server.socket(f"?token={SHARED}") as client:
        await say(client, action="refresh", access_token=grant.access_token)
        assert (await read_type(client, "error"))["code"] == "TOKEN_REFRESH_ERROR"


@pytest.mark.parametrize("change", ["disable", "passwd", "remove", "logout", "theft"])
async def test_open_sockets_end_with_their_account_or_log_in_and_no_others(
    server: AccountServer, change: str
) -> None:
    accounts = server.accounts
    grant, others = await accounts.log_in("an"), await accounts.log_in("binh")
    async with (
        server.socket(f"?token={grant.access_token}") as mine,
        server.socket(f"?token={others.access_token}") as theirs,
    ):
        await read_type(mine, "status")
        await read_type(theirs, "status")
        match change:
            case "disable":
                accounts.store.set_disabled("an", is_disabled=True)
            case "passwd":
                accounts.store.set_password("an", password_hash())
            case "remove":
                accounts.store.remove("an")
            case "logout":
                await accounts.sign_in.log_out(grant.refresh_token)
            case "theft":
                await accounts.sign_in.refresh(grant.refresh_token)
                accounts.clock.added_s += 11
                with pytest.raises(Exception, match="used twice"):
                    await accounts.sign_in.refresh(grant.refresh_token)
        server.guard.look()
        assert await closing_code(mine) == 4401
        await say(theirs, action="ping")
        await read_type(theirs, "pong")


async def test_role_changed_closes_no_socket(server: AccountServer) -> None:
    from app.auth.accounts import Role

    grant = await server.accounts.log_in("an")
    async with server.socket(f"?token={grant.access_token}") as client:
        server.accounts.store.set_role("an", Role.ADMIN)
        server.guard.look()
        await say(client, action="ping")
        await read_type(client, "pong")


async def test_session_of_another_user_is_refused_4403_and_ones_own_is_resumed(server: AccountServer) -> None:
    mine, theirs = await server.accounts.log_in("an"), await server.accounts.log_in("binh")
    async with server.socket(f"?token={mine.access_token}") as client:
        await say(client, action="subscribe", symbols=["VCB"])
        session = (await read_type(client, "subscribed"))["session_id"]
    for token in (theirs.access_token, SHARED):
        async with server.socket(f"?token={token}&session_id={session}") as client:
            assert (await read_type(client, "error"))["code"] == "SESSION_RESTORATION_FAILED"
            assert await closing_code(client) == 4403
    again = await server.accounts.log_in("an")  # another log-in of the same user
    async with server.socket(f"?token={again.access_token}&session_id={session}") as client:
        assert (await read_type(client, "subscribed"))["symbols"] == ["VCB"]


async def test_sockets_are_counted_per_user_not_per_address(serve: Serve, accounts: Accounts) -> None:
    limits = WebSocketLimits(connections_per_ip=1)
    server = await serve_accounts(serve, accounts, limits=limits)
    mine, theirs = await accounts.log_in("an"), await accounts.log_in("binh")
    again = await accounts.log_in("an")
    async with (
        server.socket(f"?token={mine.access_token}") as first,
        server.socket(f"?token={theirs.access_token}") as second,
        server.socket(f"?token={SHARED}") as program,
    ):
        for client in (first, second, program):
            await read_type(client, "status")
        for token in (mine.access_token, again.access_token, SHARED):
            assert await server.close_code(f"?token={token}") == 4429
