"""PriceData per symbol: last price, limits, book and the day's figures."""

from __future__ import annotations

from app.market.contract_codes import CONTRACT_MULTIPLIER_VND
from app.market.messages import DERIVATIVES, Price, QuoteMessage, TradeMessage
from app.market.models import ClassifiedTrade, Phase, PriceData
from app.market.trading_session import AUCTION_PHASES

LEVELS_MAX = 3


class PriceBoard:
    """What a price board shows of each symbol."""

    def __init__(self) -> None:
        self.prices: dict[str, PriceData] = {}

    def row(self, symbol: str, exchange: str) -> PriceData:
        """Return the row of `symbol`, made when it is new."""
        row = self.prices.get(symbol)
        if row is None:
            row = self.prices[symbol] = PriceData(exchange=exchange)
        return row

    def apply_trade(self, message: TradeMessage, shown: int, is_day_whole: bool) -> None:
        """Take the figures of a message whose total grew by `shown`; `is_day_whole`: none were missed before."""
        row = self.row(message.symbol, message.exchange)
        price = message.price
        row.last_price = price
        if shown:
            row.last_volume = shown
        row.total_volume = message.total_volume
        if message.total_value:
            row.total_value = message.total_value
            row.avg_price = _average(message.total_value, message.total_volume, message.exchange)
        if message.open > 0:
            row.open = message.open
        elif row.open is None and is_day_whole:
            row.open = price
        row.high = message.high if message.high > 0 else max(row.high or price, price)
        row.low = message.low if message.low > 0 else min(row.low or price, price)
        _set_change(row)

    def restore_trade(self, trade: ClassifiedTrade, exchange: str) -> None:
        """Show a stored print again; open, high and low are those of the prints we have."""
        row = self.row(trade.symbol, exchange)
        price = trade.price
        row.last_price, row.last_volume = price, trade.volume
        row.open = row.open or price
        row.high = max(row.high or price, price)
        row.low = min(row.low or price, price)
        row.phase = trade.phase
        _set_change(row)

    def restore_totals(self, symbol: str, exchange: str, volume: int, value: int) -> None:
        """Show the totals that the stored prints and gaps add up to."""
        row = self.row(symbol, exchange)
        row.total_volume, row.total_value = volume, value
        row.avg_price = _average(value, volume, exchange) if value else None

    def apply_auction(self, message: TradeMessage, phase: Phase) -> bool:
        """Take the price an auction would match at; return whether it moved."""
        row = self.row(message.symbol, message.exchange)
        estimate = (
            message.est_match_price if phase in AUCTION_PHASES and message.est_match_price > 0 else None
        )
        if estimate == row.est_match_price:
            return False
        row.est_match_price = estimate
        return True

    def apply_quote(self, message: QuoteMessage) -> None:
        """Take a book."""
        row = self.row(message.symbol, message.exchange)
        bids, asks = message.bids, message.asks
        row.bids = bids if len(bids) <= LEVELS_MAX else bids[:LEVELS_MAX]
        row.asks = asks if len(asks) <= LEVELS_MAX else asks[:LEVELS_MAX]

    def apply_refs(self, symbol: str, exchange: str, ref_price: Price, ceiling: Price, floor: Price) -> None:
        """Take the day's reference price and limits, 0 where absent."""
        row = self.row(symbol, exchange)
        row.ref_price = ref_price or None
        row.ceiling = ceiling or None
        row.floor = floor or None
        _set_change(row)

    def set_phase(self, row: PriceData, phase: Phase) -> None:
        """Move a row to `phase`; the estimate of an auction ends with it."""
        row.phase = phase
        if phase not in AUCTION_PHASES:
            row.est_match_price = None

    def follow(self, exchange: str, phase: Phase) -> list[str]:
        """Move the symbols of an exchange along with it; return those that moved. Halted ones stay halted."""
        moved = []
        for symbol, row in self.prices.items():
            if row.exchange == exchange and row.phase is not phase and row.phase is not Phase.HALTED:
                self.set_phase(row, phase)
                moved.append(symbol)
        return moved

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        self.prices.pop(symbol, None)


def _average(value: int, volume: int, exchange: str) -> Price:
    """Return whole VND, or points: the feed's own average of a future is VND per contract."""
    average = value / volume
    return round(average / CONTRACT_MULTIPLIER_VND, 2) if exchange == DERIVATIVES else round(average)


def _set_change(row: PriceData) -> None:
    if row.last_price is None or row.ref_price is None:
        return
    change = row.last_price - row.ref_price
    row.change = round(change, 2)  # points carry float noise
    row.change_pct = round(100 * change / row.ref_price, 2)
