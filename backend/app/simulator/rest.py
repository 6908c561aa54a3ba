"""SSI's GET endpoints over the simulated market.

Format: all numbers are strings, prices in VND (points for futures and indices), dates dd/MM/yyyy; an error of the
request is an envelope with HTTP 200, worded as SSI words it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from app.simulator import rest_rows
from app.simulator.clock import date_at
from app.simulator.events import Security, TimedMessages
from app.simulator.http_messages import Response, json_response
from app.simulator.indices import INDEX_EXCHANGE, PRIOR_VALUES
from app.simulator.past_prices import rows_before, stock_rows_before
from app.simulator.price_rules import DERIVATIVES, daily_band
from app.simulator.rest_rows import Row
from app.simulator.truth import DayRow, Truth

_RANGE_DAYS_MAX = 30
_BAD_RANGE = "Date time format dd/MM/yyyy and ('from date' <= 'to date') < now , max range 30 days"
_PAGE_SIZE_MAX = 1_000
_PAGE_MAX = 10
_LOOK_BACK = timedelta(days=14)  # the close before the range, over the longest holiday


class RangeError(ValueError):
    """The dates of a request are not a range SSI allows."""


class Rest:
    """The endpoints; names and parameters are case-insensitive."""

    def __init__(self, source: TimedMessages, truth: Truth, time_s: Callable[[], float]) -> None:
        self._source = source
        self._truth = truth
        self._time_s = time_s
        self._first_date = source.trading_date
        self._first_refs = {security.symbol: security.ref_price for security in source.securities()}
        self._endpoints: dict[str, Callable[[Mapping[str, str]], list[Row]]] = {
            "securities": self._securities,
            "securitiesdetails": self._securities_details,
            "indexcomponents": self._index_components,
            "indexlist": self._index_list,
            "dailyohlc": self._daily_ohlc,
            "intradayohlc": self._intraday_ohlc,
            "dailyindex": self._daily_index,
            "dailystockprice": self._daily_stock_price,
            "backtest": lambda _query: [],
        }

    def answer(self, name: str, query: Mapping[str, str]) -> Response:
        """Answer one endpoint; the name is lower case."""
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            return json_response({"message": "No HTTP resource was found that matches the request URI."}, 404)
        try:
            rows = endpoint(query)
        except RangeError:
            return json_response({"data": None, "status": "Error", "message": _BAD_RANGE})
        page = _number(query, "pageindex", 1, _PAGE_MAX)
        size = _number(query, "pagesize", 10, _PAGE_SIZE_MAX)
        shown = rows[(page - 1) * size : page * size]
        return json_response(
            {"data": shown or None, "message": "Success", "status": "Success", "totalRecord": len(rows)}
        )

    def _securities(self, query: Mapping[str, str]) -> list[Row]:
        return [rest_rows.security_row(security) for security in self._on_market(query.get("market", ""))]

    def _securities_details(self, query: Mapping[str, str]) -> list[Row]:
        symbol = query.get("symbol", "").upper()
        chosen = [s for s in self._on_market(query.get("market", "")) if not symbol or s.symbol == symbol]
        return [rest_rows.details_row(chosen, date_at(self._time_s()))]

    def _index_components(self, query: Mapping[str, str]) -> list[Row]:
        wanted = query.get("indexcode", "").upper() or "VN30"
        stocks = [security for security in self._source.securities() if security.exchange != DERIVATIVES]
        for index_id, exchange in INDEX_EXCHANGE.items():
            if index_id.upper() == wanted:
                members = [s for s in stocks if (s.is_vn30 if index_id == "VN30" else s.exchange == exchange)]
                return [rest_rows.components_row(index_id, exchange, [s.symbol for s in members])]
        return []

    def _index_list(self, query: Mapping[str, str]) -> list[Row]:
        wanted = query.get("exchange", "").upper()
        boards = {"HOSE": ("HOSE",), "HNX": ("HNX", "UPCOM")}.get(wanted, tuple(INDEX_EXCHANGE.values()))
        return [
            {
                "IndexCode": index_id,
                "IndexName": index_id,
                "Exchange": "HOSE" if exchange == "HOSE" else "HNX",
            }
            for index_id, exchange in INDEX_EXCHANGE.items()
            if exchange in boards
        ]

    def _daily_ohlc(self, query: Mapping[str, str]) -> list[Row]:
        from_date, to_date = self._range(query)
        symbol = self._symbol(query.get("symbol", ""))
        days = self._days(symbol, from_date, to_date)
        market = self._market(symbol)
        return _in_order([rest_rows.daily_row(symbol, market, day, row) for day, row in days], query)

    def _intraday_ohlc(self, query: Mapping[str, str]) -> list[Row]:
        """Return today's minutes; those of other days are not kept."""
        from_date, to_date = self._range(query)
        symbol = self._symbol(query.get("symbol", ""))
        today = date_at(self._time_s())
        if not from_date <= today <= to_date:
            return []
        scale = 100
        record = self._truth.symbols.get(symbol)
        bars = record.bars if record else None
        if record is not None:
            scale = record.security.scale
        elif symbol in self._truth.indices:
            bars = self._truth.indices[symbol].bars
        rows = [] if bars is None else [rest_rows.minute_row(symbol, cells, scale) for cells in bars.rows()]
        return _in_order(rows, query)

    def _daily_index(self, query: Mapping[str, str]) -> list[Row]:
        from_date, to_date = self._range(query)
        symbol = self._symbol(query.get("indexid", ""))
        rows: list[Row] = []
        prior = 0.0
        for day, row in self._days(symbol, from_date - _LOOK_BACK, to_date):
            record = self._truth.indices.get(symbol) if day == self._truth.trading_date else None
            if day >= from_date:
                rows.append(rest_rows.index_row(symbol, day, row, record.last if record else None, prior))
            prior = row.close
        return rows[::-1] if query.get("order", "").lower() == "desc" else rows

    def _daily_stock_price(self, query: Mapping[str, str]) -> list[Row]:
        from_date, to_date = self._range(query)
        symbol = self._symbol(query.get("symbol", ""))
        rows: list[Row] = []
        for security in self._on_market(query.get("market", "")):
            if not symbol or security.symbol == symbol:
                rows.extend(self._stock_price_rows(security, from_date, to_date))
        return rows

    def _stock_price_rows(self, security: Security, from_date: date, to_date: date) -> list[Row]:
        """Return a row a day; today has one from the morning on, with the limits and no price yet."""
        today = self._truth.trading_date
        days: dict[date, DayRow | None] = dict(self._days(security.symbol, from_date - _LOOK_BACK, to_date))
        if today is not None and from_date <= today <= to_date:
            days.setdefault(today, None)
        rows = []
        before: DayRow | None = None
        for day, row in days.items():
            is_today = day == today
            is_listed = (
                is_today and self._source.trading_date == day
            )  # else the market has made tomorrow already
            of_day = security if is_listed or before is None else _with_reference(security, before.close)
            record = self._truth.symbols.get(security.symbol) if is_today else None
            if day >= from_date:
                rows.append(rest_rows.stock_price_row(of_day, day, row, record.foreign if record else None))
            before = row
        return rows

    def _on_market(self, market: str) -> list[Security]:
        board = DERIVATIVES if market.upper() in {"DER", DERIVATIVES} else market.upper()
        return [s for s in self._source.securities() if not board or s.exchange == board]

    def _symbol(self, text: str) -> str:
        """Return a symbol as we write it: aliases of the futures and any case are understood."""
        futures = [s.symbol for s in self._source.securities() if s.exchange == DERIVATIVES]
        aliases = dict(zip(("VN30F1M", "VN30F2M"), futures, strict=False))
        aliases |= {index_id.upper(): index_id for index_id in INDEX_EXCHANGE}
        return aliases.get(text.upper(), text.upper())

    def _market(self, symbol: str) -> str:
        if symbol in INDEX_EXCHANGE:
            return INDEX_EXCHANGE[symbol]
        return next((rest_rows.market_name(s) for s in self._source.securities() if s.symbol == symbol), "")

    def _days(self, symbol: str, from_date: date, to_date: date) -> list[tuple[date, DayRow]]:
        """Return the daily rows of a range, oldest first: invented ones, those simulated, and today so far."""
        days: dict[date, DayRow] = {}
        security = next((s for s in self._source.securities() if s.symbol == symbol), None)
        if security is not None:
            first_ref = self._first_refs.get(symbol, security.ref_price)
            days = stock_rows_before(security, self._first_date, first_ref, from_date)
        elif symbol in PRIOR_VALUES:
            days = rows_before(symbol, self._first_date, PRIOR_VALUES[symbol], 600_000_000, 0.01, from_date)
        for day, rows in self._truth.past.items():
            if symbol in rows:
                days[day] = rows[symbol]
        record = self._truth.symbols.get(symbol) or self._truth.indices.get(symbol)
        row = record.day_row() if record is not None else None
        if row is not None and self._truth.trading_date is not None:
            days[self._truth.trading_date] = row
        return [(day, days[day]) for day in sorted(days) if from_date <= day <= to_date]

    def _range(self, query: Mapping[str, str]) -> tuple[date, date]:
        try:
            from_date, to_date = _date(query.get("fromdate", "")), _date(query.get("todate", ""))
        except ValueError as error:
            raise RangeError from error
        if (
            from_date > to_date
            or to_date > date_at(self._time_s())
            or (to_date - from_date).days > _RANGE_DAYS_MAX
        ):
            raise RangeError
        return from_date, to_date


def _with_reference(security: Security, close: float) -> Security:
    """Return a security as it was on the day after that close."""
    ref = round(close * security.scale)
    ceiling, floor = daily_band(security.exchange, ref)
    return replace(security, ref_price=ref, ceiling=ceiling, floor=floor)


def _date(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC).date()


def _number(query: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = query.get(name, "")
    return min(max(int(text), 1), largest) if text.isdecimal() else default


def _in_order(rows: list[Row], query: Mapping[str, str]) -> list[Row]:
    return rows[::-1] if query.get("ascending", "True").lower() == "false" else rows
