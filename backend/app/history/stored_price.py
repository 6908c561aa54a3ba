"""Prices as they come out of the database: double precision there, whole VND or points on the wire."""

from __future__ import annotations

from collections.abc import Callable

from app.market.contract_codes import is_derivative
from app.market.messages import Price


def price_reader(symbol: str) -> Callable[[float], Price]:
    """Return what turns a stored price of `symbol` into the wire's: points stay, VND become whole numbers again."""
    return _points if is_derivative(symbol) else _vnd


def _points(price: float) -> Price:
    return price


def _vnd(price: float) -> Price:
    return int(price) if price.is_integer() else price
