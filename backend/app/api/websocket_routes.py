"""/ws/market, /ws/foreign, /ws/index, /ws/alerts, /v1/ws: let in, welcome, converse, see out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
from fastapi import APIRouter, WebSocket

from app.api.access import Refusal, Visitor, selected_subprotocol
from app.api.conversation import Conversation
from app.api.dependencies import services_of
from app.api.parameters import (
    BadParameterError,
    canonical_index_id,
    parse_interval_ms,
    parse_position,
    parse_symbols,
)
from app.api.services import ApiServices
from app.api.socket_subscriptions import HomeView, SocketSubscriptions
from app.publish.channels import Channel, Group
from app.publish.client_connection import ClientConnection, ClientDetails
from app.publish.close_codes import CloseCode
from app.publish.frame_sink import FrameSink
from app.publish.messages import encode_error
from app.publish.queued_sink import QueuedSink
from app.publish.transport import sink_of
from app.publish.wire_frame import WireFrame

V1 = "v1"  # the path of those who see only what they subscribe to
MODES = frozenset({"full", "delta"})
_REFUSALS = {
    Refusal.TOKEN_INVALID: CloseCode.TOKEN_INVALID,
    Refusal.TOKEN_EXPIRED: CloseCode.TOKEN_EXPIRED,
}

log = structlog.get_logger("app.access")

router = APIRouter()


async def market(websocket: WebSocket) -> None:
    """Serve the whole market, or the symbols asked for."""
    await _serve(websocket, Channel.MARKET)


async def foreign(websocket: WebSocket) -> None:
    """Serve the foreign summary."""
    await _serve(websocket, Channel.FOREIGN)


async def index(websocket: WebSocket) -> None:
    """Serve every index."""
    await _serve(websocket, Channel.INDEX)


async def alerts(websocket: WebSocket) -> None:
    """Serve the last alerts, then each new one."""
    await _serve(websocket, Channel.ALERTS)


async def subscriptions(websocket: WebSocket) -> None:
    """Serve only what the client subscribes to."""
    await _serve(websocket, None)


async def nowhere(websocket: WebSocket) -> None:
    """Refuse any other path with a code that a browser sees."""
    await websocket.accept(selected_subprotocol(websocket))
    await websocket.close(CloseCode.MALFORMED_REQUEST, "no such path")


# Starlette's own routes: nothing here is injected, and FastAPI's stacks for that are 4 kB of each of 10,000 sockets.
ENDPOINTS = {
    "/ws/market": market,
    "/ws/foreign": foreign,
    "/ws/index": index,
    "/ws/alerts": alerts,
    "/v1/ws": subscriptions,
    "/{path:path}": nowhere,
}
for _path, _endpoint in ENDPOINTS.items():
    router.add_websocket_route(_path, _endpoint)


async def _serve(websocket: WebSocket, channel: Channel | None) -> None:
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
    websocket: WebSocket, channel: Channel | None, sink: FrameSink, services: ApiServices
) -> None:
    address = services.access.client_address(websocket)
    path = V1 if channel is None else channel
    visitor = _admit(websocket, services)
    release = services.connection_limiter.acquire(visitor.limit_key) if isinstance(visitor, Visitor) else None
    if release is None or not isinstance(visitor, Visitor):
        code = CloseCode.TOO_MANY if isinstance(visitor, Visitor) else visitor
        sink.close(code)
        services.publisher.managers[path].count_close(code)
        log.info("socket_refused", path=path, address=address, code=int(code))
        return
    try:
        details = ClientDetails(path, address, visitor.identity, services.clock.now())
        client = ClientConnection(sink, details, services.limits.buffer_bytes_max)
        await _serve_client(websocket, client, visitor, channel, services, sink)
    finally:
        release()


async def _serve_client(
    websocket: WebSocket,
    client: ClientConnection,
    visitor: Visitor,
    channel: Channel | None,
    services: ApiServices,
    sink: FrameSink,
) -> None:
    publisher = services.publisher
    query = websocket.query_params
    code = 1006  # if the conversation breaks
    sink.on_shutdown = partial(publisher.dismiss, client)
    home, complaints = _read_home(websocket, channel, services)
    unregister: Callable[[int], None] = publisher.welcome(client)
    guard, account_pass = services.socket_guard, visitor.account_pass
    guarded = guard.watch(client, account_pass) if guard is not None and account_pass is not None else None
    try:
        asked = SocketSubscriptions(client, home, services)
        asked.open(query.get("session_id"), parse_position(query.get("position")))
        for complaint in complaints:
            client.offer_event(complaint)
        code = await Conversation(client, asked, services.access.accounts, guarded).run(
            websocket, services.limits.messages_per_s, services.clock
        )
    finally:
        if guarded is not None:
            guarded.release()
        unregister(code)
        sink.on_shutdown = None


def _admit(websocket: WebSocket, services: ApiServices) -> Visitor | CloseCode:
    """Return whose socket this is, or why it may not stay."""
    if services.publisher.is_closing:
        return CloseCode.SHUTTING_DOWN
    if not services.access.accepts_origin(websocket):
        return CloseCode.NOT_ALLOWED
    visitor = services.access.admit(websocket)
    if isinstance(visitor, Refusal):
        return _REFUSALS[visitor]
    if websocket.query_params.get("mode", "full") not in MODES:
        return CloseCode.MALFORMED_REQUEST
    try:
        parse_symbols(websocket.query_params.get("symbols"), services.limits.symbols_max)
        parse_interval_ms(websocket.query_params.get("interval_ms"))
        parse_position(websocket.query_params.get("position"))
    except BadParameterError:
        return CloseCode.MALFORMED_REQUEST
    return visitor


def _read_home(
    websocket: WebSocket, channel: Channel | None, services: ApiServices
) -> tuple[HomeView | None, list[WireFrame]]:
    """Return what a socket shows without being asked, and what has to be said about the query."""
    if channel is None:
        return None, []
    query = websocket.query_params
    interval_ms = parse_interval_ms(query.get("interval_ms"))
    symbols = _contracts(parse_symbols(query.get("symbols"), services.limits.symbols_max), services)
    home = HomeView(
        channel,
        "delta" if query.get("mode") == "delta" else "full",
        symbols if channel is Channel.MARKET else None,
        None if interval_ms is None else interval_ms / 1000,
    )
    if home.group is None:
        return home, []
    indices = services.reader.get_indices()
    return home, [
        encode_error("UNKNOWN_SYMBOL", f"no exchange lists {symbol}")
        for symbol in sorted(home.group)
        if not services.is_known_symbol(symbol) and canonical_index_id(symbol, indices) is None
    ]


def _contracts(symbols: Group, services: ApiServices) -> Group:
    """Return the contracts for aliases of futures; the same set where there are none, which boards share."""
    contracts = {name: services.contract_of(name) or name for name in symbols or ()}
    return (
        symbols
        if all(name == contract for name, contract in contracts.items())
        else frozenset(contracts.values())
    )
