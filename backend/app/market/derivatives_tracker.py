"""VN30 futures: price, book and basis per contract, which contract is active, and the day's basis history.

The basis is futures - VN30 in points, worked out only while both are fresh; otherwise the last one stands, `stale`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from math import inf

from msgspec import Struct, field

from app.market.contract_codes import (
    ContractMonth,
    contract_months,
    expiry_date,
    krx_code,
    old_code,
    parse_contract,
)
from app.market.market_time import moment_at
from app.market.messages import QuoteMessage, TradeMessage
from app.market.models import BasisPoint, ClassifiedTrade, DerivativesContract, DerivativesData, PriceData
from app.market.trading_calendar import TradingCalendar

SPOT_AGE_MAX_S = 15
FUTURES_AGE_MAX_S = 60
# a rival needs 10 % more volume to become the active contract: 11/10, in whole numbers
_SWITCH_NUMERATOR, _SWITCH_DENOMINATOR = 11, 10


class _Contract(Struct):
    data: DerivativesContract
    month: ContractMonth
    price_at_s: float = 0.0
    points: list[BasisPoint] = field(default_factory=list)
    point_times_s: list[int] = field(default_factory=list)


class DerivativesTracker:
    """The listed contracts seen today."""

    def __init__(self, calendar: TradingCalendar, trading_date: date, futures_override: str = "") -> None:
        self._calendar = calendar
        self._contracts: dict[str, _Contract] = {}
        self._months = contract_months(trading_date, calendar)
        self._aliases = {month: alias for alias, month in self._months.items()}
        override_month = self._months.get(futures_override)
        self._override = (
            {krx_code(override_month), old_code(override_month)} if override_month else {futures_override}
        )
        self._trading_date = trading_date
        self._spot = 0.0
        self._spot_at_s = 0.0
        self.active: str | None = None

    def _contract(self, symbol: str) -> _Contract:
        contract = self._contracts.get(symbol)
        if contract is None:
            month = parse_contract(symbol)
            if month is None:
                raise AssertionError(f"{symbol} is not a VN30 future")
            data = DerivativesContract(
                symbol, alias=self._aliases.get(month), expiry_date=expiry_date(month, self._calendar)
            )
            contract = self._contracts[symbol] = _Contract(data, month)
            self._choose_active()
        return contract

    def apply_trade(self, message: TradeMessage, price: PriceData, now_s: float) -> BasisPoint | None:
        """Take a print whose figures `price` already has; return the contract's basis when both legs are fresh."""
        contract = self._contract(message.symbol)
        data = contract.data
        # the active contract stays active by trading more, once it has traded at all
        may_switch = message.symbol != self.active or data.volume == 0
        data.last_price = message.price
        data.change, data.change_pct = price.change, price.change_pct
        data.volume = message.total_volume
        data.last_updated = moment_at(message.exchange_time_s)
        contract.price_at_s = message.exchange_time_s
        if may_switch:
            self._choose_active()
        return self._basis(contract, now_s)

    def apply_quote(self, message: QuoteMessage) -> None:
        """Take a contract's book."""
        data = self._contract(message.symbol).data
        data.bid_price = message.bids[0][0] if message.bids else None
        data.ask_price = message.asks[0][0] if message.asks else None

    def apply_refs(self, symbol: str, price: PriceData) -> None:
        """Take a change that new reference prices made."""
        data = self._contract(symbol).data
        data.change, data.change_pct = price.change, price.change_pct

    def apply_spot(self, value: float, time_s: float, now_s: float) -> list[BasisPoint]:
        """Take VN30's value; return the basis of each contract that is fresh."""
        self._spot, self._spot_at_s = value, time_s
        points = (self._basis(contract, now_s) for contract in self._contracts.values())
        return [point for point in points if point is not None]

    def _is_fresh(self, contract: _Contract, now_s: float) -> bool:
        return (
            self._spot > 0
            and contract.price_at_s > 0
            and now_s - self._spot_at_s <= SPOT_AGE_MAX_S
            and now_s - contract.price_at_s <= FUTURES_AGE_MAX_S
        )

    def _basis(self, contract: _Contract, now_s: float) -> BasisPoint | None:
        data = contract.data
        data.stale = not self._is_fresh(contract, now_s)
        if data.stale or data.last_price is None:
            return None
        basis = round(data.last_price - self._spot, 2)
        data.basis = basis
        data.basis_pct = round(100 * basis / self._spot, 4)
        data.is_premium = basis > 0
        moment = moment_at(max(contract.price_at_s, self._spot_at_s))
        data.last_updated = moment
        return BasisPoint(
            timestamp=moment,
            futures_symbol=data.symbol,
            futures_price=data.last_price,
            spot_value=self._spot,
            basis=basis,
            basis_pct=data.basis_pct,
            is_premium=data.is_premium,
        )

    def keep(self, point: BasisPoint) -> bool:
        """Add a point to its contract's history; return False when that second already has one."""
        contract = self._contract(point.futures_symbol)
        second = int(point.timestamp.timestamp())
        if contract.point_times_s and second <= contract.point_times_s[-1]:
            return False
        contract.points.append(point)
        contract.point_times_s.append(second)
        return True

    def restore_trade(self, trade: ClassifiedTrade) -> None:
        """Show a stored print of a contract again."""
        contract = self._contract(trade.symbol)
        contract.data.last_price = trade.price
        contract.data.volume = trade.total_volume
        contract.data.last_updated = trade.timestamp
        contract.price_at_s = trade.timestamp.timestamp()
        self._choose_active()

    def restore_contract(self, data: DerivativesContract, price_at_s: float, *, is_active: bool) -> None:
        """Show a kept contract again; its basis is the last one until both legs speak."""
        contract = self._contract(data.symbol)
        data.stale = True
        data.alias, data.expiry_date = contract.data.alias, contract.data.expiry_date
        contract.data = data
        contract.price_at_s = price_at_s
        self._choose_active()
        if is_active:
            self.active = data.symbol

    def restore_spot(self, value: float, time_s: float) -> None:
        """Know VN30's last value again: it is a leg for as long as it is fresh."""
        self._spot, self._spot_at_s = value, time_s

    def restore_point(self, point: BasisPoint) -> None:
        """Put a stored point back; it is the last basis until both legs speak again."""
        if self.keep(point):
            data = self._contract(point.futures_symbol).data
            data.basis, data.basis_pct, data.is_premium = point.basis, point.basis_pct, point.is_premium

    def complete(self, points: Iterable[BasisPoint]) -> None:
        """Put stored points (oldest first) before those of this run."""
        older: dict[str, list[BasisPoint]] = {}
        for point in points:
            known = self._contract(point.futures_symbol).points
            if not known or point.timestamp < known[0].timestamp:
                older.setdefault(point.futures_symbol, []).append(point)
        for symbol, before in older.items():
            contract = self._contracts[symbol]
            contract.points[:0] = before
            contract.point_times_s[:0] = [int(point.timestamp.timestamp()) for point in before]

    def advance(self, now_s: float) -> list[str]:
        """Move to market time `now_s`; return the contracts whose basis became stale."""
        turned = []
        for symbol, contract in self._contracts.items():
            if not contract.data.stale and not self._is_fresh(contract, now_s):
                contract.data.stale = True
                turned.append(symbol)
        return turned

    def _choose_active(self) -> None:
        overriding = self._override & self._contracts.keys()
        if overriding:
            self.active = min(overriding)
            return
        listed = [
            contract
            for contract in self._contracts.values()
            if contract.data.expiry_date is not None and contract.data.expiry_date >= self._trading_date
        ]
        if not listed:
            return
        front = min(listed, key=lambda contract: contract.month)
        if front.data.volume == 0:  # the front month until it has traded
            self.active = front.data.symbol
            return
        best = max(listed, key=lambda contract: contract.data.volume)
        current = self._contracts[self.active] if self.active else front
        if best.data.volume * _SWITCH_DENOMINATOR >= current.data.volume * _SWITCH_NUMERATOR:
            current = best
        self.active = current.data.symbol

    def get_data(self) -> DerivativesData | None:
        """Return the active contract with every listed one beside it, by expiry; None before the first is seen."""
        if self.active is None:
            return None
        active = self._contracts[self.active].data
        fields = {name: getattr(active, name) for name in active.__struct_fields__}
        contracts = sorted(
            self._contracts.values(), key=lambda contract: (contract.month, contract.data.symbol)
        )
        return DerivativesData(**fields, contracts=[contract.data for contract in contracts])

    @property
    def last_point_s(self) -> float:
        """Return the time of the active contract's last point, infinity before the first."""
        times_s = self._contracts[self.active].point_times_s if self.active is not None else []
        return times_s[-1] if times_s else inf

    @property
    def last_point(self) -> BasisPoint | None:
        """Return the active contract's newest point, None before the first."""
        points = self._contracts[self.active].points if self.active is not None else []
        return points[-1] if points else None

    def get_basis_trend(self, since_s: float) -> list[BasisPoint]:
        """Return the active contract's points from `since_s` on, oldest first."""
        if self.active is None:
            return []
        contract = self._contracts[self.active]
        return contract.points[bisect_left(contract.point_times_s, since_s) :]

    def get_contract(self, symbol: str) -> DerivativesContract | None:
        """Return one contract's figures, None before it is seen."""
        contract = self._contracts.get(symbol)
        return contract.data if contract is not None else None

    def get_points(self, symbol: str) -> list[BasisPoint]:
        """Return one contract's points of the day, oldest first."""
        contract = self._contracts.get(symbol)
        return contract.points if contract is not None else []

    def get_history(self) -> dict[str, list[BasisPoint]]:
        """Return the day's points of every contract."""
        return {symbol: contract.points for symbol, contract in self._contracts.items()}
