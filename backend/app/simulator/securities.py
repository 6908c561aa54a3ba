"""What is listed: the VN30 stocks, invented others up to the number asked for, and four futures.

Units: prices as in events.py. All figures are invented round numbers of the right order; none is market data.
"""

from __future__ import annotations

import json
import random
from datetime import date
from functools import cache

from app.simulator.events import Security
from app.simulator.futures import listed_contracts
from app.simulator.price_rules import DERIVATIVES, daily_band, round_down
from app.simulator.trading_dates import REFERENCE_DIR

SYMBOLS_MAX = 1_600
# Shares of the 34 boards' numbers: about 400 stocks on HOSE, 300 on HNX, 900 on UPCoM
_EXCHANGE_OF_TEN = ("HOSE", "UPCOM", "HNX", "UPCOM", "HOSE", "UPCOM", "UPCOM", "HNX", "UPCOM", "UPCOM")
# (price VND, shares a day in thousands): invented, near each stock's scale so that tick sizes and lots fit
_SCALE = {
    "ACB": (24_500, 12_000), "BID": (39_000, 4_500), "CTG": (36_000, 9_000), "DGC": (93_000, 3_000),
    "FPT": (101_000, 7_500), "GAS": (66_000, 1_600), "GVR": (28_500, 4_000), "HDB": (31_000, 15_000),
    "HPG": (26_500, 50_000), "LPB": (48_000, 4_000), "MBB": (24_800, 28_000), "MSN": (78_000, 7_000),
    "MWG": (82_000, 7_500), "PLX": (36_500, 2_000), "SAB": (48_500, 1_300), "SHB": (16_800, 79_000),
    "SSB": (18_200, 3_500), "SSI": (34_500, 39_000), "STB": (53_000, 11_000), "TCB": (35_200, 15_000),
    "TPB": (17_300, 14_000), "VCB": (61_500, 4_800), "VHM": (99_000, 6_500), "VIB": (18_900, 10_000),
    "VIC": (182_000, 5_500), "VJC": (168_000, 1_700), "VNM": (61_000, 4_200), "VPB": (29_500, 31_000),
    "VPL": (92_000, 1_500), "VRE": (33_500, 9_500),
}  # fmt: skip
_FUTURES_DAILY_VOLUME = (
    278_000,
    4_200,
    160,
    60,
)  # contracts; the front's mean of 22 sessions, the rest invented
FUTURES_SCALE = 10  # tenths of a point
FUTURES_VALUE_FACTOR = 10_000  # 100,000 VND a point


@cache
def vn30_symbols() -> tuple[str, ...]:
    """Return the fallback list of the VN30."""
    table = json.loads((REFERENCE_DIR / "vn30_constituents.json").read_text(encoding="utf-8"))
    return tuple(table["symbols"])


def stock_symbols(count: int, seed: int) -> list[tuple[str, str]]:
    """Return (symbol, exchange) of the stocks: the VN30 first, then invented tickers."""
    stocks = [(symbol, "HOSE") for symbol in vn30_symbols()[:count]]
    taken = {symbol for symbol, _ in stocks}
    rng = random.Random(f"tickers {seed}")
    while len(stocks) < min(count, SYMBOLS_MAX):
        symbol = "".join(rng.choices("ABCDEGHIKLMNPQRSTUVX", k=3))
        if symbol not in taken:
            taken.add(symbol)
            stocks.append((symbol, _EXCHANGE_OF_TEN[len(stocks) % 10]))
    return stocks


def make_stock(symbol: str, exchange: str, ref_price: int | None, seed: int) -> Security:
    """Return a stock for a day; without a reference price it gets its invented one."""
    rng = random.Random(f"stock {seed} {symbol}")
    price, thousands = _SCALE.get(symbol) or (
        round_down(exchange, rng.lognormvariate(9.7, 0.6) + 2_000),
        max(5, int(rng.lognormvariate(4.6, 1.5))),
    )
    ref = ref_price or round_down(exchange, price)
    ceiling, floor = daily_band(exchange, ref)
    daily_volume = min(thousands, 80_000) * 1_000
    listed = daily_volume * rng.randint(80, 250)
    return Security(
        symbol=symbol,
        exchange=exchange,
        ref_price=ref,
        ceiling=ceiling,
        floor=floor,
        scale=1,
        value_factor=1,
        depth=3 if exchange == "HOSE" else 10,
        lot=100,
        daily_volume=daily_volume,
        listed_shares=listed,
        total_room=int(listed * rng.choice((0.3, 0.49, 0.49, 1.0))),
        name=f"CTCP {symbol}",
        is_vn30=symbol in vn30_symbols(),
    )


def make_futures(day: date, ref_prices: dict[str, int], index_level: float) -> list[Security]:
    """Return the four listed VN30 futures; a new one starts at the index."""
    contracts = []
    for code, daily_volume in zip(listed_contracts(day), _FUTURES_DAILY_VOLUME, strict=True):
        ref = ref_prices.get(code) or round(index_level * FUTURES_SCALE)
        ceiling, floor = daily_band(DERIVATIVES, ref)
        contracts.append(
            Security(
                symbol=code,
                exchange=DERIVATIVES,
                ref_price=ref,
                ceiling=ceiling,
                floor=floor,
                scale=FUTURES_SCALE,
                value_factor=FUTURES_VALUE_FACTOR,
                depth=10,
                lot=1,
                daily_volume=daily_volume,
                listed_shares=0,
                total_room=0,
                name=f"HDTL VN30 {code}",
                is_vn30=False,
            )
        )
    return contracts
