"""A file of accounts with everything that stands on it, and a clock that moves when told to."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

import jwt

from app.auth.account_store import FILE_NAME, AccountStore
from app.auth.accounts import Role
from app.auth.guess_limits import GuessLimits
from app.auth.passwords import hash_password
from app.auth.sign_in import Grant, SignIn, TokenLifetimes
from app.auth.tokens import TokenCodec
from app.clock import SystemClock

PASSWORD = "correct horse battery"
ADDRESS = "203.0.113.9"
ACCESS_S, REFRESH_S = 900, 7 * 86_400


class MovedClock(SystemClock):
    """The real time, and what a test adds to it. For waits it stands still otherwise: a busy machine ends none."""

    def __init__(self) -> None:
        self.added_s = 0.0
        self._started_s = super().monotonic_s()

    def time_s(self) -> float:
        return super().time_s() + self.added_s

    def monotonic_s(self) -> float:
        return self._started_s + self.added_s


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


class Accounts:
    """`an` is a trader, `binh` another one, `root` an admin; all have PASSWORD."""

    def __init__(self, folder: Path) -> None:
        self.clock = MovedClock()
        self.secret = secrets.token_urlsafe(48)
        self.store = AccountStore(folder / FILE_NAME, ACCESS_S, self.clock)
        for name, role in (("an", Role.TRADER), ("binh", Role.TRADER), ("root", Role.ADMIN)):
            self.store.add(name, role, password_hash())
        self.limits = GuessLimits(self.clock)
        self.sign_in = self.another_process()

    def another_process(self) -> SignIn:
        """What a second instance on the same file would have."""
        lifetimes = TokenLifetimes(ACCESS_S, REFRESH_S)
        codec = TokenCodec(self.secret, self.clock)
        return SignIn(self.store, codec, self.clock, lifetimes, limits=self.limits)

    async def log_in(self, name: str = "an") -> Grant:
        return await self.sign_in.log_in(name, PASSWORD, ADDRESS)

    def content_of(self, token: str) -> dict[str, object]:
        content: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
        return content

    def signed(self, content: dict[str, object], **header: str) -> str:
        """Sign any content with the real secret."""
        return jwt.encode(content, self.secret, "HS256", headers=header or None)
