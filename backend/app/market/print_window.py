"""The prints of one symbol in a sliding window, one bucket a second.

Memory: 24 bytes a second with prints. As lists of lists the window of a whole market's 20 minutes was 150 MB.
"""

from __future__ import annotations

from array import array

GONE_MAX = 256  # buckets that have left stay until they are so many and half of all


class PrintWindow:
    """`prints` and `volume` are of everything counted and not yet dropped. Times are in seconds, never earlier again."""

    __slots__ = ("_counts", "_first", "_times_s", "_volumes", "prints", "volume")

    def __init__(self) -> None:
        self.prints = 0
        self.volume = 0
        self._times_s = array("d")
        self._counts = array("q")
        self._volumes = array("q")
        self._first = 0  # of those not dropped

    def drop_until(self, time_s: float) -> None:
        """Forget what was printed at `time_s` or before."""
        times_s, first = self._times_s, self._first
        while first < len(times_s) and times_s[first] <= time_s:
            self.prints -= self._counts[first]
            self.volume -= self._volumes[first]
            first += 1
        if first > GONE_MAX and first * 2 > len(times_s):
            del self._times_s[:first], self._counts[:first], self._volumes[:first]
            first = 0
        self._first = first

    def add(self, time_s: float, volume: int) -> None:
        """Count a print."""
        if self._first < len(self._times_s) and self._times_s[-1] == time_s:
            self._counts[-1] += 1
            self._volumes[-1] += volume
        else:
            self._times_s.append(time_s)
            self._counts.append(1)
            self._volumes.append(volume)
        self.prints += 1
        self.volume += volume
