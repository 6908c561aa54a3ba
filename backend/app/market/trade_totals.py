"""Whether a trade message's running totals can be true."""

from __future__ import annotations

from app.market.contract_codes import CONTRACT_MULTIPLIER_VND
from app.market.messages import DERIVATIVES, TradeMessage
from app.market.quote_cache import QuoteCache

# TotalVal / TotalVol is an average of prices inside the limits; the margin is for rounding and the values of odd lots
AVERAGE_MARGIN = 0.01
# without limits: no stock moves by half in a day (the widest band, of an UPCoM stock's first day, is 40 %)
AVERAGE_RATIO_MAX = 2.0


def has_consistent_totals(message: TradeMessage, quotes: QuoteCache) -> bool:
    """Return whether the day's average price is possible, so that one absurd total cannot poison the day."""
    if not message.total_volume or not message.total_value:
        return True
    unit = CONTRACT_MULTIPLIER_VND if message.exchange == DERIVATIVES else 1
    average = message.total_value / (message.total_volume * unit)
    ceiling, floor = message.ceiling, message.floor
    if ceiling <= 0 or floor <= 0:
        _, ceiling, floor = quotes.get_price_refs(message.symbol)
    if ceiling <= 0 or floor <= 0:
        ceiling, floor = message.price * AVERAGE_RATIO_MAX, message.price / AVERAGE_RATIO_MAX
    return floor * (1 - AVERAGE_MARGIN) <= average <= ceiling * (1 + AVERAGE_MARGIN)
