"""The sender of the feed benchmark."""

from __future__ import annotations

from collections import defaultdict

from .conftest import wait_until


def test_blasted_trades_go_on_from_the_totals_of_the_day(run_simulator):
    running = run_simulator(symbols=2, activity=0.2, start="09:20")
    client = running.connect("X-TRADE:ALL")
    before = {symbol: r["total_volume"] for symbol, r in running.control("truth")["symbols"].items()}
    assert running.control("blast")["state"] == "none"
    assert running.control("blast", {"count": 3_000, "rate": 20_000})["state"] == "running"
    report = wait_until(lambda: (r := running.control("blast"))["state"] == "done" and r)
    assert report["sent"] == report["trades"] == 3_000
    wait_until(lambda: len(client.messages) >= 3_000)
    added: dict[str, float] = defaultdict(float)
    for row in client.of("X-TRADE"):
        if row["TradingSession"] == "LO" and row["TotalVol"] > before[row["Symbol"]]:
            added[row["Symbol"]] += row["LastVol"]
    truth = running.control("truth")["symbols"]
    for symbol, volume in added.items():
        assert truth[symbol]["total_volume"] >= before[symbol] + volume
    assert running.control("clock")["paused"]


def test_a_blast_of_its_own_rate_goes_on_alone(run_simulator):
    running = run_simulator(symbols=1, activity=0.2, start="09:20")
    running.control("blast", {"count": 3_000, "rate": 10})  # five minutes: longer than any test
    assert running.control("blast", {"count": 1})["count"] == 3_000


def test_quotes_can_be_mixed_in_and_the_rate_left_open(run_simulator):
    running = run_simulator(symbols=1, activity=0.2, start="09:20")
    client = running.connect("X-QUOTE:ALL")
    running.control("blast", {"count": 1_000, "quotes_per_trade": 4})
    report = wait_until(lambda: (r := running.control("blast"))["state"] == "done" and r)
    assert report["trades"] == 200
    wait_until(lambda: len(client.of("X-QUOTE")) >= 800)


def test_a_blast_needs_a_market_that_has_traded(run_simulator):
    running = run_simulator(start="08:30")
    running.control("blast", {"count": 10})
    wait_until(lambda: running.control("blast")["state"] == "failed")
