"""Put events on the wire: one function per channel gives the Content, field for field as SSI sends it.

Here are trades and books; the other channels are in wire_reports.

Format: three JSON layers. Content is a JSON text inside A[0], which is a JSON text inside the SignalR frame. Floats
keep their `.0`, as on the real wire; Highest and Lowest of stocks are whole numbers, as captured.
"""

from __future__ import annotations

from typing import Any

import orjson

from app.simulator.clock import stamp
from app.simulator.events import Levels, Print, Quote, Reset, Security
from app.simulator.price_rules import DERIVATIVES

HUB = "FcMarketDataV2Hub"
CHANNELS = ("F", "X", "X-QUOTE", "X-TRADE", "R", "MI", "B", "OL")
type Content = dict[str, Any]

PRICE_KEYS = {side: [f"{side}Price{n}" for n in range(1, 11)] for side in ("Bid", "Ask")}
VOLUME_KEYS = {side: [f"{side}Vol{n}" for n in range(1, 11)] for side in ("Bid", "Ask")}
_NO_PRICES = {side: dict.fromkeys(keys, 0.0) for side, keys in PRICE_KEYS.items()}
_NO_VOLUMES = {side: dict.fromkeys(keys, 0.0) for side, keys in VOLUME_KEYS.items()}


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


def trading_status(security: Security) -> str:
    """Return TradingStatus of a security nobody halted."""
    return "Normal" if security.exchange == DERIVATIVES else "N"


def _put_levels(content: Content, security: Security, side: str, levels: Levels) -> None:
    prices, volumes = PRICE_KEYS[side], VOLUME_KEYS[side]
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
        "TradingStatus": trading_status(security),
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
        "TradingStatus": trading_status(security),
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
