from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from app.clock import VIETNAM
from app.feed.errors import FeedPayloadError, RejectReason
from app.feed.normalizer import SSIFieldNormalizer
from app.feed.wire_names import index_id_of
from app.market.messages import (
    BarMessage,
    ExchangeSide,
    ForeignMessage,
    IndexMessage,
    OddLotMessage,
    QuoteMessage,
    SecurityStatusMessage,
    TradeMessage,
)
from tests.feed.payload_samples import content_of, raw_of, sample

normalizer = SSIFieldNormalizer()


def parse(data_type: str, content: dict[str, Any] | str) -> list[Any]:
    return normalizer.parse(raw_of(data_type, content))[1]


def reason_of(data_type: str, content: dict[str, Any] | str) -> RejectReason:
    with pytest.raises(FeedPayloadError) as raised:
        parse(data_type, content)
    return raised.value.reason


def epoch_s(*moment: int) -> float:
    return datetime(*moment, tzinfo=VIETNAM).timestamp()  # type: ignore[arg-type,misc]


def test_x_trade_of_a_stock_becomes_a_trade_in_whole_vnd() -> None:
    (trade,) = parse("X-TRADE", sample("x_trade"))
    assert trade == TradeMessage(
        symbol="SSI",
        exchange="HOSE",
        trading_date=date(2026, 8, 14),
        exchange_time_s=epoch_s(2026, 8, 14, 14, 45, 0),
        session="C",
        price=24_500,
        volume=1_800,
        total_volume=34_016_200,
        total_value=838_234_940_000,
        exchange_side=ExchangeSide.SELL_DOWN,
        is_combined=False,
        ceiling=26_750,
        floor=23_250,
        ref_price=25_000,
        open=0,
        high=24_950,
        low=24_300,
        est_match_price=0,
    )
    assert all(
        isinstance(price, int) for price in (trade.price, trade.ceiling, trade.high, trade.total_value)
    )


def test_x_trade_of_a_future_keeps_points() -> None:
    (trade,) = parse("X-TRADE", sample("x_trade_future"))
    assert (trade.symbol, trade.exchange, trade.price, trade.volume) == (
        "41I1G8000",
        "DERIVATIVES",
        1885.3,
        3,
    )


@pytest.mark.parametrize("exchange", [None, "DER", ..., "DERIVATIVES"])
@pytest.mark.parametrize("symbol", ["41I1G8000", "VN30F2608"])
def test_x_trade_of_a_future_however_its_exchange_is_named_is_a_derivative(
    exchange: Any, symbol: str
) -> None:
    content = sample("x_trade_future", Exchange=exchange, MarketId=..., Symbol=symbol)
    (trade,) = parse("X-TRADE", content)
    assert (trade.exchange, trade.price) == ("DERIVATIVES", 1885.3)


@pytest.mark.parametrize(("side", "expected"), [("BU", ExchangeSide.BUY_UP), ("Unknow", None), (None, None)])
def test_x_trade_side_unknown_becomes_none(side: str | None, expected: ExchangeSide | None) -> None:
    assert parse("X-TRADE", sample("x_trade", Side=side))[0].exchange_side is expected


def test_x_quote_keeps_the_best_three_levels() -> None:
    (quote,) = parse("X-QUOTE", sample("x_quote"))
    assert quote == QuoteMessage(
        symbol="ACB",
        exchange="HOSE",
        trading_date=date(2023, 8, 14),
        exchange_time_s=epoch_s(2023, 8, 14, 14, 0, 28),
        session="LO",
        bids=((22_900, 290_900), (22_850, 454_200), (22_800, 678_800)),
        asks=((22_950, 109_100), (23_000, 208_600), (23_050, 207_200)),
    )


def test_x_quote_with_absent_levels_leaves_them_out() -> None:
    (quote,) = parse("X-QUOTE", sample("x_quote", AskPrice1=0.0, AskVol1=140.0, BidPrice3=0.0, BidVol3=0.0))
    assert quote.asks == ((23_000, 208_600), (23_050, 207_200))
    assert quote.bids == ((22_900, 290_900), (22_850, 454_200))


def test_x_gives_the_trade_first_and_then_the_quote() -> None:
    trade, quote = parse("X", sample("x_future"))
    assert isinstance(trade, TradeMessage)
    assert isinstance(quote, QuoteMessage)
    assert (trade.is_combined, trade.open, trade.high, trade.low) == (True, 1285.0, 1287.0, 1282.0)
    assert quote.bids[0] == (1283.8, 47)
    assert quote.asks == ((1283.9, 125), (1284.0, 182), (1284.1, 159))


def test_x_of_the_pre_open_reset_has_absent_prices_and_its_limits() -> None:
    trade, quote = parse("X", sample("x_pre_open_reset"))
    assert (trade.price, trade.volume, trade.total_volume, trade.ceiling) == (0.0, 0, 0, 2011.6)
    assert (quote.bids, quote.asks) == ((), ())


def test_r_uses_the_names_of_the_wire() -> None:
    (foreign,) = parse("R", sample("r"))
    assert isinstance(foreign, ForeignMessage)
    assert (foreign.buy_volume, foreign.sell_volume) == (1_933_300, 1_587_415)
    assert (foreign.buy_value, foreign.sell_value) == (47_557_197_950, 39_195_574_350)
    assert (foreign.total_room, foreign.current_room) == (2_503_089_220, 1_741_403_260)


def test_r_with_a_room_below_zero_has_no_room() -> None:
    assert parse("R", sample("r", CurrentRoom=-1200.0))[0].current_room == 0


def test_mi_becomes_an_index_with_disjoint_breadth() -> None:
    (index,) = parse("MI", sample("mi"))
    assert isinstance(index, IndexMessage)
    assert (index.index_id, index.value, index.prior_value, index.change) == (
        "VNINDEX",
        1746.36,
        1787.45,
        -41.09,
    )
    assert (index.total_volume, index.put_through_volume) == (465_528_407, 33_177_710)
    counts = (index.advances, index.no_changes, index.declines, index.ceilings, index.floors)
    assert counts == (37, 33, 275, 0, 9)


@pytest.mark.parametrize(
    ("wire", "ours"),
    [
        ("HNXIndex", "HNX"),
        ("HNXUpcomIndex", "UPCOM"),
        ("HNXINDEX", "HNX"),
        ("VN30", "VN30"),
        ("VNDIAMOND", "VNDIAMOND"),
    ],
)
def test_mi_index_id_is_ours(wire: str, ours: str) -> None:
    assert parse("MI", sample("mi", IndexId=wire))[0].index_id == ours == index_id_of(wire)


def test_mi_with_null_session_and_market_has_empty_ones() -> None:
    (index,) = parse("MI", sample("mi", TradingSession=None, MarketId=None, Exchange=None))
    assert (index.session, index.exchange) == ("", "")


def test_f_b_and_ol_become_their_messages() -> None:
    (status,), (bar,), (odd_lot,) = (
        parse("F", sample("f")),
        parse("B", sample("b")),
        parse("OL", sample("ol")),
    )
    assert isinstance(status, SecurityStatusMessage)
    assert (status.session, status.status) == ("C", "N")
    assert isinstance(bar, BarMessage)
    assert (bar.symbol, bar.price, bar.volume) == ("VCB", 58_500, 500)
    assert isinstance(odd_lot, OddLotMessage)
    assert (odd_lot.price, odd_lot.volume) == (22_750, 9_193)


def test_b_of_an_index_keeps_its_decimals() -> None:
    (bar,) = parse("B", sample("b", Symbol="VNINDEX", Close=1746.41))
    assert bar.price == 1746.41


def test_payload_with_strings_for_numbers_is_read_all_the_same() -> None:
    plain = sample("x_trade")
    strings = {k: (str(v) if isinstance(v, float | int) else v) for k, v in plain.items()}
    assert parse("X-TRADE", strings) == parse("X-TRADE", plain)


def test_payload_with_other_capitals_is_read_all_the_same() -> None:
    plain = sample("x_quote")
    assert parse("x-quote", {k.lower(): v for k, v in plain.items()}) == parse("X-QUOTE", plain)


def test_payload_with_null_optional_numbers_has_absent_prices() -> None:
    (trade,) = parse("X-TRADE", sample("x_trade", Ceiling=None, EstMatchedPrice=None, Highest=None))
    assert (trade.ceiling, trade.est_match_price, trade.high) == (0, 0, 0)


def test_old_x_quote_with_trading_time_is_read() -> None:
    content = sample("x_quote", Time=..., TradingTime="14:00:28", AskVol1="109100")
    assert parse("X-QUOTE", content) == parse("X-QUOTE", sample("x_quote"))


@pytest.mark.parametrize("date_text", ["14082026"])
@pytest.mark.parametrize("time_text", ["144500"])
def test_dates_as_the_manual_writes_them_are_read(date_text: str, time_text: str) -> None:
    (trade,) = parse("X-TRADE", sample("x_trade", TradingDate=date_text, Time=time_text))
    assert trade.exchange_time_s == epoch_s(2026, 8, 14, 14, 45, 0)


def test_envelope_in_lower_case_or_with_an_object_inside_is_read() -> None:
    content = sample("mi")
    expected = ("MI", parse("MI", content))
    assert normalizer.parse(json.dumps({"datatype": "mi", "content": content_of(content)})) == expected
    assert normalizer.parse(json.dumps({"DataType": "MI", "Content": content})) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", RejectReason.BAD_JSON),
        ("{", RejectReason.BAD_JSON),
        ("[" * 100_000, RejectReason.BAD_JSON),
        ('{"DataType":"X","Content":"\ud800"}', RejectReason.BAD_JSON),
        ("[]", RejectReason.NOT_AN_OBJECT),
        ('"text"', RejectReason.NOT_AN_OBJECT),
        ("null", RejectReason.NOT_AN_OBJECT),
        ("{}", RejectReason.MISSING_FIELD),
        ('{"DataType":"X"}', RejectReason.MISSING_FIELD),
        ('{"DataType":7,"Content":"{}"}', RejectReason.WRONG_TYPE),
        ('{"DataType":"X","Content":7}', RejectReason.NOT_AN_OBJECT),
        ('{"DataType":"X","Content":""}', RejectReason.BAD_JSON),
        ('{"DataType":"X","Content":"[]"}', RejectReason.NOT_AN_OBJECT),
        ('{"DataType":"Z","Content":"{}"}', RejectReason.UNKNOWN_CHANNEL),
        ('{"DataType":"Z","Content":{}}', RejectReason.UNKNOWN_CHANNEL),
        ('{"DataType":"","Content":"{}"}', RejectReason.UNKNOWN_CHANNEL),
    ],
)
def test_envelope_malformed_is_refused_with_its_reason(raw: str, reason: RejectReason) -> None:
    with pytest.raises(FeedPayloadError) as raised:
        normalizer.parse(raw)
    assert raised.value.reason is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Symbol": ...}, RejectReason.MISSING_FIELD),
        ({"Symbol": None}, RejectReason.MISSING_FIELD),
        ({"TradingDate": ...}, RejectReason.MISSING_FIELD),
        ({"LastPrice": ...}, RejectReason.MISSING_FIELD),
        ({"Symbol": 7}, RejectReason.WRONG_TYPE),
        ({"LastPrice": "dear"}, RejectReason.WRONG_TYPE),
        ({"LastPrice": True}, RejectReason.WRONG_TYPE),
        ({"LastPrice": [1]}, RejectReason.WRONG_TYPE),
        ({"LastPrice": {}}, RejectReason.WRONG_TYPE),
        ({"LastPrice": "NaN"}, RejectReason.NOT_FINITE),
        ({"LastPrice": float("nan")}, RejectReason.NOT_FINITE),
        ({"LastPrice": float("inf")}, RejectReason.NOT_FINITE),
        ({"LastPrice": "-Infinity"}, RejectReason.NOT_FINITE),
        ({"LastPrice": -1.0}, RejectReason.NEGATIVE),
        ({"LastVol": -100.0}, RejectReason.NEGATIVE),
        ({"TotalVol": -1.0}, RejectReason.NEGATIVE),
        ({"LastPrice": 1e308}, RejectReason.ABSURD),
        ({"LastPrice": 10**400}, RejectReason.ABSURD),
        ({"LastVol": 1e12}, RejectReason.ABSURD),
        ({"TotalVal": 1e17}, RejectReason.ABSURD),
        ({"Ceiling": 1e9}, RejectReason.ABSURD),
        ({"TradingDate": "31/02/2026"}, RejectReason.BAD_TIME),
        ({"TradingDate": "2026-08-14"}, RejectReason.BAD_TIME),
        ({"TradingDate": "14/08/0026"}, RejectReason.BAD_TIME),
        ({"TradingDate": ""}, RejectReason.BAD_TIME),
        ({"Time": "24:00:00"}, RejectReason.BAD_TIME),
        ({"Time": "10:61:00"}, RejectReason.BAD_TIME),
        ({"Time": "10:00"}, RejectReason.BAD_TIME),
        ({"Time": "soon"}, RejectReason.BAD_TIME),
        ({"Symbol": ""}, RejectReason.BAD_SYMBOL),
        ({"Symbol": "A" * 21}, RejectReason.BAD_SYMBOL),
        ({"Symbol": "<script>"}, RejectReason.BAD_SYMBOL),
        ({"Symbol": "A\u0000B"}, RejectReason.BAD_SYMBOL),
    ],
)
def test_x_trade_malformed_is_refused_with_its_reason(changes: dict[str, Any], reason: RejectReason) -> None:
    assert reason_of("X-TRADE", sample("x_trade", **changes)) is reason


@pytest.mark.parametrize(
    ("data_type", "case", "changes", "reason"),
    [
        ("X-QUOTE", "x_quote", {"BidPrice1": ...}, RejectReason.MISSING_FIELD),
        ("X-QUOTE", "x_quote", {"AskPrice2": -1.0}, RejectReason.NEGATIVE),
        ("X-QUOTE", "x_quote", {"BidVol3": 1e300}, RejectReason.ABSURD),
        ("X", "x_stock", {"Open": -1.0}, RejectReason.NEGATIVE),
        ("X", "x_stock", {"AskVol1": 1e300}, RejectReason.ABSURD),
        ("R", "r", {"BuyVol": -1.0}, RejectReason.NEGATIVE),
        ("R", "r", {"SellVal": 1e300}, RejectReason.ABSURD),
        ("R", "r", {"BuyVol": ..., "FBuyVol": 1.0}, RejectReason.MISSING_FIELD),
        ("MI", "mi", {"IndexValue": 0.0}, RejectReason.NO_VALUE),
        ("MI", "mi", {"IndexValue": "NaN"}, RejectReason.NOT_FINITE),
        ("MI", "mi", {"Change": -1e9}, RejectReason.ABSURD),
        ("MI", "mi", {"Advances": -3}, RejectReason.NEGATIVE),
        ("MI", "mi", {"IndexId": "no such\n"}, RejectReason.BAD_SYMBOL),
        ("B", "b", {"Close": -1.0}, RejectReason.NEGATIVE),
        ("OL", "ol", {"LastVol": 1e300}, RejectReason.ABSURD),
        ("F", "f", {"TradingSession": 5}, RejectReason.WRONG_TYPE),
    ],
)
def test_other_channels_malformed_are_refused_with_their_reason(
    data_type: str, case: str, changes: dict[str, Any], reason: RejectReason
) -> None:
    assert reason_of(data_type, sample(case, **changes)) is reason


def test_error_text_never_carries_the_payload() -> None:
    with pytest.raises(FeedPayloadError) as raised:
        parse("X-TRADE", sample("x_trade", Symbol="<secret>"))
    assert "secret" not in str(raised.value)


def test_symbols_without_end_do_not_grow_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.feed.symbol_names.SYMBOLS_CACHED_MAX", 10)
    monkeypatch.setattr("app.feed.exchange_time.TIMES_CACHED_MAX", 10)
    monkeypatch.setattr("app.feed.exchange_time.DATES_CACHED_MAX", 3)
    for number in range(40):
        changes = {
            "Symbol": f"S{number}",
            "Time": f"10:00:{number:02}",
            "TradingDate": f"{number % 28 + 1:02}/08/2026",
        }
        (trade,) = parse("X-TRADE", sample("x_trade", **changes))
        assert trade.symbol == f"S{number}"
    assert len(normalizer._symbols) <= 10
