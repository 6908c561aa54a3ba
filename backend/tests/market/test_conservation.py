"""The checks hold on a sound day, and each kind of damage fails the rule it breaks, and that rule only."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from app.market.conservation import (
    ConservationCheck,
    Verdict,
    check_conservation,
    index_residual,
)
from app.market.processor import MarketDataProcessor
from tests.market.builders import (
    make_foreign,
    make_future,
    make_index,
    make_limits,
    make_processor,
    make_quote,
    make_status,
    make_trade,
)

CONSTITUENTS = ("VNM", "FPT", "VCB")
RULES = (
    "sides_add_up", "phases_add_up", "totals_are_the_feeds", "prices_inside_limits", "turnover_is_volume_by_price",
    "foreign_within_total", "foreign_sums", "index_between_its_constituents", "basis_is_future_less_index",
    "nothing_missed",
)  # fmt: skip


@pytest.fixture
def market() -> MarketDataProcessor:
    """Three stocks, a future and VN30 in continuous trading: VNM 1 % up, FPT unchanged, VCB 1 % down."""
    processor = make_processor()
    closes = {"VNM": 60_600, "FPT": 60_000, "VCB": 59_400}
    messages = [make_limits(symbol) for symbol in CONSTITUENTS]
    messages += [make_status(symbol, time="09:15:01") for symbol in CONSTITUENTS]
    messages.append(make_trade("VNM", 60_600, 400, 400, "09:15:00", session="ATO", total_value=400 * 60_600))
    for symbol, close in closes.items():
        messages.append(make_quote(symbol, close - 100, close, "10:00:00"))
        before = 400 if symbol == "VNM" else 0
        messages.append(
            make_trade(symbol, close, 100, before + 100, "10:00:01", total_value=(before + 100) * close)
        )
        messages.append(make_foreign(symbol, 40, 30, "10:00:02", price=close))
        messages.append(make_foreign(symbol, 60, 30, "10:00:04", price=close))
    messages.append(make_index("VN30", 1892.0, "10:00:05"))
    messages.append(make_future(price=1895.5, time="10:00:06"))
    messages.append(make_index("VN30", 1892.0, "10:00:10"))
    processor.apply(messages)
    return processor


def verdicts(market: MarketDataProcessor) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in check_conservation(market, CONSTITUENTS)}


def check(market: MarketDataProcessor, name: str) -> ConservationCheck:
    return next(one for one in check_conservation(market, CONSTITUENTS) if one.name == name)


def test_sound_day_adds_up_in_every_rule(market: MarketDataProcessor) -> None:
    assert verdicts(market) == dict.fromkeys(RULES, Verdict.OK)


def test_nothing_known_is_unknown_not_green() -> None:
    assert verdicts(make_processor()) == dict.fromkeys(RULES, Verdict.UNKNOWN)


def _move_a_side(market: MarketDataProcessor) -> None:
    stats = market.get_session_stats()["VNM"]
    for part in (stats, stats.continuous):
        part.mua_chu_dong_volume += 1


def _move_a_phase(market: MarketDataProcessor) -> None:
    part = market.get_session_stats()["VNM"].ato
    part.neutral_volume += 7
    part.total_volume += 7


def _lose_a_print(market: MarketDataProcessor) -> None:
    market.get_prices()["FPT"].total_volume += 100


def _leave_the_limits(market: MarketDataProcessor) -> None:
    market.get_prices()["FPT"].high = 64_300


def _misprice_the_turnover(market: MarketDataProcessor) -> None:
    market.get_prices()["FPT"].avg_price = 61_000


def _exaggerate_foreigners(market: MarketDataProcessor) -> None:
    market.apply([make_foreign("FPT", 600, 30, "10:01:00")])


def _miscount_a_net(market: MarketDataProcessor) -> None:
    flow = market.get_foreign("FPT")
    assert flow is not None
    flow.net_volume += 5


def _bend_the_index(market: MarketDataProcessor) -> None:
    market.get_indices()["VN30"].value = 1890.0 * 1.02


def _bend_the_basis(market: MarketDataProcessor) -> None:
    market.apply(
        [make_index("VN30", 1892.0, "10:02:00"), make_future(price=1895.5, total=2, time="10:02:01")]
    )
    point = market.get_last_basis()
    assert point is not None
    damaged = msgspec.structs.replace(point, basis=point.basis + 0.5)
    market.get_last_basis = lambda: damaged  # type: ignore[method-assign]


def _withhold_a_print(market: MarketDataProcessor) -> None:
    market.apply([make_trade("FPT", 60_000, 100, 500, "10:03:00")])


@pytest.mark.parametrize(
    ("damage", "rule", "verdict"),
    [
        (_move_a_side, "sides_add_up", Verdict.FAILED),
        (_move_a_phase, "phases_add_up", Verdict.FAILED),
        (_lose_a_print, "totals_are_the_feeds", Verdict.FAILED),
        (_leave_the_limits, "prices_inside_limits", Verdict.FAILED),
        (_misprice_the_turnover, "turnover_is_volume_by_price", Verdict.FAILED),
        (_exaggerate_foreigners, "foreign_within_total", Verdict.FAILED),
        (_miscount_a_net, "foreign_sums", Verdict.FAILED),
        (_bend_the_index, "index_between_its_constituents", Verdict.FAILED),
        (_bend_the_basis, "basis_is_future_less_index", Verdict.FAILED),
        (_withhold_a_print, "nothing_missed", Verdict.HOLES),
    ],
)
def test_damage_fails_its_own_rule_only(
    market: MarketDataProcessor, damage: Callable[[MarketDataProcessor], None], rule: str, verdict: Verdict
) -> None:
    damage(market)
    found = verdicts(market)
    assert found.pop(rule) is verdict
    assert set(found.values()) == {Verdict.OK}
    assert check(market, rule).differences


def test_difference_names_what_was_expected(market: MarketDataProcessor) -> None:
    _lose_a_print(market)
    [one] = check(market, "totals_are_the_feeds").differences
    assert (one.subject, one.expected, one.actual) == ("FPT", 200, 100)
    _withhold_a_print(market)
    [hole] = check(market, "nothing_missed").differences
    assert (hole.subject, hole.actual) == ("FPT", 300)


def test_index_is_not_judged_before_all_constituents_have_traded(market: MarketDataProcessor) -> None:
    found = {one.name: one for one in check_conservation(market, (*CONSTITUENTS, "HPG"))}
    assert found["index_between_its_constituents"].verdict is Verdict.UNKNOWN
    assert index_residual(market, (*CONSTITUENTS, "HPG")) is None


def test_residual_is_the_index_less_the_mean_of_its_constituents(market: MarketDataProcessor) -> None:
    residual = index_residual(market, CONSTITUENTS)
    assert residual is not None
    assert residual.constituents_mean_pct == pytest.approx(0.0)
    assert residual.change_pct == pytest.approx(100 * 2 / 1890)
    assert residual.residual_pct == pytest.approx(residual.change_pct)
