"""clients/python against a server with accounts: tokens renewed in band, over REST, or not at all."""

from __future__ import annotations

import pytest
from vnstock_tracker import ApiError, RefusedError, TokenExpiredError, Tokens, Tracker, log_in

from app.api.socket_guard import WARNING_S
from tests.api.account_backend import SHARED, AccountServer, serve_accounts
from tests.api.conftest import Serve
from tests.auth.accounts import ACCESS_S, PASSWORD, Accounts
from tests.publish.fakes import eventually


@pytest.fixture
async def server(serve: Serve, accounts: Accounts) -> AccountServer:
    return await serve_accounts(serve, accounts)


async def test_client_goes_on_with_the_same_sockets_beyond_its_token(server: AccountServer) -> None:
    tokens = await log_in(server.http, "an", PASSWORD)
    kept: list[Tokens] = []
    async with Tracker(
        server.http, token=tokens.access_token, refresh_token=tokens.refresh_token, on_tokens=kept.append
    ) as tracker:
        await tracker.index.ready()
        await tracker.foreign.ready()
        links = (tracker.index.link, tracker.foreign.link)
        sockets = [link._socket for link in links if link is not None]
        server.accounts.clock.added_s += ACCESS_S - WARNING_S + 5
        server.guard.look()
        await eventually(lambda: len(kept) == 1)
        await eventually(
            lambda: all(link is not None and link._token == kept[0].access_token for link in links)
        )
        await eventually(lambda: all(link is not None and not link._outbox for link in links))
        server.accounts.clock.added_s += WARNING_S
        assert await tracker.rest.indices()
        server.guard.look()  # the first token is over
        assert await tracker.rest.indices()
        assert [link._socket for link in links if link is not None] == sockets
        assert tracker.status.is_current


async def test_client_renews_over_rest_what_ran_out_without_a_warning(server: AccountServer) -> None:
    grant = await server.accounts.log_in()
    kept: list[Tokens] = []
    async with Tracker(
        server.http, token=grant.access_token, refresh_token=grant.refresh_token, on_tokens=kept.append
    ) as tracker:
        await tracker.index.ready()
        server.accounts.clock.added_s += ACCESS_S + 5  # the machine slept
        server.guard.look()  # closed with 4402
        await eventually(lambda: len(kept) == 1 and tracker.index.is_current)
        server.accounts.clock.added_s += ACCESS_S + 5
        assert await tracker.rest.indices()  # REST alone renews too
        assert len(kept) == 2


async def test_client_that_cannot_renew_says_so(server: AccountServer) -> None:
    grant = await server.accounts.log_in()
    async with Tracker(server.http, token=grant.access_token) as tracker:
        await tracker.index.ready()
        server.accounts.clock.added_s += ACCESS_S + 5
        server.guard.look()
        with pytest.raises(TokenExpiredError):
            async for _ in tracker.index.changes():
                pass
        with pytest.raises(ApiError, match="token_expired"):
            await tracker.rest.indices()
    async with Tracker(server.http, token="wrong") as tracker:
        with pytest.raises(RefusedError) as refused:
            await tracker.index.ready()
        assert refused.value.code == 4401
    with pytest.raises(ApiError, match="wrong_credentials"):
        await log_in(server.http, "an", "not the password")


async def test_client_comes_in_with_the_shared_token(server: AccountServer) -> None:
    async with Tracker(server.http, token=SHARED) as tracker:
        assert await tracker.index.ready()
        assert await tracker.rest.indices()
