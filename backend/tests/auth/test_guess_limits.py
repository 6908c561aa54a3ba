from __future__ import annotations

import pytest

from app.auth.errors import LockedOutError
from app.auth.guess_limits import ACCOUNT_RULE, ADDRESS_RULE, FORGET_AFTER_S, GuessLimits, GuessRule
from tests.publish.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def fail(limits: GuessLimits, times: int, address: str = "a", account: str = "x") -> None:
    for _ in range(times):
        limits.begin(address, account)


def wait_of(limits: GuessLimits, address: str, account: str) -> int:
    with pytest.raises(LockedOutError) as caught:
        limits.begin(address, account)
    return caught.value.retry_after_s


def test_wait_doubles_up_to_its_bound() -> None:
    rule = GuessRule(free=2, first_s=4, longest_s=30)
    assert [rule.wait_s(n) for n in range(8)] == [0, 0, 0, 4, 8, 16, 30, 30]
    assert rule.wait_s(10**9) == 30


def test_account_waits_whatever_the_address(clock: FakeClock) -> None:
    limits = GuessLimits(clock)
    for n in range(ACCOUNT_RULE.free + 1):
        limits.begin(f"address {n}", "x")
    assert wait_of(limits, "new address", "x") == ACCOUNT_RULE.first_s
    limits.begin("new address", "y")


def test_address_waits_whatever_the_account(clock: FakeClock) -> None:
    limits = GuessLimits(clock)
    for n in range(ADDRESS_RULE.free + 1):
        limits.begin("a", f"account {n}")
    assert wait_of(limits, "a", "another") == ADDRESS_RULE.first_s
    limits.begin("b", "another")


def test_refused_attempts_make_the_wait_no_longer(clock: FakeClock) -> None:
    limits = GuessLimits(clock)
    fail(limits, ACCOUNT_RULE.free + 1)
    for _ in range(20):
        assert wait_of(limits, "b", "x") == 2
    clock.spend(2.1)
    limits.begin("b", "x")
    assert wait_of(limits, "c", "x") == 4


def test_success_clears_the_account_and_gives_the_address_its_attempt_back(clock: FakeClock) -> None:
    limits = GuessLimits(clock)
    fail(limits, ACCOUNT_RULE.free, "a", "mine")
    for _ in range(ADDRESS_RULE.free):  # somebody with an account between guesses at another's
        limits.begin("a", "mine")
        limits.succeeded("a", "mine")
    for n in range(ADDRESS_RULE.free - ACCOUNT_RULE.free + 1):
        limits.begin("a", f"other {n}")
    assert wait_of(limits, "a", "mine") == ADDRESS_RULE.first_s


def test_attempt_never_compared_costs_nothing(clock: FakeClock) -> None:
    limits = GuessLimits(clock)
    for _ in range(50):
        limits.begin("a", "x")
        limits.withdraw("a", "x")
    assert limits.remembered == (0, 0)


def test_guesses_are_forgotten_in_time(clock: FakeClock) -> None:
    limits = GuessLimits(clock)
    fail(limits, ACCOUNT_RULE.free + 1)
    clock.spend(FORGET_AFTER_S + 1)
    fail(limits, ACCOUNT_RULE.free)
    limits.begin("b", "x")


def test_tables_are_bounded_and_the_quietest_goes_first(clock: FakeClock) -> None:
    limits = GuessLimits(clock, keys_max=100)
    fail(limits, ACCOUNT_RULE.free + 1, "z", "x")
    for n in range(99):
        limits.begin(f"address {n}", f"account {n}")
    assert limits.remembered == (100, 100)
    wait_of(limits, "new", "x")  # still remembered
    for n in range(500):
        limits.begin(f"more {n}", f"more {n}")
    assert limits.remembered == (100, 100)
