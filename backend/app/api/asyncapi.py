"""The WebSocket's AsyncAPI 3 document, from the models of its messages: what each channel sends, and takes.

What the server sends is described by api/websocket_schemas.py (tests hold every frame to it), what it takes by the
structs it decodes with (api/websocket_actions.py).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api import schemas, websocket_events, websocket_schemas
from app.api.conversation import ERROR_CODES
from app.api.services import DashboardConfig
from app.api.websocket_actions import ACTIONS
from app.api.websocket_examples import Indices, examples_of
from app.publish.close_codes import CLOSE_CODES

_SCHEMAS = "#/components/schemas/"
_DESCRIPTION = (
    "Live state of the Vietnamese stock market over WebSocket. Prices of equities in VND, futures and indices in points, "
    "values in VND; moments are RFC 3339 with +07:00. null and an absent field mean the same. `status` comes first on each "
    "socket. How to listen, resume and come back: docs/websocket-api.md."
)

# what may come on any socket, as each of them takes every action
_ENVELOPES: tuple[type[BaseModel], ...] = (
    websocket_schemas.StatusMessage,
    websocket_events.SessionMessage,
    websocket_schemas.PingMessage,
    websocket_schemas.PongMessage,
    websocket_schemas.ByeMessage,
    websocket_schemas.TokenExpiringMessage,
    websocket_schemas.TokenRefreshedMessage,
    websocket_schemas.ErrorMessage,
    websocket_events.SubscribedMessage,
    websocket_events.ChannelSnapshotMessage,
    websocket_events.DeltaMessage,
    websocket_events.AlertsChannelMessage,
    websocket_events.TopicSnapshotMessage,
    websocket_events.BatchMessage,
    websocket_events.ResyncMessage,
)
# channel -> what it is, and what only it sends: its whole state, in full mode
_CHANNELS: dict[str, tuple[str, str, tuple[type[BaseModel], ...]]] = {
    "market": ("/ws/market", "The whole market, or `symbols` of it.", (schemas.MarketSnapshot,)),
    "foreign": ("/ws/foreign", "The summary of foreign flow.", (schemas.ForeignSummary,)),
    "index": ("/ws/index", "Every index.", (Indices,)),
    "alerts": (
        "/ws/alerts",
        "The last 50 alerts, then each new one.",
        (websocket_schemas.AlertsSnapshotMessage, websocket_events.AlertMessage),
    ),
    "v1": ("/v1/ws", "Only what the client subscribes to.", ()),
}
_QUERY: dict[str, dict[str, Any]] = {
    "token": {"type": "string", "description": "Where the server asks for one and no header brings it."},
    "mode": {"enum": ["full", "delta"], "default": "full"},
    "symbols": {
        "type": "string",
        "description": "Of /ws/market: separated by commas.",
        "examples": ["VCB,FPT"],
    },
    "interval_ms": {"type": "number", "minimum": 0, "description": "A slower pace in delta mode."},
    "session_id": {"type": "string", "description": "Of a `subscribed`: go on with that session."},
    "position": {"type": "integer", "minimum": 0, "description": "The last one seen of that session."},
}


@cache
def asyncapi_document(version: str = DashboardConfig().version) -> dict[str, Any]:
    """Return the document; the same for every server of a version."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "VN Stock Tracker", "version": version, "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "localhost:8000",
                "protocol": "ws",
                "description": "wss behind TLS. Tokens only where the server is set to ask for them.",
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
        "channels": {name: _channel(name) for name in _CHANNELS},
        "operations": {
            f"{name}_{action}": _operation(name, action)
            for name in _CHANNELS
            for action in ("send", "receive")
        },
        "components": {
            "schemas": _schemas(),
            "messages": {model.__name__: _message(model) for model in sent_models()} | _actions(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Or ?token=, or the subprotocols `bearer` and the token.",
                }
            },
        },
        "x-close-codes": [
            {"code": int(code), "when": when, "come_back": come_back}
            for code, (when, come_back) in CLOSE_CODES.items()
        ],
        "x-error-codes": ERROR_CODES,
    }


def sent_models() -> tuple[type[BaseModel], ...]:
    """Return the models of everything the server sends."""
    return _ENVELOPES + tuple(model for _, _, own in _CHANNELS.values() for model in own)


def _channel(name: str) -> dict[str, Any]:
    address, description, own = _CHANNELS[name]
    names = [model.__name__ for model in _ENVELOPES + own] + [action.name for action in ACTIONS]
    query = {"type": "object", "properties": _QUERY}
    return {
        "address": address,
        "description": description,
        "messages": {one: {"$ref": f"#/components/messages/{one}"} for one in names},
        "bindings": {"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}},
    }


def _operation(channel: str, action: str) -> dict[str, Any]:
    """Return what the server sends on a channel, or receives."""
    models = _ENVELOPES + _CHANNELS[channel][2]
    names = [model.__name__ for model in models] if action == "send" else [one.name for one in ACTIONS]
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }


def _message(model: type[BaseModel]) -> dict[str, Any]:
    name = model.__name__
    return {
        "name": name,
        "summary": (model.__doc__ or name).strip().splitlines()[0],
        "payload": {"$ref": _SCHEMAS + name},
        "examples": [{"payload": example} for example in examples_of(model)],
    }


def _actions() -> dict[str, Any]:
    return {
        action.name: {
            "name": action.name,
            "summary": action.summary,
            "payload": action.schema,
            "examples": [{"payload": {"action": action.name, **fields}} for fields in action.examples],
        }
        for action in ACTIONS
    }


def _schemas() -> dict[str, Any]:
    """Return the schemas of all messages and of what they hold, as JSON Schema's draft 7, which AsyncAPI takes."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in sent_models()], ref_template=_SCHEMAS + "{model}"
    )
    schemas_: dict[str, Any] = _draft_7(definitions["$defs"])
    return schemas_


def _draft_7(schema: Any) -> Any:
    """Return a schema of draft 2020-12 in the words of draft 7: of what pydantic writes only tuples differ."""
    if isinstance(schema, list):
        return [_draft_7(item) for item in schema]
    if isinstance(schema, dict):
        renamed = {"prefixItems": "items"}
        return {renamed.get(name, name): _draft_7(value) for name, value in schema.items()}
    return schema
