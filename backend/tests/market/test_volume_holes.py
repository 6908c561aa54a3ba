"""Prints out of reach at a restore, counted when they are there, against a restore that had them all."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.market.models import Phase, TradeType
from app.market.stored_day import StoredDay, last_moment_s
from app.market.symbol_state import SymbolState
from app.market.volume_holes import Hole, missed_value
from tests.market.builders import FRONT, TODAY, make_future, make_processor, make_quote, make_trade
from tests.market.test_session_aggregator import STEPS, assert_adds_up, make_messages

QUOTE = make_quote(bid=59_900, ask=60_000)


def prints_of(*messages):
    return make_processor().apply(messages).trades


def morning(count=6):
    """Return the prints of a symbol of 100 shares each, bought and sold in turn."""
    return prints_of(
        QUOTE,
        *[make_trade(price=60_000 - 100 * (n % 2), total=100 * (n + 1)) for n in range(count)],
    )


def partial(trades, *, totals=None, states=(), is_partial=True):
    """Return a processor that was restored from what was within reach."""
    processor = make_processor()
    stored = StoredDay(TODAY, trades=trades, totals=totals or {})
    restorer = processor.begin_restore(TODAY, last_moment_s(stored) or 1.0, {}, states)
    restorer.is_partial = is_partial
    restorer.add_trades(trades)
    processor.finish_restore(restorer, stored)
    return processor


def keep(processor, symbol="VNM"):
    """Return the state of a symbol as it comes out of the spool."""
    return copy_of(processor.symbol_state(symbol))


def copy_of(state):
    return msgspec.json.decode(msgspec.json.encode(state), type=SymbolState)


def fill(processor, trades):
    return processor.fill_holes(TODAY, processor.holes(), trades)


@given(STEPS, st.integers(0, 60), st.sets(st.integers(0, 60)))
def test_volume_holes_filled_day_is_as_if_every_print_had_been_there(steps, cut, spooled):
    messages, _, _ = make_messages(steps)
    before = make_processor()
    trades = sorted(before.apply(messages[:cut]).trades, key=lambda trade: trade.symbol)
    states = [keep(before, symbol) for symbol in before.get_session_stats()]
    trades += before.apply(messages[cut:]).trades
    trades.sort(key=lambda trade: (trade.symbol, trade.total_volume))
    totals = {trade.symbol: trade.total_volume for trade in trades}
    within_reach = [trade for n, trade in enumerate(trades) if n in spooled]
    for of_before in (states, []):
        whole = partial(trades, states=[copy_of(state) for state in of_before], is_partial=False)
        ours = partial(within_reach, totals=totals, states=[copy_of(state) for state in of_before])
        fill(ours, trades)
        assert ours.holes() == []
        assert ours.get_session_stats().keys() == whole.get_session_stats().keys()
        for symbol, expected in whole.get_session_stats().items():
            stats = ours.get_session_stats()[symbol]
            assert_adds_up(stats)
            assert stats == expected


def test_volume_holes_prints_are_counted_by_their_side_and_phase_and_nothing_else_moves():
    trades = morning()
    trades += prints_of(make_trade(total=700, session="ATC", side="BU"))
    whole, ours = partial(trades, is_partial=False), partial(trades[2:3], totals={"VNM": 700})
    assert ours.get_trade_analysis("VNM").missed_volume == 600
    prices, heard = msgspec.json.encode(ours.get_prices()), []
    ours.subscribe(heard.append)
    changes = fill(ours, trades)
    assert changes.stats == {"VNM"}
    assert heard == [changes]
    assert not any((changes.everything, changes.trades, changes.gaps, changes.alerts, changes.rejected))
    assert ours.get_trade_analysis("VNM") == whole.get_trade_analysis("VNM")
    assert ours.get_trade_analysis("VNM").missed_volume == 0
    assert msgspec.json.encode(ours.get_prices()) == prices
    mine, expected = (core.get_classification_audit()["VNM"] for core in (ours, whole))
    assert (mine.prints, mine.unclassified, mine.compared) == (6, 0, 0)
    assert (expected.prints, expected.unclassified, expected.compared) == (6, 0, 0)


def test_volume_holes_audit_compares_late_prints_with_the_exchange():
    sides = ("BU", "SD", None, "BU")
    trades = prints_of(
        QUOTE, *[make_trade(total=100 * (n + 1), side=side) for n, side in enumerate(sides)]
    ) + prints_of(make_trade(total=500, side="SD"))
    ours = partial([], totals={"VNM": 500})
    fill(ours, trades)
    row = ours.get_classification_audit()["VNM"]
    assert (row.prints, row.unclassified, row.compared, row.agreed) == (5, 1, 3, 2)
    assert row.tick_test_ratio is None


def test_volume_holes_are_filled_once():
    trades, ours = morning(), partial([], totals={"VNM": 600})
    holes = ours.holes()
    assert holes == [("VNM", Hole(0, 600, Phase.UNKNOWN, 0, is_last=True))]
    ours.fill_holes(TODAY, holes, trades)
    after = msgspec.json.encode(ours.get_session_stats())
    assert ours.fill_holes(TODAY, holes, trades).stats == set()
    assert msgspec.json.encode(ours.get_session_stats()) == after


def test_volume_holes_live_prints_before_the_filling_stay_as_they_are():
    trades, whole = morning(), partial(morning(), is_partial=False)
    ours = partial(trades[-1:], totals={"VNM": 600})
    live = [make_trade(total=600), make_trade(total=900, volume=200, time="10:05:00")]
    for core in (whole, ours):
        core.apply([QUOTE, *live])
    fill(ours, trades)
    assert ours.get_trade_analysis("VNM") == whole.get_trade_analysis("VNM")
    assert ours.get_trade_analysis("VNM").missed_volume == 100


def test_volume_holes_at_the_end_show_the_last_print_s_moment_until_there_is_a_newer_one():
    trades = [*morning(5), *prints_of(make_trade(total=600, time="10:07:00"))]
    stamp = trades[-1].timestamp
    ours = partial(trades[:1], totals={"VNM": 600})
    fill(ours, trades)
    assert ours.get_trade_analysis("VNM").last_updated == stamp
    ours = partial(trades[:1], totals={"VNM": 600})
    ours.apply([make_trade(total=700, time="10:09:00")])
    fill(ours, trades)
    assert ours.get_trade_analysis("VNM").last_updated == stamp + timedelta(minutes=2)


def test_volume_holes_what_is_not_stored_either_stays_missed():
    trades = [*morning(), *prints_of(make_trade(price=60_500, total=900, session="ATC"))]
    ours = partial(trades[6:], totals={"VNM": 900})
    fill(ours, trades[1:2])
    stats = ours.get_trade_analysis("VNM")
    assert_adds_up(stats)
    assert (stats.total_volume, stats.missed_volume, stats.ban_chu_dong_volume) == (900, 700, 100)
    assert (stats.continuous.total_volume, stats.atc.total_volume) == (200, 700)
    assert stats.neutral_value == 100 * 59_900 + 700 * 60_500
    ours = partial([], totals={"VNM": 600})
    fill(ours, trades[1:2])  # nothing after the hole: the rest is counted beside its last print
    stats = ours.get_trade_analysis("VNM")
    assert (stats.continuous.total_volume, stats.missed_volume, stats.neutral_value) == (
        600,
        500,
        500 * 59_900,
    )
    ours = partial([], totals={"VNM": 600})
    assert fill(ours, []).stats == set()
    assert (ours.get_trade_analysis("VNM").missed_volume, ours.holes()) == (600, [])


@pytest.mark.parametrize("volume", [101, 300])
def test_volume_holes_prints_that_do_not_fit_change_nothing(volume):
    trades = morning()
    trades[1] = msgspec.structs.replace(trades[1], volume=volume)
    ours = partial([], totals={"VNM": 600})
    before = msgspec.json.encode(ours.get_session_stats())
    changes = fill(ours, trades)
    assert (changes.rejected, changes.stats) == ({"unfit_hole": 1}, set())
    assert (msgspec.json.encode(ours.get_session_stats()), ours.holes()) == (before, [])


def test_volume_holes_a_state_that_missed_less_is_left_alone():
    state = keep(partial(morning(2), totals={"VNM": 600}))
    state.holes = (Hole(100, 600, Phase.CONTINUOUS, 60_000),)  # 400 were missed
    ours = partial([], states=[state])
    assert fill(ours, morning()).rejected == {"unfit_hole": 1}
    assert ours.get_trade_analysis("VNM").missed_volume == 400


def test_volume_holes_are_kept_with_the_state():
    first = partial([], totals={"VNM": 300})
    first.apply([make_trade(total=400)])
    ours = partial([], totals={"VNM": 600}, states=[keep(first)])
    assert [hole.upto for _, hole in ours.holes()] == [300, 600]
    fill(ours, morning())
    stats = ours.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume) == (600, 0)
    assert (stats.mua_chu_dong_volume, stats.neutral_volume) == (300, 100)  # 400: traded without a quote


def test_volume_holes_of_another_day_or_of_a_forgotten_symbol_are_left_alone():
    assert make_processor().fill_holes(TODAY, [], []).stats == set()
    assert make_processor().holes() == []
    ours = partial([], totals={"VNM": 600})
    holes = ours.holes()
    assert ours.fill_holes(TODAY - timedelta(days=1), holes, morning()).stats == set()
    assert ours.holes() == holes
    ours.set_tracked(frozenset({"FPT"}), "vn30")
    assert ours.holes() == []
    assert ours.fill_holes(TODAY, holes, morning()).stats == set()


def test_volume_holes_end_with_their_day():
    ours = partial([], totals={"VNM": 600})
    tomorrow = TODAY + timedelta(days=3)
    ours.apply([make_trade(day=tomorrow)])
    assert ours.trading_date == tomorrow
    assert ours.holes() == []


def test_volume_holes_of_a_future_have_the_value_of_its_contracts():
    trades = prints_of(make_future(total=1), make_future(price=1901.5, total=3, volume=1))
    whole, ours = partial(trades, is_partial=False), partial([], totals={FRONT: 3})
    assert missed_value(FRONT, 2, 1901.5) == 380_300_000
    assert missed_value("VNM", 2, 1901.5) == 3803
    fill(ours, trades)
    assert ours.get_trade_analysis(FRONT) == whole.get_trade_analysis(FRONT)
    assert trades[0].trade_type is TradeType.NEUTRAL


def test_volume_holes_are_none_where_every_print_was_within_reach():
    trades = morning()
    assert partial([trades[0], trades[3]], totals={"VNM": 600}, is_partial=False).holes() == []
