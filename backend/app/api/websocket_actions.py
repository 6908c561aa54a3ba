"""What a client may say, for the documents: JSON Schemas of the very structs that the server decodes with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.api.socket_refresh import RefreshRequest
from app.api.subscription_requests import ResyncRequest, SubscribeRequest


@dataclass(frozen=True, slots=True)
class Action:
    """One action: what it does, the struct it is decoded with (None: it has no fields), and examples of its fields."""

    name: str
    summary: str
    request: type[msgspec.Struct] | None = None
    examples: tuple[dict[str, Any], ...] = field(default=({},))

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the message. Fields that the server does not know are ignored, so they may be there."""
        properties: dict[str, Any] = {}
        if self.request is not None:
            _, components = msgspec.json.schema_components((self.request,), ref_template="#/{name}")
            properties = dict(components[self.request.__name__]["properties"])
            for name, schema in properties.items():
                properties[name] = _resolved(schema, components)
        properties["action"] = {"const": self.name}
        return {"type": "object", "properties": properties, "required": ["action"]}


ACTIONS = (
    Action("ping", "Ask for a pong."),
    Action(
        "subscribe",
        "Hear of symbols, markets or sectors, or of channels in delta mode.",
        SubscribeRequest,
        (
            {"symbols": ["VNM", "VN30F1M"], "markets": ["HNX"], "sectors": ["Banks"]},
            {"channels": ["market"], "interval_ms": 250},
        ),
    ),
    Action("unsubscribe", "Hear of them no longer.", SubscribeRequest, ({"symbols": ["VNM"]},)),
    Action("unsubscribe_all", "Leave the socket as it was when it opened."),
    Action(
        "resync",
        "Send the snapshots again: of a channel, or of everything.",
        ResyncRequest,
        ({}, {"channel": "market"}),
    ),
    Action(
        "refresh",
        "Go on beyond the token's end: with a refresh token, which is used up, or a newer access token.",
        RefreshRequest,
        ({"refresh_token": "eyJ..."}, {"access_token": "eyJ..."}),
    ),
)


def _resolved(schema: Any, components: dict[str, Any]) -> Any:
    """Return a schema with its references replaced by what they name."""
    if isinstance(schema, list):
        return [_resolved(item, components) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(components[schema["$ref"].removeprefix("#/")], components)
    return {name: _resolved(value, components) for name, value in schema.items()}
