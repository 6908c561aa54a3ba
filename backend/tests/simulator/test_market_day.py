"""What must hold on every simulated day."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import date

import pytest

from app.simulator.clock import midnight_s, stamp
from app.simulator.events import Event, Foreign, Index, OddLot, Print, Quote, Reset, Status
from app.simulator.price_rules import DERIVATIVES, price_above, price_below, tick_at
from app.simulator.simulated_market import SimulatedMarket

from .conftest import MONDAY

MIDNIGHT = midnight_s(MONDAY)


def of_kind(events: list[Event], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def by_symbol(events: list[Event], *kinds: type) -> dict[str, list]:
    grouped = defaultdict(list)
    for event in events:
        if isinstance(event, kinds):
            grouped[event.security.symbol].append(event)
    return grouped


def test_a_day_is_in_order_of_time_from_reset_to_the_last_foreign_report(day_events):
    times = [event.time_s for event in day_events]
    assert times == sorted(times)
    assert isinstance(day_events[0], Reset)
    assert stamp(int(times[0]))[1].startswith("08:00:0")
    assert stamp(int(times[-1]))[1] == "15:32:00"


def test_totals_are_the_sums_of_the_prints(day_events):
    for prints in by_symbol(day_events, Print).values():
        volume = value = 0
        for event in prints:
            volume += event.volume
            value += event.volume * event.price * event.security.value_factor
            assert (event.total_volume, event.total_value) == (volume, value)
            assert event.low <= event.price <= event.high
            assert event.volume % event.security.lot == 0


def test_every_price_is_inside_the_band_and_on_the_tick(day_events):
    for event in day_events:
        if isinstance(event, Print):
            prices = [event.price]
        elif isinstance(event, Quote):
            prices = [price for price, _ in (*event.bids, *event.asks)]
        else:
            continue
        security = event.security
        for price in prices:
            assert security.floor <= price <= security.ceiling
            assert price % tick_at(security.exchange, price) == 0


def test_books_are_sorted_and_uncrossed_while_orders_match_as_they_come(day_events):
    for event in of_kind(day_events, Quote):
        bids, asks = [price for price, _ in event.bids], [price for price, _ in event.asks]
        assert bids == sorted(bids, reverse=True)
        assert asks == sorted(asks)
        assert len(bids) <= event.security.depth
        assert all(volume > 0 for _, volume in (*event.bids, *event.asks))
        if event.session == "LO" and bids and asks:
            assert bids[0] < asks[0]


def test_a_continuous_print_meets_the_book_sent_before_it_and_a_new_book_follows(day_events):
    book: dict[str, Quote] = {}
    owed: set[str] = set()
    checked = 0
    for event in day_events:
        if isinstance(event, Quote):
            book[event.security.symbol] = event
            owed.discard(event.security.symbol)
        elif isinstance(event, Print) and event.phase == "continuous":
            symbol = event.security.symbol
            assert symbol not in owed
            before = book[symbol]
            level = before.asks[0] if event.side > 0 else before.bids[0]
            assert event.price == level[0]
            assert event.volume <= level[1]
            assert event.wire_side == ("BU" if event.side > 0 else "SD")
            owed.add(symbol)
            checked += 1
    assert checked > 5_000
    assert not owed


def test_auctions_are_bursts_of_one_price_one_second_and_one_meaningless_side(day_events):
    for symbol, prints in by_symbol(day_events, Print).items():
        for phase in ("ato", "atc"):
            burst = [event for event in prints if event.phase == phase]
            if prints[0].security.exchange in {"HOSE", DERIVATIVES}:
                assert burst, (symbol, phase)
            elif phase == "ato" or prints[0].security.exchange == "UPCOM":
                assert not burst
            assert (
                len({(event.price, int(event.time_s), event.wire_side, event.side) for event in burst}) <= 1
            )
            assert all(event.side == 0 and event.session == phase.upper() for event in burst)


@pytest.mark.parametrize(
    ("exchange", "sessions"),
    [
        ("HOSE", ["ATO", "LO", "BREAK", "LO", "ATC", "C"]),
        ("HNX", ["LO", "BREAK", "LO", "ATC", "PLO", "C"]),
        ("UPCOM", ["LO", "BREAK", "LO", "C"]),
        (DERIVATIVES, ["ATO", "LO", "BREAK", "LO", "ATC", "C"]),
    ],
)
def test_each_board_announces_its_sessions(day_events, exchange, sessions):
    seen = [
        [event.session for event in events]
        for events in by_symbol(day_events, Status).values()
        if events[0].security.exchange == exchange
    ]
    assert seen
    assert all(row == sessions for row in seen)


def test_nothing_matches_over_lunch_or_at_night(day_events):
    for event in of_kind(day_events, Print):
        day_s = event.time_s - MIDNIGHT
        assert 8.75 * 3600 <= day_s <= 15 * 3600 + 1
        assert not 11.5 * 3600 + 1 <= day_s < 13 * 3600


def test_the_plo_matches_at_the_close_without_a_side(day_events):
    late = [event for event in of_kind(day_events, Print) if event.phase == "plo"]
    assert late
    assert {event.security.exchange for event in late} == {"HNX"}
    assert all(event.side == 0 and event.session == "PLO" and event.wire_side is None for event in late)


def test_foreign_totals_only_grow_and_the_room_follows(day_events):
    for reports in by_symbol(day_events, Foreign).values():
        first = reports[0]
        assert (first.buy_volume, first.sell_volume) == (0, 0)
        for before, after in itertools.pairwise(reports):
            assert after.buy_volume >= before.buy_volume
            assert after.sell_value >= before.sell_value
        last = reports[-1]
        assert last.current_room == first.current_room + last.sell_volume - last.buy_volume


def test_index_breadth_is_disjoint_and_adds_up(day_events):
    counts = defaultdict(set)
    for event in of_kind(day_events, Index):
        total = event.advances + event.no_changes + event.declines + event.ceilings + event.floors
        counts[event.index_id].add(total)
    assert counts["VN30"] == {30}
    assert all(len(totals) == 1 for totals in counts.values())
    assert set(counts) == {"VN30", "VNINDEX", "HNXIndex", "HNX30", "HNXUpcomIndex"}


def test_indices_come_every_five_seconds_and_follow_their_constituents(day_events):
    rows = [event for event in of_kind(day_events, Index) if event.index_id == "VN30"]
    steps = {round(after.time_s - before.time_s, 3) for before, after in itertools.pairwise(rows)}
    assert steps == {5.0}
    prints = by_symbol(day_events, Print)
    vn30 = [events for events in prints.values() if events[0].security.is_vn30]
    assert len(vn30) == 30
    assert rows[-1].total_volume == sum(events[-1].total_volume for events in vn30)
    before = sum(e[0].security.ref_price * e[0].security.listed_shares for e in vn30)
    after = sum(e[-1].price * e[0].security.listed_shares for e in vn30)
    assert rows[-1].value == pytest.approx(rows[-1].prior_value * after / before, abs=0.01)
    assert sum(row.volume_step for row in rows) == rows[-1].total_volume
    assert rows[-1].put_through_volume > 0


def test_prices_lock_at_a_limit_with_a_one_sided_book(day_events):
    locked = [e for e in of_kind(day_events, Quote) if e.session == "LO" and bool(e.bids) != bool(e.asks)]
    assert {e.bids[0][0] == e.security.ceiling for e in locked if e.bids} == {True}
    assert {e.asks[0][0] == e.security.floor for e in locked if e.asks} == {True}
    assert len({e.security.symbol for e in locked}) == 2
    at_ceiling = next(e.security.symbol for e in locked if e.bids)
    prints = [
        e for e in of_kind(day_events, Print) if e.security.symbol == at_ceiling and e.phase == "continuous"
    ]
    assert any(e.price == e.security.ceiling and e.side == -1 for e in prints)


def test_the_same_seed_makes_the_same_day_and_another_seed_another():
    def prints(seed: int) -> list:
        day = SimulatedMarket(MONDAY, seed, 4, 0.01, days=1)
        return [
            (e.security.symbol, e.time_s, e.price, e.volume) for e in day.events() if isinstance(e, Print)
        ]

    assert prints(5) == prints(5)
    assert prints(5) != prints(6)


def test_tomorrows_references_are_todays_closes_and_the_night_is_reset():
    market = SimulatedMarket(MONDAY, 1, 5, 0.01, days=2)
    last: dict[date, dict[str, int]] = defaultdict(dict)
    refs: dict[date, dict[str, int]] = defaultdict(dict)
    for event in market.events():
        if isinstance(event, Print):
            last[market.trading_date][event.security.symbol] = event.price
        elif isinstance(event, Reset):
            refs[market.trading_date][event.security.symbol] = event.security.ref_price
    assert list(refs) == [MONDAY, date(2026, 11, 24)]
    assert refs[date(2026, 11, 24)] == {**refs[MONDAY], **last[MONDAY]}


def test_activity_thins_the_day():
    def count(activity: float) -> int:
        day = SimulatedMarket(MONDAY, 1, 3, activity, days=1)
        return sum(isinstance(event, Print) and event.phase == "continuous" for event in day.events())

    assert 1.5 < count(0.04) / count(0.02) < 2.7


def test_odd_lots_stay_on_their_own_board(day_events):
    boards = by_symbol(day_events, OddLot)
    assert boards
    assert DERIVATIVES not in {events[0].security.exchange for events in boards.values()}
    for events in boards.values():
        volumes = [event.odd_volume for event in events]
        assert volumes == sorted(volumes)


def test_spreads_are_mostly_one_tick(day_events):
    widths: Counter[str] = Counter()
    for event in of_kind(day_events, Quote):
        if event.session == "LO" and event.security.exchange == "HOSE" and event.bids and event.asks:
            bid, ask = event.bids[0][0], event.asks[0][0]
            widths["one" if price_above("HOSE", bid) == ask else "more"] += 1
    assert 0.65 < widths["one"] / widths.total() < 0.97


def test_price_ladder_steps_are_inverse_over_the_tick_boundaries():
    for price in (9_980, 9_990, 10_000, 49_950, 50_000, 50_100):
        assert price_below("HOSE", price_above("HOSE", price)) == price
