"""Access and refresh tokens: JWTs signed with one secret.

Format: HS256 only; `iss`, `aud`, `typ` (access or refresh), `sub` (account id), `ver` (the account's version when it was
signed), `fam` (the log-in it descends from), `jti`, `iat`, `exp`. Nothing else of a header is believed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import jwt

from app.auth.errors import ExpiredTokenError, InvalidTokenError
from app.clock import Clock

TOKEN_CHARS_MAX = 4096  # ours have some 400
SECRET_BYTES_MIN = 32
_ALGORITHM = "HS256"
_PARTY = "vn-stock-tracker"  # issuer and audience: we talk to ourselves
_CLAIMS = ("iss", "aud", "typ", "sub", "ver", "fam", "jti", "exp")


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `expires_s`: seconds since the epoch."""

    account_id: str
    version: int
    family: str
    token_id: str
    expires_s: int


def new_id() -> str:
    """Return an id nobody guesses."""
    return secrets.token_urlsafe(16)


class TokenCodec:
    """Signs tokens and reads them back."""

    def __init__(self, secret: str, clock: Clock) -> None:
        if len(secret.encode()) < SECRET_BYTES_MIN:
            raise ValueError(f"the secret has fewer than {SECRET_BYTES_MIN} bytes")
        self._secret = secret
        self._clock = clock

    def sign(self, kind: TokenKind, claims: Claims) -> str:
        """Return the token."""
        return jwt.encode(
            {
                "iss": _PARTY,
                "aud": _PARTY,
                "typ": kind.value,
                "sub": claims.account_id,
                "ver": claims.version,
                "fam": claims.family,
                "jti": claims.token_id,
                "iat": int(self._clock.time_s()),
                "exp": claims.expires_s,
            },
            self._secret,
            _ALGORITHM,
        )

    def read(self, kind: TokenKind, token: str) -> Claims:
        """Return what a token says. Raise InvalidTokenError, or ExpiredTokenError for one that was good once."""
        if len(token) > TOKEN_CHARS_MAX or not token.isascii():
            raise InvalidTokenError("token missing or wrong")
        try:
            content = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                issuer=_PARTY,
                audience=_PARTY,
                # expiry is compared below, with the clock that everything else goes by
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise InvalidTokenError("token missing or wrong") from None
        claims = _claims_of(content, kind)
        if claims.expires_s <= self._clock.time_s():
            raise ExpiredTokenError("token expired")
        return claims


def _claims_of(content: dict[str, Any], kind: TokenKind) -> Claims:
    texts = [content["sub"], content["fam"], content["jti"]]
    numbers = [content["ver"], content["exp"]]
    is_ours = all(type(text) is str for text in texts) and all(type(number) is int for number in numbers)
    if content["typ"] != kind or not is_ours:
        raise InvalidTokenError("token missing or wrong")
    return Claims(content["sub"], content["ver"], content["fam"], content["jti"], content["exp"])
