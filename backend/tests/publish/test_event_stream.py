"""Events: every one once and in order, whoever is slow, drops in the middle of it, or comes back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.market.models import Changes
from app.publish import event_stream
from app.publish.close_codes import CloseCode
from app.publish.event_messages import Event
from app.publish.event_rings import EventRings
from app.publish.event_stream import EventStream
from app.publish.filters import Filter
from app.publish.fragments import encode_json
from app.publish.subscriptions import Subscriber
from app.publish.topics import index_of, symbol_of
from app.publish.wire_frame import WireFrame
from app.telemetry.metrics import Metrics
from tests.market.builders import make_foreign, make_index, make_processor, make_quote, make_tick, make_trade
from tests.publish.event_client import EventMemory, FakeEventSocket
from tests.publish.fakes import FakeClock, make_alert
from tests.publish.test_snapshot_invariant import batches

SECTORS = {"Banks": frozenset({"VCB"}), "Technology": frozenset({"FPT"})}
VNM = Filter(symbols=frozenset({"VNM"}))
FILTERS = (
    VNM,
    Filter(symbols=frozenset({"VNM", "VCB"})),
    Filter(markets=frozenset({"HOSE"})),
    Filter(markets=frozenset({"DERIVATIVES"}), symbols=frozenset({"FPT"})),
    Filter(sectors=frozenset({"Banks"})),
    Filter(symbols=frozenset({"VCB"}), markets=frozenset({"HOSE"}), sectors=frozenset({"Banks"})),
    Filter(alerts=True),
    Filter(symbols=frozenset({"FPT"}), alerts=True),
)


class SymbolRows:
    """publish's SymbolViews, straight from the market."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader

    def symbol(self, symbol: str) -> bytes:
        return encode_json(
            {
                "symbol": symbol,
                "price": self.reader.get_prices().get(symbol),
                "session_stats": self.reader.get_session_stats().get(symbol),
                "foreign": self.reader.get_foreign(symbol),
            }
        )


class Client:
    """A program with a subscription, over however many sockets it takes."""

    def __init__(self, scenario: Scenario, wanted: Filter) -> None:
        self.scenario = scenario
        self.memory = EventMemory()
        self.filter = wanted
        self.start_position = scenario.stream.log.position
        self.connect()
        stream = scenario.stream
        session = stream.begin_session(self.subscriber, "alice", "10.0.0.1")
        self.session_id = session.id
        stream.set_filter(self.subscriber, wanted)

    def connect(self) -> None:
        self.socket = FakeEventSocket(self.scenario.buffer_bytes)
        self.socket.on_write = self.scenario.check_snapshot
        self.subscriber: Subscriber = self.scenario.stream.join(self.socket)

    def read(self) -> None:
        self.memory.take(self.socket.read(), self.scenario.position_of)

    def drop(self, frames_read: int) -> None:
        """Lose the socket with only some of what was sent received: the rest is gone, also half a frame."""
        self.socket.sent = self.socket.sent[:frames_read]
        self.read()
        self.scenario.stream.leave(self.subscriber)

    def come_back(self, with_position: bool) -> None:
        stream = self.scenario.stream
        session = stream.sessions.find(self.session_id)
        self.connect()
        if session is None:  # expired: the route would say resync "*"
            self.memory = EventMemory()
            self.start_position = stream.log.position
            self.session_id = stream.begin_session(self.subscriber, "alice", "10.0.0.1").id
            stream.set_filter(self.subscriber, self.filter)
            return
        self.memory.come_back(with_position)
        stream.resume(self.subscriber, session, self.memory.position if with_position else None)


class Scenario:
    def __init__(self, rings: EventRings | None = None, buffer_bytes: int = 1024 * 1024) -> None:
        self.clock = FakeClock()
        self.processor = make_processor()
        self.buffer_bytes = buffer_bytes
        self.stream = EventStream(
            self.processor,
            SymbolRows(self.processor),
            self.clock,
            Metrics(),
            epoch="e1",
            sectors=SECTORS,
            rings=rings,
        )
        self.clients: list[Client] = []
        self.events: list[Event] = []
        self._positions: dict[tuple[str, int], int] = {}
        self._pushing: asyncio.Task[None] | None = None
        number = self.stream.log.tick

        def tick() -> list[Event]:
            events = number()
            self.events += events
            self._positions |= {(event.topic, event.seq): event.position for event in events}
            return events

        self.stream.log.tick = tick  # type: ignore[method-assign]

    def position_of(self, topic: str, seq: int) -> int:
        return self._positions[topic, seq]

    def check_snapshot(self, frame: WireFrame) -> None:
        """A snapshot is the live state of the moment it is written, and its seq says so."""
        message = json.loads(frame.payload)
        if message["type"] != "snapshot":
            return
        assert not self.stream.log.has_pending
        topic = message.get("topic") or message["channel"]
        assert message["seq"] == self.stream.log.seq_of(topic)
        symbol, index_id = symbol_of(topic), index_of(topic)
        if symbol is not None:
            expected = json.loads(SymbolRows(self.processor).symbol(symbol))
        elif index_id is not None:
            expected = json.loads(encode_json(self.processor.get_indices().get(index_id)))
            if expected is not None:
                del expected["intraday"]
        elif topic == "alerts":
            expected = json.loads(encode_json(self.processor.get_alerts(limit=50)))
        elif topic == "derivatives":
            expected = json.loads(encode_json(self.processor.get_derivatives_data()))
        else:
            expected = json.loads(encode_json(self.processor.get_session()))
        assert message["data"] == expected

    def feed(self, *messages: Any) -> Changes:
        changes = self.processor.apply(messages)
        self.stream.record(changes)
        return changes

    def join(self, wanted: Filter) -> Client:
        client = Client(self, wanted)
        self.clients.append(client)
        return client

    async def push(self) -> None:
        """Bring everybody to the end of the log, as far as the sockets take it."""
        if self._pushing is not None:
            await self._pushing
            self._pushing = None
        await self.stream.push()

    async def push_partly(self) -> None:
        """Run a push for one slice: whatever comes next happens in the middle of it."""
        if self._pushing is None or self._pushing.done():
            self._pushing = asyncio.create_task(self.stream.push())
        await asyncio.sleep(0)

    async def play(self, steps: list[Any]) -> None:
        for step in steps:
            match step:
                case list():
                    self.feed(*step)
                case "alert":
                    self.stream.record(Changes(alerts=[make_alert(len(self.events))]))
                case "reset":
                    self.stream.record(self.processor.reset_session())
                case "push":
                    await self.push()
                case "part":
                    await self.push_partly()
                case float():
                    await self.clock.advance(step)
                case (action, number, *details) if self.clients or action == "join":
                    await self._act(action, number, *details)
        await self.finish()

    async def _act(self, action: str, number: int, detail: int = 0) -> None:
        if action == "join":
            self.join(FILTERS[number % len(FILTERS)])
            return
        client = self.clients[number % len(self.clients)]
        match action:
            case "read":
                client.read()
            case "ping":
                client.read()
                client.socket.answer_ping()
            case "stick":
                client.socket.is_stuck = True
            case "unstick":
                client.socket.unstick()
            case "drop":
                client.drop(detail)
                client.come_back(with_position=True)
            case "drop_blind":
                client.drop(detail)
                client.come_back(with_position=False)
            case "change":
                client.filter = FILTERS[detail % len(FILTERS)]
                self.stream.set_filter(client.subscriber, client.filter)
                client.read()
            case "resync":
                self.stream.resync(client.subscriber)

    async def finish(self) -> None:
        """Let every client read, come back if it was closed, and check that it has all there is."""
        for _ in range(3):
            await self.push()
            for client in self.clients:
                client.socket.unstick()
                client.read()
                if client.socket.closed_with is not None:
                    client.drop(0)
                    client.come_back(with_position=True)
        for client in self.clients:
            for _ in range(200):
                if client.subscriber.is_live or client.filter.is_empty:
                    break
                await self.push()
                client.read()
            client.read()
            assert client.subscriber.is_live or client.filter.is_empty


def check_complete(scenario: Scenario, client: Client) -> None:
    """What a client of one filter knows reaches to the end of every topic it hears of."""
    facts, log = scenario.stream.facts, scenario.stream.log
    for event in scenario.events:
        if event.position <= client.start_position or not facts.matches(client.filter, event.topic):
            continue
        assert client.memory.seqs.get(event.topic) == log.seq_of(event.topic), event.topic
        if symbol_of(event.topic) is None and not client.memory.resyncs and not client.filter.alerts:
            assert (event.topic, event.seq) in client.memory.contents


@pytest.fixture(autouse=True)
def _slices_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "CLIENTS_PER_SLICE", 1)
    monkeypatch.setattr(event_stream, "CATCH_UPS_PER_SLICE", 1)


numbers = st.integers(0, 7)
steps = st.lists(
    st.one_of(
        batches,
        batches,
        st.sampled_from(["push", "push", "part", "alert", "reset"]),
        st.floats(0.01, 200.0),
        st.tuples(st.just("join"), numbers),
        st.tuples(st.sampled_from(["read", "ping", "stick", "unstick", "resync"]), numbers),
        st.tuples(st.sampled_from(["drop", "drop_blind"]), numbers, st.integers(0, 3)),
    ),
    min_size=5,
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, per_topic=st.sampled_from([3, 2_000]), bytes_max=st.sampled_from([8_000, 10**8]), buffer_bytes=st.sampled_from([6_000, 10**6]))  # fmt: skip
async def test_events_over_any_drops_and_returns_come_once_in_order_and_complete(
    steps: list[Any], per_topic: int, bytes_max: int, buffer_bytes: int
) -> None:
    scenario = Scenario(EventRings(300.0, per_topic, bytes_max), buffer_bytes)
    scenario.join(VNM)
    scenario.join(Filter(markets=frozenset({"HOSE"})))
    await scenario.play(steps)
    for client in scenario.clients:
        check_complete(scenario, client)


async def test_return_with_position_after_an_unread_blind_one_repeats_nothing() -> None:
    scenario = Scenario()
    client = scenario.join(VNM)
    scenario.feed(make_trade("VNM", 60_000, 100, 100), make_index("VN30", 1_900.0))
    await scenario.push()
    client.drop(frames_read=1)
    client.come_back(with_position=False)
    client.drop(frames_read=0)
    client.come_back(with_position=True)
    await scenario.finish()  # raises when something comes twice
    check_complete(scenario, client)


changes = st.tuples(st.just("change"), numbers, numbers)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(batches, changes, st.sampled_from(["push", "part"]), st.tuples(st.just("read"), numbers)), max_size=25))  # fmt: skip
async def test_changed_subscriptions_reach_the_end_of_what_they_hear_of_now(steps: list[Any]) -> None:
    scenario = Scenario()
    client = scenario.join(VNM)
    memory = client.memory
    for step in steps:
        if isinstance(step, tuple) and step[0] == "change":
            await scenario.push()
            client.read()
            before, client.filter = client.filter, FILTERS[step[2]]
            for topic in list(memory.seqs):  # a topic that is left may go on anywhere when it comes back
                if not scenario.stream.facts.matches(client.filter, topic):
                    del memory.seqs[topic]
            del before
            scenario.stream.set_filter(client.subscriber, client.filter)
        elif isinstance(step, list):
            scenario.feed(*step)
        elif step == "push":
            await scenario.push()
        elif step == "part":
            await scenario.push_partly()
        else:
            client.read()
    await scenario.finish()
    for topic, seq in memory.seqs.items():
        if scenario.stream.facts.matches(client.filter, topic):
            assert seq == scenario.stream.log.seq_of(topic)


async def test_prints_carry_the_active_volumes_after_each_of_them() -> None:
    scenario = Scenario()
    client = scenario.join(VNM)
    await scenario.push()
    scenario.feed(make_quote("VNM", 59_900, 60_000, "09:59:00"))
    scenario.feed(
        make_trade("VNM", 60_000, 100, 100, "10:00:00"),
        make_trade("VNM", 59_900, 50, 150, "10:00:01"),
        make_trade("VNM", 60_000, 30, 180, "10:00:02"),
    )
    await scenario.push()
    client.read()
    prints = [event for event in client.memory.contents.values() if event["type"] == "trade"]
    assert [(p["mua_chu_dong_volume"], p["ban_chu_dong_volume"]) for p in prints] == [
        (100, 0),
        (100, 50),
        (130, 50),
    ]


async def test_quotes_of_a_tick_are_merged_and_say_how_many() -> None:
    scenario = Scenario()
    client = scenario.join(VNM)
    await scenario.push()
    for bid in (59_000, 59_100, 59_200):
        scenario.feed(make_quote("VNM", bid, bid + 100, "10:00:00"))
    await scenario.push()
    client.read()
    (quote,) = [event for event in client.memory.contents.values() if event["type"] == "quote"]
    assert quote["skipped"] == 2
    assert quote["bids"][0] == [59_200, 1_000]


async def test_subscriber_of_symbol_market_and_sector_gets_each_event_once() -> None:
    scenario = Scenario()
    everything = scenario.join(FILTERS[5])
    await scenario.push()
    scenario.feed(make_trade("VCB", 60_000, 100, 100))
    await scenario.push()
    everything.read()  # raises when something comes twice
    kinds = sorted(event["type"] for event in everything.memory.contents.values())
    assert kinds.count("trade") == 1
    assert kinds.count("quote") == 1


async def test_equal_filters_share_one_frame_per_tick() -> None:
    scenario = Scenario()
    clients = [scenario.join(VNM) for _ in range(5)]
    await scenario.push()
    for client in clients:
        client.read()
    scenario.feed(make_trade())
    await scenario.push()
    assert len({id(frame) for client in clients for frame in client.socket.sent}) == 1


async def test_log_without_subscribers_records_nothing_and_no_number_moves() -> None:
    scenario = Scenario()
    scenario.feed(make_trade())
    await scenario.push()
    assert scenario.stream.log.position == 0
    client = scenario.join(VNM)
    scenario.feed(make_trade(total=200))
    await scenario.push()
    scenario.stream.leave(client.subscriber)
    assert scenario.stream.log.is_recording  # its session is kept
    await scenario.clock.advance(301)
    scenario.stream.sessions.expire()
    scenario.stream._rest_if_unwanted()
    assert not scenario.stream.log.is_recording
    assert scenario.stream.log.rings.event_count == 0


async def test_slow_subscriber_is_closed_4408_and_resumes_with_nothing_lost() -> None:
    scenario = Scenario(buffer_bytes=4_000)
    client = scenario.join(VNM)
    await scenario.push()
    client.read()
    client.socket.is_stuck = True
    for total in range(100, 3_000, 100):
        scenario.feed(make_trade(total=total))
        await scenario.push()
    assert client.socket.closed_with == CloseCode.TOO_SLOW
    scenario.stream.leave(client.subscriber)
    client.come_back(with_position=True)
    await scenario.finish()
    assert client.memory.resyncs == []
    check_complete(scenario, client)
    totals = sum(event["type"] == "trade" for event in client.memory.contents.values())
    assert totals == 29


@pytest.mark.parametrize(("per_topic", "age_s", "reason"), [(3, 300.0, "too_many"), (2_000, 1.0, "expired")])
async def test_ring_overrun_says_why_and_sends_the_live_state(
    per_topic: int, age_s: float, reason: str
) -> None:
    scenario = Scenario(EventRings(age_s, per_topic))
    client = scenario.join(VNM)
    await scenario.push()
    client.read()
    client.drop(0)
    for total in range(100, 1_000, 100):
        scenario.feed(make_trade(total=total))
        await scenario.stream.push()
        await scenario.clock.advance(0.5)
    scenario.feed(make_foreign("VNM", 10, 5))
    client.come_back(with_position=True)
    await scenario.finish()
    assert ("symbol:VNM", reason) in client.memory.resyncs
    assert client.memory.snapshots["symbol:VNM"]["price"]["total_volume"] == 900
    check_complete(scenario, client)


async def test_session_in_use_is_taken_over_and_the_older_socket_closed_4403() -> None:
    scenario = Scenario()
    client = scenario.join(VNM)
    await scenario.push()
    client.read()
    older_socket, older = client.socket, client.subscriber
    client.come_back(with_position=True)
    assert older_socket.closed_with == CloseCode.NOT_ALLOWED
    scenario.stream.leave(older)  # its route ends later: nothing may happen to the session
    scenario.feed(make_trade())
    await scenario.finish()
    check_complete(scenario, client)
    assert scenario.stream.subscriber_count == 1
    assert scenario.stream.sessions.in_use_count == 1
    assert scenario.stream.sessions.saved_count == 0


async def test_snapshots_of_a_whole_market_wait_for_room_and_the_events_for_them() -> None:
    scenario = Scenario(buffer_bytes=3_000)
    for symbol in ("VNM", "VCB", "FPT"):
        scenario.feed(make_trade(symbol), make_index("VN30", 1_900.0), make_tick("10:00:01"))
    client = scenario.join(Filter(markets=frozenset({"HOSE"})))
    client.socket.is_stuck = True
    await scenario.push()
    assert not client.subscriber.is_live
    scenario.feed(make_trade("FPT", total=300))
    await scenario.push()
    assert client.socket.closed_with is None
    for _ in range(6):
        client.socket.unstick()
        client.socket.is_stuck = True
        client.read()
        await scenario.push()
    await scenario.finish()
    assert client.subscriber.is_live
    check_complete(scenario, client)


async def test_leaving_clients_leave_nothing_behind() -> None:
    scenario = Scenario()
    for wanted in FILTERS:
        client = scenario.join(wanted)
        await scenario.push()
        scenario.stream.set_filter(client.subscriber, Filter())
        scenario.stream.leave(client.subscriber)
    stream = scenario.stream
    assert (stream.subscriber_count, stream.subscription_count) == (0, 0)
    assert (stream.sessions.in_use_count, stream.sessions.saved_count) == (0, 0)
    assert not stream._users
    assert not stream._groups._by_symbol
    assert not list(stream._groups.groups)
    assert not stream.log.is_recording


async def test_wider_subscription_begins_with_what_happens_after_it() -> None:
    scenario = Scenario()
    scenario.join(VNM)
    client = scenario.join(Filter(alerts=True))
    await scenario.push()
    for value in (1_900.0, 1_901.0):  # the second brings nothing for a client of alerts: the day has begun
        scenario.feed(make_index("VN30", value))
        await scenario.push()
    scenario.stream.set_filter(client.subscriber, FILTERS[7])
    scenario.feed(make_index("VN30", 1_902.0))
    await scenario.push()
    client.read()
    heard = [event["value"] for event in client.memory.contents.values() if event["type"] == "index"]
    assert heard == [1_902.0]


async def test_client_that_claims_more_than_was_written_is_given_what_was_not() -> None:
    scenario = Scenario(buffer_bytes=4_000)
    client = scenario.join(VNM)
    await scenario.push()
    client.read()
    client.socket.is_stuck = True
    total = 0
    while client.socket.closed_with is None:
        total += 100
        scenario.feed(make_trade(total=total))
        await scenario.push()
    client.socket.unstick()
    client.read()
    written = client.memory.position
    assert written is not None
    assert written < scenario.stream.log.position
    scenario.stream.leave(client.subscriber)
    client.memory.position = scenario.stream.log.position  # of the frame that found no room
    client.come_back(with_position=True)
    client.memory.position = written
    await scenario.finish()
    prints = [event for event in client.memory.contents.values() if event["type"] == "trade"]
    assert len(prints) == total // 100
    check_complete(scenario, client)


async def _missed_much() -> tuple[Scenario, Client]:
    """A client that was away for 39 prints, which take several frames: of at most 4,000 bytes, one at a time."""
    scenario = Scenario(buffer_bytes=8_000)
    client = scenario.join(VNM)
    await scenario.push()
    client.read()
    client.drop(0)
    for total in range(100, 4_000, 100):
        scenario.feed(make_trade(total=total))
        await scenario.push()
    return scenario, client


async def test_events_sent_again_wait_for_room_between_frames_and_come_once() -> None:
    scenario, client = await _missed_much()
    client.come_back(with_position=True)
    frames = 0
    while not client.subscriber.is_live:
        client.socket.is_stuck = True
        await scenario.push()
        frames += len(client.socket.buffer)
        client.socket.unstick()
        client.read()  # raises when something comes twice
    assert frames > 2
    check_complete(scenario, client)


async def test_socket_that_ends_between_frames_sent_again_loses_none_of_them() -> None:
    scenario, client = await _missed_much()
    returns = 0
    while client.memory.seqs["symbol:VNM"] < scenario.stream.log.seq_of("symbol:VNM"):
        client.come_back(with_position=True)
        socket = client.socket
        socket.on_write = lambda _, socket=socket: socket.close(1006)  # type: ignore[misc]
        await scenario.push()
        client.drop(frames_read=1)  # raises when something is missing between two frames
        session = scenario.stream.sessions.find(client.session_id)
        assert session is not None
        assert session.position == client.memory.position  # not that of the frame that was not written
        returns += 1
    assert returns > 2
