"""Joins SSI's REST to the backfill: history and feed do not know each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.feed.errors import FeedConnectError, FeedLoginError, FeedRequestError
from app.feed.rest_rows import OhlcRow
from app.feed.ssi_market_service import SSIMarketService
from app.history.backfill import FetchMinutes, MinutesUnavailableError
from app.history.candles import RepairedMinute
from app.market.market_time import moment_at


def minutes_of(market: SSIMarketService) -> FetchMinutes:
    """Return what reads a symbol's minutes from IntradayOhlc, paced by the budget that `market` shares."""

    async def fetch(symbol: str, first: date, last: date) -> Sequence[RepairedMinute]:
        try:
            rows = await market.fetch_intraday_bars(symbol, first, last)
        except (FeedRequestError, FeedConnectError, FeedLoginError) as error:
            raise MinutesUnavailableError(str(error)) from None
        return [_minute(row) for row in rows]

    return fetch


def _minute(row: OhlcRow) -> RepairedMinute:
    """SSI stamps a bar with its last trade; its `Value` is a price, so the value is left to be estimated."""
    begun_s = row.time_s // 60 * 60
    return RepairedMinute(row.symbol, moment_at(begun_s), row.open, row.high, row.low, row.close, row.volume)
