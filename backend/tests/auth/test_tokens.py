from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.errors import ExpiredTokenError, InvalidTokenError
from app.auth.tokens import TOKEN_CHARS_MAX, Claims, TokenCodec, TokenKind
from tests.auth.accounts import MovedClock

SECRET = "0f" * 16 + "Zk3qv8"
CLOCK = MovedClock()
CODEC = TokenCodec(SECRET, CLOCK)


def claims(**given: Any) -> Claims:
    fields = {"account_id": "a", "version": 1, "family": "f", "token_id": "t"}
    return Claims(**{**fields, "expires_s": int(CLOCK.time_s()) + 60, **given})


def content(**given: Any) -> dict[str, Any]:
    token = CODEC.sign(TokenKind.ACCESS, claims())
    return {**jwt.decode(token, options={"verify_signature": False}), **given}


def signed(anything: dict[str, Any]) -> str:
    """Sign what PyJWT itself would not."""
    return jwt.api_jws.encode(json.dumps(anything).encode(), SECRET, "HS256")


def test_token_read_back_says_what_was_signed() -> None:
    said = claims(version=7)
    for kind in TokenKind:
        assert CODEC.read(kind, CODEC.sign(kind, said)) == said


def test_token_expired_is_told_apart_from_a_wrong_one() -> None:
    with pytest.raises(ExpiredTokenError):
        CODEC.read(TokenKind.ACCESS, CODEC.sign(TokenKind.ACCESS, claims(expires_s=int(CLOCK.time_s()) - 1)))


def test_token_of_another_kind_is_refused() -> None:
    for kind, other in ((TokenKind.ACCESS, TokenKind.REFRESH), (TokenKind.REFRESH, TokenKind.ACCESS)):
        with pytest.raises(InvalidTokenError):
            CODEC.read(kind, CODEC.sign(other, claims()))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_token_of_another_algorithm_is_refused_though_the_secret_is_right(algorithm: str) -> None:
    with pytest.raises(InvalidTokenError):
        CODEC.read(TokenKind.ACCESS, jwt.encode(content(), SECRET * 2, algorithm))


def test_token_without_signature_is_refused() -> None:
    unsigned = jwt.encode(content(), None, "none")
    kept_signature = CODEC.sign(TokenKind.ACCESS, claims()).rpartition(".")[2]
    for token in (unsigned, unsigned + kept_signature):
        with pytest.raises(InvalidTokenError):
            CODEC.read(TokenKind.ACCESS, token)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "somebody"), ("iss", None), ("aud", "somebody"), ("aud", []), ("typ", "refresh"), ("typ", None),
        ("sub", 7), ("sub", None), ("ver", "1"), ("ver", True), ("ver", 1.0), ("fam", None), ("fam", []), ("jti", {}),
        ("exp", None), ("exp", "9999999999"), ("exp", 1e400), ("exp", True), ("exp", [1]), ("nbf", 9_999_999_999),
    ],
)  # fmt: skip
def test_token_with_a_wrong_claim_is_refused_though_well_signed(name: str, value: object) -> None:
    with pytest.raises((InvalidTokenError, ExpiredTokenError)):
        CODEC.read(TokenKind.ACCESS, signed(content(**{name: value})))


@pytest.mark.parametrize("name", ["iss", "aud", "typ", "sub", "ver", "fam", "jti", "exp"])
def test_token_without_a_claim_is_refused(name: str) -> None:
    rest = content()
    del rest[name]
    with pytest.raises(InvalidTokenError):
        CODEC.read(TokenKind.ACCESS, jwt.encode(rest, SECRET, "HS256"))


def test_token_over_4_kib_is_refused_before_it_is_parsed() -> None:
    token = jwt.encode(content(pad="x" * TOKEN_CHARS_MAX), SECRET, "HS256")
    with pytest.raises(InvalidTokenError):
        CODEC.read(TokenKind.ACCESS, token)


def test_token_with_one_character_changed_is_refused() -> None:
    token = CODEC.sign(TokenKind.ACCESS, claims())
    for place in range(0, len(token) - 1, 7):  # the last character of base64 has bits that count for nothing
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(InvalidTokenError):
            CODEC.read(TokenKind.ACCESS, changed)


def test_token_of_another_secret_is_refused() -> None:
    with pytest.raises(InvalidTokenError):
        CODEC.read(TokenKind.ACCESS, TokenCodec(SECRET[::-1], CLOCK).sign(TokenKind.ACCESS, claims()))


@given(st.one_of(st.text(max_size=300), st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(
    lambda parts: ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
), st.dictionaries(st.sampled_from(["alg", "typ", "crit", "b64", "jwk", "kid"]), st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from(["none", "HS256", "RS256", "NONE"]), st.lists(st.text(max_size=3))
)).map(lambda header: ".".join(
    base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, content(), "x")
))))  # fmt: skip
def test_token_of_any_shape_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        CODEC.read(TokenKind.ACCESS, text)


def test_codec_takes_no_short_secret() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        TokenCodec("short", CLOCK)
