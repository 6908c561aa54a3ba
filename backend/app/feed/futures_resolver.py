"""FuturesResolver: which VN30 futures are listed on a day, as REST and subscriptions want them named."""

from __future__ import annotations

from datetime import date

from app.market.contract_codes import ALIASES, contract_months, krx_code, old_code, parse_contract
from app.market.trading_calendar import TradingCalendar

FIRST_KRX_MONTH = (
    2025,
    7,
)  # contracts listed before 5 May 2025 kept their code; 41I1F7000 was the first new one
OLD_CODES_TO_EXPIRY = frozenset({(2025, 9), (2025, 12)})  # quarters, listed long before


class FuturesResolver:
    """Names the listed contracts of a day, nearest first. An override puts one contract in front."""

    def __init__(self, *, calendar: TradingCalendar, override: str = "") -> None:
        self._calendar = calendar
        self._override = override.strip().upper()

    def contracts(self, day: date) -> list[str]:
        """Return the symbols listed on `day`, at most one more than there are aliases."""
        listed = [self._code(month) for month in contract_months(day, self._calendar).values()]
        wanted = self.resolve(self._override, day)
        if wanted and wanted not in listed:
            listed.insert(0, wanted)
        return listed

    def resolve(self, name: str, day: date) -> str:
        """Return the contract an alias (VN30F1M) or a code of either form stands for on `day`, else ""."""
        name = name.strip().upper()
        if name in ALIASES:
            return self._code(contract_months(day, self._calendar)[name])
        month = parse_contract(name)
        return self._code(month) if month is not None else ""

    @staticmethod
    def _code(month: tuple[int, int]) -> str:
        is_old = month < FIRST_KRX_MONTH or month in OLD_CODES_TO_EXPIRY
        return old_code(month) if is_old else krx_code(month)
