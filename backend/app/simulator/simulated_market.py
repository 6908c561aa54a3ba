"""The simulated market day after day, as a source the player can play."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.simulator.clock import midnight_s
from app.simulator.events import Event, Security
from app.simulator.indices import PRIOR_VALUES
from app.simulator.market_model import MarketDay
from app.simulator.securities import make_futures, make_stock, stock_symbols
from app.simulator.sessions import RESET_S
from app.simulator.trading_dates import next_trading_day


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
