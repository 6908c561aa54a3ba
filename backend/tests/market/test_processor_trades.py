from datetime import date

from app.market.messages import BarMessage, ExchangeSide, OddLotMessage
from app.market.models import Phase, TradeType
from tests.market.builders import (
    FRONT,
    TODAY,
    at,
    make_future,
    make_processor,
    make_quote,
    make_trade,
)


def test_processor_trade_after_quote_is_classified_against_it():
    processor = make_processor()
    changes = processor.apply([make_quote(bid=59_900, ask=60_000), make_trade(price=60_000)])
    (trade,) = changes.trades
    assert trade.trade_type is TradeType.ACTIVE_BUY
    assert (trade.bid_price, trade.ask_price) == (59_900, 60_000)
    assert (trade.value, trade.phase, trade.trading_date) == (6_000_000, Phase.CONTINUOUS, TODAY)
    assert trade.timestamp.isoformat() == "2026-11-20T10:00:00+07:00"
    assert changes.stats == changes.prices == {"VNM"}
    stats = processor.get_trade_analysis("VNM")
    assert (stats.mua_chu_dong_volume, stats.mua_chu_dong_value) == (100, 6_000_000)


def test_processor_quote_after_trade_is_never_used():
    processor = make_processor()
    changes = processor.apply([make_trade(price=60_000), make_quote(bid=59_900, ask=60_000)])
    assert changes.trades[0].trade_type is TradeType.NEUTRAL
    assert changes.trades[0].bid_price == 0


def test_processor_quote_stamped_later_than_the_trade_is_not_used():
    processor = make_processor()
    quote = make_quote(bid=59_900, ask=60_000, time="10:00:05")
    changes = processor.apply([quote, make_trade(price=60_000, time="10:00:03")])
    assert changes.trades[0].trade_type is TradeType.NEUTRAL


def test_processor_quote_older_than_the_known_one_is_rejected():
    processor = make_processor()
    newer = make_quote(bid=59_900, ask=60_000, time="10:00:05")
    older = make_quote(bid=60_000, ask=60_100, time="10:00:04", session="ATO")
    changes = processor.apply([newer, older])
    assert changes.rejected == {"out_of_order": 1}
    assert processor.quotes.get_bid_ask("VNM") == (59_900, 60_000)
    assert processor.get_prices()["VNM"].phase is Phase.CONTINUOUS


def test_processor_combined_message_without_growth_is_no_trade_and_no_fault():
    processor = make_processor()
    message = make_trade(is_combined=True)
    changes = processor.apply([message, message])
    assert len(changes.trades) == 1
    assert changes.rejected == {}


def test_processor_repeated_trade_is_counted_once():
    processor = make_processor()
    changes = processor.apply([make_trade(), make_trade()])
    assert len(changes.trades) == 1
    assert changes.rejected == {"repeat": 1}
    assert processor.get_trade_analysis("VNM").total_volume == 100


def test_processor_withheld_print_becomes_missed_volume_in_the_revealing_phase():
    processor = make_processor()
    processor.apply([make_trade(total=100, volume=100, total_value=6_000_000)])
    changes = processor.apply(
        [make_trade(total=600, volume=200, time="14:45:00", session="ATC", total_value=35_900_000)]
    )
    stats = processor.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume, stats.neutral_volume) == (600, 300, 600)
    assert stats.neutral_value == 35_900_000
    assert (stats.atc.total_volume, stats.continuous.total_volume) == (500, 100)
    (gap,) = changes.gaps
    assert (gap.symbol, gap.volume, gap.cause) == ("VNM", 300, "total_volume_jump")
    assert gap.from_time.isoformat() == "2026-11-20T10:00:00+07:00"


def test_processor_missed_volume_without_a_feed_value_is_valued_at_the_price():
    processor = make_processor()
    processor.apply([make_trade(), make_trade(total=400, volume=100, price=61_000)])
    assert processor.get_trade_analysis("VNM").neutral_value == 6_000_000 + 300 * 61_000
    processor.apply([make_trade(total=600, volume=100, price=61_000, total_value=600 * 60_500)])
    assert processor.get_trade_analysis("VNM").neutral_value == 6_000_000 + 500 * 61_000


def test_processor_missed_volume_with_an_impossible_value_is_valued_at_the_price():
    processor = make_processor()
    processor.apply([make_trade(total_value=6_000_000)])
    processor.apply([make_trade(total=300, volume=100, total_value=12_000_000, floor=30_000)])
    assert processor.get_trade_analysis("VNM").neutral_value == 18_000_000


def test_processor_symbol_first_seen_in_mid_day_starts_from_a_baseline():
    processor = make_processor()
    changes = processor.apply([make_trade(volume=100, total=5000, total_value=300_000_000)])
    stats = processor.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume) == (5000, 4900)
    assert stats.neutral_value == 300_000_000
    assert (changes.gaps[0].cause, changes.gaps[0].from_time) == ("late_start", None)
    assert processor.get_prices()["VNM"].open is None


def test_processor_first_print_withheld_while_watching_from_the_open_is_a_jump():
    processor = make_processor()
    watched = make_quote("FPT", time="08:59:59", session="ATO")
    changes = processor.apply([watched, make_trade(volume=100, total=300, time="09:15:00", session="ATO")])
    assert changes.gaps[0].cause == "total_volume_jump"


def test_processor_first_message_at_the_opening_is_a_late_start():
    processor = make_processor()
    changes = processor.apply([make_trade(volume=100, total=300, time="09:00:00", session="ATO")])
    assert changes.gaps[0].cause == "late_start"


def test_processor_gap_on_an_exchange_without_hours_is_a_late_start():
    processor = make_processor()
    changes = processor.apply([make_trade(volume=100, total=300, exchange="HNXBOND")])
    assert changes.gaps[0].cause == "late_start"
    changes = processor.apply([make_trade("FPT", volume=100, total=300, exchange="HNXBOND")])
    assert changes.gaps[0].cause == "late_start"


def test_processor_message_with_only_missed_volume_makes_no_print():
    processor = make_processor()
    changes = processor.apply([make_trade(), make_trade(total=300, volume=0)])
    assert len(changes.trades) == 1
    assert processor.get_trade_analysis("VNM").missed_volume == 200
    assert processor.get_prices()["VNM"].last_volume == 100


def test_processor_first_message_without_volume_is_the_beginning_of_a_count():
    processor = make_processor()
    silent = make_trade(price=0, volume=0, total=0, is_combined=True, session="ATO", time="09:01:00")
    changes = processor.apply([make_quote(), silent, make_trade(volume=100, total=300)])
    assert changes.gaps[0].cause == "total_volume_jump"
    assert changes.rejected == {}


def test_processor_price_row_holds_the_day():
    processor = make_processor()
    processor.apply(
        [
            make_quote(bid=59_900, ask=60_000),
            make_trade(price=60_000, total_value=6_000_000),
            make_trade(price=61_000, volume=200, total=300, total_value=18_200_000),
            make_trade(price=59_000, volume=100, total=400, total_value=24_100_000),
        ]
    )
    row = processor.get_prices()["VNM"]
    assert (row.open, row.high, row.low, row.last_price) == (60_000, 61_000, 59_000, 59_000)
    assert (row.change, row.change_pct) == (-1000, -1.67)
    assert (row.ref_price, row.ceiling, row.floor) == (60_000, 64_200, 55_800)
    assert (row.avg_price, row.total_volume, row.total_value) == (60_250.0, 400, 24_100_000)
    assert (row.last_volume, row.exchange, row.phase) == (100, "HOSE", Phase.CONTINUOUS)
    assert row.bids == ((59_900, 1000),)


def test_processor_price_row_prefers_the_feed_s_own_figures():
    processor = make_processor()
    processor.apply([make_trade(price=60_000, open_price=59_500, high=61_500, low=59_000)])
    row = processor.get_prices()["VNM"]
    assert (row.open, row.high, row.low) == (59_500, 61_500, 59_000)


def test_processor_inconsistent_totals_change_nothing():
    processor = make_processor()
    processor.apply([make_trade(total_value=6_000_000)])
    changes = processor.apply([make_trade(volume=100, total=9_000_000, total_value=12_000_000)])
    assert changes.rejected == {"inconsistent_totals": 1}
    assert changes.stats == set()
    processor.apply([make_trade(volume=100, total=200, total_value=12_000_000)])
    assert processor.get_trade_analysis("VNM").total_volume == 200
    assert processor.get_trade_analysis("VNM").missed_volume == 0


def test_processor_totals_are_checked_against_known_limits_when_the_message_has_none():
    processor = make_processor()
    processor.apply([make_trade(total_value=6_000_000)])
    bare = {"ceiling": 0, "floor": 0, "volume": 100, "total": 200}
    assert processor.apply([make_trade(total_value=200 * 54_000, **bare)]).rejected == {
        "inconsistent_totals": 1
    }
    assert processor.apply([make_trade(total_value=200 * 56_000, **bare)]).rejected == {}


def test_processor_totals_without_any_limits_are_checked_against_the_price():
    processor = make_processor()
    bare = {"ceiling": 0, "floor": 0}
    far, near = make_trade(total_value=100 * 122_000, **bare), make_trade(total_value=100 * 121_000, **bare)
    assert processor.apply([far]).rejected == {"inconsistent_totals": 1}
    assert processor.apply([near]).rejected == {}
    low, lower = 100 * 29_800, 100 * 29_600
    assert processor.apply([make_trade("FPT", total_value=lower, **bare)]).rejected == {
        "inconsistent_totals": 1
    }
    assert processor.apply([make_trade("FPT", total_value=low, **bare)]).rejected == {}


def test_processor_future_s_value_counts_the_multiplier():
    processor = make_processor()
    changes = processor.apply([make_future(price=1900.5, volume=3, total=3, total_value=570_150_000)])
    assert changes.trades[0].value == 570_150_000
    assert processor.get_prices()[FRONT].avg_price == 1900.5
    assert changes.contracts == {FRONT}


def test_processor_auction_print_is_neutral_and_in_its_own_part():
    processor = make_processor()
    processor.apply(
        [
            make_quote(bid=59_900, ask=60_000, time="09:15:00", session="ATO"),
            make_trade(price=60_000, time="09:15:00", session="ATO"),
        ]
    )
    stats = processor.get_trade_analysis("VNM")
    assert (stats.neutral_volume, stats.ato.neutral_volume) == (100, 100)


def test_processor_auction_estimate_shows_only_during_the_auction():
    processor = make_processor()
    auction = {"price": 0, "volume": 0, "total": 0, "is_combined": True, "est_match_price": 60_100}
    processor.apply([make_quote(session="ATO", time="09:05:00")])
    changes = processor.apply([make_trade(session="ATO", time="09:05:01", **auction)])
    assert processor.get_prices()["VNM"].est_match_price == 60_100
    assert changes.prices == {"VNM"}
    processor.apply([make_trade(time="09:15:01", est_match_price=60_100)])
    assert processor.get_prices()["VNM"].est_match_price is None


def test_processor_untracked_and_unknown_symbols_are_told_apart():
    processor = make_processor(known_symbols={"VNM", "FPT", "VCB", "SSI"})
    changes = processor.apply([make_trade("SSI"), make_trade("XXXX"), make_quote("SSI"), make_quote("XXXX")])
    assert changes.ignored == 2
    assert changes.rejected == {"unknown_symbol": 2}
    assert processor.get_session_stats() == {}


def test_processor_bars_and_odd_lots_are_only_counted():
    processor = make_processor()
    bar = BarMessage("VNM", TODAY, at("10:00:00"), 60_000, 100)
    odd_lot = OddLotMessage("VNM", "HOSE", TODAY, at("10:00:00"), "LO", 60_000, 7)
    assert processor.apply([bar, odd_lot]).ignored == 2
    assert processor.trading_date is None


def test_processor_unknown_session_code_is_counted_and_neutral():
    processor = make_processor()
    changes = processor.apply([make_quote(), make_trade(session="PCA1")])
    assert changes.unknown_sessions == {"PCA1": 1}
    assert changes.trades[0].trade_type is TradeType.NEUTRAL
    assert processor.get_trade_analysis("VNM").other.neutral_volume == 100


def test_processor_session_code_missing_on_an_unknown_exchange_is_not_counted_as_a_code():
    processor = make_processor()
    changes = processor.apply([make_trade(session="", exchange="HNXBOND")])
    assert changes.unknown_sessions == {}
    assert changes.trades[0].phase is Phase.UNKNOWN


def test_processor_named_verbs_do_what_apply_does():
    one, other = make_processor(), make_processor()
    one.handle_quote(make_quote())
    one.handle_trade(make_trade())
    other.apply([make_quote(), make_trade()])
    assert one.get_market_snapshot() == other.get_market_snapshot()


def test_processor_audit_compares_with_the_exchange_s_side():
    processor = make_processor()
    processor.apply(
        [
            make_quote(bid=59_900, ask=60_100),
            make_trade(price=60_100, total=100, side=ExchangeSide.BUY_UP),
            make_trade(price=59_900, total=200, side=ExchangeSide.BUY_UP),
            make_trade(price=60_000, total=300, side=ExchangeSide.SELL_DOWN),
            make_trade(price=59_900, total=400),
            make_trade(price=59_900, total=500, session="ATC", side=ExchangeSide.SELL_DOWN),
            make_trade("FPT", price=59_900, total=900, session="ATC"),
        ]
    )
    audit = processor.get_classification_audit()
    row = audit["VNM"]
    assert (row.prints, row.unclassified, row.compared, row.agreed) == (4, 1, 2, 1)
    assert (row.unclassified_share, row.agreement_ratio, row.tick_test_ratio) == (0.25, 0.5, 0.0)
    assert (audit["FPT"].prints, audit["FPT"].agreement_ratio, audit["FPT"].missed_volume) == (0, None, 800)


def test_processor_audit_tick_test_carries_the_last_direction():
    processor = make_processor()
    prices = [60_000, 60_100, 60_100, 60_000]
    sides = [ExchangeSide.BUY_UP, ExchangeSide.BUY_UP, ExchangeSide.BUY_UP, ExchangeSide.SELL_DOWN]
    processor.apply(
        [
            make_trade(price=p, total=100 * (i + 1), side=s)
            for i, (p, s) in enumerate(zip(prices, sides, strict=True))
        ]
    )
    assert processor.get_classification_audit()["VNM"].tick_test_ratio == 1.0


def test_processor_before_its_first_message_answers_emptily():
    processor = make_processor()
    snapshot = processor.get_market_snapshot()
    assert (snapshot.quotes, snapshot.prices, snapshot.indices, snapshot.derivatives) == ({}, {}, {}, None)
    assert (snapshot.foreign.scope, snapshot.session.trading_date) == ("VN30", None)
    assert processor.quotes.get_bid_ask("VNM") == (0, 0)
    assert processor.get_foreign_detail() == []
    assert processor.get_foreign("VNM") is None
    assert processor.get_basis_trend(30) == []
    assert processor.get_classification_audit() == {}
    assert processor.phase_of("HOSE") is Phase.UNKNOWN
    assert processor.reset_session().session_events == []


def test_processor_snapshot_of_some_symbols_holds_only_those():
    processor = make_processor()
    processor.apply([make_trade("VNM"), make_trade("FPT"), make_quote("VCB")])
    snapshot = processor.get_market_snapshot(["VNM", "VCB", "NONE"])
    assert set(snapshot.quotes) == {"VNM"}
    assert set(snapshot.prices) == {"VNM", "VCB"}


def test_processor_trade_of_a_new_year_has_its_own_date():
    processor = make_processor()
    processor.apply([make_trade(day=date(2027, 1, 4))])
    assert processor.trading_date == date(2027, 1, 4)
