"""The simulated market: a day as a stream of events in order of time, the same for the same seed.

Pure and synchronous: no clock, no I/O. A day of thirty stocks at activity 0.05 takes about two seconds.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count

from app.simulator.clock import midnight_s
from app.simulator.events import Event, OddLot, Reset, Security, Status
from app.simulator.indices import INDEX_IDS, INTERVAL_S, PRIOR_VALUES, IndexBasket, constituents_of
from app.simulator.price_rules import DERIVATIVES
from app.simulator.securities import FUTURES_SCALE, make_futures, make_stock, stock_symbols
from app.simulator.sessions import DAY_END_S, RESET_S, SESSIONS, session_at
from app.simulator.trading_dates import next_trading_day
from app.simulator.trading_day import TradingDay

type _Due = tuple[float, int, Callable[[float], Iterator[Event]]]

_MARKET_VOLATILITY = 0.009  # of the common factor, a day
_OWN_VOLATILITY = 0.008  # of a stock besides it
_SESSION_SECONDS = 15_300
_BASIS_SD_POINTS = 4.0
_BASIS_HALF_LIFE_S = 900
_LATE_S = 0.5  # continuous prints stamped 11:30:00 and 14:30:00 exist on a quarter of the days


class MarketDay:
    """One trading day. Build it, iterate `events()` once; afterwards `closes` holds the next day's references."""

    def __init__(
        self,
        trading_date: date,
        stocks: list[Security],
        futures: list[Security],
        prior_values: dict[str, float],
        seed: int,
        activity: float = 1.0,
    ) -> None:
        self.trading_date = trading_date
        self._activity = activity
        day_seed = f"{seed} {trading_date.isoformat()}"
        self._rng = random.Random(day_seed)
        self._midnight_s = midnight_s(trading_date)
        self.stocks = [TradingDay(stock, day_seed, activity) for stock in stocks]
        self.futures = [TradingDay(future, day_seed, activity) for future in futures]
        self.baskets = [
            IndexBasket(
                index_id,
                prior_values[index_id],
                constituents_of(index_id, self.stocks),
                random.Random(f"{day_seed} {index_id}"),
                activity,
            )
            for index_id in INDEX_IDS
        ]
        self.vn30 = self.baskets[0]
        self._factor = 0.0
        self._factor_s = 0.0
        self._own_s: dict[str, float] = {}
        self._own: dict[str, float] = {}
        self._basis = [self._rng.gauss(0, _BASIS_SD_POINTS) for _ in futures]
        self._heap: list[_Due] = []
        self._order = count()

    def securities(self) -> list[Security]:
        """Return everything listed today."""
        return [day.security for day in (*self.stocks, *self.futures)]

    def closes(self) -> tuple[dict[str, int], dict[str, float]]:
        """Return the last prices by symbol and the last index values: tomorrow's references."""
        prices = {day.security.symbol: day.price for day in (*self.stocks, *self.futures)}
        return prices, {basket.index_id: basket.value for basket in self.baskets}

    def events(self) -> Iterator[Event]:
        """Yield the day from the 08:00 reset to the last foreign report at 15:32."""
        self._schedule_day()
        heap, midnight = self._heap, self._midnight_s
        while heap:
            day_s, _, action = heapq.heappop(heap)
            yield from action(midnight + day_s)

    def _at(self, day_s: float, action: Callable[[float], Iterator[Event]]) -> None:
        heapq.heappush(self._heap, (day_s, next(self._order), action))

    def _schedule_day(self) -> None:
        rng = self._rng
        for n, day in enumerate((*self.stocks, *self.futures)):
            self._at(RESET_S + rng.uniform(0, 9), self._reset_of(day))
            self._schedule_sessions(day)
            self._schedule_arrival(day, SESSIONS[day.security.exchange][1][0])
            if day.foreign is not None:
                self._at(15 * 3600 + 1920 + n * 0.001, self._last_report_of(day))
                self._at(9 * 3600 + rng.expovariate(1 / 60), self._odd_lots_of(day))
        self._at(8 * 3600 + 45 * 60, self._index_step)
        self._schedule_locks()

    def _schedule_sessions(self, day: TradingDay) -> None:
        exchange = day.security.exchange
        rows = SESSIONS[exchange]
        for (start, code, phase), (_, _, phase_before) in zip(rows[1:], rows, strict=False):
            if phase_before in {"ato", "atc"}:
                self._at(start, self._auction_of(day, phase_before))
            delay = rng_delay(self._rng, phase_before)
            self._at(start + delay, self._session_of(day, code))
            if phase in {"ato", "atc"}:
                self._at(start + self._rng.uniform(1, 20), self._gathering_of(day))
            elif phase == "plo":
                self._at(start + self._rng.uniform(1, 60), self._late_prints_of(day))

    def _schedule_locks(self) -> None:
        """Send one stock to the ceiling and one to the floor for a while, on boards of at least ten stocks."""
        if len(self.stocks) < 10:
            return
        liquid = sorted(self.stocks, key=lambda day: -day.security.daily_volume)[: len(self.stocks) // 2]
        for day, side in zip(self._rng.sample(liquid, 2), (1, -1), strict=True):
            start = self._rng.choice((self._rng.uniform(9.6, 11.0), self._rng.uniform(13.1, 13.9))) * 3600
            self._at(start, self._lock_of(day, side))
            self._at(start + self._rng.uniform(900, 1_800), self._lock_of(day, 0))

    def _reset_of(self, day: TradingDay) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            yield Reset(day.security, time_s)
            if day.foreign is not None:
                yield day.foreign.totals(time_s)

        return act

    def _session_of(self, day: TradingDay, code: str) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            yield Status(day.security, time_s, code)
            if code == "LO":
                self._move_fair(day, time_s)
                if not day.last_price:
                    day.book.open_at(
                        round(day.fair_price / 100) * 100 if day.security.scale == 1 else day.price
                    )
                day.est_price = 0
                yield day.quote(time_s, code)

        return act

    def _auction_of(self, day: TradingDay, phase: str) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            self._move_fair(day, time_s)
            # the burst shares its second with every other stock's, so it goes through the heap print by print
            for event in day.auction(time_s, phase.upper(), phase):
                self._at(event.time_s - self._midnight_s, _only(event))
            if day.foreign is not None:
                self._at(time_s - self._midnight_s + 0.75, self._report_of(day))
            return iter(())

        return act

    def _gathering_of(self, day: TradingDay) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            _, code, phase = session_at(day.security.exchange, time_s - self._midnight_s)
            if phase not in {"ato", "atc"}:
                return
            self._move_fair(day, time_s)
            yield day.gather(time_s, code)
            gap = 0.8 if day.security.exchange == DERIVATIVES else 6.0
            step = day.rng.expovariate(min(1.0, self._activity + 0.02) / gap)
            self._at(time_s - self._midnight_s + step, act)

        return act

    def _late_prints_of(self, day: TradingDay) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            _, code, phase = session_at(day.security.exchange, time_s - self._midnight_s)
            if phase != "plo" or not day.last_price:
                return
            yield day.late_print(time_s, code)
            step = day.rng.expovariate(min(1.0, self._activity + 0.02) / 90)
            self._at(time_s - self._midnight_s + step, act)

        return act

    def _odd_lots_of(self, day: TradingDay) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            day_s = time_s - self._midnight_s
            _, code, phase = session_at(day.security.exchange, day_s)
            if phase == "closed":
                return
            if phase == "continuous" and day.last_price:
                price = day.add_odd_lot()
                bids = tuple((level, volume % 997 + 1) for level, volume in day.book.best_bids()[:3])
                asks = tuple((level, volume % 991 + 1) for level, volume in day.book.best_asks()[:3])
                yield OddLot(
                    day.security, time_s, code, price, day.odd_volume, day.odd_value, day.total_volume,
                    day.open, day.high, day.low, bids, asks,
                )  # fmt: skip
            self._at(day_s + day.rng.expovariate(min(1.0, self._activity + 0.02) / 40), act)

        return act

    def _report_of(self, day: TradingDay) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            report = day.foreign.report(time_s, at_once=True) if day.foreign else None
            if report is not None:
                yield report

        return act

    def _last_report_of(self, day: TradingDay) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            if day.foreign is not None:
                yield day.foreign.totals(time_s)

        return act

    def _lock_of(self, day: TradingDay, side: int) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            was = day.lock_side
            day.lock_side = side
            if was and not side:
                self._own[day.security.symbol] = 0.0
                day.book.open_at(day.price)
                yield day.quote(time_s, session_at(day.security.exchange, time_s - self._midnight_s)[1])

        return act

    def _schedule_arrival(self, day: TradingDay, after_day_s: float) -> None:
        arrival = day.flow.next_arrival_s(after_day_s + (1.0 if not day.last_price else 0.0))
        if arrival is not None:
            self._at(arrival, self._arrival_of(day))

    def _arrival_of(self, day: TradingDay) -> Callable[[float], Iterator[Event]]:
        def act(time_s: float) -> Iterator[Event]:
            day_s = time_s - self._midnight_s
            _, code, phase = session_at(day.security.exchange, day_s)
            if phase == "continuous":
                self._move_fair(day, time_s)
                if day.flow.is_order():
                    yield from day.order(time_s, code)
                    report = day.foreign.report(time_s) if day.foreign is not None else None
                    if report is not None:
                        yield report
                else:
                    yield day.stir(time_s, code)
            following = day.flow.next_arrival_s(day_s)
            if following is not None:
                self._at(following, act)

        return act

    def _index_step(self, time_s: float) -> Iterator[Event]:
        lean = max(-0.2, min(0.2, self._factor * 20))
        day_s = time_s - self._midnight_s
        for basket in self.baskets:
            yield basket.message(time_s, day_s, lean)
        if day_s + INTERVAL_S <= 15 * 3600 + 300:
            self._at(day_s + INTERVAL_S, self._index_step)

    def _move_fair(self, day: TradingDay, time_s: float) -> None:
        """Let the fair price drift since this security's last event: a common factor, its own, or the index."""
        rng = self._rng
        elapsed = max(0.0, time_s - (self._factor_s or time_s))
        self._factor_s = time_s
        if elapsed:
            self._factor += rng.gauss(0, _MARKET_VOLATILITY) * (min(elapsed, 60) / _SESSION_SECONDS) ** 0.5
        symbol = day.security.symbol
        own_elapsed = min(60.0, time_s - self._own_s.get(symbol, time_s))
        self._own_s[symbol] = time_s
        if day.security.exchange == DERIVATIVES:
            n = next(n for n, future in enumerate(self.futures) if future is day)
            pull = min(1.0, own_elapsed / _BASIS_HALF_LIFE_S)
            self._basis[n] += -pull * self._basis[n] + rng.gauss(0, _BASIS_SD_POINTS) * (2 * pull) ** 0.5
            day.fair_price = (self.vn30.value + self._basis[n]) * FUTURES_SCALE
            return
        own = (
            self._own.get(symbol, 0.0)
            + rng.gauss(0, _OWN_VOLATILITY) * (own_elapsed / _SESSION_SECONDS) ** 0.5
        )
        self._own[symbol] = own
        day.fair_price = day.security.ref_price * (1 + self._factor + own)


def _only(event: Event) -> Callable[[float], Iterator[Event]]:
    def act(_time_s: float) -> Iterator[Event]:
        yield event

    return act


def rng_delay(rng: random.Random, phase_before: str) -> float:
    """Return how long after the boundary a security's F message comes: after a burst, last of its second."""
    return rng.uniform(0.8, 2.9) if phase_before in {"ato", "atc"} else rng.uniform(0.0, 0.4)


class SimulatedMarket:
    """Day after day of the simulated market, as a source of TimedMessages."""

    source = "simulator"

    def __init__(
        self,
        first_date: date,
        seed: int = 1,
        symbols: int = 30,
        activity: float = 1.0,
        days: int | None = None,
    ) -> None:
        self.trading_date = first_date
        self.seed = seed
        self._activity = activity
        self._symbols = stock_symbols(symbols, seed)
        self._days_left = days
        self.day = self._make_day({}, dict(PRIOR_VALUES))
        self.start_s = midnight_s(first_date) + RESET_S

    def securities(self) -> list[Security]:
        """Return what is listed today."""
        return self.day.securities()

    def events(self) -> Iterator[Event]:
        """Yield the days, one after the other."""
        while True:
            yield from self.day.events()
            if self._days_left is not None:
                self._days_left -= 1
                if self._days_left <= 0:
                    return
            prices, index_values = self.day.closes()
            self.trading_date = next_trading_day(self.trading_date)
            self.day = self._make_day(prices, index_values)

    def _make_day(self, prices: dict[str, int], index_values: dict[str, float]) -> MarketDay:
        stocks = [make_stock(symbol, board, prices.get(symbol), self.seed) for symbol, board in self._symbols]
        futures = make_futures(self.trading_date, prices, index_values["VN30"])
        return MarketDay(self.trading_date, stocks, futures, index_values, self.seed, self._activity)


END_OF_DAY_S = DAY_END_S
