"""/ws/market, /ws/foreign, /ws/index, /ws/alerts: let in, welcome, converse, see out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, WebSocket

from app.api.access import selected_subprotocol
from app.api.conversation import converse
from app.api.dependencies import services_of
from app.api.parameters import BadParameterError, canonical_index_id, parse_interval_ms, parse_symbols
from app.api.services import ApiServices
from app.publish.channels import Channel, Group
from app.publish.client_connection import ClientConnection, ClientDetails
from app.publish.close_codes import CloseCode
from app.publish.messages import encode_error
from app.publish.transport import FrameSink, QueuedSink, sink_of
from app.publish.wire_frame import WireFrame

MODES = frozenset({"full", "delta"})

router = APIRouter()


@router.websocket("/ws/market")
async def market(websocket: WebSocket) -> None:
    """Serve the whole market, or the symbols asked for."""
    await _serve(websocket, Channel.MARKET)


@router.websocket("/ws/foreign")
async def foreign(websocket: WebSocket) -> None:
    """Serve the foreign summary."""
    await _serve(websocket, Channel.FOREIGN)


@router.websocket("/ws/index")
async def index(websocket: WebSocket) -> None:
    """Serve every index."""
    await _serve(websocket, Channel.INDEX)


@router.websocket("/ws/alerts")
async def alerts(websocket: WebSocket) -> None:
    """Serve the last alerts, then each new one."""
    await _serve(websocket, Channel.ALERTS)


async def _serve(websocket: WebSocket, channel: Channel) -> None:
    """Accept first, so that a browser can read the code a refusal closes with."""
    services = services_of(websocket)
    await websocket.accept(selected_subprotocol(websocket))
    sink = sink_of(websocket)
    try:
        await _serve_accepted(websocket, channel, sink, services)
    finally:
        if isinstance(sink, QueuedSink):
            await sink.finish()


async def _serve_accepted(
    websocket: WebSocket, channel: Channel, sink: FrameSink, services: ApiServices
) -> None:
    refusal = _refusal(websocket, services)
    address = services.access.client_address(websocket)
    release = services.connection_limiter.acquire(address) if refusal is None else None
    if release is None:
        code = refusal or CloseCode.TOO_MANY
        sink.close(code)
        services.publisher.managers[channel].count_close(code)
        return
    try:
        details = ClientDetails(channel, address, address, services.clock.now())
        client = ClientConnection(sink, details, services.limits.buffer_bytes_max)
        await _serve_client(websocket, client, channel, services, sink)
    finally:
        release()


async def _serve_client(
    websocket: WebSocket,
    client: ClientConnection,
    channel: Channel,
    services: ApiServices,
    sink: FrameSink,
) -> None:
    publisher = services.publisher
    code = 1006  # if the conversation breaks
    sink.on_shutdown = partial(publisher.dismiss, client)
    group, complaints = _read_group(websocket, channel, services)
    unregister: Callable[[int], None] = publisher.welcome(client)
    try:
        is_delta = websocket.query_params.get("mode") == "delta" and channel is not Channel.ALERTS
        interval_ms = parse_interval_ms(websocket.query_params.get("interval_ms"))
        publisher.open_view(
            client,
            channel,
            "delta" if is_delta else "full",
            group,
            None if interval_ms is None else interval_ms / 1000,
        )
        for complaint in complaints:
            client.offer_event(complaint)
        code = await converse(websocket, client, services.limits.messages_per_s, services.clock)
    finally:
        unregister(code)
        sink.on_shutdown = None


def _refusal(websocket: WebSocket, services: ApiServices) -> CloseCode | None:
    """Return why this socket may not stay, None if it may."""
    if services.publisher.is_closing:
        return CloseCode.SHUTTING_DOWN
    if not services.access.accepts_origin(websocket):
        return CloseCode.NOT_ALLOWED
    if not services.access.accepts_token(websocket):
        return CloseCode.TOKEN_INVALID
    if websocket.query_params.get("mode", "full") not in MODES:
        return CloseCode.MALFORMED_REQUEST
    try:
        parse_symbols(websocket.query_params.get("symbols"), services.limits.symbols_max)
        parse_interval_ms(websocket.query_params.get("interval_ms"))
    except BadParameterError:
        return CloseCode.MALFORMED_REQUEST
    return None


def _read_group(
    websocket: WebSocket, channel: Channel, services: ApiServices
) -> tuple[Group, list[WireFrame]]:
    """Return the symbols asked for, and what has to be said about them."""
    symbols = parse_symbols(websocket.query_params.get("symbols"), services.limits.symbols_max)
    if symbols is None or channel is not Channel.MARKET:
        return None, []
    indices = services.reader.get_indices()
    return symbols, [
        encode_error("UNKNOWN_SYMBOL", f"no exchange lists {symbol}")
        for symbol in sorted(symbols)
        if not services.is_known_symbol(symbol) and canonical_index_id(symbol, indices) is None
    ]
