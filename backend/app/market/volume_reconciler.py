"""Checks each print against the day's running total: TotalVol = the one before + LastVol.

What the total shows and no print showed was traded but never sent. A total that does not grow is a repeat.
"""

from __future__ import annotations

from msgspec import Struct


class VolumeStep(Struct, frozen=True, gc=False):
    """How far one message moved the total: `shown` by its print, `missed` before it."""

    shown: int
    missed: int
    is_repeat: bool = False
    is_first: bool = False  # the first total seen of this symbol: a baseline


_REPEAT = VolumeStep(0, 0, is_repeat=True)
_STILL = VolumeStep(0, 0)


class VolumeReconciler:
    """The last TotalVol of each symbol."""

    def __init__(self) -> None:
        self._totals: dict[str, int] = {}

    def step(self, symbol: str, last_volume: int, total_volume: int, is_combined: bool) -> VolumeStep:
        """Return what a message with these figures adds. A combined one that adds nothing is no repeat."""
        before = self._totals.get(symbol)
        if before is None:
            self._totals[symbol] = total_volume
            shown = last_volume if last_volume < total_volume else total_volume
            return VolumeStep(shown, total_volume - shown, is_first=True)
        step = total_volume - before
        if step <= 0:
            return _STILL if is_combined and step == 0 else _REPEAT
        self._totals[symbol] = total_volume
        # a step smaller than LastVol: the total is right, it is the exchange's
        shown = last_volume if last_volume < step else step
        return VolumeStep(shown, step - shown)

    def total_of(self, symbol: str) -> int:
        """Return the last total seen, 0 before the first."""
        return self._totals.get(symbol, 0)

    def known_total(self, symbol: str) -> int | None:
        """Return the last total seen, None before the first."""
        return self._totals.get(symbol)

    def restore(self, symbol: str, total_volume: int) -> None:
        """Go on from a total that was stored before a restart."""
        self._totals[symbol] = max(total_volume, self.total_of(symbol))

    def forget(self, symbol: str) -> None:
        """Drop a symbol that is no longer tracked."""
        self._totals.pop(symbol, None)
