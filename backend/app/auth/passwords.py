"""Passwords as argon2id hashes.

Threads: hashing takes some 60 ms of a core and 32 MiB, so it runs on threads of its own (argon2 releases the GIL).
Overflow: WAITING_MAX may wait for a thread; the next is told to come back.
"""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.auth.errors import SignInBusyError

THREADS = 2  # 64 MiB at once, of the 1 GB the container has
WAITING_MAX = 16  # the last of them waits half a second

# OWASP's m=46 MiB, t=1 and RFC 9106's 64 MiB, t=3 bracket it; a guess costs an attacker as much as us
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash to keep. Slow on purpose."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password is the one of the hash. Slow on purpose, also when it is not."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


class PasswordChecker:
    """Compares passwords off the event loop, a bounded number at once."""

    def __init__(self, threads: int = THREADS, waiting_max: int = WAITING_MAX) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._places_max = threads + waiting_max
        self._taken = 0
        # what an unknown account's password is compared with: the same work, and never equal
        self._nobody_hash = hash_password(secrets.token_hex())

    async def check(self, password_hash: str | None, password: str) -> bool:
        """Compare; None (no such account) takes as long and is never right. Raise SignInBusyError when all wait."""
        if self._taken >= self._places_max:
            raise SignInBusyError("too many log-ins at once; try again in a second")
        self._taken += 1
        try:
            is_right = await asyncio.get_running_loop().run_in_executor(
                self._executor, matches, password_hash or self._nobody_hash, password
            )
        finally:
            self._taken -= 1
        return is_right and password_hash is not None

    def close(self) -> None:
        """Let the threads go."""
        self._executor.shutdown(wait=False, cancel_futures=True)
