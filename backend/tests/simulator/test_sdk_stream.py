"""The unmodified ssi-fc-data stream against the simulator, channel by channel."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import httpx
import pytest

from app.simulator.market_model import MarketDay
from app.simulator.simulated_market import SimulatedMarket

from .conftest import MONDAY, wait_until

# Key order of the captured messages (FEED.md 2.3)
KEYS = {
    "X-TRADE": "RType TradingDate Time Isin Symbol Ceiling Floor RefPrice AvgPrice PriorVal LastPrice LastVol TotalVal "
    "TotalVol MarketId Exchange TradingSession TradingStatus Change RatioChange EstMatchedPrice Highest Lowest Side",
    "R": "RType TradingDate Time Isin Symbol TotalRoom CurrentRoom BuyVol SellVol BuyVal SellVal MarketId Exchange",
    "B": "RType TradingDate Time Symbol Open High Low Close Volume Value",
    "F": "RType MarketId TradingDate Time Symbol TradingSession TradingStatus Exchange TradingOlSession",
    "MI": "IndexId IndexValue PriorIndexValue TradingDate Time TotalTrade TotalQtty TotalValue IndexName Advances "
    "NoChanges Declines Ceilings Floors Change RatioChange TotalQttyPt TotalValuePt Exchange AllQty AllValue IndexType "
    "TradingSession MarketId RType TotalQttyOd TotalValueOd",
    "OL": "RType TradingDate Time StockNo Symbol Ceiling Floor RefPrice Open High Low LastPrice LastVol TotalVal "
    "TotalVol BidPrice1 BidPrice2 BidPrice3 BidVol1 BidVol2 BidVol3 AskPrice1 AskPrice2 AskPrice3 AskVol1 AskVol2 "
    "AskVol3 Exchange TradingSession TradingStatus Change RatioChange StockType",
    "X-QUOTE": " ".join(
        ["TradingDate Time Exchange Symbol RType"]
        + [f"{side}{what}{n}" for side in ("Ask", "Bid") for what in ("Price", "Vol") for n in range(1, 11)]
        + ["TradingSession"]
    ),
    "X": " ".join(
        [
            "RType TradingDate Time Isin Symbol Ceiling Floor RefPrice Open High Low Close AvgPrice PriorVal LastPrice "
            "LastVol TotalVal TotalVol"
        ]
        + [f"{side}{what}{n}" for side in ("Bid", "Ask") for what in ("Price", "Vol") for n in range(1, 11)]
        + ["MarketId Exchange TradingSession TradingStatus Change RatioChange EstMatchedPrice Side CloseQtty"]
    ),
}


@pytest.mark.parametrize("channel", KEYS)
def test_sdk_receives_each_channel_field_for_field(run_simulator, channel):
    running = run_simulator(speed=30.0)
    client = running.connect(f"{channel}:ALL")
    rows = wait_until(lambda: client.of(channel))
    assert list(rows[-1]) == [key for key in KEYS[channel].split() if key != "IndexValEst"]
    assert {message["DataType"] for message in client.messages} == {channel}
    assert client.errors == []
    assert client.closes == 0


def test_sdk_sees_a_whole_day_as_it_happened(run_simulator):
    running = run_simulator(activity=0.01, symbols=8, start="07:59", speed=0, hold=True)
    client = running.connect("X-TRADE:ALL,X-QUOTE:ALL,R:ALL,MI:ALL,F:ALL")
    wait_until(lambda: running.control("clock")["ended"], 120)
    truth = running.control("truth")
    total = running.control("connections")["messages_sent"]
    wait_until(lambda: len(client.messages) >= total)
    quote: dict[str, Any] = {}
    sides: dict[str, dict[str, float]] = defaultdict(lambda: {"buy": 0, "sell": 0})
    volume: dict[str, float] = defaultdict(float)
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for message in client.messages:
        row = json.loads(message["Content"])
        symbol = row.get("Symbol") or row["IndexId"]
        last[message["DataType"], symbol] = row
        if message["DataType"] == "X-QUOTE":
            quote[symbol] = row
        elif message["DataType"] == "X-TRADE" and row["LastVol"]:
            volume[symbol] += row["LastVol"]
            assert row["TotalVol"] == volume[symbol]
            if row["TradingSession"] == "LO":
                book = quote[symbol]
                if book["AskPrice1"] and row["LastPrice"] >= book["AskPrice1"]:
                    sides[symbol]["buy"] += row["LastVol"]
                elif row["LastPrice"] <= book["BidPrice1"]:
                    sides[symbol]["sell"] += row["LastVol"]
    assert len(truth["symbols"]) == 12
    for symbol, record in truth["symbols"].items():
        assert volume[symbol] == record["total_volume"]
        assert sides[symbol] == {"buy": record["buy_volume"], "sell": record["sell_volume"]}
        if record["foreign"]:
            assert last["R", symbol]["BuyVol"] == record["foreign"]["buy_volume"]
    assert last["MI", "VN30"]["IndexValue"] == truth["indices"]["VN30"]["value"]
    assert last["F", "FPT"]["TradingSession"] == "C"
    front = next(iter(truth["futures"].values()))
    assert front["basis"] == pytest.approx(front["last_price"] - front["vn30"], abs=0.005)
    assert last["X-TRADE", "41I1GC000"]["MarketId"] == "DERIVATIVES"
    row = last["X-TRADE", "41I1GC000"]
    assert row["AvgPrice"] == pytest.approx(row["TotalVal"] / row["TotalVol"])
    assert row["AvgPrice"] > 100_000 * 1_500


def test_combined_messages_carry_the_print_with_the_book_after_it(run_simulator):
    running = run_simulator(activity=0.01, start="08:30", speed=0, hold=True)
    client = running.connect("X:ALL")
    wait_until(lambda: running.control("clock")["ended"], 120)
    truth = running.control("truth")["symbols"]
    total = running.control("connections")["messages_sent"]
    wait_until(lambda: len(client.messages) >= total)
    before: dict[str, dict[str, Any]] = {}
    volume: dict[str, float] = defaultdict(float)
    repeats = 0
    for row in client.of("X"):
        symbol = row["Symbol"]
        book = before.get(symbol)
        if book is not None and row["TotalVol"] > book["TotalVol"]:
            assert row["TotalVol"] == book["TotalVol"] + row["LastVol"]
            volume[symbol] += row["LastVol"]
            if row["TradingSession"] == "LO" == book["TradingSession"]:
                assert row["LastPrice"] in (book["BidPrice1"], book["AskPrice1"])
        else:
            repeats += 1
        before[symbol] = row
    assert volume == {symbol: record["total_volume"] for symbol, record in truth.items()}
    assert repeats > len(volume)


def test_a_morning_begins_with_empty_rows_and_nan(run_simulator):
    running = run_simulator(start="08:30")
    client = running.connect("X:ALL")
    row = wait_until(lambda: client.of("X"))[0]
    assert (row["AvgPrice"], row["RatioChange"], row["LastPrice"]) == ("NaN", -100.0, 0.0)
    assert row["Change"] == -row["RefPrice"]
    assert row["TradingSession"] == "C"


def test_subscribing_replays_the_last_message_even_of_yesterday(run_simulator):
    source = SimulatedMarket(MONDAY, 1, 3, 0.01, days=2)
    running = run_simulator(source, start="15:33", night_speed=0)
    client = running.connect("B:VCB-ACB-vn30")
    rows = wait_until(lambda: len(client.of("B")) >= 2 and client.of("B"))
    assert {row["TradingDate"] for row in rows} == {"23/11/2026"}
    assert {row["Symbol"] for row in rows} == {"ACB", "VN30"}  # only three stocks are listed


def test_a_second_switch_replaces_or_adds(run_simulator):
    for mode, expected in (("replace", {"MI": ["VN30"]}), ("add", {"MI": ["VN30"], "X-TRADE": ["ALL"]})):
        running = run_simulator(switch_mode=mode, speed=20.0)
        client = running.connect("x-trade:ALL")
        wait_until(lambda c=client: c.of("X-TRADE"))
        client.stream.swith_channel("mi:vn30")
        wait_until(lambda c=client: c.of("MI"))
        assert running.control("connections")["subscriptions"] == [expected]


def test_a_comma_list_subscribes_to_every_channel_named(run_simulator):
    running = run_simulator(speed=30.0)
    client = running.connect("X-TRADE:ALL, X-Quote:ACB-BID , MI:VN30,HNXIndex:5")
    wait_until(lambda: client.of("X-TRADE") and client.of("X-QUOTE") and client.of("MI"))
    assert {row["Symbol"] for row in client.of("X-QUOTE")} <= {"ACB", "BID"}
    assert client.errors == ["Channel HNXIndex:5 is not supported"]


def test_unknown_channels_can_be_met_with_silence(run_simulator):
    running = run_simulator(unknown_channel="silence", speed=20.0)
    client = running.connect("ZZ:ALL,MI:ALL")
    wait_until(lambda: client.of("MI"))
    assert client.errors == []


def test_none_unsubscribes(run_simulator):
    running = run_simulator(switch_mode="add", speed=20.0)
    client = running.connect("ALL")
    wait_until(lambda: client.of("X"))
    client.stream.swith_channel("X:NONE")
    wait_until(lambda: "X" not in running.control("connections")["subscriptions"][0])
    assert "B" in running.control("connections")["subscriptions"][0]


def test_some_frames_carry_two_messages(run_simulator):
    running = run_simulator(combine_every=2, speed=20.0)
    client = running.connect("X-QUOTE:ALL")
    wait_until(lambda: len(client.of("X-QUOTE")) > 200)
    assert client.errors == []


def test_connections_are_counted(run_simulator):
    running = run_simulator(speed=30.0)
    first, _second = running.connect("MI:ALL"), running.connect("MI:ALL")
    wait_until(lambda: running.control("connections")["now"] == 2)
    first.stop()
    report = wait_until(lambda: (r := running.control("connections"))["now"] == 1 and r)
    assert (report["max"], report["opened"]) == (2, 2)


def test_the_clock_can_be_read_paused_and_sped_up(run_simulator):
    running = run_simulator(speed=1.0)
    clock = running.control("clock")
    assert clock["time"].startswith("2026-11-23T09:16:0")
    assert clock["time"].endswith("+07:00")
    assert (clock["trading_date"], clock["source"], clock["ended"]) == ("2026-11-23", "simulator", False)
    assert running.control("pause", {"paused": True})["paused"] is True
    at = running.control("clock")["time_s"]
    assert running.control("clock")["time_s"] == at
    running.control("speed", {"speed": 200})
    running.control("pause", {"paused": False})
    wait_until(lambda: running.control("clock")["time_s"] > at + 60)
    assert running.control("speed", {"speed": -1})["error"]


def test_the_night_passes_quickly(run_simulator):
    source = SimulatedMarket(MONDAY, 1, 2, 0.01, days=2)
    running = run_simulator(source, start="15:31:59", night_speed=1e6)
    client = running.connect("X:ALL")
    running.control("speed", {"speed": 60})
    wait_until(lambda: running.control("clock")["trading_date"] == "2026-11-24")
    wait_until(lambda: any(row["TradingDate"] == "24/11/2026" for row in client.of("X")))
    history = httpx.get(
        f"{running.url}api/v2/Market/DailyOhlc",
        params={"symbol": "ACB", "fromDate": "23/11/2026", "toDate": "24/11/2026"},
        headers={"Authorization": f"Bearer {running.token()}"},
    ).json()
    assert [row["TradingDate"] for row in history["data"]][:1] == ["23/11/2026"]


def test_a_day_needs_no_clock_and_no_server():
    market = SimulatedMarket(MONDAY, 1, 2, 0.01)
    assert isinstance(market.day, MarketDay)
    assert next(market.events()).security in market.securities()
