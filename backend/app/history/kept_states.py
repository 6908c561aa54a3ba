"""Kept states: what a restart needs beside the stored rows, written into the spool's file while the market moves.

A state is encoded on the loop right after the batch that changed it, and committed with that batch's rows or after
them: it never knows a print that was not accepted before. Each is at most KEEP_INTERVAL_S older than the last change.
Overflow: at most STATES_AT_ONCE are encoded at a time, the rest wait for the next batch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import msgspec
from msgspec import Struct, field

from app.market.models import Changes, IndexData
from app.market.symbol_state import SymbolState

KEEP_INTERVAL_S = 30.0  # a whole market then writes 53 states a second, and a restart replays half a minute
STATES_AT_ONCE = 40  # about 0.5 ms
SYMBOL = "symbol"
INDEX = "index"

type Key = tuple[str, str]  # kind, name
type EncodedStates = dict[Key, tuple[date, bytes]]

logger = logging.getLogger(__name__)


class KeptStates(Struct):
    """The states of one trading date."""

    symbols: dict[str, SymbolState] = field(default_factory=dict)
    indices: dict[str, IndexData] = field(default_factory=dict)

    def volume_of(self, symbol: str) -> int:
        """Return the TotalVol up to which the state of `symbol` counts its prints, 0 without one."""
        state = self.symbols.get(symbol)
        return state.stats.total_volume if state is not None and state.stats is not None else 0

    def volumes(self) -> dict[str, int]:
        """Return that of every symbol."""
        return {symbol: self.volume_of(symbol) for symbol in self.symbols}

    def last_time_s(self) -> float:
        """Return the newest exchange time in them, 0 without any."""
        moments = [data.last_updated for data in self.indices.values()]
        moments += [
            state.foreign.last_updated for state in self.symbols.values() if state.foreign is not None
        ]
        times_s = [moment.timestamp() for moment in moments if moment is not None]
        times_s += [state.total_time_s for state in self.symbols.values() if state.total_time_s is not None]
        return max(times_s, default=0.0)


class StateKeeper:
    """Remembers what changed, and encodes it when it is due."""

    def __init__(
        self,
        *,
        symbol_state: Callable[[str], SymbolState | None],
        indices: Callable[[], Mapping[str, IndexData]],
        trading_date: Callable[[], date | None],
        monotonic_s: Callable[[], float],
        interval_s: float = KEEP_INTERVAL_S,
    ) -> None:
        self._symbol_state = symbol_state
        self._indices = indices
        self._trading_date = trading_date
        self._monotonic_s = monotonic_s
        self._interval_s = interval_s
        self._changed_s: dict[Key, float] = {}  # the first change since it was kept, oldest first
        self._encoder = msgspec.json.Encoder()  # MessagePack would lose the zone of moments

    def note(self, changes: Changes) -> None:
        """Remember what a batch changed."""
        now_s, changed_s = self._monotonic_s(), self._changed_s
        for names in (changes.prices, changes.stats, changes.foreign, changes.contracts):
            for name in names:
                changed_s.setdefault((SYMBOL, name), now_s)
        for name in changes.indices:
            changed_s.setdefault((INDEX, name), now_s)

    def due(self) -> EncodedStates:
        """Return states whose time has come, as they are now."""
        until_s = self._monotonic_s() - self._interval_s
        keys: list[Key] = []
        for key, changed_s in self._changed_s.items():
            if changed_s > until_s or len(keys) == STATES_AT_ONCE:
                break
            keys.append(key)
        return self._encode(keys)

    def rest(self) -> EncodedStates:
        """Return every state that changed since it was kept: the feed has ended."""
        return self._encode(list(self._changed_s))

    def take_back(self, keys: Iterable[Key]) -> None:
        """Note that states were not accepted: they are due again an interval from now."""
        now_s = self._monotonic_s()
        for key in keys:
            self._changed_s.setdefault(key, now_s)

    def _encode(self, keys: list[Key]) -> EncodedStates:
        trading_date, encoded = self._trading_date(), dict[Key, tuple[date, bytes]]()
        for key in keys:
            del self._changed_s[key]
            kind, name = key
            state = self._symbol_state(name) if kind == SYMBOL else self._indices().get(name)
            if state is not None and trading_date is not None:
                encoded[key] = (trading_date, self._encoder.encode(state))
        return encoded


def decode_states(bodies: Mapping[Key, bytes]) -> KeptStates:
    """Return what can be read; a state another version wrote is left out, and its prints are counted again."""
    kept, unreadable = KeptStates(), 0
    for (kind, name), body in bodies.items():
        try:
            if kind == SYMBOL:
                kept.symbols[name] = msgspec.json.decode(body, type=SymbolState)
            elif kind == INDEX:
                kept.indices[name] = msgspec.json.decode(body, type=IndexData)
        except msgspec.MsgspecError:
            unreadable += 1
    if unreadable:
        logger.warning(
            "history: %s kept states are of another version: their prints are counted again", unreadable
        )
    return kept
