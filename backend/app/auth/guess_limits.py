"""Who guesses passwords waits: longer after each wrong one, per address and per account.

An attempt counts as wrong from its beginning until it proves right, so that many at once are no way around. While
somebody waits, attempts are refused unseen and make the wait no longer.
Overflow: KEYS_MAX addresses and as many names are remembered; those quiet for longest go first.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from app.auth.errors import LockedOutError
from app.clock import Clock

KEYS_MAX = 10_000
FORGET_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class GuessRule:
    """`free` wrong guesses cost nothing; after that `first_s`, doubling to `longest_s`."""

    free: int
    first_s: float
    longest_s: float

    def wait_s(self, failures: int) -> float:
        """Return how long the next guess has to wait after so many."""
        beyond = failures - self.free
        if beyond <= 0:
            return 0.0
        return min(self.first_s * 2.0 ** min(beyond - 1, 32), self.longest_s)


# An office shares an address; an account can be locked by whoever knows its name, so never for long.
ADDRESS_RULE = GuessRule(free=10, first_s=4, longest_s=900)
ACCOUNT_RULE = GuessRule(free=5, first_s=2, longest_s=300)


@dataclass(slots=True)
class _Record:
    failures: int
    last_s: float
    until_s: float


class _GuessTable:
    def __init__(self, rule: GuessRule, keys_max: int) -> None:
        self._rule = rule
        self._keys_max = keys_max
        self._records: OrderedDict[str, _Record] = OrderedDict()  # the quietest first

    def wait_s(self, key: str, now_s: float) -> float:
        record = self._records.get(key)
        return 0.0 if record is None else record.until_s - now_s

    def count(self, key: str, now_s: float) -> None:
        record = self._records.pop(key, None)
        if record is None or now_s - record.last_s > FORGET_AFTER_S:
            record = _Record(0, now_s, 0.0)
        record.failures += 1
        record.last_s = now_s
        record.until_s = now_s + self._rule.wait_s(record.failures)
        self._records[key] = record
        while len(self._records) > self._keys_max:
            self._records.popitem(last=False)

    def take_back(self, key: str, now_s: float) -> None:
        record = self._records.get(key)
        if record is not None:
            record.failures -= 1
            record.until_s = min(record.until_s, now_s + self._rule.wait_s(record.failures))
            if record.failures <= 0:
                del self._records[key]

    def forget(self, key: str) -> None:
        self._records.pop(key, None)

    def __len__(self) -> int:
        return len(self._records)


class GuessLimits:
    """The two tables. Runs on the event loop; awaits nothing."""

    def __init__(
        self,
        clock: Clock,
        address_rule: GuessRule = ADDRESS_RULE,
        account_rule: GuessRule = ACCOUNT_RULE,
        keys_max: int = KEYS_MAX,
    ) -> None:
        self._clock = clock
        self._addresses = _GuessTable(address_rule, keys_max)
        self._accounts = _GuessTable(account_rule, keys_max)

    def begin(self, address: str, account: str) -> None:
        """Count an attempt as wrong, for now. Raise LockedOutError while its address or account has to wait."""
        now_s = self._clock.monotonic_s()
        wait_s = max(self._addresses.wait_s(address, now_s), self._accounts.wait_s(account, now_s))
        if wait_s > 0:
            raise LockedOutError(math.ceil(wait_s))
        self._addresses.count(address, now_s)
        self._accounts.count(account, now_s)

    def succeeded(self, address: str, account: str) -> None:
        """Clear the account. The address only gets this attempt back: its owner may have an account and still guess."""
        self._accounts.forget(account)
        self._addresses.take_back(address, self._clock.monotonic_s())

    def withdraw(self, address: str, account: str) -> None:
        """Take back an attempt that was never compared."""
        now_s = self._clock.monotonic_s()
        self._addresses.take_back(address, now_s)
        self._accounts.take_back(account, now_s)

    @property
    def remembered(self) -> tuple[int, int]:
        """Return how many addresses and names are remembered."""
        return len(self._addresses), len(self._accounts)
