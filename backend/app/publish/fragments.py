"""Pieces of JSON, and how they become one. Format: msgspec's, where NaN and infinity become null."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

_encoder = msgspec.json.Encoder()


def encode_json(value: object) -> bytes:
    """Return JSON as every payload of ours is encoded: NaN and infinity are null, moments RFC 3339."""
    return _encoder.encode(value)


def json_object(members: Iterable[bytes]) -> bytes:
    """Return one object of encoded members, each b'"name":value'."""
    return b"{" + b",".join(members) + b"}"
