"""SSIFieldNormalizer: one raw message of the feed → the market's messages, or a reason to refuse it.

Pure: no clock, no socket, no log. Units: see market/messages.py. Budget: 5 µs for X-TRADE and X-QUOTE, both JSON
layers included (measured by `python -m tests.feed.measure_feed`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from app.feed.errors import FeedPayloadError, RejectReason
from app.feed.exchange_time import parse_exchange_time
from app.feed.payloads import (
    BarContent,
    CombinedContent,
    Envelope,
    ForeignContent,
    IndexContent,
    OddLotContent,
    QuoteContent,
    StatusContent,
    TradeContent,
    decode_loosely,
    load_object,
    lower_keys,
)
from app.feed.report_builder import ReportBuilder
from app.feed.symbol_names import SymbolNames
from app.feed.value_limits import (
    PRICE_MAX,
    VALUE_MAX,
    VOLUME_MAX,
    out_of_range,
)
from app.feed.wire_names import (
    EXCHANGES,
    SESSIONS,
    SIDES,
    exchange_of,
    session_of,
)
from app.feed.wire_prices import levels, points, vnd
from app.market.messages import (
    DERIVATIVES,
    Message,
    QuoteMessage,
    TradeMessage,
)


class SSIFieldNormalizer:
    """Turns raw payloads into messages. Holds no market state: the same payload always gives the same result."""

    def __init__(self) -> None:
        self._decode_envelope = msgspec.json.Decoder(Envelope).decode
        names = SymbolNames()
        self._symbols, self._symbol = names.known, names.check
        reports = ReportBuilder(names)
        self._channels: dict[str, tuple[Callable[[str], Any], Any, Callable[[Any], list[Message]]]] = {
            name: (msgspec.json.Decoder(content_type).decode, content_type, build)
            for name, content_type, build in (
                ("X-TRADE", TradeContent, self._build_trade),
                ("X-QUOTE", QuoteContent, self._build_quote),
                ("X", CombinedContent, self._build_combined),
                ("R", ForeignContent, reports.build_foreign),
                ("MI", IndexContent, reports.build_index),
                ("B", BarContent, reports.build_bar),
                ("F", StatusContent, reports.build_status),
                ("OL", OddLotContent, reports.build_odd_lot),
            )
        }

    def parse(self, raw: str) -> tuple[str, list[Message]]:
        """Return the channel and its messages from one Broadcast argument. Raise FeedPayloadError."""
        try:
            envelope = self._decode_envelope(raw)
        except (msgspec.DecodeError, UnicodeError):
            return self._parse_loose_envelope(raw)
        return envelope.DataType, self.normalize(envelope.DataType, envelope.Content)

    def normalize(self, data_type: str, content: str) -> list[Message]:
        """Return the messages of one payload, a trade before its quote. Raise FeedPayloadError."""
        channel = self._channels.get(data_type) or self._channels.get(data_type.upper())
        if channel is None:
            raise FeedPayloadError(RejectReason.UNKNOWN_CHANNEL)
        decode, content_type, build = channel
        try:
            typed = decode(content)
        except (msgspec.DecodeError, UnicodeError):
            typed = decode_loosely(content_type, load_object(content))
        return build(typed)

    def _parse_loose_envelope(self, raw: str) -> tuple[str, list[Message]]:
        fields = load_object(raw)
        data_type, content = fields.get("datatype"), fields.get("content")
        if data_type is None or content is None:
            raise FeedPayloadError(RejectReason.MISSING_FIELD, "DataType or Content")
        if not isinstance(data_type, str):
            raise FeedPayloadError(RejectReason.WRONG_TYPE, "DataType")
        data_type = data_type.upper()
        if isinstance(content, str):
            return data_type, self.normalize(data_type, content)
        channel = self._channels.get(data_type)
        if channel is None:
            raise FeedPayloadError(RejectReason.UNKNOWN_CHANNEL)
        return data_type, channel[2](decode_loosely(channel[1], lower_keys(content)))

    def _build_trade(self, content: TradeContent) -> list[Message]:
        return [self._trade(content, content.Highest, content.Lowest, 0.0, is_combined=False)]

    def _build_combined(self, content: CombinedContent) -> list[Message]:
        trade = self._trade(content, content.High, content.Low, content.Open, is_combined=True)
        return [trade, *self._build_quote(content)]

    def _trade(
        self,
        content: TradeContent | CombinedContent,
        high: float,
        low: float,
        opened: float,
        *,
        is_combined: bool,
    ) -> TradeMessage:
        c = content
        if not (
            0.0 <= c.LastPrice <= PRICE_MAX
            and 0.0 <= c.LastVol <= VOLUME_MAX
            and 0.0 <= c.TotalVol <= VOLUME_MAX
            and 0.0 <= c.TotalVal <= VALUE_MAX
            and 0.0 <= c.Ceiling <= PRICE_MAX
            and 0.0 <= c.Floor <= PRICE_MAX
            and 0.0 <= c.RefPrice <= PRICE_MAX
            and 0.0 <= high <= PRICE_MAX
            and 0.0 <= low <= PRICE_MAX
            and 0.0 <= opened <= PRICE_MAX
            and 0.0 <= c.EstMatchedPrice <= PRICE_MAX
        ):
            prices = (c.LastPrice, c.Ceiling, c.Floor, c.RefPrice, high, low, opened, c.EstMatchedPrice)
            raise out_of_range(
                (PRICE_MAX, prices), (VOLUME_MAX, (c.LastVol, c.TotalVol)), (VALUE_MAX, (c.TotalVal,))
            )
        symbol = self._symbols.get(c.Symbol) or self._symbol(c.Symbol)
        exchange = EXCHANGES.get(c.Exchange) or exchange_of(c.Exchange, c.MarketId, symbol)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        price = points if exchange == DERIVATIVES else vnd
        return TradeMessage(
            symbol,
            exchange,
            trading_date,
            time_s,
            SESSIONS.get(c.TradingSession) or session_of(c.TradingSession),
            price(c.LastPrice),
            int(c.LastVol),
            int(c.TotalVol),
            int(c.TotalVal + 0.5),
            SIDES.get(c.Side) if c.Side else None,
            is_combined,
            price(c.Ceiling),
            price(c.Floor),
            price(c.RefPrice),
            price(opened),
            price(high),
            price(low),
            price(c.EstMatchedPrice),
        )

    def _build_quote(self, content: QuoteContent | CombinedContent) -> list[Message]:
        c = content
        symbol = self._symbols.get(c.Symbol) or self._symbol(c.Symbol)
        exchange = EXCHANGES.get(c.Exchange) or exchange_of(c.Exchange, c.MarketId, symbol)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        session = SESSIONS.get(c.TradingSession) or session_of(c.TradingSession)
        in_points = exchange == DERIVATIVES
        bids = levels(in_points, c.BidPrice1, c.BidVol1, c.BidPrice2, c.BidVol2, c.BidPrice3, c.BidVol3)
        asks = levels(in_points, c.AskPrice1, c.AskVol1, c.AskPrice2, c.AskVol2, c.AskPrice3, c.AskVol3)
        return [QuoteMessage(symbol, exchange, trading_date, time_s, session, bids, asks)]
