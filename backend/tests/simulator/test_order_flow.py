"""The statistics of MARKET.md section 7, roughly."""

from __future__ import annotations

import itertools
import random
import statistics
from collections import Counter

import pytest

from app.simulator.order_flow import OrderFlow, profile_percent
from app.simulator.securities import make_futures, make_stock

from .conftest import MONDAY


@pytest.fixture
def front():
    return make_futures(MONDAY, {}, 1_900.0)[0]


def test_futures_come_at_about_seven_prints_a_second_with_heavy_tails(front):
    flow = OrderFlow(front, random.Random(3), 1.0)
    per_second: Counter[int] = Counter()
    at, prints = 0.0, 0
    while (arrival := flow.next_arrival_s(at)) is not None:
        at = arrival
        if flow.is_order():
            n = flow.prints_in_order()
            per_second[int(at)] += n
            prints += n
    seconds = 16_200
    counts = sorted([*per_second.values(), *[0] * (seconds - len(per_second))])
    assert 70_000 < prints < 160_000
    assert 2 <= statistics.median(counts) <= 7
    assert 15 <= counts[int(seconds * 0.95)] <= 35
    assert counts[int(seconds * 0.99)] >= 25
    assert 0.04 < 1 - len(per_second) / seconds < 0.35


def test_future_sizes_are_mostly_one_lot(front):
    flow = OrderFlow(front, random.Random(3), 1.0)
    sizes = sorted(flow.volume() for _ in range(20_000))
    assert 0.62 < sizes.count(1) / len(sizes) < 0.68
    assert 3 <= sizes[int(len(sizes) * 0.9)] <= 7
    assert 15 <= sizes[int(len(sizes) * 0.99)] <= 35
    assert sizes[-1] <= 391


def test_stock_sizes_are_lots_with_a_mean_near_three_medians():
    stock = make_stock("FPT", "HOSE", None, 1)
    flow = OrderFlow(stock, random.Random(3), 1.0)
    sizes = [flow.volume() for _ in range(20_000)]
    assert all(size % 100 == 0 for size in sizes)
    assert 200 <= statistics.median(sizes) <= 400
    assert statistics.mean(sizes) == pytest.approx(flow.mean_volume, rel=0.25)


def test_sides_remember_the_one_before(front):
    flow = OrderFlow(front, random.Random(3), 1.0)
    sides = [flow.side(0.0) for _ in range(20_000)]
    same = sum(a * b for a, b in itertools.pairwise(sides)) / (len(sides) - 1)
    assert same == pytest.approx(0.57, abs=0.03)
    assert sides.count(1) / len(sides) == pytest.approx(0.5, abs=0.03)


def test_the_profile_is_a_reverse_j():
    morning = [profile_percent(9 * 3600 + 900 * n) for n in range(10)]
    afternoon = [profile_percent(13 * 3600 + 900 * n) for n in range(6)]
    assert max(afternoon) == afternoon[-1] > max(morning) > min(morning)
    assert profile_percent(14.75 * 3600) < afternoon[-1]


def test_auctions_are_hundreds_of_prints_in_futures_and_tens_in_stocks(front):
    future = OrderFlow(front, random.Random(3), 1.0)
    assert future.burst("ato").prints == 670
    assert 1_500 < future.burst("ato").volume < 4_000
    assert future.burst("atc").prints == 1_150
    stock = OrderFlow(make_stock("HPG", "HOSE", None, 1), random.Random(3), 1.0)
    assert 51 <= stock.burst("ato").prints <= 74
    assert 0.03 <= stock.burst("atc").volume / 50_000_000 <= 0.09


def test_the_board_closes(front):
    flow = OrderFlow(front, random.Random(3), 1.0)
    assert flow.next_arrival_s(14.6 * 3600) is None
