"""SignIn: from a password to tokens, from a refresh token to the next, and back out.

Threads: its methods run on the event loop; passwords are compared and the file written on threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from app.auth.account_directory import AccountDirectory
from app.auth.account_store import AccountStore, Rotation
from app.auth.accounts import PASSWORD_CHARS_MAX, Account, parse_name
from app.auth.errors import AccountError, InvalidTokenError, SignInBusyError, WrongCredentialsError
from app.auth.guess_limits import GuessLimits
from app.auth.passwords import PasswordChecker
from app.auth.tokens import Claims, TokenCodec, TokenKind, new_id
from app.clock import Clock

NAME_CHARS_MAX = 64

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccountPass:
    """A good access token: whose it is, and what it says."""

    account: Account
    claims: Claims


@dataclass(frozen=True, slots=True)
class Grant:
    """What a log-in or a refresh gives. Expiries in seconds since the epoch."""

    account: Account
    access_token: str
    access_expires_s: int
    refresh_token: str
    refresh_expires_s: int
    claims: Claims  # of the access token


@dataclass(frozen=True, slots=True)
class TokenLifetimes:
    """In seconds."""

    access_s: int = 900
    refresh_s: int = 7 * 86_400


class SignIn:
    """The one place that hands out tokens and takes them back."""

    def __init__(
        self,
        store: AccountStore,
        codec: TokenCodec,
        clock: Clock,
        lifetimes: TokenLifetimes,
        *,
        limits: GuessLimits | None = None,
        passwords: PasswordChecker | None = None,
    ) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock
        self._lifetimes = lifetimes
        self._limits = limits or GuessLimits(clock)
        self._passwords = passwords or PasswordChecker()
        self._directory = AccountDirectory(store.path)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="accounts")

    async def log_in(self, name: str, password: str, address: str) -> Grant:
        """Begin a log-in; `address` is what guesses are counted by.

        Raise WrongCredentialsError, LockedOutError, SignInBusyError or AccountsUnavailableError.
        """
        key = name.strip().lower()[:NAME_CHARS_MAX]
        self._limits.begin(address, key)
        account = self._account_named(key)
        try:
            is_right = await self._passwords.check(
                account.password_hash if account is not None else None, password[: PASSWORD_CHARS_MAX + 1]
            )
        except SignInBusyError:
            self._limits.withdraw(address, key)
            raise
        if not is_right or account is None or account.is_disabled:
            logger.warning("log-in refused from %s", address)  # not the name: people type passwords there
            raise WrongCredentialsError("wrong name or password")
        self._limits.succeeded(address, key)
        family, rotation = await self._write(
            partial(self._store.begin_family, account.id, self._lifetimes.refresh_s)
        )
        logger.info("%s logged in from %s", account.name, address)
        return self._grant(account, family, rotation)

    async def refresh(self, refresh_token: str) -> Grant:
        """Go on with a log-in. Raise InvalidTokenError, ExpiredTokenError or AccountsUnavailableError."""
        claims = self._codec.read(TokenKind.REFRESH, refresh_token)
        account = self._holder_of(claims)
        rotation = await self._write(partial(self._store.rotate, claims, self._lifetimes.refresh_s))
        return self._grant(account, claims.family, rotation)

    async def log_out(self, refresh_token: str) -> None:
        """End the log-in a refresh token belongs to. Raise what `refresh` raises."""
        claims = self._codec.read(TokenKind.REFRESH, refresh_token)
        await self._write(partial(self._store.end_family, claims.family))

    def read_access(self, token: str) -> AccountPass:
        """Return whose access token it is. Raise InvalidTokenError or ExpiredTokenError."""
        claims = self._codec.read(TokenKind.ACCESS, token)
        return AccountPass(self._holder_of(claims), claims)

    def holder_of_refresh(self, token: str) -> str:
        """Return the id of the account a refresh token is of, without using it. Raise what `read_access` raises."""
        return self._holder_of(self._codec.read(TokenKind.REFRESH, token)).id

    def look(self) -> int:
        """Look at the file; the number returned differs when `holds` may answer otherwise than before."""
        return self._directory.refresh()

    def holds(self, account_pass: AccountPass) -> bool:
        """Whether a pass is still good, expiry aside, as of the last look."""
        return self._directory.holder_of(account_pass.claims) is not None

    def close(self) -> None:
        """Let threads and file go."""
        self._passwords.close()
        self._writer.shutdown(wait=True)
        self._directory.close()

    def _account_named(self, key: str) -> Account | None:
        try:
            return self._directory.find(parse_name(key))
        except AccountError:
            return None

    def _holder_of(self, claims: Claims) -> Account:
        self._directory.refresh()
        account = self._directory.holder_of(claims)
        if account is None:
            raise InvalidTokenError("token missing or wrong")
        return account

    def _grant(self, account: Account, family: str, rotation: Rotation) -> Grant:
        access_expires_s = int(self._clock.time_s()) + self._lifetimes.access_s
        access = Claims(account.id, account.version, family, new_id(), access_expires_s)
        refresh = Claims(account.id, account.version, family, rotation.token_id, rotation.expires_s)
        return Grant(
            account,
            self._codec.sign(TokenKind.ACCESS, access),
            access_expires_s,
            self._codec.sign(TokenKind.REFRESH, refresh),
            rotation.expires_s,
            access,
        )

    async def _write[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)
