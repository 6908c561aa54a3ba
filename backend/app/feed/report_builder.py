"""ReportBuilder: the channels beside trades and books, from their Content to the market's messages."""

from __future__ import annotations

from app.feed.errors import FeedPayloadError, RejectReason
from app.feed.exchange_time import parse_exchange_time
from app.feed.payloads import BarContent, ForeignContent, IndexContent, OddLotContent, StatusContent
from app.feed.symbol_names import SymbolNames
from app.feed.value_limits import (
    COUNT_MAX,
    INDEX_MAX,
    PRICE_MAX,
    RATIO_MAX,
    VALUE_MAX,
    VOLUME_MAX,
    check_range,
)
from app.feed.wire_names import EXCHANGES, NAME_LENGTH_MAX, exchange_of, index_id_of, session_of
from app.feed.wire_prices import vnd, vnd_or_points
from app.market.messages import (
    BarMessage,
    ForeignMessage,
    IndexMessage,
    Message,
    OddLotMessage,
    SecurityStatusMessage,
)


class ReportBuilder:
    """Foreign totals, indices, bars, status and odd lots. Raises what the normalizer raises."""

    def __init__(self, names: SymbolNames) -> None:
        self._names = names

    def build_foreign(self, content: ForeignContent) -> list[Message]:
        """Return a symbol's foreign totals. Raise FeedPayloadError."""
        c = content
        check_range(VOLUME_MAX, c.BuyVol, c.SellVol)
        check_range(VALUE_MAX, c.BuyVal, c.SellVal)
        # A room below zero is real: holdings above the limit after a change of it. To us it is no room.
        total_room, current_room = max(0.0, c.TotalRoom), max(0.0, c.CurrentRoom)
        check_range(VOLUME_MAX, total_room, current_room)
        symbol = self._names.of(c.Symbol)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        return [
            ForeignMessage(
                symbol,
                exchange_of(c.Exchange, c.MarketId, symbol),
                trading_date,
                time_s,
                round(c.BuyVol),
                round(c.SellVol),
                round(c.BuyVal),
                round(c.SellVal),
                round(total_room),
                round(current_room),
            )
        ]

    def build_index(self, content: IndexContent) -> list[Message]:
        """Return an index. Raise FeedPayloadError."""
        c = content
        check_range(INDEX_MAX, c.IndexValue, c.PriorIndexValue)
        if c.IndexValue == 0.0:
            raise FeedPayloadError(RejectReason.NO_VALUE, "IndexValue")
        check_range(INDEX_MAX, abs(c.Change))
        check_range(RATIO_MAX, abs(c.RatioChange))
        check_range(VOLUME_MAX, c.TotalQtty, c.TotalQttyPt)
        check_range(VALUE_MAX, c.TotalValue)
        check_range(COUNT_MAX, c.Advances, c.Declines, c.NoChanges, c.Ceilings, c.Floors)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        return [
            IndexMessage(
                index_id_of(self._index_name(c.IndexId)),
                EXCHANGES.get(c.Exchange or c.MarketId or "", ""),
                trading_date,
                time_s,
                session_of(c.TradingSession),
                c.IndexValue,
                c.PriorIndexValue,
                c.Change,
                c.RatioChange,
                round(c.TotalQtty),
                round(c.TotalValue),
                round(c.TotalQttyPt),
                round(c.Advances),
                round(c.Declines),
                round(c.NoChanges),
                round(c.Ceilings),
                round(c.Floors),
            )
        ]

    def _index_name(self, text: str) -> str:
        self._names.of(text)  # the same alphabet; the wire's capitals are kept (HNXIndex)
        return text.strip()

    def build_bar(self, content: BarContent) -> list[Message]:
        """Return a bar. Raise FeedPayloadError."""
        check_range(PRICE_MAX, content.Close)
        check_range(VOLUME_MAX, content.Volume)
        trading_date, time_s = parse_exchange_time(content.TradingDate, content.Time)
        symbol = self._names.of(content.Symbol)
        return [BarMessage(symbol, trading_date, time_s, vnd_or_points(content.Close), round(content.Volume))]

    def build_status(self, content: StatusContent) -> list[Message]:
        """Return a security's status. Raise FeedPayloadError."""
        c = content
        symbol = self._names.of(c.Symbol)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        exchange = exchange_of(c.Exchange, c.MarketId, symbol)
        session, status = session_of(c.TradingSession), (c.TradingStatus or "")[:NAME_LENGTH_MAX]
        return [SecurityStatusMessage(symbol, exchange, trading_date, time_s, session, status)]

    def build_odd_lot(self, content: OddLotContent) -> list[Message]:
        """Return an odd lot. Raise FeedPayloadError."""
        c = content
        check_range(PRICE_MAX, c.LastPrice)
        check_range(VOLUME_MAX, c.LastVol)
        symbol = self._names.of(c.Symbol)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        exchange = exchange_of(c.Exchange, None, symbol)
        session = session_of(c.TradingSession)
        return [
            OddLotMessage(symbol, exchange, trading_date, time_s, session, vnd(c.LastPrice), round(c.LastVol))
        ]
