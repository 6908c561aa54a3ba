from __future__ import annotations

import pytest

from app.feed.channel_watch import ChannelWatch

OPENING_S = 1_795_400_400.0
STALL_S = 20.0


@pytest.mark.parametrize("first_look_s", [0.0, OPENING_S])
def test_channel_falling_mute_is_seen_though_the_first_look_had_no_market_time(first_look_s: float) -> None:
    watch = ChannelWatch(["X-TRADE", "X-QUOTE"], STALL_S)
    watch.reset(first_look_s)
    watch.look(
        counts={}, total=0, market_s=first_look_s, is_live=first_look_s > 0, is_matching=first_look_s > 0
    )
    quotes = total = 0
    for second in range(60):
        quotes += 5 if second < 10 else 0
        total += 10
        watch.look(
            counts={"X-TRADE": total, "X-QUOTE": quotes},
            total=total,
            market_s=OPENING_S + second,
            is_live=True,
            is_matching=True,
        )
    assert watch.muted_channels() == ["X-QUOTE"]
