"""Account: who may come in, and as what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from app.auth.errors import AccountError

PASSWORD_CHARS_MIN = 10
PASSWORD_CHARS_MAX = 256  # longer ones only cost time to hash
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class Role(StrEnum):
    """`admin` may also see who is connected and what could not be stored."""

    TRADER = "trader"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """One person. `version` grows with each change that ends what was handed out before."""

    id: str
    name: str
    role: Role
    password_hash: str = field(repr=False)
    is_disabled: bool
    version: int


def parse_name(text: str) -> str:
    """Return the name in the one spelling we keep. Raise AccountError for one that can't be a name."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountError(
            "a name has 1 to 64 of the characters a-z 0-9 . _ @ - and begins with a letter or digit"
        )
    return name


def check_password(password: str, name: str) -> None:
    """Raise AccountError for a password that is no good; length is what counts."""
    if len(password) < PASSWORD_CHARS_MIN:
        raise AccountError(f"a password has at least {PASSWORD_CHARS_MIN} characters")
    if len(password) > PASSWORD_CHARS_MAX:
        raise AccountError(f"a password has at most {PASSWORD_CHARS_MAX} characters")
    if password.lower() == name or len(set(password)) < 4:
        raise AccountError("that password would be the first guess; take a longer phrase")
