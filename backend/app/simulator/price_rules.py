"""Tick sizes and daily bands (HOSE, HNX and UPCoM rules of 2022, unchanged by KRX)."""

from __future__ import annotations

DERIVATIVES = "DERIVATIVES"  # what the stream calls the futures board
BAND_PERCENT = {"HOSE": 7, "HNX": 10, "UPCOM": 15, DERIVATIVES: 7}


def tick_at(exchange: str, price: int) -> int:
    """Return the tick of a price; futures prices are tenths of a point."""
    if exchange == "HOSE":
        if price < 10_000:
            return 10
        return 50 if price < 50_000 else 100
    return 1 if exchange == DERIVATIVES else 100


def round_down(exchange: str, price: float) -> int:
    """Return the highest allowed price not above the given one."""
    tick = tick_at(exchange, int(price))
    return int(price // tick) * tick


def round_up(exchange: str, price: float) -> int:
    """Return the lowest allowed price not below the given one."""
    tick = tick_at(exchange, int(price))
    rounded = int(-(-price // tick)) * tick
    step = tick_at(exchange, rounded)
    return int(-(-rounded // step)) * step


def price_above(exchange: str, price: int) -> int:
    """Return the next price up the ladder."""
    return price + tick_at(exchange, price)


def price_below(exchange: str, price: int) -> int:
    """Return the next price down the ladder: below 10,000 and 50,000 the finer tick holds."""
    return price - tick_at(exchange, price - 1)


def daily_band(exchange: str, ref_price: int) -> tuple[int, int]:
    """Return (ceiling, floor): the ceiling rounds down and the floor up, and both differ from the reference."""
    percent = BAND_PERCENT[exchange]
    ceiling = round_down(exchange, ref_price * (100 + percent) / 100)
    floor = round_up(exchange, ref_price * (100 - percent) / 100)
    if ceiling <= ref_price:
        ceiling = price_above(exchange, ref_price)
    if floor >= ref_price:
        floor = price_below(exchange, ref_price)
    return ceiling, floor
