"""Who is told of each change."""

from __future__ import annotations

from collections.abc import Callable

from app.market.models import Changes

type Callback = Callable[[Changes], None]


class ChangeSubscribers:
    """Calls each subscriber with the Changes, in the order they came."""

    def __init__(self) -> None:
        self._callbacks: list[Callback] = []

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call `callback` after each change; return what ends that."""
        self._callbacks.append(callback)
        return lambda: self.unsubscribe(callback)

    def unsubscribe(self, callback: Callback) -> None:
        """Stop calling `callback`; harmless when it is not subscribed."""
        if callback in self._callbacks:
            self._callbacks.remove(callback)

    def _tell(self, changes: Changes) -> None:
        for callback in tuple(self._callbacks):
            callback(changes)
