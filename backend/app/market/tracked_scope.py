"""Which symbols are ours: the tracked set, the VN30 futures, and the master list that says what exists at all."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from enum import Enum

from app.market.contract_codes import is_derivative, parse_contract

REMEMBERED_MAX = (
    10_000  # the whole market is 2,500 symbols; a flood of invented ones must not grow the memory
)


class Scope(Enum):
    TRACKED = 1
    IGNORED = 2  # exists, but nobody asked for it
    UNKNOWN = 3


class TrackedScope:
    """Answers for each symbol, and remembers the answer: it is asked once per message."""

    def __init__(
        self, tracked: AbstractSet[str] | None, label: str, known_symbols: AbstractSet[str] | None
    ) -> None:
        self._tracked = tracked
        self._known_symbols = known_symbols
        self.label = label
        self._answers: dict[str, Scope] = {}

    @property
    def tracked(self) -> AbstractSet[str] | None:
        """Return the tracked stocks, None for all."""
        return self._tracked

    def set_tracked(self, tracked: AbstractSet[str] | None, label: str) -> bool:
        """Track other symbols (None: all of them); return whether they are others."""
        if (tracked, label) == (self._tracked, self.label):
            return False
        self._tracked = tracked
        self.label = label
        self._answers.clear()
        return True

    def set_known_symbols(self, symbols: AbstractSet[str] | None) -> bool:
        """Take the master list (None: not known yet); return whether it is another."""
        if symbols == self._known_symbols:
            return False
        self._known_symbols = symbols
        self._answers.clear()
        return True

    def of(self, symbol: str) -> Scope:
        """Return what `symbol` is to us."""
        answer = self._answers.get(symbol)
        if answer is None:
            if len(self._answers) >= REMEMBERED_MAX:
                self._answers.clear()
            answer = self._answers[symbol] = self._decide(symbol)
        return answer

    def _decide(self, symbol: str) -> Scope:
        if parse_contract(symbol) is not None:
            return Scope.TRACKED
        if is_derivative(symbol):
            return Scope.IGNORED
        if self._known_symbols is not None and symbol not in self._known_symbols:
            return Scope.UNKNOWN
        return Scope.TRACKED if self._tracked is None or symbol in self._tracked else Scope.IGNORED
