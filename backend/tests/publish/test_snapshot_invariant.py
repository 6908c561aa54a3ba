"""The test worth most: what an old client has been sent is what a new client gets, whatever happened in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.json import encode

from app.market.messages import Message
from app.market.processor import MarketDataProcessor
from app.publish.channels import Channel
from app.publish.data_publisher import DataPublisher
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

STATE_CHANNELS = (Channel.MARKET, Channel.FOREIGN, Channel.INDEX)
BUFFER_BYTES = 400  # every state is larger: a client that is stuck is behind at once
NARROWED = frozenset({"VCB", FRONT})
SESSIONS = ("ATO", "LO", "ATC", "PT", "C", "BREAK", "HALT", "???")

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
        st.sampled_from(["join", "stick", "unstick", "reset"]),
    ),
    min_size=4,
    max_size=25,
)


def without_clockwork(state: Any) -> Any:
    """A state without what first frames alone carry."""
    state = json.loads(json.dumps(state))
    for index in (state.get("indices") or state).values():
        if isinstance(index, dict):
            index.pop("intraday", None)
    return state


class Scenario:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.feed = FakeFeed()
        self.processor: MarketDataProcessor = make_processor()
        self.publisher = DataPublisher(self.processor, self.feed.status, self.clock, Metrics())
        self.sinks: list[tuple[Channel, frozenset[str] | None, FakeFrameSink]] = []

    def join(self) -> list[tuple[Channel, frozenset[str] | None, FakeFrameSink]]:
        joined = []
        for channel in STATE_CHANNELS:
            for group in (None, NARROWED) if channel is Channel.MARKET else (None,):
                sink = FakeFrameSink()
                open_client(self.publisher, sink, channel, group, buffer_bytes_max=BUFFER_BYTES)
                joined.append((channel, group, sink))
        self.sinks += joined
        return joined

    async def play(self, steps: list[Any]) -> None:
        task = asyncio.create_task(self.publisher.run())
        self.join()
        for step in steps:
            match step:
                case "join":
                    self.join()
                case "stick":
                    for _, _, sink in self.sinks[::2]:
                        sink.is_stuck = True
                case "unstick":
                    for _, _, sink in self.sinks:
                        sink.unstick()
                case "reset":
                    self.publisher.mark_changed(self.processor.reset_session())
                case float():
                    await self.clock.advance(step)
                case _:
                    self.publisher.mark_changed(self.processor.apply(step))
        for _, _, sink in self.sinks:
            sink.unstick()
        await self.clock.advance(2)
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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_old_state_and_the_frames_sent_equal_what_a_new_client_gets(steps: list[Any]) -> None:
    scenario = Scenario()

    async def run() -> None:
        await scenario.play(steps)
        fresh = {(channel, group): sink.states[0] for channel, group, sink in scenario.join()}
        for channel, group, sink in scenario.sinks:
            truth = without_clockwork(scenario.truth(channel, group))
            assert without_clockwork(fresh[channel, group]) == truth
            assert without_clockwork(sink.states[-1]) == truth

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
            [make_tick("15:06:00")],
            0.7,
            [make_tick("09:19:00", NEXT_DAY), make_trade(total=50, time="09:20:00", day=NEXT_DAY)],
        ]
    )
    assert at("09:20:00", NEXT_DAY) == scenario.processor.market_time_s
    for channel, group, sink in scenario.sinks:
        assert without_clockwork(sink.states[-1]) == without_clockwork(scenario.truth(channel, group))
