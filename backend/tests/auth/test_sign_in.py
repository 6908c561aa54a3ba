from __future__ import annotations

import asyncio
import time

import pytest

from app.auth.accounts import Role
from app.auth.errors import (
    ExpiredTokenError,
    InvalidTokenError,
    LockedOutError,
    SignInBusyError,
    WrongCredentialsError,
)
from app.auth.guess_limits import ACCOUNT_RULE
from app.auth.passwords import PasswordChecker
from tests.auth.accounts import ACCESS_S, ADDRESS, PASSWORD, REFRESH_S, Accounts, password_hash


async def test_log_in_gives_tokens_that_are_good(accounts: Accounts) -> None:
    grant = await accounts.log_in("an")
    found = accounts.sign_in.read_access(grant.access_token)
    assert (found.account.name, found.account.role) == ("an", Role.TRADER)
    assert round(grant.access_expires_s - accounts.clock.time_s()) in {ACCESS_S - 1, ACCESS_S}
    assert round(grant.refresh_expires_s - accounts.clock.time_s()) in {REFRESH_S - 1, REFRESH_S}


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("an", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("an'--", PASSWORD),
        ("an", PASSWORD + " "),
        ("an", "x" * 5000),
    ],
)
async def test_wrong_credentials_are_one_error(accounts: Accounts, name: str, password: str) -> None:
    with pytest.raises(WrongCredentialsError, match=r"^wrong name or password$"):
        await accounts.sign_in.log_in(name, password, ADDRESS)


async def test_disabled_account_is_answered_like_a_wrong_password(accounts: Accounts) -> None:
    accounts.store.set_disabled("an", is_disabled=True)
    with pytest.raises(WrongCredentialsError, match=r"^wrong name or password$"):
        await accounts.log_in("an")


async def test_unknown_account_costs_the_work_of_a_known_one() -> None:
    checker = PasswordChecker(threads=1)

    async def cost_s(known: str | None) -> float:
        costs = []
        for _ in range(5):
            before = time.process_time()
            assert not await checker.check(known, "wrong")
            costs.append(time.process_time() - before)
        return min(costs)

    ratio = await cost_s(None) / await cost_s(password_hash())
    assert 0.5 < ratio < 2.0
    checker.close()


async def test_passwords_are_compared_a_bounded_number_at_once() -> None:
    checker = PasswordChecker(threads=1, waiting_max=2)
    answers = await asyncio.gather(
        *(checker.check(password_hash(), PASSWORD) for _ in range(8)), return_exceptions=True
    )
    assert answers[:3] == [True] * 3
    assert [type(answer) for answer in answers[3:]] == [SignInBusyError] * 5
    assert await checker.check(password_hash(), PASSWORD)
    checker.close()


async def test_loop_runs_on_while_passwords_are_compared(accounts: Accounts) -> None:
    checking = asyncio.create_task(accounts.log_in())
    turns = 0
    while not checking.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 3  # one comparison takes some 60 ms


async def test_guesses_at_once_are_no_way_around_the_lock(accounts: Accounts) -> None:
    outcomes = await asyncio.gather(
        *(accounts.sign_in.log_in("an", f"guess {n}", f"10.0.0.{n}") for n in range(30)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, WrongCredentialsError) for outcome in outcomes) == ACCOUNT_RULE.free + 1
    assert sum(isinstance(outcome, LockedOutError) for outcome in outcomes) == 29 - ACCOUNT_RULE.free
    with pytest.raises(LockedOutError):
        await accounts.log_in("an")  # the right one waits too
    accounts.clock.added_s += 3
    await accounts.log_in("an")


async def test_refresh_replaces_both_tokens(accounts: Accounts) -> None:
    first = await accounts.log_in()
    second = await accounts.sign_in.refresh(first.refresh_token)
    assert len({first.access_token, second.access_token, first.refresh_token, second.refresh_token}) == 4
    assert accounts.sign_in.read_access(second.access_token).account.name == "an"


async def test_refresh_used_twice_ends_access_of_the_whole_log_in(accounts: Accounts) -> None:
    first, other = await accounts.log_in(), await accounts.log_in()
    second = await accounts.sign_in.refresh(first.refresh_token)
    accounts.clock.added_s += 11
    with pytest.raises(InvalidTokenError, match="used twice"):
        await accounts.sign_in.refresh(first.refresh_token)
    for token in (first.access_token, second.access_token):
        with pytest.raises(InvalidTokenError):
            accounts.sign_in.read_access(token)
    with pytest.raises(InvalidTokenError):
        await accounts.sign_in.refresh(second.refresh_token)
    accounts.sign_in.read_access(other.access_token)


async def test_log_out_ends_access_at_once_in_every_process(accounts: Accounts) -> None:
    grant = await accounts.log_in()
    other = accounts.another_process()
    other.read_access(grant.access_token)
    await accounts.sign_in.log_out(grant.refresh_token)
    for sign_in in (accounts.sign_in, other):
        with pytest.raises(InvalidTokenError):
            sign_in.read_access(grant.access_token)
    other.close()


async def test_tokens_run_out(accounts: Accounts) -> None:
    grant = await accounts.log_in()
    accounts.clock.added_s += ACCESS_S + 1
    with pytest.raises(ExpiredTokenError):
        accounts.sign_in.read_access(grant.access_token)
    again = await accounts.sign_in.refresh(grant.refresh_token)
    accounts.clock.added_s += REFRESH_S + 1
    with pytest.raises(ExpiredTokenError):
        await accounts.sign_in.refresh(again.refresh_token)


@pytest.mark.parametrize("change", ["passwd", "disable", "remove"])
async def test_change_of_an_account_ends_what_it_had(accounts: Accounts, change: str) -> None:
    grant, others = await accounts.log_in("an"), await accounts.log_in("binh")
    match change:
        case "passwd":
            accounts.store.set_password("an", password_hash())
        case "disable":
            accounts.store.set_disabled("an", is_disabled=True)
        case "remove":
            accounts.store.remove("an")
    with pytest.raises(InvalidTokenError):
        accounts.sign_in.read_access(grant.access_token)
    with pytest.raises(InvalidTokenError):
        await accounts.sign_in.refresh(grant.refresh_token)
    assert accounts.sign_in.read_access(others.access_token).account.name == "binh"


async def test_account_made_again_under_an_old_name_is_another(accounts: Accounts) -> None:
    grant = await accounts.log_in("an")
    accounts.store.remove("an")
    accounts.store.add("an", Role.ADMIN, password_hash())
    with pytest.raises(InvalidTokenError):
        accounts.sign_in.read_access(grant.access_token)


async def test_role_changed_counts_for_tokens_that_are_out(accounts: Accounts) -> None:
    grant = await accounts.log_in("an")
    accounts.store.set_role("an", Role.ADMIN)
    assert accounts.sign_in.read_access(grant.access_token).account.role is Role.ADMIN


async def test_checking_a_token_is_cheap(accounts: Accounts) -> None:
    grant = await accounts.log_in()
    before = time.process_time()
    for _ in range(200):
        accounts.sign_in.read_access(grant.access_token)
    assert (time.process_time() - before) / 200 < 0.005  # some 0.06 ms; a table read each time would be 0.5
