"""Candles, prints and the board as DataFrames."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from vnstock_tracker.dataframes import board_frame, candles_frame, ticks_frame
from vnstock_tracker.models import Candle, MarketSnapshot, Tick

ASYNCAPI = Path(__file__).resolve().parents[3] / "docs" / "asyncapi.json"
OPENED = datetime.fromisoformat("2026-11-20T09:15:00+07:00")


def test_candles_are_by_time() -> None:
    bars = [
        Candle(OPENED + timedelta(minutes=n), 1, 3, 1, 2 + n, 500, 1_000, 300, 200, 0, 7, False)
        for n in range(2)
    ]
    frame = candles_frame(bars)
    assert list(frame.index) == [bar.timestamp for bar in bars]
    assert frame.index.tz is not None
    assert list(frame["close"]) == [2, 3]
    assert frame["volume"].sum() == 1_000


def test_no_candles_are_an_empty_frame_with_its_columns() -> None:
    frame = candles_frame([])
    assert len(frame) == 0
    assert {"open", "close", "mua_chu_dong_volume"} <= set(frame.columns)


def test_ticks_are_oldest_first_and_within_a_moment_by_the_days_volume() -> None:
    def tick(second: int, total: int) -> Tick:
        at = OPENED + timedelta(seconds=second)
        return Tick(
            "VCB", 61_200, 100, 6_120_000, "neutral", 0, 0, at, "continuous", total, date(2026, 11, 20)
        )

    frame = ticks_frame([tick(9, 500), tick(1, 400), tick(1, 300)])
    assert list(frame["total_volume"]) == [300, 400, 500]
    assert frame.index.is_monotonic_increasing


def test_board_has_a_row_a_symbol_with_its_book() -> None:
    document = json.loads(ASYNCAPI.read_text(encoding="utf-8"))
    payload = document["components"]["messages"]["MarketSnapshot"]["examples"][0]["payload"]
    snapshot = msgspec.convert(payload, MarketSnapshot)
    frame = board_frame(snapshot)
    assert list(frame.index) == sorted(snapshot.prices)
    for symbol, price in snapshot.prices.items():
        row = frame.loc[symbol]
        assert row["last_price"] == price.last_price
        if price.bids:
            assert (row["bid_price_1"], row["bid_vol_1"]) == price.bids[0]
        stats = snapshot.quotes.get(symbol)
        assert row["mua_chu_dong_volume"] == (stats.mua_chu_dong_volume if stats else 0)
