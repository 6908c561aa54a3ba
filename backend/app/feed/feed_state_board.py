"""FeedStateBoard: the feed's state as others see it, told once at each change. Logs on the edges only."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from app.clock import Clock
from app.market.models import FeedSource, FeedState, FeedStatus

LOST_STATES = frozenset({FeedState.STALLED, FeedState.RECONNECTING, FeedState.FAILED})

logger = logging.getLogger(__name__)

type StatusCallback = Callable[[FeedStatus], None]


class FeedStateBoard:
    """Holds state, reason and muted channels; the supervisor is its only writer."""

    def __init__(
        self,
        *,
        source: FeedSource,
        clock: Clock,
        is_connected: Callable[[], bool],
        ages: Callable[[], dict[str, float]],
    ) -> None:
        self._source = source
        self._clock = clock
        self._is_connected = is_connected
        self._ages = ages
        self._callbacks: list[StatusCallback] = []
        self._published: tuple[object, ...] = ()
        self._lost_s: float | None = None
        self.state = FeedState.CONNECTING
        self.since: datetime = clock.now()
        self.reason: str | None = None
        self.muted_channels: list[str] = []

    def status(self) -> FeedStatus:
        """Return all of it, with the age of each channel in seconds."""
        return FeedStatus(
            source=self._source,
            state=self.state,
            since=self.since,
            connected=self._is_connected(),
            ages=self._ages(),
            muted_channels=list(self.muted_channels),
            reason=self.reason,
        )

    def subscribe(self, callback: StatusCallback) -> Callable[[], None]:
        """Call back at each change; return the unsubscribe."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    def enter(self, state: FeedState, reason: str | None, muted: list[str] | None = None) -> None:
        """Change the state, and tell everybody if anything is new."""
        if state is not self.state:
            self._log_edge(state, reason)
            self.state, self.since = state, self._clock.now()
        self.reason, self.muted_channels = reason, muted or []
        self.publish()

    def publish(self) -> None:
        """Tell everybody if anything but the ages is new."""
        current = (self.state, self._is_connected(), tuple(self.muted_channels), self.reason)
        if current != self._published:
            self._published = current
            status = self.status()
            for callback in tuple(self._callbacks):
                callback(status)

    def _log_edge(self, new: FeedState, reason: str | None) -> None:
        if new is FeedState.FAILED:
            logger.error("feed failed: %s", reason)
        if new in LOST_STATES:
            if self._lost_s is None:
                self._lost_s = self._clock.monotonic_s()
                if new is not FeedState.FAILED:
                    logger.warning("feed lost: %s (%s)", new.value, reason)
        elif self._lost_s is not None and self._is_connected():
            logger.info("feed recovered after %.1f s", self._clock.monotonic_s() - self._lost_s)
            self._lost_s = None
