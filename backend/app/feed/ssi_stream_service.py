"""SSIStreamService: keeps the stream of SSI up. Logs in, subscribes, watches, reconnects, for ever.

Threads: one asyncio task (`run`); the SDK's blocking calls go to an executor of its own; frames go to the bridge.
Units: stall and silence in seconds of market time, waits in seconds of ours.
States: connecting → live ⇄ quiet, partial, lunch, closed → stalled | reconnecting → live ...; failed = keys refused.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Literal, Protocol

from app.clock import Clock
from app.feed.backoff import Backoff
from app.feed.channel_watch import ChannelWatch
from app.feed.errors import FeedConnectError, FeedLoginError, RejectReason
from app.feed.sdk_guard import GuardedStream, StreamSink
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.thread_bridge import ThreadBridge
from app.market.models import FeedSource, FeedState, FeedStatus

LOOK_INTERVAL_S = 0.25  # how soon a drop is seen; a stall is judged in seconds
OPEN_TIMEOUT_S = (
    20.0  # negotiate (5 s connect, 10 s read) with room; the thread behind it is fenced, not killed
)
CONNECTED_WITHIN_S = 15.0  # from negotiate to an open WebSocket; sdk_socket gives up after 10
THREAD_END_TIMEOUT_S = 12.0  # a thread may sit in a TCP connect for HANDSHAKE_TIMEOUT_S
HEALTHY_AFTER_S = 10.0  # a connection this old resets the backoff; one dropped at once does not
LOGIN_RETRY_S = 60.0  # wrong keys do not become right by asking often
RENEWAL_RETRY_S = 60.0
RESUBSCRIBE_INTERVAL_S = 60.0  # at most one resubscription of mute channels in this time
STALL_WALL_MIN_S = 2.0  # at 100x a stall time of the market is 0.2 s, less than a scheduler's hiccup
EXECUTOR_THREADS = 8  # one a channel at most, when SSI_CONNECTIONS=per_channel

logger = logging.getLogger(__name__)

type StatusCallback = Callable[[FeedStatus], None]
type SessionLabel = Literal["live", "lunch", "closed"]


class StreamFactory(Protocol):
    """Makes an unopened connection; GuardedStream in production."""

    def __call__(self, *, stream_url: str, token: str, selectors: str, sink: StreamSink) -> GuardedStream: ...


class _Inlet:
    """What a connection speaks into. Runs on the SDK's thread."""

    def __init__(self, service: SSIStreamService, bridge: ThreadBridge, clock: Clock) -> None:
        self._service = service
        self._append = bridge.append_threadsafe
        self._bridge = bridge
        self._time_s = clock.time_s

    def receive_threadsafe(self, raw: str) -> None:
        self._append(int(self._time_s() * 1e9), raw)

    def reject_threadsafe(self, reason: RejectReason) -> None:
        self._bridge.reject_threadsafe(reason)

    def report_error_threadsafe(self, text: str) -> None:
        self._service.hub_errors += 1
        self._service.hub_error_text = text


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
        self._source = source
        self._auth = auth
        self._bridge = bridge
        self._clock = clock
        self._stream_url = stream_url.rstrip("/") + "/"  # the SDK concatenates
        self._wanted = [",".join(selectors)] if connections == "one" else selectors
        self._market_time_s = market_time_s
        self._is_live_phase = is_live_phase
        self._session_label = session_label
        self._is_matching = is_matching or is_live_phase
        self._backoff = backoff or Backoff()
        self._make_stream = stream_factory
        self._inlet = _Inlet(self, bridge, clock)
        self._watch = ChannelWatch(channel_names(selectors), stall_s)
        self._links: dict[str, GuardedStream] = {}  # by selectors
        self._executor = executor or ThreadPoolExecutor(EXECUTOR_THREADS, thread_name_prefix="feed-sdk")
        self._callbacks: list[StatusCallback] = []
        self._task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._state, self._since = FeedState.CONNECTING, clock.now()
        self._reason: str | None = None
        self._muted: list[str] = []
        self._published: tuple[object, ...] = ()
        self._opened_s = 0.0
        self._silent_since_s = 0.0
        self._seen_total = 0
        self._resubscribed_s = float("-inf")
        self._renewed_s = float("-inf")
        self._lost_s: float | None = None
        self.hub_errors = 0
        self.hub_error_text: str | None = None
        self.reconnects: Counter[str] = Counter()  # by cause
        self.resubscriptions = 0
        self.threads_left = 0  # connections whose thread outlived THREAD_END_TIMEOUT_S (fenced, socket shut)

    # -- what others use ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the stream up until cancelled (or `stop`)."""
        self._task = asyncio.current_task()
        try:
            while True:
                await self._run_once()
        finally:
            await self._shut_down()

    async def stop(self) -> None:
        """End the task and wait until the feed's threads are gone."""
        task = self._task
        if task is None or task.done():
            return
        task.cancel()
        await asyncio.wait({task})

    def status(self) -> FeedStatus:
        """Return the state with the age of each channel in seconds."""
        now_s = self._clock.time_s()
        last_received_ns = self._bridge.last_received_ns
        ages = {
            name: round(max(0.0, now_s - last_received_ns[name] / 1e9), 3)
            for name in self._watch.channels
            if name in last_received_ns
        }
        return FeedStatus(
            source=self._source,
            state=self._state,
            since=self._since,
            connected=self._is_connected(),
            ages=ages,
            muted_channels=list(self._muted),
            reason=self._reason,
        )

    def on_status(self, callback: StatusCallback) -> Callable[[], None]:
        """Call back on the loop at each change; return the unsubscribe."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    @property
    def connections_open(self) -> int:
        """How many connections have a live thread."""
        return sum(link.is_alive for link in self._links.values())

    # -- one life of the connection(s) --------------------------------------------------------------------------

    async def _run_once(self) -> None:
        try:
            await self._open_missing()
            cause, reason = await self._watch_until_lost()
        except FeedLoginError as error:
            self.reconnects["login_refused"] += 1
            self._enter(FeedState.FAILED, str(error))
            await self._clock.sleep(LOGIN_RETRY_S)
            return
        except FeedConnectError as error:
            cause, reason = "unauthorized" if error.is_unauthorized else "unreachable", str(error)
        self.reconnects[cause] += 1
        if self._clock.monotonic_s() - self._opened_s >= HEALTHY_AFTER_S and self._opened_s:
            self._backoff.reset()
        self._opened_s = 0.0
        await self._drop_dead_links()
        self._enter(self._state_without_connection(), reason)
        await self._clock.sleep(self._backoff.next_s())

    async def _open_missing(self) -> None:
        for selectors in self._wanted:
            if selectors not in self._links:
                token = await self._auth.token()
                try:
                    await self._open(selectors, token)
                except FeedConnectError as error:
                    if not error.is_unauthorized:
                        raise
                    self._auth.invalidate(
                        token
                    )  # expired early, or revoked: one fresh login, then the backoff
                    await self._open(selectors, await self._auth.token())
        self.hub_error_text = None
        self._opened_s = self._silent_since_s = self._clock.monotonic_s()
        self._seen_total = self._bridge.appended
        self._watch.reset(self._market_time_s())

    async def _open(self, selectors: str, token: str) -> None:
        link = self._make_stream(
            stream_url=self._stream_url, token=token, selectors=selectors, sink=self._inlet
        )
        self._links[selectors] = link
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await asyncio.get_running_loop().run_in_executor(self._executor, link.open)
        except (FeedConnectError, TimeoutError) as error:
            await self._drop(selectors)
            if isinstance(error, TimeoutError):
                raise FeedConnectError("the stream does not answer negotiate") from None
            raise

    async def _watch_until_lost(self) -> tuple[str, str | None]:
        """Look every 250 ms; return the cause and the reason of the loss."""
        while True:
            lost = self._find_loss()
            if lost is not None:
                return lost
            self._judge()
            self._renew_token_when_due()
            await self._clock.sleep(LOOK_INTERVAL_S)

    def _find_loss(self) -> tuple[str, str | None] | None:
        if not all(link.is_alive for link in self._links.values()):
            text = self.hub_error_text
            return "dropped", self._auth.redactor.clean(text) if text else "the connection was dropped"
        now_s, total = self._clock.monotonic_s(), self._bridge.appended
        if total != self._seen_total:
            self._seen_total, self._silent_since_s = total, now_s
        if not self._is_connected():
            is_late = now_s - self._opened_s >= CONNECTED_WITHIN_S
            return ("dropped", "the WebSocket handshake does not end") if is_late else None
        self._watch.look(
            counts=self._bridge.received,
            total=total,
            market_s=self._market_time_s(),
            is_live=self._is_live_phase(),
            is_matching=self._is_matching(),
        )
        if self._watch.is_stalled and now_s - self._silent_since_s >= STALL_WALL_MIN_S:
            for link in self._links.values():
                link.close()
            reason = f"nothing for {self._watch.silence_s:.0f} s of a live phase"
            self._enter(FeedState.STALLED, reason)
            return "stalled", reason
        return None

    def _judge(self) -> None:
        if not self._is_connected():
            self._publish()
            return
        label = self._session_label()
        muted = self._watch.muted_channels()
        if label != "live":
            self._enter(FeedState(label), None)
        elif muted:
            self._enter(FeedState.PARTIAL, "silent: " + ", ".join(muted), muted)
            self._resubscribe_when_due(muted)
        elif self._watch.is_quiet and self._watch.has_heard_any:
            self._enter(FeedState.QUIET, None)
        elif self._watch.has_heard_any:
            text = self.hub_error_text
            self._enter(FeedState.LIVE, self._auth.redactor.clean(text) if text else None)
        else:
            self._publish()  # connected, but not a word yet: still connecting (or reconnecting)

    # -- small steps --------------------------------------------------------------------------------------------

    def _is_connected(self) -> bool:
        return len(self._links) == len(self._wanted) and all(
            link.is_connected for link in self._links.values()
        )

    def _state_without_connection(self) -> FeedState:
        return FeedState.CLOSED if self._session_label() == "closed" else FeedState.RECONNECTING

    def _enter(self, state: FeedState, reason: str | None, muted: list[str] | None = None) -> None:
        if state is not self._state:
            self._log_edge(self._state, state, reason)
            self._state, self._since = state, self._clock.now()
        self._reason, self._muted = reason, muted or []
        self._publish()

    def _log_edge(self, old: FeedState, new: FeedState, reason: str | None) -> None:
        is_lost = new in {FeedState.STALLED, FeedState.RECONNECTING, FeedState.FAILED}
        if is_lost and self._lost_s is None:
            self._lost_s = self._clock.monotonic_s()
            logger.warning("feed lost: %s (%s)", new.value, reason)
        elif new is FeedState.FAILED and old is not FeedState.FAILED:
            logger.error("feed failed: %s", reason)
        elif not is_lost and self._lost_s is not None and self._is_connected():
            logger.info("feed recovered after %.1f s", self._clock.monotonic_s() - self._lost_s)
            self._lost_s = None

    def _publish(self) -> None:
        current = (self._state, self._is_connected(), tuple(self._muted), self._reason)
        if current != self._published:
            self._published = current
            status = self.status()
            for callback in tuple(self._callbacks):
                callback(status)

    def _resubscribe_when_due(self, muted: list[str]) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._resubscribed_s < RESUBSCRIBE_INTERVAL_S:
            return
        self._resubscribed_s = now_s
        self.resubscriptions += 1
        for selectors, link in self._links.items():
            if set(muted) & set(channel_names(selectors.split(","))):
                self._spawn(self._resubscribe(link))

    async def _resubscribe(self, link: GuardedStream) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, link.resubscribe)
        except FeedConnectError:
            return  # the next look finds the connection dead and says so

    def _renew_token_when_due(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._auth.is_renewal_due and now_s - self._renewed_s >= RENEWAL_RETRY_S:
            self._renewed_s = now_s
            self._spawn(self._renew_token())

    async def _renew_token(self) -> None:
        try:
            await self._auth.renew()
        except (FeedLoginError, FeedConnectError) as error:
            # The connection lives on with the old token; the next attempt is a minute away.
            self.reconnects["renewal_failed"] += 1
            logger.warning("token not renewed: %s", error)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _drop_dead_links(self) -> None:
        for selectors in [name for name, link in self._links.items() if not link.is_connected]:
            await self._drop(selectors)

    async def _drop(self, selectors: str) -> None:
        """Close a connection and see its thread end, before another may be opened in its place."""
        link = self._links[selectors]
        link.close()
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._executor, link.wait_closed, THREAD_END_TIMEOUT_S):
            self.threads_left += 1  # it delivers nothing (fenced) and its socket is shut
        self._links.pop(selectors, None)

    async def _shut_down(self) -> None:
        for task in tuple(self._background):
            task.cancel()
        for link in self._links.values():
            link.close()
        for selectors in tuple(self._links):
            await self._drop(selectors)
        self._executor.shutdown(wait=False, cancel_futures=True)


def channel_names(selectors: list[str]) -> list[str]:
    """Return the channels of selectors, upper case, each once: X-Quote:ALL is X-QUOTE."""
    return list(dict.fromkeys(selector.partition(":")[0].strip().upper() for selector in selectors))
