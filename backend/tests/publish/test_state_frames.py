from __future__ import annotations

import pytest

from app.market.models import Changes
from app.publish import state_frames
from app.publish.channels import Channel
from app.publish.state_frames import FIRST_FRAMES_SHARE, StateFrames
from app.publish.state_view import StateView
from app.publish.views import MarketViews
from tests.publish.fakes import FakeClock, FakeFeed, FakeMarketReader

BUILD_S = 0.01


class SlowViews(MarketViews):
    """Takes its time for a whole state, as a large market does."""

    clock: FakeClock
    builds = 0

    def full(
        self, channel: Channel, group: frozenset[str] | None = None, with_intraday: bool = False
    ) -> bytes:
        self.builds += 1
        self.clock._elapsed_s += BUILD_S
        return super().full(channel, group, with_intraday)


@pytest.fixture
def views(market: FakeMarketReader, feed: FakeFeed, clock: FakeClock) -> SlowViews:
    views = SlowViews(market, feed.status, clock)
    views.clock = clock
    return views


def new_view(interval_s: float = 0.1, seen: int = 0) -> StateView:
    return StateView(Channel.MARKET, "delta", None, interval_s, seen=seen)


def change(market: FakeMarketReader, views: MarketViews, price: int) -> None:
    market.prices["VCB"].last_price = price
    views.mark(Changes(prices={"VCB"}))
    views.refresh(Channel.MARKET)


async def test_wave_of_clients_shares_first_frames_for_a_moment(
    market: FakeMarketReader, views: SlowViews, clock: FakeClock
) -> None:
    frames = StateFrames(views, clock)
    first = frames.next_of(new_view())
    change(market, views, 61_300)
    assert frames.next_of(new_view()) is first, "a moment old, with a version that says so"
    assert first.version < views.version
    seen = frames.next_of(new_view(seen=views.version))
    assert seen.version == views.version, "nobody is taken back to what was before"
    change(market, views, 61_400)
    clock._elapsed_s += BUILD_S / FIRST_FRAMES_SHARE
    assert frames.next_of(new_view()).version == views.version
    assert views.builds == 3


async def test_kept_frames_are_bounded_by_their_bytes(
    market: FakeMarketReader, views: SlowViews, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = StateFrames(views, clock)
    size = len(frames.next_of(new_view()).frame or b"")
    monkeypatch.setattr(state_frames, "KEPT_BYTES_MAX", 3 * size)
    for step in range(50):
        frames.next_of(new_view(0.1 + step / 100))
    assert len(frames._first._frames) <= 3
