"""The simulated market: a day as a stream of events in order of time, the same for the same seed.

Pure and synchronous: no clock, no I/O. A day of thirty stocks at activity 0.05 takes about two seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from app.simulator.clock import midnight_s
from app.simulator.events import Event, OddLot, Reset, Security, Status
from app.simulator.fair_price import FairPrices
from app.simulator.indices import INDEX_IDS, INTERVAL_S, IndexBasket, constituents_of
from app.simulator.price_locks import PriceLocks
from app.simulator.price_rules import DERIVATIVES
from app.simulator.sessions import LATE_S, RESET_S, SESSIONS, session_at
from app.simulator.timetable import Action, Timetable, only
from app.simulator.trading_day import TradingDay


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
        self._fair = FairPrices(self._rng, self.futures, lambda: self.vn30.value)
        self._timetable = Timetable(self._midnight_s)
        self._at = self._timetable.at
        self._locks = PriceLocks(self._timetable, self._rng, self.stocks)

    def securities(self) -> list[Security]:
        """Return everything listed today."""
        return [day.security for day in (*self.stocks, *self.futures)]

    def closes(self) -> tuple[dict[str, int], dict[str, float]]:
        """Return the last prices by symbol and the last index values: tomorrow's references."""
        prices = {day.security.symbol: day.price for day in (*self.stocks, *self.futures)}
        return prices, {basket.index_id: basket.value for basket in self.baskets}

    def events(self) -> Iterator[Event]:
        """Return the day from the 08:00 reset to the last foreign report at 15:32."""
        self._schedule_day()
        return self._timetable.events()

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
        self._locks.schedule()

    def _schedule_sessions(self, day: TradingDay) -> None:
        exchange = day.security.exchange
        rows = SESSIONS[exchange]
        for (start, code, phase), (_, _, phase_before) in zip(rows[1:], rows, strict=False):
            if phase_before in {"ato", "atc"}:
                self._at(start, self._auction_of(day, phase_before))
            delay = _status_delay_s(self._rng, phase_before)
            self._at(start + delay, self._session_of(day, code))
            if phase in {"ato", "atc"}:
                self._at(start + self._rng.uniform(1, 20), self._gathering_of(day))
            elif phase == "plo":
                self._at(start + self._rng.uniform(1, 60), self._late_prints_of(day))

    def _reset_of(self, day: TradingDay) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            yield Reset(day.security, time_s)
            if day.foreign is not None:
                yield day.foreign.totals(time_s)

        return act

    def _session_of(self, day: TradingDay, code: str) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            yield Status(day.security, time_s, code)
            if code == "LO":
                self._fair.move(day, time_s)
                if not day.last_price:
                    day.book.open_at(
                        round(day.fair_price / 100) * 100 if day.security.scale == 1 else day.price
                    )
                day.est_price = 0
                yield day.quote(time_s, code)

        return act

    def _auction_of(self, day: TradingDay, phase: str) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            self._fair.move(day, time_s)
            # the burst shares its second with every other stock's, so it goes through the heap print by print
            for event in day.auction(time_s, phase.upper(), phase):
                self._at(event.time_s - self._midnight_s, only(event))
            if day.foreign is not None:
                self._at(time_s - self._midnight_s + 0.75, self._report_of(day))
            return iter(())

        return act

    def _gathering_of(self, day: TradingDay) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            _, code, phase = session_at(day.security.exchange, time_s - self._midnight_s)
            if phase not in {"ato", "atc"}:
                return
            self._fair.move(day, time_s)
            yield day.gather(time_s, code)
            gap = 0.8 if day.security.exchange == DERIVATIVES else 6.0
            step = day.rng.expovariate(min(1.0, self._activity + 0.02) / gap)
            self._at(time_s - self._midnight_s + step, act)

        return act

    def _late_prints_of(self, day: TradingDay) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            _, code, phase = session_at(day.security.exchange, time_s - self._midnight_s)
            if phase != "plo" or not day.last_price:
                return
            yield day.late_print(time_s, code)
            step = day.rng.expovariate(min(1.0, self._activity + 0.02) / 90)
            self._at(time_s - self._midnight_s + step, act)

        return act

    def _odd_lots_of(self, day: TradingDay) -> Action:
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

    def _report_of(self, day: TradingDay) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            report = day.foreign.report(time_s, at_once=True) if day.foreign else None
            if report is not None:
                yield report

        return act

    def _last_report_of(self, day: TradingDay) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            if day.foreign is not None:
                yield day.foreign.totals(time_s)

        return act

    def _schedule_arrival(self, day: TradingDay, after_day_s: float) -> None:
        arrival = day.flow.next_arrival_s(after_day_s)
        if arrival is not None:
            self._at(arrival, self._arrival_of(day))

    def _arrival_of(self, day: TradingDay) -> Action:
        def act(time_s: float) -> Iterator[Event]:
            day_s = time_s - self._midnight_s
            _, code, phase = session_at(day.security.exchange, day_s - LATE_S)
            if phase == "continuous":
                self._fair.move(day, time_s)
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
        day_s = time_s - self._midnight_s
        for basket in self.baskets:
            yield basket.message(time_s, day_s, self._fair.factor)
        if day_s + INTERVAL_S <= 15 * 3600 + 300:
            self._at(day_s + INTERVAL_S, self._index_step)


def _status_delay_s(rng: random.Random, phase_before: str) -> float:
    """Return how long after the boundary a security's F message comes: after a burst, last of its second."""
    if phase_before in {"ato", "atc"}:
        return rng.uniform(0.8, 2.9)
    return LATE_S + rng.uniform(0.0, 0.4) if phase_before == "continuous" else rng.uniform(0.0, 0.4)
