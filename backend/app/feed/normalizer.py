"""SSIFieldNormalizer: one raw message of the feed → the market's messages, or a reason to refuse it.

Pure: no clock, no socket, no log. Units: see market/messages.py. Budget: 5 µs for X-TRADE and X-QUOTE, both JSON
layers included (measured by `python -m tests.feed.measure_feed`).
Overflow: what the caches of names remember is bounded by SYMBOLS_CACHED_MAX.
"""

from __future__ import annotations

import re
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
from app.feed.value_limits import (
    COUNT_MAX,
    INDEX_MAX,
    PRICE_MAX,
    RATIO_MAX,
    VALUE_MAX,
    VOLUME_MAX,
    check_range,
    out_of_range,
)
from app.feed.wire_names import (
    EXCHANGES,
    NAME_LENGTH_MAX,
    SESSIONS,
    SIDES,
    exchange_of,
    index_id_of,
    session_of,
)
from app.market.messages import (
    DERIVATIVES,
    BarMessage,
    ForeignMessage,
    IndexMessage,
    Level,
    Message,
    OddLotMessage,
    Price,
    QuoteMessage,
    SecurityStatusMessage,
    TradeMessage,
)

SYMBOLS_CACHED_MAX = 20_000  # about 2,000 securities with warrants; the rest is room for a year of listings

_SYMBOL = re.compile(r"[A-Z0-9_.]{1,20}")


class SSIFieldNormalizer:
    """Turns raw payloads into messages. Holds no market state: the same payload always gives the same result."""

    def __init__(self) -> None:
        self._decode_envelope = msgspec.json.Decoder(Envelope).decode
        self._symbols: dict[str, str] = {}
        self._channels: dict[str, tuple[Callable[[str], Any], Any, Callable[[Any], list[Message]]]] = {
            name: (msgspec.json.Decoder(content_type).decode, content_type, build)
            for name, content_type, build in (
                ("X-TRADE", TradeContent, self._build_trade),
                ("X-QUOTE", QuoteContent, self._build_quote),
                ("X", CombinedContent, self._build_combined),
                ("R", ForeignContent, self._build_foreign),
                ("MI", IndexContent, self._build_index),
                ("B", BarContent, self._build_bar),
                ("F", StatusContent, self._build_status),
                ("OL", OddLotContent, self._build_odd_lot),
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

    def _symbol(self, text: str) -> str:
        symbol = text.strip().upper()
        if not _SYMBOL.fullmatch(symbol):
            raise FeedPayloadError(RejectReason.BAD_SYMBOL)
        if len(self._symbols) >= SYMBOLS_CACHED_MAX:
            self._symbols.clear()
        self._symbols[text] = symbol
        return symbol

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
        price = _points if exchange == DERIVATIVES else _vnd
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
        bids = _levels(in_points, c.BidPrice1, c.BidVol1, c.BidPrice2, c.BidVol2, c.BidPrice3, c.BidVol3)
        asks = _levels(in_points, c.AskPrice1, c.AskVol1, c.AskPrice2, c.AskVol2, c.AskPrice3, c.AskVol3)
        return [QuoteMessage(symbol, exchange, trading_date, time_s, session, bids, asks)]

    def _build_foreign(self, content: ForeignContent) -> list[Message]:
        c = content
        check_range(VOLUME_MAX, c.BuyVol, c.SellVol)
        check_range(VALUE_MAX, c.BuyVal, c.SellVal)
        # A room below zero is real: holdings above the limit after a change of it. To us it is no room.
        total_room, current_room = max(0.0, c.TotalRoom), max(0.0, c.CurrentRoom)
        check_range(VOLUME_MAX, total_room, current_room)
        symbol = self._symbols.get(c.Symbol) or self._symbol(c.Symbol)
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

    def _build_index(self, content: IndexContent) -> list[Message]:
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
        self._symbols.get(text) or self._symbol(
            text
        )  # the same alphabet; the wire's capitals are kept (HNXIndex)
        return text.strip()

    def _build_bar(self, content: BarContent) -> list[Message]:
        check_range(PRICE_MAX, content.Close)
        check_range(VOLUME_MAX, content.Volume)
        trading_date, time_s = parse_exchange_time(content.TradingDate, content.Time)
        symbol = self._symbols.get(content.Symbol) or self._symbol(content.Symbol)
        return [
            BarMessage(symbol, trading_date, time_s, _vnd_or_points(content.Close), round(content.Volume))
        ]

    def _build_status(self, content: StatusContent) -> list[Message]:
        c = content
        symbol = self._symbols.get(c.Symbol) or self._symbol(c.Symbol)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        exchange = exchange_of(c.Exchange, c.MarketId, symbol)
        session, status = session_of(c.TradingSession), (c.TradingStatus or "")[:NAME_LENGTH_MAX]
        return [SecurityStatusMessage(symbol, exchange, trading_date, time_s, session, status)]

    def _build_odd_lot(self, content: OddLotContent) -> list[Message]:
        c = content
        check_range(PRICE_MAX, c.LastPrice)
        check_range(VOLUME_MAX, c.LastVol)
        symbol = self._symbols.get(c.Symbol) or self._symbol(c.Symbol)
        trading_date, time_s = parse_exchange_time(c.TradingDate, c.Time)
        exchange = exchange_of(c.Exchange, None, symbol)
        session = session_of(c.TradingSession)
        return [
            OddLotMessage(
                symbol, exchange, trading_date, time_s, session, _vnd(c.LastPrice), round(c.LastVol)
            )
        ]


def _vnd(value: float) -> Price:
    return int(value + 0.5)


def _points(value: float) -> Price:
    return value


def _vnd_or_points(value: float) -> Price:
    # Channel B names no exchange, and an index has points too: whole numbers are VND.
    return round(value) if value.is_integer() else value


def _levels(
    in_points: bool, p1: float, v1: float, p2: float, v2: float, p3: float, v3: float
) -> tuple[Level, ...]:
    if not (
        0.0 <= p1 <= PRICE_MAX
        and 0.0 <= v1 <= VOLUME_MAX
        and 0.0 <= p2 <= PRICE_MAX
        and 0.0 <= v2 <= VOLUME_MAX
        and 0.0 <= p3 <= PRICE_MAX
        and 0.0 <= v3 <= VOLUME_MAX
    ):
        raise out_of_range((PRICE_MAX, (p1, p2, p3)), (VOLUME_MAX, (v1, v2, v3)))
    if p1 and p2 and p3 and not in_points:
        return ((int(p1 + 0.5), int(v1)), (int(p2 + 0.5), int(v2)), (int(p3 + 0.5), int(v3)))
    price = _points if in_points else _vnd
    # An absent level is left out wherever it stands: before KRX an auction order had price 0 at level 1.
    return tuple((price(p), int(v)) for p, v in ((p1, v1), (p2, v2), (p3, v3)) if p)
