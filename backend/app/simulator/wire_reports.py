"""The Content of the channels beside trades and books: foreign totals, indices, bars, status and odd lots."""

from __future__ import annotations

from app.simulator.clock import stamp
from app.simulator.events import Foreign, Index, OddLot, Status
from app.simulator.wire import PRICE_KEYS, VOLUME_KEYS, Content, trading_status


def foreign_content(event: Foreign) -> Content:
    """Return the Content of an R message."""
    security = event.security
    trading_date, time = stamp(int(event.time_s))
    return {
        "RType": "R",
        "TradingDate": trading_date,
        "Time": time,
        "Isin": security.symbol,
        "Symbol": security.symbol,
        "TotalRoom": float(security.total_room),
        "CurrentRoom": float(event.current_room),
        "BuyVol": float(event.buy_volume),
        "SellVol": float(event.sell_volume),
        "BuyVal": float(event.buy_value),
        "SellVal": float(event.sell_value),
        "MarketId": security.exchange,
        "Exchange": security.exchange,
    }


def index_content(event: Index) -> Content:
    """Return the Content of an MI message. IndexValEst is there in auctions only."""
    trading_date, time = stamp(int(event.time_s))
    change = round(event.value - event.prior_value, 2)
    content: Content = {"IndexId": event.index_id}
    if event.est_value is not None:
        content["IndexValEst"] = event.est_value
    return content | {
        "IndexValue": event.value,
        "PriorIndexValue": event.prior_value,
        "TradingDate": trading_date,
        "Time": time,
        "TotalTrade": 0.0,
        "TotalQtty": float(event.total_volume),
        "TotalValue": float(event.total_value),
        "IndexName": event.index_id,
        "Advances": event.advances,
        "NoChanges": event.no_changes,
        "Declines": event.declines,
        "Ceilings": event.ceilings,
        "Floors": event.floors,
        "Change": change,
        "RatioChange": round(100 * change / event.prior_value, 2),
        "TotalQttyPt": float(event.put_through_volume),
        "TotalValuePt": float(event.put_through_value),
        "Exchange": event.exchange,
        "AllQty": float(event.total_volume + event.put_through_volume),
        "AllValue": float(event.total_value + event.put_through_value),
        "IndexType": "Main",
        "TradingSession": event.session,
        "MarketId": event.exchange,
        "RType": "MI",
        "TotalQttyOd": 0.0,
        "TotalValueOd": 0.0,
    }


def bar_content(symbol: str, time_s: float, price: float, volume: int) -> Content:
    """Return the Content of a B message: one fill, or one step of an index."""
    trading_date, time = stamp(int(time_s))
    return {
        "RType": "B",
        "TradingDate": trading_date,
        "Time": time,
        "Symbol": symbol,
        "Open": price,
        "High": price,
        "Low": price,
        "Close": price,
        "Volume": float(volume),
        "Value": 0.0,
    }


def status_content(event: Status) -> Content:
    """Return the Content of an F message."""
    trading_date, time = stamp(int(event.time_s))
    return {
        "RType": "F",
        "MarketId": event.security.exchange,
        "TradingDate": trading_date,
        "Time": time,
        "Symbol": event.security.symbol,
        "TradingSession": event.session,
        "TradingStatus": trading_status(event.security),
        "Exchange": event.security.exchange,
        "TradingOlSession": "",
    }


def odd_lot_content(event: OddLot) -> Content:
    """Return the Content of an OL message: whole numbers, a float-noise TotalVal, LastVol cumulative."""
    security = event.security
    trading_date, time = stamp(int(event.time_s))
    content: Content = {
        "RType": "OL",
        "TradingDate": trading_date,
        "Time": time,
        "StockNo": sum(ord(letter) * 31**n for n, letter in enumerate(security.symbol)) % 10_000,
        "Symbol": security.symbol,
        "Ceiling": security.ceiling,
        "Floor": security.floor,
        "RefPrice": security.ref_price,
        "Open": event.open,
        "High": event.high,
        "Low": event.low,
        "LastPrice": event.price,
        "LastVol": event.odd_volume,
        "TotalVal": event.odd_value - 0.00272,
        "TotalVol": event.board_volume + event.odd_volume,
    }
    for side, levels in (("Bid", event.bids), ("Ask", event.asks)):
        padded = [*levels[:3], (0, 0), (0, 0), (0, 0)]
        content |= {PRICE_KEYS[side][n]: padded[n][0] for n in range(3)}
        content |= {VOLUME_KEYS[side][n]: padded[n][1] for n in range(3)}
    change = event.price - security.ref_price
    return content | {
        "Exchange": security.exchange,
        "TradingSession": event.session,
        "TradingStatus": "H",
        "Change": change,
        "RatioChange": round(100 * change / security.ref_price, 2),
        "StockType": "Stock",
    }
