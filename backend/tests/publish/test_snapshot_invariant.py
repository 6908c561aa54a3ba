"""The test worth most: what an old client has been sent is what a new client gets, whatever happened in between."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.json import encode

from app.market.messages import Message
from app.market.models import Changes, FeedSource, FeedState, FeedStatus
from app.market.processor import MarketDataProcessor
from app.publish.channels import Channel, Group
from app.publish.client_connection import ClientConnection
from app.publish.data_publisher import DataPublisher
from app.publish.state_view import Mode
from app.telemetry.metrics import Metrics
from tests.market.builders import (
    FRONT,
    NEXT_DAY,
    SECOND,
    TODAY,
    at,
    make_foreign,
    make_future,
    make_index,
    make_limits,
    make_processor,
    make_quote,
    make_status,
    make_tick,
    make_trade,
)
from tests.publish.fakes import FakeClock, FakeFeed, FakeFrameSink, open_client

EXAMPLES = int(os.environ.get("STREAM_EXAMPLES", "100"))
BUFFER_BYTES = 400  # every whole state is larger: a client that is stuck is behind at once
NARROWED = frozenset({"VCB", FRONT})
OTHERS = frozenset({"VNM", "FPT"})
SESSIONS = ("ATO", "LO", "ATC", "PT", "C", "BREAK", "HALT", "???")
SHOWN: tuple[tuple[Channel, Group, Mode, float | None], ...] = (
    (Channel.MARKET, None, "full", None),
    (Channel.MARKET, NARROWED, "full", None),
    (Channel.FOREIGN, None, "full", None),
    (Channel.INDEX, None, "full", None),
    (Channel.MARKET, None, "delta", None),
    (Channel.MARKET, None, "delta", 0.25),
    (Channel.MARKET, NARROWED, "delta", None),
    (Channel.MARKET, OTHERS, "delta", 1.0),
    (Channel.FOREIGN, None, "delta", None),
    (Channel.INDEX, None, "delta", 0.25),
)

symbols = st.sampled_from(["VNM", "FPT", "VCB", "XYZ"])
prices = st.integers(55_000, 65_000)
amounts = st.integers(0, 5_000)
times = st.integers(9 * 3600, 15 * 3600 + 1800).map(lambda s: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}")
days = st.sampled_from([TODAY, TODAY, TODAY, NEXT_DAY])
sessions = st.sampled_from(SESSIONS)

messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        lambda symbol, price, volume, total, time, day, session, is_combined: make_trade(
            symbol, price, volume, total, time, day=day, session=session, is_combined=is_combined
        ),
        symbols, prices, amounts, amounts, times, days, sessions, st.booleans(),
    ),
    st.builds(
        lambda symbol, price, volume, total, time, day: make_future(
            symbol, price / 32, volume, total, time=time, day=day
        ),
        st.sampled_from([FRONT, SECOND]), prices, amounts, amounts, times, days,
    ),
    st.builds(
        lambda symbol, bid, time, day, session: make_quote(symbol, bid, bid + 100, time, day=day, session=session),
        symbols, prices, times, days, sessions,
    ),
    st.builds(lambda s, buy, sell, time, day: make_foreign(s, buy, sell, time, day=day), symbols, amounts, amounts, times, days),
    st.builds(
        lambda index_id, value, time, day: make_index(index_id, value / 32, time, day=day),
        st.sampled_from(["VN30", "HNX", "VNMidcap"]), prices, times, days,
    ),
    st.builds(lambda symbol, price, day: make_limits(symbol, price, day=day), symbols, prices, st.none() | days),
    st.builds(lambda symbol, session, time, day: make_status(symbol, session, time, day=day), symbols, sessions, times, days),
    st.builds(make_tick, times, days),
)  # fmt: skip
batches = st.lists(messages, min_size=1, max_size=12)
steps = st.lists(
    st.one_of(
        batches,
        batches,
        st.floats(0.01, 1.5).map(lambda seconds: seconds),  # time passes
        st.sampled_from(
            ["join", "drop", "stick", "unstick", "reset", "rescope", "regroup", "resync", "feed"]
        ),
    ),
    min_size=4,
    max_size=25,
)


def plain(state: Any) -> Any:
    """A state without what is absent (null) and without what first frames alone carry."""
    if isinstance(state, dict):
        return {key: plain(value) for key, value in state.items() if value is not None and key != "intraday"}
    if isinstance(state, list):
        return [plain(value) for value in state]
    return state


def apply_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, as its section 2 writes it."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = apply_patch(target.get(name), value)
    return target


@dataclass
class Reader:
    """A client that believes what it reads, and checks what can be checked on the way."""

    channel: Channel
    group: Group
    mode: Mode
    client: ClientConnection
    sink: FakeFrameSink
    leave: Callable[[int], None]
    state: Any = None
    seq: int = 0
    read: int = 0
    first: Any = None

    def catch_up(self) -> None:
        for frame in self.sink.frames[self.read :]:
            self._take(json.loads(frame.payload))
        self.read = len(self.sink.frames)

    def _take(self, message: Any) -> None:
        match message.get("type"):
            case None:
                assert self.mode == "full"
                self.state = message
            case "snapshot":
                assert message["channel"] == self.channel
                self.state, self.seq = message["data"], message["seq"]
            case "delta":
                assert (message["prev"], message["channel"]) == (self.seq, self.channel)
                assert message["seq"] > self.seq
                self.state, self.seq = apply_patch(self.state, message["data"]), message["seq"]
                assert message["data"]
            case _:
                return  # status, session
        self.first = self.first or self.state


class Scenario:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.feed = FakeFeed()
        self.processor: MarketDataProcessor = make_processor()
        self.publisher = DataPublisher(
            self.processor, self.feed.status, self.clock, Metrics(), heartbeat_interval_s=1e6
        )
        self.readers: list[Reader] = []

    def join(self) -> list[Reader]:
        joined = []
        for channel, group, mode, interval_s in SHOWN:
            sink = FakeFrameSink()
            client, leave = open_client(
                self.publisher, sink, channel, group,
                mode=mode, interval_s=interval_s, buffer_bytes_max=BUFFER_BYTES,
            )  # fmt: skip
            joined.append(Reader(channel, group, mode, client, sink, leave))
        self.readers += joined
        return joined

    def drop(self) -> None:
        """Every third client goes."""
        for reader in self.readers[::3]:
            reader.leave(1006)
        del self.readers[::3]

    def regroup(self) -> None:
        """Clients of the market look at other symbols; those of deltas are told the whole again."""
        for reader in self.readers[1::2]:
            if reader.channel is Channel.MARKET:
                reader.group = {NARROWED: OTHERS, OTHERS: None, None: NARROWED}[reader.group]
                interval_s = reader.client.views[Channel.MARKET].interval_s
                self.publisher.open_view(reader.client, Channel.MARKET, reader.mode, reader.group, interval_s)

    def rescope(self) -> None:
        self.tracked = {"VNM", "XYZ"} if getattr(self, "tracked", None) != {"VNM", "XYZ"} else {"VCB", "FPT"}
        self.publisher.mark_changed(self.processor.set_tracked(frozenset(self.tracked), "LIST"))

    def change_feed(self) -> None:
        is_live = self.feed.current.state is FeedState.LIVE
        self.feed.current = FeedStatus(
            FeedSource.SIMULATOR,
            FeedState.PARTIAL if is_live else FeedState.LIVE,
            self.clock.now(),
            connected=True,
            ages={"R": 31.0} if is_live else {"X-TRADE": 0.2, "MI": 1.0},
            reason="R is silent" if is_live else None,
        )
        self.publisher.mark_feed(self.feed.current)

    async def play(self, steps: list[Any]) -> None:
        task = asyncio.create_task(self.publisher.run())
        self.join()
        for step in steps:
            match step:
                case "join":
                    self.join()
                case "drop":
                    self.drop()
                case "stick":
                    for reader in self.readers[::2]:
                        reader.sink.is_stuck = True
                case "unstick":
                    for reader in self.readers:
                        reader.sink.unstick()
                case "reset":
                    self.publisher.mark_changed(self.processor.reset_session())
                case "rescope":
                    self.rescope()
                case "regroup":
                    self.regroup()
                case "feed":
                    self.change_feed()
                case "resync":
                    for reader in self.readers[::2]:
                        self.publisher.resync(reader.client)
                case float():
                    await self.clock.advance(step)
                case _:
                    self.publisher.mark_changed(self.processor.apply(step))
            for reader in self.readers:
                reader.catch_up()
        for reader in self.readers:
            reader.sink.unstick()
        await self.clock.advance(3)
        for reader in self.readers:
            reader.catch_up()
        sent = [reader.sink.frames[:] for reader in self.readers]
        self.publisher.mark_changed(Changes(everything=True))  # though nothing is new
        await self.clock.advance(3)
        assert [reader.sink.frames for reader in self.readers] == sent
        task.cancel()
        await asyncio.wait([task])

    def truth(self, channel: Channel, group: frozenset[str] | None) -> Any:
        """The state encoded in one go, past every cache."""
        build: dict[Channel, Callable[[], Any]] = {
            Channel.MARKET: lambda: self.processor.get_market_snapshot(group, self.feed.status()),
            Channel.FOREIGN: self.processor.get_foreign_summary,
            Channel.INDEX: self.processor.get_indices,
        }
        return json.loads(encode(build[channel]()))

    def check(self) -> None:
        """Old and new clients, REST and the market itself say the same."""
        fresh = self.join()
        for reader in fresh:
            reader.catch_up()
            assert reader.seq == (self.publisher.views.version if reader.mode == "delta" else 0)
        for reader in self.readers:
            truth = plain(self.truth(reader.channel, reader.group))
            assert plain(reader.state) == truth
            if reader.channel is Channel.MARKET:
                assert (
                    plain(json.loads(self.publisher.views.market(reader.group, with_intraday=True))) == truth
                )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_old_state_and_the_frames_sent_equal_what_a_new_client_gets(steps: list[Any]) -> None:
    scenario = Scenario()

    async def run() -> None:
        await scenario.play(steps)
        scenario.check()

    asyncio.run(run())


async def test_day_from_open_to_the_next_mornings_first_trade_keeps_old_clients_right() -> None:
    scenario = Scenario()
    await scenario.play(
        [
            [make_trade(total=100), make_index(), make_quote(), make_future(), make_foreign(buy=10)],
            0.7,
            [
                make_foreign(buy=900, time="10:02:00"),
                make_trade(total=300, time="10:02:00"),
                make_tick("10:02:30"),
            ],
            0.7,
            [make_tick("10:30:00")],  # windows emptied, the basis went stale
            0.7,
            "stick",
            [make_tick("15:06:00")],
            0.7,
            [make_tick("09:19:00", NEXT_DAY), make_trade(total=50, time="09:20:00", day=NEXT_DAY)],
            "feed",
            "rescope",
        ]
    )
    assert at("09:20:00", NEXT_DAY) == scenario.processor.market_time_s
    scenario.check()
