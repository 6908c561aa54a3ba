"""Every frame a test reads from a socket is checked against the JSON Schema we publish."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from app.api.operator_routes import frame_schema


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(frame_schema())


def checked(text: str | bytes) -> Any:
    """Decode a frame; raise if the schema does not know it."""
    message = json.loads(text)
    errors = [f"{error.instance_path}: {error.message[:300]}" for error in _validator().iter_errors(message)]
    assert errors == [], f"{str(message)[:500]}"
    return message
