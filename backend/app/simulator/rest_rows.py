"""Rows of SSI's GET endpoints, field for field; `ExcerciseRatio` and the nested IndexComponent are SSI's.

Format: every number a string.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.simulator.clock import stamp
from app.simulator.events import Foreign, Index, Security
from app.simulator.price_rules import DERIVATIVES, tick_at
from app.simulator.truth import DayRow
from app.simulator.wire import wire_price

type Row = dict[str, Any]


def text(number: float) -> str:
    """Return a number as SSI prints it: no `.0`."""
    return str(int(number)) if float(number).is_integer() else str(round(number, 4))


def market_name(security: Security) -> str:
    """Return the board's name in REST: DER, where the stream says DERIVATIVES."""
    return "DER" if security.exchange == DERIVATIVES else security.exchange


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def security_row(security: Security) -> Row:
    """Return a row of Securities."""
    return {
        "Market": market_name(security),
        "Symbol": security.symbol,
        "StockName": security.name,
        "StockEnName": f"{security.symbol} Joint Stock Company",
    }


def details_row(securities: Sequence[Security], day: date) -> Row:
    """Return the one row of SecuritiesDetails."""
    return {
        "RType": "y",
        "ReportDate": _day(day),
        "TotalNoSym": str(len(securities)),
        "RepeatedInfo": [_details(security) for security in securities],
    }


def _details(security: Security) -> Row:
    is_future = security.exchange == DERIVATIVES
    steps = [(1, 10), (10_000, 50), (50_000, 100)] if security.exchange == "HOSE" else []
    if not steps:
        steps = [(1, tick_at(security.exchange, security.ref_price))]
    row: Row = {
        "Isin": None,
        "Symbol": security.symbol,
        "SymbolName": security.name,
        "SymbolEngName": f"{security.symbol} Joint Stock Company",
        "SecType": "FU" if is_future else "S",
        "MarketId": market_name(security),
        "Exchange": market_name(security),
        "Issuer": None,
        "LotSize": str(security.lot),
        "IssueDate": "",
        "MaturityDate": "",
        "FirstTradingDate": "",
        "LastTradingDate": "",
        "ContractMultiplier": "100000" if is_future else "0",
        "SettlMethod": "C",
        "Underlying": "VN30" if is_future else None,
        "PutOrCall": None,
        "ExercisePrice": "0",
        "ExerciseStyle": "",
        "ExcerciseRatio": "0",
        "ListedShare": str(security.listed_shares),
    }
    for n in range(1, 5):
        price, increment = steps[n - 1] if n <= len(steps) else (None, None)
        row[f"TickPrice{n}"] = None if price is None else str(price)
        row[f"TickIncrement{n}"] = None if increment is None else text(increment / security.scale)
    return row


def components_row(index_id: str, exchange: str, symbols: Sequence[str]) -> Row:
    """Return the one row of IndexComponents."""
    return {
        "IndexCode": index_id,
        "IndexName": index_id,
        "Exchange": exchange,
        "TotalSymbolNo": str(len(symbols)),
        "IndexComponent": [{"Isin": symbol, "StockSymbol": symbol} for symbol in symbols],
    }


def daily_row(symbol: str, market: str, day: date, row: DayRow) -> Row:
    """Return a row of DailyOhlc."""
    return {
        "Symbol": symbol,
        "Market": market,
        "TradingDate": _day(day),
        "Time": None,
        "Open": text(row.open),
        "High": text(row.high),
        "Low": text(row.low),
        "Close": text(row.close),
        "Volume": str(row.volume),
        "Value": str(row.value),
    }


def minute_row(symbol: str, cells: Sequence[int], scale: int) -> Row:
    """Return a row of IntradayOhlc; Time is the last match of the minute and Value a price, not a turnover."""
    trading_date, time = stamp(cells[0])
    opening, high, low, close = (text(price / scale) for price in cells[1:5])
    return {
        "Symbol": symbol,
        "Value": close,
        "TradingDate": trading_date,
        "Time": time,
        "Open": opening,
        "High": high,
        "Low": low,
        "Close": close,
        "Volume": str(cells[5]),
    }


def index_row(index_id: str, day: date, row: DayRow, today: Index | None, prior: float) -> Row:
    """Return a row of DailyIndex; breadth and put-through are known of today only."""
    change = round(row.close - (today.prior_value if today else prior), 2)
    base = row.close - change
    counts = (
        (today.advances, today.no_changes, today.declines, today.ceilings, today.floors)
        if today
        else (0,) * 5
    )
    deal_volume, deal_value = (today.put_through_volume, today.put_through_value) if today else (0, 0)
    return {
        "IndexId": index_id,
        "IndexValue": text(row.close),
        "TradingDate": _day(day),
        "Time": None,
        "Change": text(change),
        "RatioChange": text(round(100 * change / base, 2)) if base else "0",
        "TotalTrade": "0",
        "TotalMatchVol": str(row.volume),
        "TotalMatchVal": str(row.value),
        "TypeIndex": None,
        "IndexName": index_id,
        "Advances": str(counts[0]),
        "NoChanges": str(counts[1]),
        "Declines": str(counts[2]),
        "Ceilings": str(counts[3]),
        "Floors": str(counts[4]),
        "TotalDealVol": str(deal_volume),
        "TotalDealVal": str(deal_value),
        "TotalVol": str(row.volume + deal_volume),
        "TotalVal": str(row.value + deal_value),
        "TradingSession": today.session if today else "C",
    }


def stock_price_row(security: Security, day: date, row: DayRow | None, foreign: Foreign | None) -> Row:
    """Return a row of DailyStockPrice; before the first match the day's prices are 0."""
    ref = wire_price(security, security.ref_price)
    nothing = DayRow(0.0, 0.0, 0.0, 0.0, 0, 0)
    shown = row or nothing
    change = shown.close - ref if row else 0.0
    flow = foreign or Foreign(security, 0.0, 0, 0, 0, 0, 0)
    return {
        "TradingDate": _day(day),
        "PriceChange": text(change),
        "PerPriceChange": f"{100 * change / ref:.2f}",
        "CeilingPrice": text(wire_price(security, security.ceiling)),
        "FloorPrice": text(wire_price(security, security.floor)),
        "RefPrice": text(ref),
        "OpenPrice": text(shown.open),
        "HighestPrice": text(shown.high),
        "LowestPrice": text(shown.low),
        "ClosePrice": text(shown.close),
        "AveragePrice": text(round(shown.value / shown.volume)) if shown.volume else "0",
        "ClosePriceAdjusted": text(shown.close),
        "TotalMatchVol": str(shown.volume),
        "TotalMatchVal": str(shown.value),
        "TotalDealVal": "0",
        "TotalDealVol": "0",
        "ForeignBuyVolTotal": str(flow.buy_volume),
        "ForeignCurrentRoom": str(flow.current_room),
        "ForeignSellVolTotal": str(flow.sell_volume),
        "ForeignBuyValTotal": str(flow.buy_value),
        "ForeignSellValTotal": str(flow.sell_value),
        "TotalBuyTrade": "0",
        "TotalBuyTradeVol": "0",
        "TotalSellTrade": "0",
        "TotalSellTradeVol": "0",
        "NetBuySellVol": str(flow.buy_volume - flow.sell_volume),
        "NetBuySellVal": str(flow.buy_value - flow.sell_value),
        "TotalTradedVol": str(shown.volume),
        "TotalTradedValue": str(shown.value),
        "Symbol": security.symbol,
        "Time": None,
    }
