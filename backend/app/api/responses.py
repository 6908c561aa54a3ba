"""JSON that is already encoded."""

from __future__ import annotations

from starlette.responses import Response

from app.publish.fragments import encode_json


class JsonBytes(Response):
    """Sends bytes as they are; a live market is never kept by a cache."""

    media_type = "application/json"

    def __init__(self, body: bytes, status_code: int = 200) -> None:
        super().__init__(body, status_code, {"cache-control": "no-store"})


def json_of(value: object, status_code: int = 200) -> JsonBytes:
    """Encode with msgspec: RFC 3339 moments, NaN and infinity as null."""
    return JsonBytes(encode_json(value), status_code)
