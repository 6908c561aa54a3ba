from app.market.quote_cache import QuoteCache
from tests.market.builders import at, make_quote


def test_quote_cache_absent_symbol_has_no_prices():
    cache = QuoteCache()
    assert cache.get_bid_ask("VNM") == (0, 0)
    assert cache.get_bid_ask_before("VNM", at("10:00:00")) == (0, 0)
    assert cache.get_price_refs("VNM") == (0, 0, 0)
    assert cache.get_quote("VNM") is None


def test_quote_cache_one_sided_book_has_one_price():
    cache = QuoteCache()
    cache.put_quote(make_quote(bid=64_200, ask=0))
    assert cache.get_bid_ask("VNM") == (64_200, 0)
    assert cache.get_bid_ask_before("VNM", at("10:00:00")) == (64_200, 0)
    cache.put_quote(make_quote(bid=0, ask=55_800))
    assert cache.get_bid_ask("VNM") == (0, 55_800)
    assert cache.get_bid_ask_before("VNM", at("10:00:00")) == (0, 55_800)


def test_quote_cache_same_second_replaces_and_older_does_not():
    cache = QuoteCache()
    assert cache.put_quote(make_quote(bid=100, ask=200, time="10:00:05"))
    assert cache.put_quote(make_quote(bid=101, ask=200, time="10:00:05"))
    assert not cache.put_quote(make_quote(bid=102, ask=200, time="10:00:04"))
    assert cache.get_quote("VNM").bids == ((101, 1000),)


def test_quote_cache_book_made_after_the_trade_is_withheld():
    cache = QuoteCache()
    cache.put_quote(make_quote(bid=100, ask=200, time="10:00:05"))
    assert cache.get_bid_ask_before("VNM", at("10:00:04")) == (100, 200)
    assert cache.get_bid_ask_before("VNM", at("10:00:03")) == (0, 0)


def test_quote_cache_zero_refs_leave_what_is_known():
    cache = QuoteCache()
    assert cache.put_price_refs("VNM", 60_000, 0, 55_800)
    assert cache.put_price_refs("VNM", 0, 64_200, 0)
    assert not cache.put_price_refs("VNM", 60_000, 64_200, 55_800)
    assert cache.get_price_refs("VNM") == (60_000, 64_200, 55_800)


def test_quote_cache_forget_and_clear_leave_nothing():
    cache = QuoteCache()
    for symbol in ("VNM", "FPT"):
        cache.put_quote(make_quote(symbol))
        cache.put_price_refs(symbol, 1, 2, 3)
    cache.forget("VNM")
    assert cache.get_quote("VNM") is None
    assert cache.get_price_refs("VNM") == (0, 0, 0)
    cache.clear()
    assert cache.get_quote("FPT") is None
    assert cache.get_price_refs("FPT") == (0, 0, 0)
