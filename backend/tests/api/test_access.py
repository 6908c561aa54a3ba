from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from app.api.access import AccessPolicy, AccessSettings, Refusal, Visitor, selected_subprotocol
from app.api.client_address import TrustedProxies, is_loopback, limit_key, parse_address
from app.api.connection_limits import ConnectionLimiter, MessagePace
from app.api.parameters import BadParameterError, canonical_index_id, parse_moment, parse_symbols


def connection(
    headers: dict[str, str] | None = None, peer: str | None = "203.0.113.7", **scope: Any
) -> HTTPConnection:
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    return HTTPConnection(
        {
            "type": "http",
            "headers": raw,
            "query_string": b"",
            "client": (peer, 1) if peer else None,
            **scope,
        }
    )


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        ("203.0.113.7", ["1.1.1.1"], "203.0.113.7"),  # not one of ours: not believed
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # the left was written by the client
        ("10.0.0.2", ["198.51.100.1, 10.0.0.3"], "198.51.100.1"),  # two proxies of ours
        ("10.0.0.2", ["6.6.6.6", "198.51.100.1, 10.0.0.3"], "198.51.100.1"),  # two header lines
        ("10.0.0.2", ["10.0.0.9, 10.0.0.3"], "10.0.0.9"),  # all ours
        ("10.0.0.2", ["6.6.6.6, nonsense"], "10.0.0.2"),
        ("10.0.0.2", ["6.6.6.6, , 10.0.0.3"], "10.0.0.3"),
        ("10.0.0.2", ["198.51.100.1:5123"], "198.51.100.1"),
        ("::ffff:10.0.0.2", ["[2001:db8::1]:80"], "2001:db8::1"),
        ("10.0.0.2", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fd00::5", ["2001:db8::1"], "2001:db8::1"),
        (None, ["1.1.1.1"], "unknown"),
        ("testclient", ["1.1.1.1"], "unknown"),
    ],
)
def test_client_address_is_the_rightmost_that_is_not_ours(
    peer: str | None, header: list[str], client: str
) -> None:
    assert TrustedProxies(["10.0.0.0/8", " fd00::/8 ", ""]).client_address(peer, header) == client


def test_limit_key_of_ipv6_is_its_64() -> None:
    assert limit_key("2001:db8::1") == limit_key("2001:db8::ffff:1") == "2001:db8::/64"
    assert limit_key("198.51.100.1") == "198.51.100.1"
    assert limit_key("unknown") == "unknown"


def test_parse_address_and_loopback() -> None:
    assert parse_address("nginx") is None
    assert is_loopback("127.8.8.8")
    assert is_loopback("::1")
    assert is_loopback("::ffff:127.0.0.1")
    assert not is_loopback("10.0.0.1")
    assert not is_loopback(None)


def test_connection_limiter_released_twice_frees_one_place() -> None:
    limiter = ConnectionLimiter(2)
    first, second = limiter.acquire("a"), limiter.acquire("a")
    assert first is not None
    assert second is not None
    assert limiter.acquire("a") is None
    assert limiter.acquire("b") is not None
    first()
    first()
    assert limiter.open_count("a") == 1
    assert limiter.acquire("a") is not None
    assert limiter.acquire("a") is None


def test_message_pace_counts_any_second() -> None:
    pace = MessagePace(3)
    assert [pace.allows(t) for t in (0.0, 0.5, 0.9)] == [True] * 3
    assert not pace.allows(0.99)
    assert pace.allows(1.0)
    assert not pace.allows(1.4)
    assert pace.allows(1.5)


@pytest.mark.parametrize(
    ("origin", "headers", "is_allowed"),
    [
        ("http://board.local:8000", {"host": "board.local:8000"}, True),
        ("https://board.local", {"host": "board.local:443"}, True),
        ("https://board.local:443", {"host": "board.local"}, True),
        ("http://BOARD.local", {"host": "board.local"}, True),
        ("http://board.local:9000", {"host": "board.local:8000"}, False),
        ("https://evil.example", {"host": "board.local"}, False),
        ("https://evil.example", {"host": "board.local", "x-forwarded-host": "evil.example"}, False),
        ("null", {"host": "null"}, False),
        ("file://", {"host": ""}, False),
        ("chrome-extension://abc", {"host": "abc"}, False),
    ],
)
def test_origin_without_cors_must_be_our_own(origin: str, headers: dict[str, str], is_allowed: bool) -> None:
    assert AccessPolicy().accepts_origin(connection({"origin": origin, **headers})) is is_allowed


def test_origin_behind_a_trusted_proxy_is_compared_with_the_host_it_forwards() -> None:
    policy = AccessPolicy(AccessSettings(trusted_proxies=("10.0.0.2",)))
    headers = {"origin": "https://board.example", "host": "backend:8000", "x-forwarded-host": "board.example"}
    assert policy.accepts_origin(connection(headers, peer="10.0.0.2"))
    assert not policy.accepts_origin(connection(headers, peer="10.0.0.3"))


def test_origin_star_lets_everybody_in() -> None:
    assert AccessPolicy(AccessSettings(cors_origins=("*",))).accepts_origin(connection({"origin": "null"}))


def test_token_empty_turns_auth_off() -> None:
    policy = AccessPolicy(AccessSettings(token=""))
    assert not policy.is_on
    visitor = policy.admit(connection())
    assert isinstance(visitor, Visitor)
    assert (visitor.kind, visitor.is_operator) == ("open", False)


def test_token_right_in_one_place_suffices() -> None:
    policy = AccessPolicy(AccessSettings(token="s3cret"))
    visitor = policy.admit(connection({"authorization": "bearer s3cret"}, query_string=b"token=old"))
    assert isinstance(visitor, Visitor)
    assert (visitor.kind, visitor.identity, visitor.limit_key) == ("token", "token", "203.0.113.7")
    assert policy.admit(connection(query_string=b"token=")) is Refusal.TOKEN_INVALID


def test_selected_subprotocol_prefers_bearer_and_never_leaves_a_browser_without() -> None:
    assert selected_subprotocol(connection(subprotocols=["tok", "bearer"])) == "bearer"
    assert selected_subprotocol(connection(subprotocols=["tok"])) == "tok"
    assert selected_subprotocol(connection()) is None


def test_parse_symbols_empty_is_none_and_duplicates_are_one() -> None:
    assert parse_symbols(None, 2) is None
    assert parse_symbols(" , ", 2) is None
    assert parse_symbols("vcb,VCB", 2) == {"VCB"}
    with pytest.raises(BadParameterError, match="at most 2"):
        parse_symbols("A,B,C", 2)


def test_canonical_index_id_knows_the_wires_names() -> None:
    known = ["VN30", "VNINDEX", "HNX", "UPCOM", "VNMidcap"]
    names = ["vn30", "VNIndex", "HNXIndex", "HNXUpcomIndex", "VNMIDCAP", "HNX30"]
    assert [canonical_index_id(name, known) for name in names] == [
        "VN30", "VNINDEX", "HNX", "UPCOM", "VNMidcap", None,
    ]  # fmt: skip


def test_parse_moment_without_an_offset_is_vietnams() -> None:
    assert parse_moment("2026-11-20T09:15").isoformat() == "2026-11-20T09:15:00+07:00"
    assert parse_moment("2026-11-20T02:15:00Z").isoformat() == "2026-11-20T02:15:00+00:00"
    with pytest.raises(BadParameterError):
        parse_moment("0")
