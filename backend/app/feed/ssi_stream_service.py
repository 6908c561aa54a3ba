"""SSIStreamService: keeps the stream of SSI up. Logs in, subscribes, watches, reconnects, for ever.

Threads: one asyncio task (`run`); the SDK's blocking calls go to an executor (feed_links); frames go to the bridge.
Units: stall and silence in seconds of market time, waits in seconds of ours.
States: connecting → live ⇄ quiet, partial, lunch, closed → stalled | reconnecting → live ...; failed = keys refused.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, Literal

from app.clock import Clock
from app.feed.backoff import Backoff
from app.feed.channel_watch import ChannelWatch
from app.feed.errors import FeedConnectError, FeedLoginError
from app.feed.feed_links import FeedLinks, StreamFactory, channel_names
from app.feed.feed_state_board import FeedStateBoard, StatusCallback
from app.feed.sdk_guard import GuardedStream
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.stream_inlet import StreamInlet
from app.feed.thread_bridge import ThreadBridge
from app.market.models import FeedSource, FeedState, FeedStatus

LOOK_INTERVAL_S = 0.25  # how soon a drop is seen; a stall is judged in seconds
CONNECTED_WITHIN_S = 15.0  # from negotiate to an open WebSocket; sdk_socket gives up after 10
HEALTHY_AFTER_S = 10.0  # a connection this old resets the backoff; one dropped at once does not
LOGIN_RETRY_S = 60.0  # wrong keys do not become right by asking often
RENEWAL_RETRY_S = 60.0
RESUBSCRIBE_INTERVAL_S = 60.0  # at most one resubscription of mute channels in this time
STALL_WALL_MIN_S = 2.0  # at 100x a stall time of the market is 0.2 s, less than a scheduler's hiccup
BROKEN_CONNECTION = "the connection was dropped"

logger = logging.getLogger(__name__)

type SessionLabel = Literal["live", "lunch", "closed"]
type Loss = tuple[str, str | None]  # cause (a label of ssi_reconnects_total), reason (for people)


class SSIStreamService:
    """The supervisor. Its counters are plain attributes; the bridge has those of the messages."""

    def __init__(
        self,
        *,
        source: FeedSource,
        auth: SSIAuthService,
        bridge: ThreadBridge,
        clock: Clock,
        stream_url: str,
        channels: str,
        connections: Literal["one", "per_channel"],
        stall_s: float,
        market_time_s: Callable[[], float],
        is_live_phase: Callable[[], bool],
        session_label: Callable[[], SessionLabel],
        is_matching: Callable[[], bool] | None = None,
        backoff: Backoff | None = None,
        stream_factory: StreamFactory = GuardedStream,
        executor: Executor | None = None,
    ) -> None:
        selectors = [part.strip() for part in channels.split(",") if part.strip()]
        self._auth = auth
        self._bridge = bridge
        self._clock = clock
        self._market_time_s = market_time_s
        self._is_live_phase = is_live_phase
        self._session_label = session_label
        self._is_matching = is_matching or is_live_phase
        self._backoff = backoff or Backoff()
        self._watch = ChannelWatch(channel_names(selectors), stall_s)
        self._inlet = StreamInlet(bridge, clock)
        self._links = FeedLinks(
            wanted=[",".join(selectors)] if connections == "one" else selectors,
            stream_url=stream_url,
            auth=auth,
            sink=self._inlet,
            stream_factory=stream_factory,
            executor=executor,
        )
        self._board = FeedStateBoard(
            source=source, clock=clock, is_connected=lambda: self._links.is_connected, ages=self._ages
        )
        self._task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._opened_s: float | None = None  # when the connection(s) were last completed
        self._silent_since_s = 0.0
        self._seen_total = 0
        self._resubscribed_s = float("-inf")
        self._renewed_s = float("-inf")
        self.reconnects: Counter[str] = Counter()  # by cause
        self.resubscriptions = 0

    async def run(self) -> None:
        """Keep the stream up until cancelled (or `stop`)."""
        self._task = asyncio.current_task()
        try:
            while True:
                await self._run_once()
        finally:
            for task in tuple(self._background):
                task.cancel()
            await self._links.shut_down()

    async def stop(self) -> None:
        """End the task and wait until the feed's threads are gone."""
        task = self._task
        if task is None or task.done():
            return
        task.cancel()
        await asyncio.wait({task})

    def status(self) -> FeedStatus:
        """Return the state with the age of each channel in seconds."""
        return self._board.status()

    def on_status(self, callback: StatusCallback) -> Callable[[], None]:
        """Call back on the loop at each change; return the unsubscribe."""
        return self._board.subscribe(callback)

    @property
    def hub_errors(self) -> int:
        """How often the hub complained."""
        return self._inlet.hub_errors

    @property
    def connections_open(self) -> int:
        """How many connections have a live thread."""
        return self._links.open_count

    @property
    def threads_left(self) -> int:
        """How many threads of closed connections did not end in time: a defect if ever above 0."""
        return self._links.threads_left

    async def _run_once(self) -> None:
        """Live through one connection: from opening it to the wait before the next."""
        if self._board.state is FeedState.STALLED:
            self._board.enter(FeedState.RECONNECTING, self._board.reason)
        try:
            await self._links.open_missing()
            self._begin_watch()
            cause, reason = await self._watch_until_lost()
        except FeedLoginError as error:
            self.reconnects["login_refused"] += 1
            self._board.enter(FeedState.FAILED, str(error))
            await self._clock.sleep(LOGIN_RETRY_S)
            return
        except FeedConnectError as error:
            cause, reason = "unauthorized" if error.is_unauthorized else "unreachable", str(error)
        self.reconnects[cause] += 1
        if self._opened_s is not None and self._clock.monotonic_s() - self._opened_s >= HEALTHY_AFTER_S:
            self._backoff.reset()
        self._opened_s = None
        if cause != "stalled":  # a stall is shown as one until the next attempt begins
            is_closed = self._session_label() == "closed"
            self._board.enter(FeedState.CLOSED if is_closed else FeedState.RECONNECTING, reason)
        await self._links.drop_dead()
        await self._clock.sleep(self._backoff.next_s())

    def _begin_watch(self) -> None:
        self._inlet.hub_error_text = None
        self._opened_s = self._silent_since_s = self._clock.monotonic_s()
        self._seen_total = self._bridge.appended
        self._watch.reset(self._market_time_s())

    async def _watch_until_lost(self) -> Loss:
        """Look every 250 ms; return the cause and the reason of the loss."""
        while True:
            lost = self._find_loss()
            if lost is not None:
                return lost
            self._judge()
            self._renew_token_when_due()
            await self._clock.sleep(LOOK_INTERVAL_S)

    def _find_loss(self) -> Loss | None:
        if not self._links.is_alive:
            return "dropped", self._hub_reason() or BROKEN_CONNECTION
        now_s, total = self._clock.monotonic_s(), self._bridge.appended
        if total != self._seen_total:
            self._seen_total, self._silent_since_s = total, now_s
        if not self._links.is_connected:
            is_late = self._opened_s is not None and now_s - self._opened_s >= CONNECTED_WITHIN_S
            return ("dropped", "the WebSocket handshake does not end") if is_late else None
        self._watch.look(
            counts=self._bridge.received,
            total=total,
            market_s=self._market_time_s(),
            is_live=self._is_live_phase(),
            is_matching=self._is_matching(),
        )
        if not self._watch.is_stalled or now_s - self._silent_since_s < STALL_WALL_MIN_S:
            return None
        reason = f"nothing for {self._watch.silence_s:.0f} s of a live phase"
        self._links.close_all()
        self._board.enter(FeedState.STALLED, reason)
        return "stalled", reason

    def _judge(self) -> None:
        if not self._links.is_connected:
            self._board.publish()
            return
        label = self._session_label()
        muted = self._watch.muted_channels()
        if label != "live":
            self._board.enter(FeedState(label), None)
        elif muted:
            self._board.enter(FeedState.PARTIAL, "silent: " + ", ".join(muted), muted)
            self._resubscribe_when_due(set(muted))
        elif not self._watch.has_heard_any:
            self._board.publish()  # connected, but not a word yet: still connecting (or reconnecting)
        elif self._watch.is_quiet:
            self._board.enter(FeedState.QUIET, self._hub_reason())
        else:
            self._board.enter(FeedState.LIVE, self._hub_reason())

    def _ages(self) -> dict[str, float]:
        now_s = self._clock.time_s()
        last_received_ns = self._bridge.last_received_ns
        return {
            name: round(max(0.0, now_s - last_received_ns[name] / 1e9), 3)
            for name in self._watch.channels
            if name in last_received_ns
        }

    def _hub_reason(self) -> str | None:
        text = self._inlet.hub_error_text
        return self._auth.redactor.clean(text) if text else None

    def _resubscribe_when_due(self, muted: set[str]) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._resubscribed_s >= RESUBSCRIBE_INTERVAL_S:
            self._resubscribed_s = now_s
            self.resubscriptions += 1
            self._spawn(self._links.resubscribe(muted), "feed:resubscribe")

    def _renew_token_when_due(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._auth.is_renewal_due and now_s - self._renewed_s >= RENEWAL_RETRY_S:
            self._renewed_s = now_s
            self._spawn(self._renew_token(), "feed:renew-token")

    async def _renew_token(self) -> None:
        try:
            await self._auth.renew()
        except (FeedLoginError, FeedConnectError) as error:
            # The connection lives on with the old token; the next attempt is a minute away.
            self.reconnects["renewal_failed"] += 1
            logger.warning("token not renewed: %s", error)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
