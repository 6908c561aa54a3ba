"""The aggressor of executions whose true initiator is known: by the rule alone, and through the whole market core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from app.market.market_time import start_of_day_s
from app.market.messages import Message, QuoteMessage, TradeMessage
from app.market.models import Phase, TradeType
from app.market.processor import MarketDataProcessor
from app.market.trade_classifier import TradeClassifier
from app.market.trading_calendar import TradingCalendar
from benchmarks.findings import Finding
from benchmarks.real_files import Execution

_SYMBOL, _EXCHANGE, _SESSION = "AMZN", "HOSE", "LO"
_TRADING_DATE = date(
    2012, 6, 21
)  # a Thursday; the hours are the file's, the session code makes them continuous
_TYPE_OF_SIDE = {1: TradeType.ACTIVE_BUY, -1: TradeType.ACTIVE_SELL}


def check_aggressor(executions: Sequence[Execution]) -> list[Finding]:
    """Return how often we are right with the quote before the execution, and for the record with the one after it."""
    total = len(executions)
    before = sum(_is_right(row, row.bid_before, row.ask_before) for row in executions)
    after = sum(_is_right(row, row.bid_after, row.ask_after) for row in executions)
    core = count_right_in_core(executions)
    return [
        Finding("rule with the quote before", _share(before, total), before == total),
        Finding("market core: quote, execution, next quote", _share(core, total), core == total),
        Finding("rule with the quote after, which must never be used", _share(after, total)),
    ]


def count_right_in_core(executions: Sequence[Execution]) -> int:
    """Send quote, execution, next quote through the processor, each row's in one batch; count the right answers."""
    processor = MarketDataProcessor(calendar=TradingCalendar(frozenset()), tracked=None, scope="ALL")
    right = total_volume = 0
    for row in executions:
        total_volume += row.size
        trades = processor.apply(list(_messages(row, total_volume))).trades
        right += len(trades) == 1 and trades[0].trade_type is _TYPE_OF_SIDE[row.side]
    return right


def _messages(row: Execution, total_volume: int) -> Iterator[Message]:
    yield _quote(row.time_s, row.bid_before, row.ask_before)
    yield _trade(row, total_volume)
    yield _quote(row.time_s, row.bid_after, row.ask_after)


def _is_right(row: Execution, bid: int, ask: int) -> bool:
    return TradeClassifier().classify(row.price, bid, ask, Phase.CONTINUOUS) is _TYPE_OF_SIDE[row.side]


def _moment_s(time_s: float) -> float:
    return float(start_of_day_s(_TRADING_DATE) + int(time_s))  # whole seconds, as the feed's


def _quote(time_s: float, bid: int, ask: int) -> QuoteMessage:
    bids, asks = ((bid, 100),) if bid > 0 else (), ((ask, 100),) if ask > 0 else ()
    return QuoteMessage(_SYMBOL, _EXCHANGE, _TRADING_DATE, _moment_s(time_s), _SESSION, bids, asks)


def _trade(row: Execution, total_volume: int) -> TradeMessage:
    return TradeMessage(
        symbol=_SYMBOL,
        exchange=_EXCHANGE,
        trading_date=_TRADING_DATE,
        exchange_time_s=_moment_s(row.time_s),
        session=_SESSION,
        price=row.price,
        volume=row.size,
        total_volume=total_volume,
        total_value=0,
        exchange_side=None,
        is_combined=False,
        ceiling=0,
        floor=0,
        ref_price=0,
        open=0,
        high=0,
        low=0,
        est_match_price=0,
    )


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} right ({part / whole:.1%})"
