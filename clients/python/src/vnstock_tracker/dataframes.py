"""DataFrames of candles, prints and the board. Needs pandas: `pip install vnstock-tracker[pandas]`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from vnstock_tracker.models import Candle, MarketSnapshot, Tick

if TYPE_CHECKING:
    import pandas as pd

BOARD_STATS = ("mua_chu_dong_volume", "ban_chu_dong_volume", "neutral_volume", "missed_volume")
LEVELS = 3


def candles_frame(candles: Iterable[Candle]) -> pd.DataFrame:
    """Return bars by their `timestamp`, in the order given."""
    return _by_time(candles, Candle)


def ticks_frame(ticks: Iterable[Tick]) -> pd.DataFrame:
    """Return prints by their `timestamp`, oldest first; those of one moment in the order of the day's volume."""
    frame = _by_time(ticks, Tick)
    return frame.sort_values("total_volume", kind="stable").sort_index(kind="stable")


def board_frame(snapshot: MarketSnapshot) -> pd.DataFrame:
    """Return the board: a row a symbol, three levels of the book as bid_price_1, bid_vol_1, ..., and active volumes."""
    rows = {symbol: _board_row(snapshot, symbol) for symbol in sorted(snapshot.prices)}
    frame = _pandas().DataFrame.from_dict(rows, orient="index")
    frame.index.name = "symbol"
    return frame


def _board_row(snapshot: MarketSnapshot, symbol: str) -> dict[str, Any]:
    price = snapshot.prices[symbol]
    row = msgspec.structs.asdict(price)
    for side, levels in (("bid", row.pop("bids")), ("ask", row.pop("asks"))):
        for number in range(LEVELS):
            level = levels[number] if number < len(levels) else (None, None)
            row[f"{side}_price_{number + 1}"], row[f"{side}_vol_{number + 1}"] = level
    stats = snapshot.quotes.get(symbol)
    return row | {name: 0 if stats is None else getattr(stats, name) for name in BOARD_STATS}


def _by_time(rows: Iterable[Candle | Tick], typ: type[Candle | Tick]) -> pd.DataFrame:
    names = [field.name for field in msgspec.structs.fields(typ)]
    frame = _pandas().DataFrame([msgspec.structs.asdict(row) for row in rows], columns=names)
    frame["timestamp"] = _pandas().to_datetime(frame["timestamp"])
    return frame.set_index("timestamp")


def _pandas() -> Any:
    try:
        import pandas  # noqa: PLC0415 - only who asks for a frame needs it
    except ImportError as error:
        raise ImportError("DataFrames need pandas: pip install 'vnstock-tracker[pandas]'") from error
    return pandas
