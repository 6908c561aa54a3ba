"""Who is connected, what could not be stored, what the WebSocket protocol is: for operators and client developers."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.api import schemas, websocket_schemas
from app.api import websocket_examples as examples
from app.api.asyncapi import asyncapi_document
from app.api.conversation import ERROR_CODES
from app.api.dependencies import Services, require_operator, require_token
from app.api.errors import ApiError, error_responses
from app.api.responses import JsonBytes, json_of
from app.api.websocket_actions import ACTIONS
from app.history.errors import HistoryUnavailable
from app.publish import messages
from app.publish.channels import Channel
from app.publish.close_codes import CLOSE_CODES
from app.publish.connection_manager import ConnectionManager
from app.publish.fragments import encode_json
from app.publish.state_view import StateView

DEAD_ROWS_MAX = 1_000  # at most 5 MB

router = APIRouter(tags=["websocket"])


@router.get(
    "/api/ws/stats",
    response_model=websocket_schemas.WebSocketStats,
    dependencies=[Depends(require_operator)],
    responses=error_responses(401, 403),
)
@router.get(
    "/v1/ws/stats",
    response_model=websocket_schemas.WebSocketStats,
    dependencies=[Depends(require_operator)],
    responses=error_responses(401, 403),
)
async def websocket_stats(services: Services) -> Response:
    """Return connections, frames, bytes, skips and closes, by channel."""
    managers = services.publisher.managers.values()
    events = services.publisher.events
    return json_of(
        {
            "connections": sum(manager.client_count for manager in managers),
            "subscribers": events.subscriber_count,
            "subscriptions": events.subscription_count,
            "resumes": events.resume_count,
            "saved_sessions": events.sessions.saved_count,
            "events_kept": events.log.rings.event_count,
            "events_kept_bytes": events.log.rings.size_bytes,
            "channels": {manager.path: _channel_stats(manager) for manager in managers},
        }
    )


@router.get(
    "/api/ws/connections",
    response_model=list[websocket_schemas.ConnectionEntry],
    dependencies=[Depends(require_operator)],
    responses=error_responses(401, 403),
)
@router.get(
    "/v1/ws/connections",
    response_model=list[websocket_schemas.ConnectionEntry],
    dependencies=[Depends(require_operator)],
    responses=error_responses(401, 403),
)
async def websocket_connections(services: Services) -> Response:
    """Return each client with what it was sent and what it has not taken yet."""
    return json_of(
        [
            {
                "id": client.id,
                "path": client.details.path,
                "address": client.details.address,
                "views": [_view_entry(view) for view in client.views.values()],
                "subscriptions": client.subscriber.filter.size if client.subscriber is not None else 0,
                "connected_at": client.details.connected_at,
                "frames": client.frames_sent,
                "bytes": client.bytes_sent,
                "skips": client.frames_skipped,
                "unsent_bytes": client.unsent_bytes,
            }
            for manager in services.publisher.managers.values()
            for client in manager.clients
        ]
    )


@router.get(
    "/api/spool/dead-rows",
    tags=["health"],
    response_model=schemas.DeadRows,
    dependencies=[Depends(require_operator)],
    responses=error_responses(401, 403, 422, 503),
)
async def dead_rows(
    services: Services, limit: Annotated[int, Query(ge=1, le=DEAD_ROWS_MAX)] = 100
) -> Response:
    """Return the newest rows that no database takes, each with the reason."""
    try:
        return json_of({"data": await services.dead_rows(limit)})
    except HistoryUnavailable:
        raise ApiError(
            503, "spool_unavailable", "the spool's file can't be read right now", {"Retry-After": "5"}
        ) from None


@router.get(
    "/api/ws/protocol",
    response_model=websocket_schemas.WebSocketProtocol,
    dependencies=[Depends(require_token)],
    responses=error_responses(401),
)
async def websocket_protocol(services: Services) -> Response:
    """Return every message of the WebSocket with an example, and the tables of codes."""
    views = services.publisher.views
    tables = encode_json(
        {
            "close_codes": [
                {"code": code, "when": when, "come_back": come_back}
                for code, (when, come_back) in CLOSE_CODES.items()
            ],
            "error_codes": ERROR_CODES,
            "client_messages": [
                {"action": action.name, **fields} for action in ACTIONS for fields in action.examples
            ],
        }
    )
    said = (
        messages.encode_status(services.feed_status()),
        examples.SESSION,
        examples.ALERT,
        examples.ALERTS,
        messages.PING,
        messages.PONG,
        examples.BYE,
        examples.TOKEN_EXPIRING,
        examples.TOKEN_REFRESHED,
        messages.encode_error("BAD_JSON", ERROR_CODES["BAD_JSON"]),
    )
    return JsonBytes(
        b"".join(
            (
                tables[:-1],
                b',"server_messages":[' + b",".join(frame.payload for frame in said) + b"]",
                b',"market":' + views.full(Channel.MARKET),
                b',"foreign":' + views.full(Channel.FOREIGN),
                b',"index":' + views.full(Channel.INDEX),
                b"}",
            )
        )
    )


@router.get(
    "/api/ws/schema.json",
    response_model=dict[str, Any],
    dependencies=[Depends(require_token)],
    responses=error_responses(401),
)
async def websocket_schema() -> Response:
    """Return the JSON Schema of every frame the server sends."""
    return json_of(frame_schema())


@router.get(
    "/api/asyncapi.json",
    response_model=dict[str, Any],
    dependencies=[Depends(require_token)],
    responses=error_responses(401),
)
async def asyncapi() -> Response:
    """Return the AsyncAPI 3 document of the WebSocket: every channel, what it sends and takes, and the close codes."""
    return json_of(await run_in_threadpool(asyncapi_document))


@cache
def frame_schema() -> dict[str, Any]:
    """Return the JSON Schema of a frame: one of the messages, or a state of full mode."""
    schema = TypeAdapter(websocket_schemas.ServerFrame).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _channel_stats(manager: ConnectionManager) -> dict[str, object]:
    clients = manager.clients
    return {
        "connections": len(clients),
        "connections_total": manager.connections_total,
        "frames": sum(client.frames_sent for client in clients),
        "bytes": sum(client.bytes_sent for client in clients),
        "skips": sum(client.frames_skipped for client in clients),
        "closes": dict(manager.closes),
    }


def _view_entry(view: StateView) -> dict[str, object]:
    return {
        "channel": view.channel,
        "mode": view.mode,
        "interval_ms": round(view.interval_s * 1000),
        "symbols": None if view.group is None else sorted(view.group),
    }
