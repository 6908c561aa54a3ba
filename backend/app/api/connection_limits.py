"""How many sockets one address or user may hold, and how many messages one socket may send."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable


class ConnectionLimiter:
    """Counts open sockets per key: a Visitor's limit_key. Overflow: the new socket is refused (4429)."""

    def __init__(self, per_key_max: int = 5) -> None:
        self._per_key_max = per_key_max
        self._open: Counter[str] = Counter()

    def acquire(self, key: str) -> Callable[[], None] | None:
        """Take a place; return what gives it back (once, however often it is called), or None when full."""
        if self._open[key] >= self._per_key_max:
            return None
        self._open[key] += 1
        is_held = True

        def release() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                self._open[key] -= 1
                if not self._open[key]:
                    del self._open[key]

        return release

    def open_count(self, key: str) -> int:
        """Return how many sockets a key holds."""
        return self._open.get(key, 0)


class MessagePace:
    """At most `per_second` messages in any second. Overflow: the socket is closed (4429)."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._times_s: deque[float] | None = None  # most clients never say anything

    def allows(self, now_s: float) -> bool:
        """Count a message; False if it is one too many."""
        if self._times_s is None:
            self._times_s = deque(maxlen=self._per_second)
        times_s = self._times_s
        is_full = len(times_s) == times_s.maxlen
        if is_full and (not times_s or now_s - times_s[0] < 1.0):
            return False
        times_s.append(now_s)
        return True
