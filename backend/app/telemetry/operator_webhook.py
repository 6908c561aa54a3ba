"""Tells the operator, by a POST of JSON, that the feed has failed in session, and that it is back.

One notice for an outage however often the state changes in it, and one for its end. An outage is told once it has lasted,
in session, for `after_s`; what begins or ends while the market is closed is nobody's worry. Bounded: one POST at a time, a
few tries each, at least PAUSE_S between two notices of outages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import httpx
from msgspec import Struct

from app.clock import Clock
from app.market.models import FeedState, FeedStatus

LOOK_INTERVAL_S = 1.0
PAUSE_S = 300.0  # a feed that comes and goes is one worry, not one a minute
TRIES = 4
RETRY_PAUSE_S = 2.0  # doubled after each try
POST_TIMEOUT_S = 10.0
AWAY = frozenset({FeedState.STALLED, FeedState.RECONNECTING, FeedState.CONNECTING, FeedState.FAILED})

logger = logging.getLogger(__name__)


class Notice(Struct, frozen=True):
    """What is posted. `text` is what chat services show; nothing in it is a secret."""

    event: str  # feed_failed, feed_recovered
    text: str
    source: str
    state: str
    since: datetime  # when the outage began
    down_s: int


class _Outage(Struct, frozen=True):
    began_s: float
    since: datetime


class OperatorWebhook:
    """Watches the feed's state; `run` is a task that lives as long as the process."""

    def __init__(
        self,
        url: str,
        *,
        after_s: float,
        clock: Clock,
        status: Callable[[], FeedStatus],
        is_in_session: Callable[[], bool],
        http: httpx.AsyncClient,
    ) -> None:
        self._url = url
        self._after_s = after_s
        self._clock = clock
        self._status = status
        self._is_in_session = is_in_session
        self._http = http
        self._outage: _Outage | None = None
        self._in_session_s = 0.0  # of this outage
        self._is_told = False
        self._told_s: float | None = None

    async def run(self) -> None:
        """Look once a second; never returns."""
        looked_s = self._clock.monotonic_s()
        while True:
            await self._clock.sleep(LOOK_INTERVAL_S)
            now_s = self._clock.monotonic_s()
            notice = self.look(now_s - looked_s)
            looked_s = now_s
            if notice is not None:
                await self._post(notice)

    def look(self, passed_s: float) -> Notice | None:
        """Take in the state of now, `passed_s` after the last look; return what has to be told."""
        status, now_s = self._status(), self._clock.monotonic_s()
        if status.state not in AWAY:
            return self._end(status, now_s)
        if self._outage is None:
            self._outage, self._in_session_s = _Outage(now_s, self._clock.now()), 0.0
        elif self._is_in_session():
            self._in_session_s += passed_s
        is_quiet = self._told_s is not None and now_s - self._told_s < PAUSE_S
        if self._is_told or is_quiet or self._in_session_s < self._after_s:
            return None
        self._is_told, self._told_s = True, now_s
        text = f"the feed of {status.source} is {status.state}"
        return _notice("feed_failed", text, status, self._outage, now_s)

    def _end(self, status: FeedStatus, now_s: float) -> Notice | None:
        outage, is_told = self._outage, self._is_told
        self._outage, self._is_told = None, False
        if outage is None or not is_told:
            return None
        return _notice("feed_recovered", f"the feed of {status.source} is back", status, outage, now_s)

    async def _post(self, notice: Notice) -> None:
        """Try a few times; what can't be told is said in the log, without the address, which is a secret."""
        content = {name: getattr(notice, name) for name in notice.__struct_fields__} | {
            "since": notice.since.isoformat()
        }
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self._http.post(self._url, json=content, timeout=POST_TIMEOUT_S)
                if answer.is_success:
                    logger.info("operator notified: %s", notice.event)
                    return
                reason = f"HTTP {answer.status_code}"
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = type(error).__name__
            if attempt < TRIES:
                await self._clock.sleep(RETRY_PAUSE_S * 2 ** (attempt - 1))
        logger.error("operator could not be notified of %s: %s", notice.event, reason)


def _notice(event: str, text: str, status: FeedStatus, outage: _Outage, now_s: float) -> Notice:
    down_s = round(now_s - outage.began_s)
    return Notice(event, f"{text} after {down_s} s", status.source, status.state, outage.since, down_s)
