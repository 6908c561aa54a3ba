"""Put events on the wire: one function per channel gives the Content, field for field as SSI sends it.

Format: three JSON layers. Content is a JSON text inside A[0], which is a JSON text inside the SignalR frame. Floats
keep their `.0`, as on the real wire; Highest and Lowest of stocks are whole numbers, as captured.
"""

from __future__ import annotations

from typing import Any

import orjson

from app.simulator.clock import stamp
from app.simulator.events import Foreign, Index, Levels, OddLot, Print, Quote, Reset, Security, Status
from app.simulator.price_rules import DERIVATIVES

HUB = "FcMarketDataV2Hub"
CHANNELS = ("F", "X", "X-QUOTE", "X-TRADE", "R", "MI", "B", "OL")
type Content = dict[str, Any]

_PRICE_KEYS = {side: [f"{side}Price{n}" for n in range(1, 11)] for side in ("Bid", "Ask")}
_VOLUME_KEYS = {side: [f"{side}Vol{n}" for n in range(1, 11)] for side in ("Bid", "Ask")}
_NO_PRICES = {side: dict.fromkeys(keys, 0.0) for side, keys in _PRICE_KEYS.items()}
_NO_VOLUMES = {side: dict.fromkeys(keys, 0.0) for side, keys in _VOLUME_KEYS.items()}


def wire_price(security: Security, price: int) -> float:
    """Return a price as the wire counts it."""
    return float(price) if security.scale == 1 else price / security.scale


def _average(security: Security, value: int, volume: int) -> float | str:
    if not volume:
        return "NaN"  # SSI's 0/0, a string on the wire
    average = value / volume
    return average if security.exchange == DERIVATIVES else round(average, 3)


def _change(price: float, ref: float) -> tuple[float, float]:
    """Return Change and RatioChange: futures keep the noise of the subtraction, as on the wire."""
    if not ref:
        return 0.0, 0.0  # a replay does not know the reference
    change = price - ref
    return change, round(100 * change / ref, 2)


def _status(security: Security) -> str:
    return "Normal" if security.exchange == DERIVATIVES else "N"


def _put_levels(content: Content, security: Security, side: str, levels: Levels) -> None:
    prices, volumes = _PRICE_KEYS[side], _VOLUME_KEYS[side]
    content.update(_NO_PRICES[side])
    content.update(_NO_VOLUMES[side])
    scale = security.scale
    for n, (price, volume) in enumerate(levels[: security.depth]):
        content[prices[n]] = float(price) if scale == 1 else price / scale
        content[volumes[n]] = float(volume)


def trade_content(event: Print) -> Content:
    """Return the Content of an X-TRADE message."""
    security = event.security
    trading_date, time = stamp(int(event.time_s))
    price, ref = wire_price(security, event.price), wire_price(security, security.ref_price)
    change, percent = _change(price, ref)
    whole = security.scale == 1
    return {
        "RType": "X-TRADE",
        "TradingDate": trading_date,
        "Time": time,
        "Isin": security.symbol,
        "Symbol": security.symbol,
        "Ceiling": wire_price(security, security.ceiling),
        "Floor": wire_price(security, security.floor),
        "RefPrice": ref,
        "AvgPrice": _average(security, event.total_value, event.total_volume),
        "PriorVal": ref,
        "LastPrice": price,
        "LastVol": float(event.volume),
        "TotalVal": float(event.total_value),
        "TotalVol": float(event.total_volume),
        "MarketId": security.exchange,
        "Exchange": security.exchange,
        "TradingSession": event.session,
        "TradingStatus": _status(security),
        "Change": change,
        "RatioChange": percent,
        "EstMatchedPrice": wire_price(security, event.est_price),
        "Highest": event.high if whole else wire_price(security, event.high),
        "Lowest": event.low if whole else wire_price(security, event.low),
        "Side": event.wire_side,
    }


def quote_content(event: Quote) -> Content:
    """Return the Content of an X-QUOTE message: asks first, no price of the day."""
    trading_date, time = stamp(int(event.time_s))
    content: Content = {
        "TradingDate": trading_date,
        "Time": time,
        "Exchange": event.security.exchange,
        "Symbol": event.security.symbol,
        "RType": "X-QUOTE",
    }
    _put_levels(content, event.security, "Ask", event.asks)
    _put_levels(content, event.security, "Bid", event.bids)
    content["TradingSession"] = event.session
    return content


def combined_content(
    security: Security, time_s: float, session: str, shown: Print | None, quote: Quote | None
) -> Content:
    """Return the Content of an X message: the last match shown and the book. Zeros where there is none yet."""
    trading_date, time = stamp(int(time_s))
    ref = wire_price(security, security.ref_price)
    price = wire_price(security, shown.price) if shown else 0.0
    change, percent = _change(price, ref)
    value, volume = (shown.total_value, shown.total_volume) if shown else (0, 0)
    content: Content = {
        "RType": "X",
        "TradingDate": trading_date,
        "Time": time,
        "Isin": security.symbol,
        "Symbol": security.symbol,
        "Ceiling": wire_price(security, security.ceiling),
        "Floor": wire_price(security, security.floor),
        "RefPrice": ref,
        "Open": wire_price(security, shown.open) if shown else 0.0,
        "High": wire_price(security, shown.high) if shown else 0.0,
        "Low": wire_price(security, shown.low) if shown else 0.0,
        "Close": price,
        "AvgPrice": _average(security, value, volume),
        "PriorVal": ref,
        "LastPrice": price,
        "LastVol": float(shown.volume) if shown else 0.0,
        "TotalVal": float(value),
        "TotalVol": float(volume),
    }
    _put_levels(content, security, "Bid", quote.bids if quote else ())
    _put_levels(content, security, "Ask", quote.asks if quote else ())
    est_price = quote.est_price if quote else 0
    content |= {
        "MarketId": security.exchange,
        "Exchange": security.exchange,
        "TradingSession": session,
        "TradingStatus": _status(security),
        "Change": change,
        "RatioChange": percent,
        "EstMatchedPrice": wire_price(security, est_price),
        "Side": None,
        "CloseQtty": 0.0,
    }
    return content


def reset_content(event: Reset) -> Content:
    """Return the X row of about 08:00: no price, no volume, RatioChange -100."""
    return combined_content(event.security, event.time_s, "C", None, None)


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
        "TradingStatus": _status(event.security),
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
        content |= {_PRICE_KEYS[side][n]: padded[n][0] for n in range(3)}
        content |= {_VOLUME_KEYS[side][n]: padded[n][1] for n in range(3)}
    change = event.price - security.ref_price
    return content | {
        "Exchange": security.exchange,
        "TradingSession": event.session,
        "TradingStatus": "H",
        "Change": change,
        "RatioChange": round(100 * change / security.ref_price, 2),
        "StockType": "Stock",
    }


def quoted(text: bytes) -> bytes:
    """Return a JSON text as a JSON string. It holds no raw control character, so two escapes are enough."""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def hub_entry(channel: str, content: bytes) -> bytes:
    """Return one Broadcast entry of a SignalR frame."""
    argument = b'{"DataType":"%s","Content":%s}' % (channel.encode(), quoted(content))
    return b'{"H":"FcMarketDataV2Hub","M":"Broadcast","A":[%s]}' % quoted(argument)


def encode_content(content: Content) -> bytes:
    """Return a Content as JSON text."""
    return orjson.dumps(content)
