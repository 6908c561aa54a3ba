"""DayReader: one trading date as the database and the spool have it.

Of a symbol whose state was kept only the prints after it and those of the last minutes are read; of others (the spool's
file is new) all of them, a few symbols at a time, so that a whole market's day (700,000 prints) is never in memory at
once. Rows that still wait in the spool count like stored ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct

from app.history.alert_repository import AlertRepository
from app.history.basis_repository import BasisRepository
from app.history.index_repository import IndexRepository
from app.history.kept_states import KeptStates
from app.history.paging import TimeRange
from app.history.pool import DatabasePool
from app.history.spool import Spool
from app.history.stored_rows import foreign_of, gap_of, indices_of, trades_of, with_kept
from app.history.tables import TRADES, Row
from app.market.market_time import VIETNAM, moment_at
from app.market.models import (
    Alert,
    BasisPoint,
    ClassifiedTrade,
    ForeignInvestorData,
)
from app.market.stored_day import StoredDay

SYMBOLS_AT_ONCE = 8
KEPT_SYMBOLS_AT_ONCE = 400
FOREIGN_KEPT = timedelta(minutes=10)
TRADES_AT_ONCE = 2_000  # between two looks of the loop at everything else: about 20 ms
FIRST_OPENING = timedelta(hours=8, minutes=45)  # the futures'
ALERTS_MAX = 500  # the core's buffer holds no more
_SYMBOLS = """
    SELECT symbol, max(timestamp), max(total_volume) FROM trades
    WHERE trading_date = $1 AND timestamp BETWEEN $2 AND $3 GROUP BY symbol ORDER BY symbol
"""
_TRADES = """
    SELECT symbol, price, volume, trade_type, value, bid_price, ask_price, timestamp, trading_date, total_volume, phase,
        exchange_side
    FROM trades JOIN unnest($1::text[], $2::int8[]) AS kept (symbol, kept_volume) USING (symbol)
    WHERE trading_date = $3 AND timestamp BETWEEN $4 AND $5 AND (timestamp >= $6 OR total_volume > kept_volume)
    ORDER BY symbol, total_volume
"""  # the order of tables.TRADES
# each symbol's rows of the ten minutes before its last; $3 NULL: of every symbol
_FOREIGN = """
    WITH day AS (
            SELECT * FROM foreign_snapshots
            WHERE timestamp BETWEEN $1 AND $2 AND ($3::text[] IS NULL OR symbol = ANY($3))
        ),
        newest AS (SELECT symbol, max(timestamp) AS moment FROM day GROUP BY symbol)
    SELECT day.symbol, buy_volume, sell_volume, buy_value, sell_value, current_room, timestamp
    FROM day JOIN newest ON day.symbol = newest.symbol AND timestamp >= moment - INTERVAL '10 minutes'
    ORDER BY day.symbol, timestamp, buy_volume, sell_volume
"""
_RECENT_FOREIGN = """
    SELECT symbol, buy_volume, sell_volume, buy_value, sell_value, current_room, timestamp
    FROM foreign_snapshots WHERE timestamp BETWEEN $1 AND $2 ORDER BY symbol, timestamp, buy_volume, sell_volume
"""
_GAPS = """
    SELECT symbol, from_time, to_time, volume, cause FROM gaps
    WHERE trading_date = $1 AND symbol <> '*' AND to_time IS NOT NULL ORDER BY to_time, id
"""
_SYMBOL, _MOMENT, _DAY, _TOTAL = map(
    TRADES.column_names.index, ("symbol", "timestamp", "trading_date", "total_volume")
)


class SpooledTrades:
    """Trades of one date that wait in the spool: what each symbol has come to, and the rows a restore needs.

    Those are the prints that no kept state counts, and all since `recent_from_s`.
    """

    def __init__(self, trading_date: date, kept_volumes: Mapping[str, int], recent_from_s: float) -> None:
        self._trading_date = trading_date
        self._kept_volumes = kept_volumes
        self._recent_from = moment_at(recent_from_s)
        self.rows: dict[str, list[Row]] = {}  # by symbol
        self.totals: dict[str, int] = {}  # symbol -> greatest TotalVol
        self.last_time: datetime | None = None

    def take(self, rows: Iterable[Row]) -> None:
        """Look at a part of what waits."""
        for row in rows:
            if row[_DAY] != self._trading_date:
                continue
            symbol, moment, total = row[_SYMBOL], row[_MOMENT], row[_TOTAL]
            self.totals[symbol] = max(total, self.totals.get(symbol, 0))
            self.last_time = max(moment, self.last_time or moment)
            if total > self._kept_volumes.get(symbol, 0) or moment >= self._recent_from:
                self.rows.setdefault(symbol, []).append(row)


async def read_spooled_dates(spool: Spool) -> set[date]:
    """Return the trading dates of trades that wait in the spool."""
    dates: set[date] = set()
    await spool.scan_table(TRADES.name, lambda rows: dates.update(row[_DAY] for row in rows))
    return dates


async def read_spooled(spool: Spool, trading_date: date, kept: KeptStates, recent_s: float) -> SpooledTrades:
    """Return what waits in the spool of a date; `recent_s`: of how long before the kept states' newest time all of it."""
    recent_from_s = max(0.0, kept.last_time_s() - recent_s)
    spooled = SpooledTrades(trading_date, kept.volumes(), recent_from_s)
    await spool.scan_table(TRADES.name, spooled.take)
    return spooled


class StoredSession(Struct, frozen=True):
    """One trading date as it is stored: who traded, until when, and what was kept of it while it lasted."""

    trading_date: date
    span: TimeRange
    totals: dict[str, int]  # symbol -> greatest TotalVol
    last_time_s: float
    kept: KeptStates

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to restore."""
        return not self.totals and not self.kept.symbols

    def kept_volume(self, symbol: str) -> int:
        """Return the TotalVol up to which a state was kept of `symbol`, 0 without one."""
        return self.kept.volume_of(symbol)


class DayReader:
    """Reads one trading date; `pool` None: the database is not there, the spool alone tells.

    `spooled` is of the date that is read. `positions` (symbol -> trading date, TotalVol) then stand for the prints that are out of reach: their volume is
    missed in memory, but it is no gap, and what was traded while we were down is told from it.
    """

    def __init__(
        self,
        pool: DatabasePool | None,
        spooled: SpooledTrades,
        positions: Mapping[str, tuple[date, int]] | None = None,
    ) -> None:
        self._pool = pool
        self._spooled = spooled
        self._positions = positions or {}

    @property
    def is_partial(self) -> bool:
        """Whether stored prints are out of reach."""
        return self._pool is None

    async def find(self, trading_date: date, kept: KeptStates) -> StoredSession:
        """Return who traded on a date, and the time of its newest print. `kept`: the states of that date."""
        span = _span(trading_date)
        totals: dict[str, int] = {}
        last_time_s = kept.last_time_s()
        if self._pool is not None:
            for symbol, moment, total in await self._pool.fetch(_SYMBOLS, trading_date, span.start, span.end):
                totals[symbol] = total
                last_time_s = max(last_time_s, moment.timestamp())
        for symbol, total in self._spooled.totals.items():
            totals[symbol] = max(total, totals.get(symbol, 0))
        if self._spooled.last_time is not None:
            last_time_s = max(last_time_s, self._spooled.last_time.timestamp())
        for symbol, total in self._accepted(trading_date).items():
            totals.setdefault(symbol, total)
            last_time_s = last_time_s or (span.start + FIRST_OPENING).timestamp()
        return StoredSession(trading_date, span, totals, last_time_s, kept)

    async def trades(
        self, session: StoredSession, recent_from_s: float
    ) -> AsyncIterator[list[ClassifiedTrade]]:
        """Return prints, a few symbols at a time, by total within a symbol.

        All those that no kept state counts, and beside them those since `recent_from_s`.
        """
        kept = [symbol for symbol in sorted(session.totals) if session.kept_volume(symbol)]
        others = sorted(session.totals.keys() - set(kept))
        for symbols, at_once in ((kept, KEPT_SYMBOLS_AT_ONCE), (others, SYMBOLS_AT_ONCE)):
            for n in range(0, len(symbols), at_once):
                rows = await self._rows(session, symbols[n : n + at_once], recent_from_s)
                for start in range(0, len(rows), TRADES_AT_ONCE):
                    yield trades_of(rows[start : start + TRADES_AT_ONCE])

    async def _rows(
        self, session: StoredSession, symbols: list[str], recent_from_s: float
    ) -> Sequence[Sequence[Any]]:
        spooled, span = self._spooled.rows, session.span
        recent_from = moment_at(recent_from_s)
        kept_volumes = {symbol: session.kept_volume(symbol) for symbol in symbols}
        rows: Sequence[Sequence[Any]] = []
        if self._pool is not None:
            rows = await self._pool.fetch(
                _TRADES,
                symbols,
                list(kept_volumes.values()),
                session.trading_date,
                span.start,
                span.end,
                recent_from,
            )
        waiting = [
            row
            for symbol in symbols
            for row in spooled.get(symbol, ())
            if row[_TOTAL] > kept_volumes[symbol] or row[_MOMENT] >= recent_from
        ]
        if waiting:
            by_key = {(row[_SYMBOL], row[_TOTAL]): row for row in [*rows, *waiting]}
            rows = [by_key[key] for key in sorted(by_key)]
        return rows

    def _accepted(self, trading_date: date) -> dict[str, int]:
        """Return the last TotalVol accepted of each symbol, as far as it takes the place of prints."""
        if self._pool is not None:
            return {}
        return {symbol: total for symbol, (day, total) in self._positions.items() if day == trading_date}

    async def rest(self, session: StoredSession) -> StoredDay:
        """Return everything but the prints."""
        kept, day = session.kept, session.trading_date
        if self._pool is None:
            indices = list(kept.indices.values())
            return StoredDay(day, indices=indices, totals=self._accepted(day))
        pool, span = self._pool, session.span
        gaps = await pool.fetch(_GAPS, day)
        points, alerts = await read_history(pool, day)
        return StoredDay(
            day,
            gaps=[gap_of(row) for row in gaps],
            foreign=await self._foreign(pool, session),
            indices=with_kept(indices_of(await IndexRepository(pool).fetch_minutes(span)), kept.indices),
            basis_points=points,
            alerts=alerts,
        )

    @staticmethod
    async def _foreign(pool: DatabasePool, session: StoredSession) -> list[ForeignInvestorData]:
        """Return the rows that fill windows, and of a symbol without a kept state its last as well."""
        span = session.span
        kept = {name for name, state in session.kept.symbols.items() if state.foreign is not None}
        if not kept:
            return [foreign_of(row) for row in await pool.fetch(_FOREIGN, span.start, span.end, None)]
        others = session.totals.keys() - kept
        since = moment_at(session.last_time_s) - FOREIGN_KEPT
        recent = await pool.fetch(_RECENT_FOREIGN, since, span.end)
        rows = [row for row in recent if row["symbol"] not in others]
        if others:
            rows += await pool.fetch(_FOREIGN, span.start, span.end, sorted(others))
        return [foreign_of(row) for row in rows]


async def read_history(pool: DatabasePool, trading_date: date) -> tuple[list[BasisPoint], list[Alert]]:
    """Return a day's basis points and alerts, oldest first. Raise HistoryUnavailable."""
    span = _span(trading_date)
    alerts = (await AlertRepository(pool).fetch(span, limit=ALERTS_MAX)).data
    return await BasisRepository(pool).fetch_session(span), list(reversed(alerts))


def _span(trading_date: date) -> TimeRange:
    start = datetime(trading_date.year, trading_date.month, trading_date.day, tzinfo=VIETNAM)
    return TimeRange(start=start, end=start + timedelta(days=1, microseconds=-1))
