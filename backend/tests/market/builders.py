"""Messages of one trading day (Friday 2026-11-20), with everything a test does not care about filled in."""

from __future__ import annotations

from datetime import date

from app.market.market_time import start_of_day_s
from app.market.messages import (
    DERIVATIVES,
    ExchangeSide,
    ForeignMessage,
    IndexMessage,
    Price,
    PriceLimits,
    QuoteMessage,
    SecurityStatusMessage,
    Tick,
    TradeMessage,
)
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar

TODAY = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)
NEXT_DAY = date(2026, 11, 23)
CALENDAR = TradingCalendar({date(2026, 11, 24)})
FRONT = "41I1GC000"  # December 2026: the nearest on TODAY
SECOND = "41I1H1000"  # January 2027


def at(clock: str, day: date = TODAY) -> float:
    """Return the exchange time of "HH:MM:SS" on a day."""
    hours, minutes, seconds = clock.split(":")
    return start_of_day_s(day) + int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def make_processor(tracked=frozenset({"VNM", "FPT", "VCB"}), scope="VN30", **settings) -> MarketDataProcessor:
    return MarketDataProcessor(calendar=CALENDAR, tracked=tracked, scope=scope, **settings)


def make_trade(
    symbol: str = "VNM",
    price: Price = 60_000,
    volume: int = 100,
    total: int = 100,
    time: str = "10:00:00",
    *,
    day: date = TODAY,
    exchange: str = "HOSE",
    session: str = "LO",
    total_value: int = 0,
    side: ExchangeSide | None = None,
    is_combined: bool = False,
    ceiling: Price = 64_200,
    floor: Price = 55_800,
    ref_price: Price = 60_000,
    open_price: Price = 0,
    high: Price = 0,
    low: Price = 0,
    est_match_price: Price = 0,
) -> TradeMessage:
    return TradeMessage(
        symbol=symbol,
        exchange=exchange,
        trading_date=day,
        exchange_time_s=at(time, day),
        session=session,
        price=price,
        volume=volume,
        total_volume=total,
        total_value=total_value,
        exchange_side=side,
        is_combined=is_combined,
        ceiling=ceiling,
        floor=floor,
        ref_price=ref_price,
        open=open_price,
        high=high,
        low=low,
        est_match_price=est_match_price,
    )


def make_future(
    symbol: str = FRONT, price: Price = 1900.0, volume: int = 1, total: int = 1, **fields
) -> TradeMessage:
    limits = {"ceiling": 2033.0, "floor": 1767.0, "ref_price": 1900.0}
    return make_trade(symbol, price, volume, total, **{"exchange": DERIVATIVES, **limits, **fields})


def make_quote(
    symbol: str = "VNM",
    bid: Price = 59_900,
    ask: Price = 60_000,
    time: str = "10:00:00",
    *,
    day: date = TODAY,
    exchange: str = "HOSE",
    session: str = "LO",
) -> QuoteMessage:
    return QuoteMessage(
        symbol=symbol,
        exchange=exchange,
        trading_date=day,
        exchange_time_s=at(time, day),
        session=session,
        bids=((bid, 1000),) if bid else (),
        asks=((ask, 1000),) if ask else (),
    )


def make_foreign(
    symbol: str = "VNM",
    buy: int = 0,
    sell: int = 0,
    time: str = "10:00:00",
    *,
    day: date = TODAY,
    exchange: str = "HOSE",
    buy_value: int | None = None,
    sell_value: int | None = None,
    price: int = 60_000,
) -> ForeignMessage:
    return ForeignMessage(
        symbol=symbol,
        exchange=exchange,
        trading_date=day,
        exchange_time_s=at(time, day),
        buy_volume=buy,
        sell_volume=sell,
        buy_value=buy * price if buy_value is None else buy_value,
        sell_value=sell * price if sell_value is None else sell_value,
        total_room=1_000_000,
        current_room=400_000,
    )


def make_index(
    index_id: str = "VN30",
    value: float = 1900.0,
    time: str = "10:00:00",
    *,
    day: date = TODAY,
    advances: int = 10,
    declines: int = 5,
    no_changes: int = 12,
    ceilings: int = 2,
    floors: int = 1,
) -> IndexMessage:
    return IndexMessage(
        index_id=index_id,
        exchange="HOSE",
        trading_date=day,
        exchange_time_s=at(time, day),
        session="LO",
        value=value,
        prior_value=1890.0,
        change=value - 1890.0,
        ratio_change=0.53,
        total_volume=1000,
        total_value=2000,
        put_through_volume=30,
        advances=advances,
        declines=declines,
        no_changes=no_changes,
        ceilings=ceilings,
        floors=floors,
    )


def make_limits(
    symbol: str = "VNM",
    ref_price: Price = 60_000,
    ceiling: Price = 64_200,
    floor: Price = 55_800,
    *,
    day: date | None = TODAY,
    exchange: str = "HOSE",
) -> PriceLimits:
    return PriceLimits(symbol, day, exchange, ceiling, floor, ref_price)


def make_status(
    symbol: str = "VNM",
    session: str = "LO",
    time: str = "10:00:00",
    *,
    day: date = TODAY,
    exchange: str = "HOSE",
) -> SecurityStatusMessage:
    return SecurityStatusMessage(symbol, exchange, day, at(time, day), session, "N")


def make_tick(time: str, day: date = TODAY) -> Tick:
    return Tick(at(time, day))
