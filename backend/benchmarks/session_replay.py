"""One real session through the program: the simulator's replay wire, the unmodified SDK, the whole Application."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from msgspec import Struct, field

from app.market.models import AuditRow, Changes, ClassifiedTrade, Gap, SessionEvent, SessionStats
from app.wiring import Application
from benchmarks.child_process import ChildProcess
from benchmarks.feed_rig import make_settings

END_TIMEOUT_S = 180.0
POLL_S = 0.05


class ReplayError(Exception):
    """The replay did not come to its end."""


class ReplayedSession(Struct):
    """What the market core made of a session."""

    messages_sent: int = 0  # by the simulator
    messages_received: int = 0
    symbol: str = ""
    stats: SessionStats | None = None
    audit: AuditRow | None = None
    trades: list[ClassifiedTrade] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    session_events: list[SessionEvent] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)

    def note(self, changes: Changes) -> None:
        """Keep what one batch changed."""
        self.trades += changes.trades
        self.gaps += changes.gaps
        self.session_events += changes.session_events
        for reason, count in changes.rejected.items():
            self.rejected[reason] = self.rejected.get(reason, 0) + count


async def replay_session(path: Path) -> ReplayedSession:
    """Play one trade file as fast as it is taken. Raise ReplayError, ChildError."""
    replayed = ReplayedSession()
    arguments = ("-m", "app.simulator", "replay", str(path), "--speed", "0", "--port", "0")
    async with ChildProcess(*arguments) as simulator:
        url = (await simulator.answer())["url"]
        settings = make_settings(feed_source="replay", sim_url=url, sim_speed=0, tracked_symbols=["ALL"])
        application = Application(settings)
        application.processor.subscribe(replayed.note)
        async with application.running(), httpx.AsyncClient(base_url=url, trust_env=False) as http:
            await _wait_for_end(application, http, replayed)
        processor = application.processor
        stats = processor.get_session_stats()
        if len(stats) != 1:
            raise ReplayError(f"{len(stats)} symbols have figures where one traded: {', '.join(stats)}")
        replayed.symbol, replayed.stats = next(iter(stats.items()))
        replayed.audit = processor.get_classification_audit()[replayed.symbol]
        for reason, count in application.feed.counters().rejected.items() if application.feed else ():
            replayed.rejected[str(reason)] = replayed.rejected.get(str(reason), 0) + count
    return replayed


async def _wait_for_end(application: Application, http: httpx.AsyncClient, replayed: ReplayedSession) -> None:
    try:
        async with asyncio.timeout(END_TIMEOUT_S):
            while not await _has_ended(application, http, replayed):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        text = f"{replayed.messages_received:,} of {replayed.messages_sent:,} messages arrived in time"
        raise ReplayError(text) from None


async def _has_ended(application: Application, http: httpx.AsyncClient, replayed: ReplayedSession) -> bool:
    """Return whether everything was sent and read, good or bad."""
    if application.feed is None or not (await http.get("/sim/clock")).json()["ended"]:
        return False
    replayed.messages_sent = (await http.get("/sim/connections")).json()["messages_sent"]
    counters = application.feed.counters()
    replayed.messages_received = sum(counters.received.values()) + sum(counters.rejected.values())
    return replayed.messages_received >= replayed.messages_sent
