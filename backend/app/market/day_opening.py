"""Which messages begin a trading date, and what the rows before it are good for."""

from __future__ import annotations

from app.market.messages import (
    ForeignMessage,
    IndexMessage,
    PriceLimits,
    QuoteMessage,
    SecurityStatusMessage,
    TradeMessage,
)
from app.market.trading_session import PHASE_OF_CODE

type DatedMessage = TradeMessage | QuoteMessage | SecurityStatusMessage | ForeignMessage | IndexMessage


def begins_day(message: DatedMessage) -> bool:
    """Return whether a message tells something of its day: the zero rows of the early morning do not."""
    if isinstance(message, TradeMessage):
        return message.price > 0 and message.total_volume > 0
    if isinstance(message, QuoteMessage):
        return bool(message.bids or message.asks)
    if isinstance(message, ForeignMessage):
        return message.buy_volume > 0 or message.sell_volume > 0
    if isinstance(message, IndexMessage):
        return message.value > 0
    return message.session in PHASE_OF_CODE


def limits_of(message: TradeMessage) -> PriceLimits:
    """Return the limits a row of the early morning carries: they are those of its own day."""
    return PriceLimits(
        symbol=message.symbol,
        trading_date=message.trading_date,
        exchange=message.exchange,
        ceiling=message.ceiling,
        floor=message.floor,
        ref_price=message.ref_price,
    )
