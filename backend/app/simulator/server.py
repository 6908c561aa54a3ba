"""The stand-in SSI server: REST, SignalR and control on one port.

Threads: everything runs on one event loop.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import uuid

import orjson

from app.simulator import signalr
from app.simulator.channels import Channels
from app.simulator.clock import MarketClock
from app.simulator.control import Control
from app.simulator.events import TimedMessages
from app.simulator.faults import Faults
from app.simulator.http_messages import Request, Response, json_response
from app.simulator.http_wire import HttpConnection, Upgrade
from app.simulator.hub import Hub, HubStream
from app.simulator.player import Player
from app.simulator.rest import Rest
from app.simulator.settings import SimulatorSettings
from app.simulator.tape import Tape
from app.simulator.tape_player import TapePlayer
from app.simulator.tokens import TokenIssuer
from app.simulator.truth import Truth


class Simulator:
    """One server with its market."""

    def __init__(
        self, source: TimedMessages, settings: SimulatorSettings, start_s: float | None = None
    ) -> None:
        self._settings = settings
        self.source = source
        self.clock = MarketClock(source.start_s, settings.speed)
        self.channels = Channels()
        self.truth = Truth()
        self.faults = Faults()
        self.tokens = TokenIssuer(settings.token_ttl_s, settings.consumer_id, settings.consumer_secret)
        self.hub = Hub(settings, self.channels)
        self.player = self._player_of(source)
        self.control = Control(
            source, self.clock, self.player, self.hub, self.channels, self.truth, self.faults, self.tokens
        )
        self._rest = Rest(source, self.truth, self.player.time_s)
        self._connections: set[HttpConnection] = set()
        self._server: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        if start_s is not None:
            self.player.fast_forward(start_s)

    def _player_of(self, source: TimedMessages) -> Player | TapePlayer:
        settings = self._settings
        if isinstance(source, Tape):
            return TapePlayer(source, self.clock, self.hub, skips_idle=settings.skips_idle)
        return Player(
            source,
            self.clock,
            self.channels,
            self.hub,
            self.truth,
            self.faults,
            settings.night_speed,
            settings.hold,
        )

    @property
    def url(self) -> str:
        """The address to put into SSI_BASE_URL and SSI_STREAM_URL, with its slash."""
        if self._server is None:
            raise RuntimeError("the simulator does not listen yet")
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}/"

    async def start(self) -> None:
        """Listen, and let the market run. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, self._settings.host, self._settings.port)
        self._tasks = [loop.create_task(self.player.run()), loop.create_task(self._keep_alive())]

    async def stop(self) -> None:
        """Stop the market and cut every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()

    async def failed(self) -> None:
        """Wait for ever, or raise what stopped one of the tasks."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        await asyncio.Event().wait()

    def _accept(self) -> HttpConnection:
        connection = HttpConnection(self._answer, self._connections.discard)
        self._connections.add(connection)
        return connection

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._settings.keep_alive_s)
            self.hub.keep_alive()

    async def _answer(self, request: Request) -> Response | Upgrade | None:
        path = request.path.lower()
        if path.startswith("/sim/"):
            return await self.control.answer(request)
        if self.faults.is_refusing():
            return None
        if path.startswith(signalr.HUB_PATH + "/"):
            return self._answer_hub(request, path.rpartition("/")[2])
        _, _, name = path.partition("/api/v2/market/")
        if name == "accesstoken":
            return await self._answer_token(request)
        if name:
            return self._answer_rest(request, name)
        return Response(b"Not Found", 404, "text/plain")

    async def _answer_token(self, request: Request) -> Response:
        if self.faults.token_delay_s:
            await asyncio.sleep(self.faults.token_delay_s)
        if request.method != "POST":
            return json_response({"message": "The requested resource does not support http method."}, 405)
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            body = None
        keys = {str(key).lower(): value for key, value in body.items()} if isinstance(body, dict) else {}
        if not self.tokens.accepts(keys.get("consumerid"), keys.get("consumersecret")):
            return json_response({"message": "The connection is invalid", "status": 400, "data": None})
        token = {"accessToken": self.tokens.issue()}
        return json_response({"message": "Success", "status": 200, "data": token})

    def _answer_rest(self, request: Request, name: str) -> Response:
        if not request.bearer():
            return json_response({"message": "Missing Authorization header", "status": 401})
        if not self.tokens.is_valid(request.bearer()):
            return json_response({"message": "The token is invalid or has expired", "status": 401})
        return self._rest.answer(name, request.query)

    def _answer_hub(self, request: Request, action: str) -> Response | Upgrade:
        match action:
            case "negotiate":
                return self._negotiate(request)
            case "connect" | "reconnect":
                if not self.tokens.is_valid(request.bearer()) or not request.query.get("connectiontoken"):
                    return Response(b"Forbidden", 403, "text/plain")
                if request.headers.get("upgrade", "").lower() != "websocket":
                    return Response(b"only webSockets here", 400, "text/plain")
                return Upgrade(HubStream(self.hub))
            case "start":
                return json_response({"Response": "started"})
            case "ping":
                return json_response({"Response": "pong"})
            case "abort":
                return Response(b"")
        return Response(b"Not Found", 404, "text/plain")

    def _negotiate(self, request: Request) -> Response:
        status = self.faults.take_status()
        if status:
            return Response(b"", status, "text/html")
        if not self.tokens.is_valid(request.bearer()):
            return Response(b"", 401, "text/html")
        token = base64.b64encode(b"\xfb\xff" + secrets.token_bytes(95)).decode() + "=="
        protocol = request.query.get("clientprotocol", "1.5")
        return json_response(signalr.negotiation(token, str(uuid.uuid4()), protocol))
