"""What a client says on an open socket, and the answers to it."""

from __future__ import annotations

import msgspec
from starlette.websockets import WebSocket

from app.api.connection_limits import MessagePace
from app.clock import Clock
from app.publish.client_connection import ClientConnection
from app.publish.close_codes import CloseCode
from app.publish.messages import PONG, encode_error
from app.publish.transport import MESSAGE_BYTES_MAX
from app.publish.wire_frame import WireFrame

NO_CODE_RECEIVED = 1005  # RFC 6455: the socket closed without saying why

# code -> when; docs/websocket-api.md has the same table
ERROR_CODES = {
    "BAD_JSON": "the message is not a JSON object with a string `action`",
    "UNKNOWN_ACTION": "the action is not one of this server's",
    "UNKNOWN_SYMBOL": "no exchange lists it; the socket goes on without",
    "TOO_FAST": "more than WS_MAX_MESSAGES_PER_S; the socket is closed with 4429",
    "TOO_LARGE": "a message over 64 KiB; the socket is closed",
}


class _ClientMessage(msgspec.Struct):
    action: str


_decode = msgspec.json.Decoder(_ClientMessage).decode


async def converse(websocket: WebSocket, client: ClientConnection, messages_per_s: int, clock: Clock) -> int:
    """Answer a client until it goes; return the code the socket closed with."""
    pace = MessagePace(messages_per_s)
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            return int(client.closed_with or event.get("code") or NO_CODE_RECEIVED)
        if client.closed_with is not None:
            continue
        text = event.get("text") or event.get("bytes") or ""
        if not pace.allows(clock.monotonic_s()):
            client.offer_event(encode_error("TOO_FAST", f"at most {messages_per_s} messages a second"))
            client.close(CloseCode.TOO_MANY)
        elif len(text) > MESSAGE_BYTES_MAX:  # uvicorn has refused it already with 1009; other servers may not
            client.offer_event(encode_error("TOO_LARGE", "at most 64 KiB a message"))
            client.close(CloseCode.MALFORMED_REQUEST)
        else:
            answer = _answer(text)
            if answer is not None:
                client.offer_event(answer)


def _answer(text: str | bytes) -> WireFrame | None:
    try:
        message = _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return encode_error("BAD_JSON", 'expected a JSON object such as {"action":"ping"}')
    match message.action:
        case "ping":
            return PONG
        case "pong":  # some clients answer our {"type":"ping"}
            return None
        case _:
            return encode_error("UNKNOWN_ACTION", "known actions: ping")
