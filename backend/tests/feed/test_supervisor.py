"""The supervisor's decisions: a fake clock, fake streams, no socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.feed.backoff import Backoff
from app.feed.errors import FeedConnectError, FeedLoginError
from app.feed.feed_links import channel_names
from app.feed.redaction import Redactor
from app.feed.ssi_stream_service import SSIStreamService
from app.feed.thread_bridge import ThreadBridge
from app.market.messages import Message
from app.market.models import FeedSource, FeedState, FeedStatus
from tests.feed.fake_clock import FakeClock
from tests.feed.fake_stream import FakeHub, InlineExecutor
from tests.feed.payload_samples import raw_of, sample

TRADE, QUOTE, INDEX = (
    raw_of("X-TRADE", sample("x_trade")),
    raw_of("X-QUOTE", sample("x_quote")),
    raw_of("MI", sample("mi")),
)
CHANNELS = "X-TRADE:ALL,X-QUOTE:ALL,MI:ALL,F:ALL"


class FakeAuth:
    def __init__(self) -> None:
        self.redactor = Redactor("the-secret")
        self.errors: list[Exception] = []
        self.is_renewal_due = False
        self.renewals = 0
        self.serial = 0
        self.current: str | None = None

    async def token(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        if self.current is None:
            self.serial += 1
            self.current = f"token-{self.serial}"
        return self.current

    async def renew(self) -> None:
        self.renewals += 1
        if self.errors:
            raise self.errors.pop(0)
        self.is_renewal_due = False

    def invalidate(self, token: str) -> None:
        if token == self.current:
            self.current = None


class Rig:
    """A supervisor with everything around it under the test's control."""

    def __init__(self, **options: Any) -> None:
        self.clock = FakeClock()
        self.hub = FakeHub()
        self.auth = FakeAuth()
        self.batches: list[list[Message]] = []
        self.bridge = ThreadBridge(
            loop=asyncio.get_running_loop(),
            clock=self.clock,
            deliver=self.batches.append,
            on_refused=lambda _count: None,
        )
        self.market_s = 0.0
        self.market_speed = 1.0
        self.is_live = True
        self.is_matching = True
        self.label = "live"
        settings: dict[str, Any] = {"channels": CHANNELS, "connections": "one", "stall_s": 20.0} | options
        self.service = SSIStreamService(
            source=FeedSource.SSI,
            auth=self.auth,  # type: ignore[arg-type]
            bridge=self.bridge,
            clock=self.clock,
            stream_url="http://hub",
            market_time_s=lambda: self.market_s + self.clock.elapsed_s * self.market_speed,
            is_live_phase=lambda: self.is_live,
            is_matching=lambda: self.is_matching,
            session_label=lambda: self.label,  # type: ignore[arg-type, return-value]
            backoff=Backoff(lambda: 1.0),
            stream_factory=self.hub,  # type: ignore[arg-type]
            executor=InlineExecutor(),
            **settings,
        )
        self.seen: list[FeedStatus] = []
        self.service.on_status(self.seen.append)
        self.task: asyncio.Task[None] | None = None

    @property
    def state(self) -> FeedState:
        return self.service.status().state

    def states(self) -> list[FeedState]:
        states = [status.state for status in self.seen]
        return [state for i, state in enumerate(states) if i == 0 or states[i - 1] is not state]

    async def advance(self, delay_s: float) -> None:
        if self.task is None:
            self.task = asyncio.create_task(self.service.run())
        await self.clock.advance(delay_s)

    async def feed_start(self) -> None:
        await self.advance(0.0)
        await self.feed(3, TRADE, QUOTE, INDEX)

    async def feed(self, seconds: float, *raws: str) -> None:
        """Let time pass with these messages once a second."""
        for _ in range(int(seconds)):
            self.hub.last.say(*raws)
            self.bridge.drain_now()
            await self.advance(1.0)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    rig = Rig()
    yield rig
    await rig.service.stop()


async def test_feed_with_data_is_live(rig: Rig) -> None:
    await rig.feed_start()
    assert rig.state is FeedState.LIVE
    status = rig.service.status()
    assert (status.connected, status.source, status.muted_channels) == (True, FeedSource.SSI, [])
    assert status.ages.keys() == {"X-TRADE", "X-QUOTE", "MI"}
    assert 0.0 <= status.ages["MI"] <= 1.0
    assert rig.states()[:2] == [FeedState.CONNECTING, FeedState.LIVE]


async def test_feed_dropped_is_back_within_three_seconds(rig: Rig) -> None:
    await rig.feed_start()
    rig.hub.last.drop()
    await rig.advance(0.3)
    assert rig.state is FeedState.RECONNECTING
    assert not rig.service.status().connected
    await rig.advance(1.2)
    await rig.feed(1, TRADE, INDEX)
    assert rig.state is FeedState.LIVE
    assert rig.service.reconnects == {"dropped": 1}
    assert (len(rig.hub.streams), rig.hub.alive_max) == (2, 1)


async def test_feed_silent_for_the_stall_time_is_replaced(rig: Rig) -> None:
    await rig.feed_start()
    await rig.advance(9.0)
    assert rig.state is FeedState.LIVE
    await rig.advance(2.0)
    assert rig.state is FeedState.QUIET
    await rig.advance(8.0)
    assert len(rig.hub.streams) == 1
    await rig.advance(3.0)
    assert len(rig.hub.streams) == 2
    assert rig.service.reconnects == {"stalled": 1}
    assert FeedState.STALLED in rig.states()
    assert rig.hub.alive_max == 1


async def test_feed_stall_is_counted_in_market_time(rig: Rig) -> None:
    rig.market_speed = 10.0
    await rig.feed_start()
    await rig.advance(3.0)
    assert rig.service.reconnects == {"stalled": 1}


async def test_feed_at_hundred_times_the_speed_is_given_two_seconds(rig: Rig) -> None:
    rig.market_speed = 100.0
    await rig.feed_start()
    await rig.feed(10, TRADE, QUOTE, INDEX)  # 100 s of market between messages
    assert rig.service.reconnects == {}


@pytest.mark.parametrize("label", ["lunch", "closed"])
async def test_feed_silent_outside_live_phases_is_no_stall(rig: Rig, label: str) -> None:
    await rig.feed_start()
    rig.label, rig.is_live = label, False
    await rig.advance(600.0)
    assert rig.state == label
    assert rig.service.reconnects == {}
    rig.label, rig.is_live = "live", True
    await rig.advance(5.0)
    assert rig.state is FeedState.LIVE
    await rig.advance(17.0)
    assert rig.service.reconnects == {"stalled": 1}


async def test_feed_lost_while_closed_stays_closed_and_keeps_trying(rig: Rig) -> None:
    await rig.feed_start()
    rig.label, rig.is_live = "closed", False
    rig.hub.open_errors = [FeedConnectError("502")] * 3
    await rig.advance(1.0)
    rig.hub.last.drop()
    await rig.advance(30.0)
    assert rig.state is FeedState.CLOSED
    assert rig.service.status().connected
    assert rig.service.reconnects == {"dropped": 1, "unreachable": 3}


async def test_feed_with_one_mute_channel_is_partial_and_resubscribes_once(rig: Rig) -> None:
    await rig.feed_start()
    await rig.feed(30, TRADE, QUOTE)
    assert rig.state is FeedState.PARTIAL
    assert rig.service.status().muted_channels == ["MI"]
    assert rig.hub.last.resubscriptions == 1
    await rig.feed(100, TRADE, QUOTE)
    assert rig.hub.last.resubscriptions == 2  # a minute later, not before
    await rig.feed(1, TRADE, QUOTE, INDEX)
    assert rig.state is FeedState.LIVE
    assert rig.service.status().muted_channels == []


async def test_feed_without_prints_in_an_auction_is_not_partial(rig: Rig) -> None:
    await rig.feed_start()
    rig.is_matching = False
    await rig.feed(200, QUOTE, INDEX)
    assert rig.state is FeedState.LIVE
    rig.is_matching = True
    await rig.feed(50, QUOTE, INDEX)
    assert rig.state is FeedState.LIVE
    await rig.feed(20, QUOTE, INDEX)
    assert rig.service.status().muted_channels == ["X-TRADE"]


async def test_feed_without_foreign_flow_in_an_auction_is_not_partial() -> None:
    rig = Rig(channels="X-QUOTE:ALL,MI:ALL,R:ALL")
    await rig.feed_start()
    rig.is_matching = False
    await rig.feed(200, QUOTE, INDEX)
    assert rig.state is FeedState.LIVE
    rig.is_matching = True
    await rig.feed(70, QUOTE, INDEX)
    assert rig.service.status().muted_channels == ["R"]
    await rig.service.stop()


async def test_feed_with_a_rare_channel_waits_for_its_own_rhythm(rig: Rig) -> None:
    await rig.advance(0.0)
    for _ in range(6):
        await rig.feed(1, TRADE, QUOTE, INDEX)
        await rig.feed(14, QUOTE, INDEX)
    await rig.feed(100, QUOTE, INDEX)
    assert rig.state is FeedState.LIVE  # a print every 15 s: 114 s of silence prove nothing


async def test_feed_resubscription_on_a_dead_connection_is_harmless(rig: Rig) -> None:
    await rig.feed_start()
    link = rig.hub.last
    link.is_connected = False
    await rig.service._links.resubscribe({"MI"})
    assert link.resubscriptions == 0


async def test_feed_with_wrong_keys_is_failed_and_asks_once_a_minute(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rig.auth.errors = [FeedLoginError("SSI refuses the login: The connection is invalid") for _ in range(3)]
    await rig.advance(119.0)
    status = rig.service.status()
    assert (status.state, status.connected) == (FeedState.FAILED, False)
    assert status.reason == "SSI refuses the login: The connection is invalid"
    assert rig.service.reconnects == {"login_refused": 2}
    assert len(caplog.records) == 1  # on the edge, not at each attempt
    await rig.advance(62.0)
    await rig.feed(1, TRADE)
    assert rig.state is FeedState.LIVE
    assert len(caplog.records) == 2


async def test_feed_unreachable_backs_off_to_a_minute_for_ever(rig: Rig) -> None:
    rig.hub.open_errors = [FeedConnectError("502")] * 20
    await rig.advance(1 + 2 + 4 + 8 + 16 + 32 + 60 + 60 - 0.5)
    assert rig.service.reconnects == {"unreachable": 8}
    assert rig.state is FeedState.RECONNECTING
    assert rig.service.status().reason == "502"


async def test_feed_healthy_for_a_while_resets_the_backoff(rig: Rig) -> None:
    rig.hub.open_errors = [FeedConnectError("502")] * 5
    await rig.advance(32.0)
    await rig.feed(11, TRADE, QUOTE, INDEX)
    rig.hub.last.drop()
    await rig.advance(1.5)
    await rig.feed(1, TRADE)
    assert rig.state is FeedState.LIVE


async def test_feed_dropped_at_once_every_time_backs_off(rig: Rig) -> None:
    for _ in range(400):
        await rig.advance(0.25)
        rig.hub.last.drop()
    assert rig.service.reconnects["dropped"] < 10


async def test_feed_with_a_refused_token_logs_in_again_at_once(rig: Rig) -> None:
    await rig.feed_start()
    rig.hub.open_errors = [FeedConnectError("401", is_unauthorized=True)]
    rig.hub.last.drop()
    await rig.advance(1.5)
    assert rig.hub.last.token == "token-2"
    await rig.feed(1, TRADE)
    assert rig.state is FeedState.LIVE
    assert rig.service.reconnects == {"dropped": 1}


async def test_feed_whose_fresh_token_is_refused_backs_off(rig: Rig) -> None:
    rig.hub.open_errors = [FeedConnectError("401", is_unauthorized=True) for _ in range(2)]
    await rig.advance(0.5)
    assert rig.service.reconnects == {"unauthorized": 1}
    await rig.advance(1.0)
    assert rig.service.status().connected


async def test_feed_renews_its_token_without_touching_the_connection(rig: Rig) -> None:
    await rig.feed_start()
    rig.auth.is_renewal_due = True
    rig.auth.errors = [FeedConnectError("slow")]
    await rig.feed(30, TRADE, QUOTE, INDEX)
    assert rig.auth.renewals == 1
    assert rig.service.reconnects == {"renewal_failed": 1}
    await rig.feed(60, TRADE, QUOTE, INDEX)
    assert (rig.auth.renewals, rig.auth.is_renewal_due, len(rig.hub.streams)) == (2, False, 1)


async def test_feed_with_a_hub_error_names_it_without_secrets(rig: Rig) -> None:
    await rig.feed_start()
    rig.hub.last.sink.report_error_threadsafe("quota 1 exceeded by 2, key the-secret")
    await rig.feed(1, TRADE, QUOTE, INDEX)
    assert rig.service.hub_errors == 1
    assert rig.service.status().reason == "quota 1 exceeded by 2, key [redacted]"
    rig.hub.last.drop()
    await rig.advance(0.3)
    assert rig.service.status().reason == "quota 1 exceeded by 2, key [redacted]"
    await rig.advance(2.0)
    await rig.feed(1, TRADE)
    assert rig.service.status().reason is None


async def test_feed_whose_handshake_never_ends_is_given_up(rig: Rig) -> None:
    rig.hub.connects = False
    await rig.advance(15.5)
    assert rig.service.reconnects == {"dropped": 1}
    assert rig.service.status().reason == "the WebSocket handshake does not end"
    assert rig.hub.alive_max == 1


async def test_feed_per_channel_replaces_only_the_connection_that_died() -> None:
    rig = Rig(connections="per_channel")
    await rig.advance(0.0)
    assert [stream.selectors for stream in rig.hub.streams] == CHANNELS.split(",")
    await rig.feed(2, TRADE, QUOTE, INDEX)
    assert rig.state is FeedState.LIVE
    assert rig.service.connections_open == 4
    rig.hub.streams[1].drop()
    await rig.advance(2.0)
    assert [stream.selectors for stream in rig.hub.streams[4:]] == ["X-QUOTE:ALL"]
    assert rig.hub.alive_max == 4
    await rig.feed(70, TRADE, QUOTE)
    assert [stream.resubscriptions for stream in rig.hub.streams] == [0, 0, 1, 0, 0]
    await rig.service.stop()
    assert rig.service.connections_open == 0


async def test_feed_whose_old_thread_does_not_end_counts_it(rig: Rig) -> None:
    await rig.feed_start()
    rig.hub.last.ends_when_closed = False
    await rig.advance(25.0)
    assert rig.service.threads_left == 1


async def test_feed_stopped_leaves_nothing(rig: Rig) -> None:
    await rig.feed_start()
    await rig.service.stop()
    assert rig.task is not None
    assert rig.task.done()
    assert not any(stream.is_alive for stream in rig.hub.streams)
    await rig.service.stop()


async def test_feed_stopped_while_waiting_to_retry_ends(rig: Rig) -> None:
    rig.hub.open_errors = [FeedConnectError("502")] * 9
    await rig.advance(5.0)
    await rig.service.stop()
    assert rig.task is not None
    assert rig.task.done()


async def test_status_callback_unsubscribed_hears_nothing_more(rig: Rig) -> None:
    heard: list[FeedStatus] = []
    unsubscribe = rig.service.on_status(heard.append)
    await rig.feed_start()
    assert heard
    count = len(heard)
    unsubscribe()
    unsubscribe()
    rig.hub.last.drop()
    await rig.advance(1.0)
    assert len(heard) == count
    assert len(rig.seen) > count


async def test_status_unchanged_is_not_repeated(rig: Rig) -> None:
    await rig.feed_start()
    count = len(rig.seen)
    await rig.feed(30, TRADE, QUOTE, INDEX)
    assert len(rig.seen) == count


async def test_market_time_going_back_starts_the_watch_again(rig: Rig) -> None:
    await rig.feed_start()
    rig.market_s = 10_000.0
    await rig.feed(1, TRADE, QUOTE, INDEX)
    rig.market_s = -10_000.0
    await rig.feed(5, TRADE, QUOTE, INDEX)
    assert rig.state is FeedState.LIVE
    await rig.advance(25.0)
    assert rig.service.reconnects == {"stalled": 1}


def test_channel_names_are_upper_case_and_unique() -> None:
    assert channel_names(["X-Quote:ALL", "x-quote:SSI", "MI:VN30"]) == ["X-QUOTE", "MI"]
