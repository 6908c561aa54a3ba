"""What a client says on an open socket, and the answers to it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.websockets import WebSocket

from app.api.connection_limits import MessagePace
from app.api.socket_guard import GuardedSocket
from app.api.socket_refresh import answer_refresh, decode_refresh
from app.api.socket_subscriptions import SocketSubscriptions
from app.api.subscription_requests import decode_resync, decode_subscribe
from app.auth.sign_in import SignIn
from app.clock import Clock
from app.publish.client_connection import ClientConnection
from app.publish.close_codes import CloseCode
from app.publish.messages import PONG, encode_error
from app.publish.transport import MESSAGE_BYTES_MAX

REFRESH = "refresh"  # the one action that waits for something
NO_CODE_RECEIVED = 1005  # RFC 6455: the socket closed without saying why

# code -> when; docs/websocket-api.md has the same table
ERROR_CODES = {
    "BAD_JSON": "the message is not a JSON object with a string `action`",
    "UNKNOWN_ACTION": "the action is not one of this server's",
    "BAD_REQUEST": "a field of the action has the wrong type; nothing was changed",
    "TOO_MANY_SUBSCRIPTIONS": "more than WS_MAX_SUBSCRIPTIONS; nothing was changed",
    "SESSION_RESTORATION_FAILED": "the session is somebody else's; the socket is closed with 4403",
    "UNKNOWN_SYMBOL": "no exchange lists it; the socket goes on without",
    "INVALID_REFRESH_TOKEN": "the token of a `refresh` is wrong, expired, used up or somebody else's; nothing was changed",
    "TOKEN_REFRESH_ERROR": "a `refresh` is not possible right now, or not on this socket; nothing was changed",
    "TOO_FAST": "more than WS_MAX_MESSAGES_PER_S; the socket is closed with 4429",
    "TOO_LARGE": "a message over 64 KiB; the socket is closed",
}


class _ClientMessage(msgspec.Struct):
    action: str


_decode = msgspec.json.Decoder(_ClientMessage).decode
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class Conversation:
    """Answers one client until it goes."""

    def __init__(
        self,
        client: ClientConnection,
        subscriptions: SocketSubscriptions,
        sign_in: SignIn | None = None,
        guarded: GuardedSocket | None = None,
    ) -> None:
        self._client = client
        self._sign_in = sign_in
        self._guarded = guarded
        self._actions: dict[str, Callable[[str | bytes], None]] = {
            "ping": lambda _: self._say_pong(),
            "pong": lambda _: None,  # some clients answer our {"type":"ping"}
            "subscribe": lambda text: subscriptions.subscribe(decode_subscribe(text)),
            "unsubscribe": lambda text: subscriptions.unsubscribe(decode_subscribe(text)),
            "unsubscribe_all": lambda _: subscriptions.unsubscribe_all(),
            "resync": lambda text: subscriptions.resync(decode_resync(text)),
        }

    async def run(self, websocket: WebSocket, messages_per_s: int, clock: Clock) -> int:
        """Answer until the socket closes; return the code it closed with."""
        client, pace = self._client, MessagePace(messages_per_s)
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
            elif (
                len(text) > MESSAGE_BYTES_MAX
            ):  # uvicorn has refused it already with 1009; other servers may not
                client.offer_event(encode_error("TOO_LARGE", "at most 64 KiB a message"))
                client.close(CloseCode.MALFORMED_REQUEST)
            else:
                await self._answer(text)

    async def _answer(self, text: str | bytes) -> None:
        try:
            action = _decode(text).action
        except _UNREADABLE:
            self._complain("BAD_JSON", 'expected a JSON object such as {"action":"ping"}')
            return
        carry_out = self._actions.get(action)
        if carry_out is None and action != REFRESH:
            self._complain("UNKNOWN_ACTION", "known actions: " + ", ".join((*self._actions, REFRESH)))
            return
        try:
            if carry_out is not None:
                carry_out(text)
            else:
                request = decode_refresh(text)
                self._client.offer_event(await answer_refresh(request, self._guarded, self._sign_in))
        except _UNREADABLE as error:
            self._complain("BAD_REQUEST", str(error)[:200])

    def _say_pong(self) -> None:
        self._client.offer_event(PONG)

    def _complain(self, code: str, text: str) -> None:
        self._client.offer_event(encode_error(code, text))
