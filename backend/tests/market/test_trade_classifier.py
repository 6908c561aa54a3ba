import pytest

from app.market.models import Phase, TradeType
from app.market.trade_classifier import TradeClassifier

BUY, SELL, NEUTRAL = TradeType.ACTIVE_BUY, TradeType.ACTIVE_SELL, TradeType.NEUTRAL
classify = TradeClassifier().classify


@pytest.mark.parametrize(
    ("price", "expected"),
    [(99, SELL), (100, SELL), (101, NEUTRAL), (102, NEUTRAL), (103, BUY), (104, BUY)],
)
def test_trade_classifier_two_sided_book_decides_at_the_quote(price, expected):
    assert classify(price, 100, 103, Phase.CONTINUOUS) is expected


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.CONTINUOUS])
def test_trade_classifier_outside_continuous_trading_is_neutral(phase):
    assert classify(103, 100, 103, phase) is NEUTRAL
    assert classify(103, 103, 0, phase) is NEUTRAL


def test_trade_classifier_without_a_book_is_neutral():
    assert classify(100, 0, 0, Phase.CONTINUOUS) is NEUTRAL


def test_trade_classifier_only_bids_resting_is_an_incoming_sell():
    assert classify(107, 107, 0, Phase.CONTINUOUS) is SELL
    assert classify(108, 107, 0, Phase.CONTINUOUS) is SELL


def test_trade_classifier_only_asks_resting_is_an_incoming_buy():
    assert classify(93, 0, 93, Phase.CONTINUOUS) is BUY
    assert classify(92, 0, 93, Phase.CONTINUOUS) is BUY


@pytest.mark.parametrize(("bid", "ask"), [(100, 100), (101, 100)])
@pytest.mark.parametrize("price", [99, 100, 101, 102])
def test_trade_classifier_locked_or_crossed_book_is_neutral(bid, ask, price):
    assert classify(price, bid, ask, Phase.CONTINUOUS) is NEUTRAL


def test_trade_classifier_one_tick_spread_decides_both_sides():
    assert classify(1900.1, 1900.0, 1900.1, Phase.CONTINUOUS) is BUY
    assert classify(1900.0, 1900.0, 1900.1, Phase.CONTINUOUS) is SELL


def test_trade_classifier_smallest_price_still_counts_as_present():
    assert classify(1, 0, 1, Phase.CONTINUOUS) is BUY
    assert classify(1, 1, 0, Phase.CONTINUOUS) is SELL
