from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.market.market_time import moment_at
from app.market.models import Phase, TradeType
from app.market.session_aggregator import SessionAggregator
from tests.market.builders import at, make_processor, make_quote, make_tick, make_trade

MOMENT = moment_at(at("10:00:00"))
PARTS = ("ato", "continuous", "atc", "plo", "other")
KINDS = ("mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume")


def assert_adds_up(stats) -> None:
    for kind in (*KINDS, "total_volume"):
        assert sum(getattr(getattr(stats, part), kind) for part in PARTS) == getattr(stats, kind)
    assert sum(getattr(stats, kind) for kind in KINDS) == stats.total_volume
    assert stats.missed_volume <= stats.neutral_volume


@pytest.mark.parametrize(
    ("trade_type", "volume_name", "value_name"),
    [
        (TradeType.ACTIVE_BUY, "mua_chu_dong_volume", "mua_chu_dong_value"),
        (TradeType.ACTIVE_SELL, "ban_chu_dong_volume", "ban_chu_dong_value"),
        (TradeType.NEUTRAL, "neutral_volume", "neutral_value"),
    ],
)
def test_session_aggregator_prints_add_to_their_kind_only(trade_type, volume_name, value_name):
    aggregator = SessionAggregator()
    aggregator.add_print("VNM", Phase.CONTINUOUS, trade_type, 100, 6000, MOMENT)
    aggregator.add_print("VNM", Phase.CONTINUOUS, trade_type, 30, 1800, MOMENT)
    stats = aggregator.stats["VNM"]
    assert (getattr(stats, volume_name), getattr(stats, value_name)) == (130, 7800)
    assert (
        getattr(stats.continuous, volume_name) == stats.continuous.total_volume == stats.total_volume == 130
    )
    assert stats.mua_chu_dong_value + stats.ban_chu_dong_value + stats.neutral_value == 7800
    assert stats.last_updated == MOMENT
    assert_adds_up(stats)


@pytest.mark.parametrize("phase", list(Phase))
def test_session_aggregator_phase_without_a_part_counts_as_other(phase):
    aggregator = SessionAggregator()
    aggregator.add_print("VNM", phase, TradeType.NEUTRAL, 100, 6000, MOMENT)
    part = phase.value if phase.value in PARTS else "other"
    assert getattr(aggregator.stats["VNM"], part).total_volume == 100
    assert_adds_up(aggregator.stats["VNM"])


def test_session_aggregator_missed_volume_is_neutral():
    aggregator = SessionAggregator()
    aggregator.add_missed("VNM", Phase.ATC, 40, 2400, MOMENT)
    aggregator.add_missed("VNM", Phase.ATC, 2, 120, MOMENT)
    stats = aggregator.stats["VNM"]
    assert (stats.missed_volume, stats.neutral_volume, stats.neutral_value) == (42, 42, 2520)
    assert stats.atc.neutral_volume == 42
    assert_adds_up(stats)


def test_session_aggregator_missed_volume_is_taken_back_whole_or_not_at_all():
    aggregator = SessionAggregator()
    aggregator.add_print("VNM", Phase.ATC, TradeType.NEUTRAL, 10, 600, MOMENT)
    aggregator.add_missed("VNM", Phase.ATC, 40, 2400, MOMENT)
    aggregator.add_missed("VNM", Phase.CONTINUOUS, 5, 300, MOMENT)
    before = deepcopy(aggregator.stats)
    assert not aggregator.take_missed("VNM", Phase.ATC, 46, 2760)
    assert not aggregator.take_missed("VNM", Phase.CONTINUOUS, 6, 360)
    assert not aggregator.take_missed("FPT", Phase.ATC, 1, 60)
    assert aggregator.stats == before
    assert aggregator.take_missed("VNM", Phase.ATC, 40, 2400)
    stats = aggregator.stats["VNM"]
    assert (stats.missed_volume, stats.neutral_volume, stats.neutral_value) == (5, 15, 900)
    assert (stats.total_volume, stats.atc.neutral_volume, stats.atc.total_volume) == (15, 10, 10)
    assert_adds_up(stats)
    assert aggregator.take_missed("VNM", Phase.CONTINUOUS, 5, 300)
    assert_adds_up(stats)


def test_session_aggregator_forgotten_symbol_is_gone():
    aggregator = SessionAggregator()
    aggregator.add_missed("VNM", Phase.ATC, 40, 2400, MOMENT)
    aggregator.forget("VNM")
    aggregator.forget("VNM")
    assert aggregator.stats == {}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["VNM", "FPT"]),
        st.integers(0, 3),  # print, withheld print, repeat, quote
        st.integers(1, 50),  # lots
        st.integers(558, 642),  # price in hundreds
        st.sampled_from(["ATO", "LO", "LO", "ATC", "PLO", "H", "XX"]),
        st.booleans(),
    ),
    max_size=60,
)


def make_messages(steps):
    """Return messages, and per symbol the feed's final total and what was withheld before a shown print."""
    totals, withheld, waiting, last, messages = {}, {}, {}, {}, []
    for i, (symbol, kind, lots, hundreds, session, is_combined) in enumerate(steps):
        clock = f"10:{i // 60:02d}:{i % 60:02d}"
        volume, price = lots * 100, hundreds * 100
        if kind == 3:
            messages.append(make_quote(symbol, price - 100, price, clock, session=session))
            continue
        if kind == 2:
            if symbol in last:
                messages.append(last[symbol])
            continue
        totals[symbol] = totals.get(symbol, 0) + volume
        if kind == 1:
            waiting[symbol] = waiting.get(symbol, 0) + volume
            continue
        withheld[symbol] = withheld.get(symbol, 0) + waiting.pop(symbol, 0)
        trade = make_trade(
            symbol, price, volume, totals[symbol], clock, session=session, is_combined=is_combined
        )
        last[symbol] = trade
        messages.append(trade)
    shown = {symbol: trade.total_volume for symbol, trade in last.items()}
    return messages, shown, withheld


@given(STEPS)
def test_session_aggregator_any_order_adds_up_and_matches_the_feed(steps):
    messages, totals, withheld = make_messages(steps)
    processor = make_processor()
    changes = processor.apply(messages)
    stats = processor.get_session_stats()
    assert stats.keys() == totals.keys()
    for symbol, total in totals.items():
        assert_adds_up(stats[symbol])
        assert stats[symbol].total_volume == total
        assert stats[symbol].missed_volume == withheld[symbol]
    assert sum(trade.volume for trade in changes.trades) + sum(withheld.values()) == sum(totals.values())
    assert sum(gap.volume for gap in changes.gaps) == sum(withheld.values())


@given(STEPS, st.lists(st.integers(0, 60), max_size=8))
def test_processor_any_batching_gives_the_same_state_and_the_same_rows(steps, cuts):
    messages, _, _ = make_messages(steps)
    messages.append(make_tick("15:05:00"))
    whole, parts = make_processor(), make_processor()
    all_at_once = whole.apply(messages)
    trades, gaps, alerts, events = [], [], [], []
    edges = [0, *sorted(cuts), len(messages)]
    for start, end in pairwise(edges):
        changes = parts.apply(messages[start:end])
        trades += changes.trades
        gaps += changes.gaps
        alerts += changes.alerts
        events += changes.session_events
    assert parts.get_market_snapshot() == whole.get_market_snapshot()
    assert (trades, gaps, alerts, events) == (
        all_at_once.trades,
        all_at_once.gaps,
        all_at_once.alerts,
        all_at_once.session_events,
    )
