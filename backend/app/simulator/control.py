"""The /sim/ control interface: clock, truth, faults, connections, speed. No authentication: loopback only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from app.simulator import malformed
from app.simulator.blast import Blast
from app.simulator.channels import Channels
from app.simulator.clock import MarketClock, date_at, rfc3339
from app.simulator.events import TimedMessages
from app.simulator.faults import FaultError, Faults, number
from app.simulator.http_messages import Request, Response, json_response
from app.simulator.hub import Hub
from app.simulator.player import Player
from app.simulator.tape_control import TapeControl
from app.simulator.tape_player import TapePlayer
from app.simulator.tokens import TokenIssuer
from app.simulator.truth import Truth
from app.simulator.wire import CHANNELS


class Control:
    """What a test or an operator may see and change."""

    def __init__(
        self,
        source: TimedMessages,
        clock: MarketClock,
        player: Player | TapePlayer,
        hub: Hub,
        channels: Channels,
        truth: Truth,
        faults: Faults,
        tokens: TokenIssuer,
    ) -> None:
        self._source = source
        self._clock = clock
        self._player = player
        self._hub = hub
        self._channels = channels
        self._truth = truth
        self._faults = faults
        self._tokens = tokens
        self._blast = Blast(hub, truth, clock)

    async def answer(self, request: Request) -> Response:
        """Answer a request under /sim/."""
        route = (request.method, request.path.rstrip("/").lower())
        try:
            body = orjson.loads(request.body) if request.body else {}
            if isinstance(body, dict):
                return self._route(route, body)
            return json_response({"error": "the body must be a JSON object"}, 400)
        except (FaultError, orjson.JSONDecodeError) as error:
            return json_response({"error": str(error)}, 400)

    def clock_report(self) -> dict[str, Any]:
        """Return the source's clock."""
        time_s = self._player.time_s()
        return {
            "time": rfc3339(time_s),
            "time_s": round(time_s, 3),
            "trading_date": date_at(time_s).isoformat(),
            "speed": self._clock.speed,
            "paused": self._clock.paused,
            "source": self._source.source,
            "ended": self._player.ended,
        }

    def _route(self, route: tuple[str, str], body: Mapping[str, Any]) -> Response:
        verbs: dict[tuple[str, str], Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            ("GET", "/sim/clock"): lambda _body: self.clock_report(),
            ("GET", "/sim/truth"): lambda _body: self.clock_report() | self._truth.report(),
            ("GET", "/sim/connections"): lambda _body: self._connections(),
            ("GET", "/sim/faults"): lambda _body: self._faults_report(),
            ("POST", "/sim/faults"): self._start_fault,
            ("DELETE", "/sim/faults"): lambda _body: self._clear_faults(),
            ("GET", "/sim/blast"): lambda _body: self._blast.report(),
            ("POST", "/sim/blast"): self._start_blast,
            ("POST", "/sim/speed"): self._set_speed,
            ("POST", "/sim/pause"): self._pause,
        }
        if isinstance(self._player, TapePlayer):
            tape = TapeControl(self._player, self._clock)
            verbs["GET", "/sim/replay"] = lambda _body: tape.report()
            verbs["POST", "/sim/replay"] = tape.change
        verb = verbs.get(route)
        if verb is None:
            return json_response({"error": "no such control"}, 404)
        return json_response(verb(body))

    def _faults_report(self) -> dict[str, Any]:
        return {
            "faults": Faults.catalogue(),
            "malformed_kinds": list(malformed.KINDS),
            "active": self._faults.active,
        }

    def _clear_faults(self) -> dict[str, Any]:
        self._faults.clear()
        self._hub.redate = None
        for stream in list(self._hub.streams):
            if stream.socket is not None and stream.socket.is_frozen:
                stream.socket.abort()
        return {"active": {}}

    def _set_speed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._clock.set_speed(number(body, "speed", 1.0))
        self._player.wake()
        return self.clock_report()

    def _start_blast(self, body: Mapping[str, Any]) -> dict[str, Any]:
        count, rate = int(number(body, "count", 20_000)), number(body, "rate", 0)
        quotes = int(number(body, "quotes_per_trade", 0))
        return self._blast.start(count, rate, quotes, self._player.time_s())

    def _pause(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._clock.pause(bool(body.get("paused", True)))
        self._player.wake()
        return self.clock_report()

    def _connections(self) -> dict[str, Any]:
        hub = self._hub
        return {
            "now": len(hub.streams),
            "max": hub.streams_max,
            "opened": hub.streams_opened,
            "messages_sent": hub.messages_sent,
            "events_played": self._player.events_played,
            "subscriptions": [
                {channel: sorted(symbols) for channel, symbols in stream.subscription.by_channel.items()}
                for stream in hub.streams
            ],
        }

    def _start_fault(self, body: Mapping[str, Any]) -> dict[str, Any]:
        name = str(body.get("name", ""))
        streams = self._hub.streams[: int(number(body, "count", 1_000_000))]
        touched = 0
        match name:
            case "drop":
                touched = self._cut(streams)
            case "half_open":
                for stream in streams:
                    if stream.socket is not None:
                        stream.socket.freeze()
                        touched += 1
            case "token_expiry":
                self._tokens.revoke_all()
                touched = self._cut(streams) if body.get("drop", True) else 0
            case "malformed":
                touched = self._send_malformed(body)
            case _:
                self._faults.switch_on(name, body)
                if name == "stale_day":
                    self._hub.redate = self._player.yesterday
        return {"name": name, "touched": touched, "active": self._faults.active}

    @staticmethod
    def _cut(streams: list[Any]) -> int:
        for stream in list(streams):
            if stream.socket is not None:
                stream.socket.abort()
        return len(streams)

    def _send_malformed(self, body: Mapping[str, Any]) -> int:
        kind = str(body.get("kind", "all"))
        if kind != "all" and kind not in malformed.KINDS:
            raise FaultError(f"no malformed kind {kind!r}; GET /sim/faults lists them")
        channel = str(body.get("channel", "X-TRADE")).upper()
        if channel not in CHANNELS:
            raise FaultError(f"channel must be one of {', '.join(CHANNELS)}")
        sample = next(iter(self._channels.last_messages(channel, lambda _channel, _symbol: True)), None)
        if sample is None:
            raise FaultError(f"nothing was sent on {channel} yet")
        kinds = [k for k in malformed.KINDS if k not in malformed.FATAL_KINDS] if kind == "all" else [kind]
        for name in kinds * max(1, int(number(body, "count", 1))):
            self._hub.send_raw(malformed.frame(name, channel, sample.content()))
        self._hub.flush()
        return len(kinds)
