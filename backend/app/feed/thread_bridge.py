"""ThreadBridge: from the SDK's thread to the event loop, in batches and in order.

Threads: `append_threadsafe` and `reject_threadsafe` from any thread, everything else on the loop.
Units: times in ns since the epoch, backlog in messages and bytes.
Overflow: above BACKLOG_*_MAX new messages are refused and that is reported (`on_refused`); below it nothing is ever
dropped. When behind, quotes of a symbol are merged, never across a trade of that symbol; never while recording or in a
replay, or the two would not be the same. In a replay (`is_patient`) the feed's thread waits instead: nothing is refused.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable
from time import perf_counter

from app.clock import Clock
from app.feed.errors import FeedPayloadError, RejectReason
from app.feed.normalizer import SSIFieldNormalizer
from app.feed.recording import RawItem
from app.market.messages import Message, QuoteMessage, ReferenceLists, Tick, TradeMessage

DRAIN_INTERVAL_S = 0.010  # as often as wiring is promised batches; half a tick of the fastest publisher
SLICE_BUDGET_S = 0.020  # a loop callback may hold the loop for 50 ms: parsing and delivering share this
SLICE_MESSAGES_MIN, SLICE_MESSAGES_MAX = 32, 2_000
BEHIND_MESSAGES = 4_000  # a second and more of a busy opening: from here on quotes are merged
LAG_MAX_S = 3_600.0  # above: a message the hub kept from before, replayed on subscription
BACKLOG_MESSAGES_MAX = 500_000
PATIENT_MESSAGES = 20_000  # from here on a replay's thread waits, and through TCP its server
BACKLOG_BYTES_MAX = 256 * 1024**2  # a quarter of the container's memory (SPEC section 14)

type Deliver = Callable[[list[Message]], None]
type Parse = Callable[[str], tuple[str, list[Message]]]


class ThreadBridge:
    """A queue between two worlds: the feed's threads append, the loop drains slices and delivers messages."""

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        deliver: Deliver,
        on_refused: Callable[[int], None],
        record: Callable[[list[RawItem]], None] | None = None,
        observe_lag: Callable[[float], None] | None = None,
        observe_processing: Callable[[float], None] | None = None,
        source_time_s: Callable[[], float] | None = None,
        may_merge_quotes: bool = True,
        parse: Parse | None = None,
        is_patient: bool = False,
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._deliver = deliver
        self._on_refused = on_refused
        self._record = record
        self._observe_lag = observe_lag
        self._observe_processing = observe_processing
        self._source_time_s = source_time_s or clock.time_s
        self._may_merge_quotes = may_merge_quotes
        self._parse = parse or SSIFieldNormalizer().parse
        self._is_patient = is_patient
        self._lock = threading.Lock()
        self._has_room = threading.Condition(self._lock)
        self._items: deque[RawItem] = deque()
        self._bytes = 0
        self._is_woken = False
        self._is_closed = False
        self._refused = 0
        self._last_drain_s = 0.0
        self._slice_messages = 256
        self.appended = 0  # messages taken from the feed's threads, read or not
        self.received: Counter[str] = Counter()  # by channel
        self.rejected: Counter[str] = Counter()  # by RejectReason
        self.last_received_ns: dict[str, int] = {}  # by channel
        self.merged_quotes = 0
        self.longest_slice_s = 0.0

    # -- any thread ---------------------------------------------------------------------------------------------

    def append_threadsafe(self, received_ns: int, raw: str) -> None:
        """Queue one Broadcast argument; wake the loop if nobody has yet."""
        with self._lock:
            while self._is_patient and len(self._items) >= PATIENT_MESSAGES and not self._is_closed:
                self._has_room.wait()
            if self._is_closed:
                return
            if len(self._items) >= BACKLOG_MESSAGES_MAX or self._bytes >= BACKLOG_BYTES_MAX:
                self._refused += 1
                return
            self._items.append((received_ns, raw))
            self._bytes += len(raw)
            self.appended += 1
            if self._is_woken:
                return
            self._is_woken = True
        self._wake_threadsafe()

    def reject_threadsafe(self, reason: RejectReason) -> None:
        """Count a frame that never became a message."""
        with self._lock:
            self.rejected[reason] += 1

    def _wake_threadsafe(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._schedule)
        except RuntimeError:  # the loop closed between the check and the call: nobody is left to deliver to
            self._close()

    # -- the loop -----------------------------------------------------------------------------------------------

    def append_tick(self, tick: Tick) -> None:
        """Queue the source's clock between the messages, so that a recording has it in the same place."""
        self._append(tick)

    def append_lists(self, lists: ReferenceLists) -> None:
        """Queue what was read from REST, for the same reason."""
        self._append(lists)

    def _append(self, said: Tick | ReferenceLists) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._items.append((int(self._clock.time_s() * 1e9), said))
            if self._is_woken:
                return
            self._is_woken = True
        self._schedule()

    @property
    def backlog_messages(self) -> int:
        """How many messages wait."""
        return len(self._items)

    def backlog_age_s(self) -> float:
        """Return how long the oldest waiting message has waited."""
        try:
            oldest_ns = self._items[0][0]
        except IndexError:
            return 0.0
        return max(0.0, self._clock.time_s() - oldest_ns / 1e9)

    def drain_now(self) -> None:
        """Deliver everything that waits, at once: for shutdown and for tests."""
        while self._items:
            self._drain_slice()

    async def finish(self) -> None:
        """Deliver the rest slice by slice, as the loop's other callbacks get their turn, and take nothing more."""
        while self._items:
            self._drain_slice()
            await asyncio.sleep(0)
        self._close()

    def close(self) -> None:
        """Deliver the rest and take nothing more."""
        self.drain_now()
        self._close()

    def _close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._has_room.notify_all()

    def _schedule(self) -> None:
        wait_s = self._last_drain_s + DRAIN_INTERVAL_S - self._loop.time()
        if wait_s > 0:
            self._loop.call_later(wait_s, self._drain)
        else:
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        self._last_drain_s = self._loop.time()
        try:
            self._drain_slice()
        finally:
            with self._lock:
                refused, self._refused = self._refused, 0
                is_behind = bool(self._items) and not self._is_closed
                self._is_woken = is_behind
            if is_behind:
                self._loop.call_soon(self._drain)  # other callbacks of the loop get their turn between slices
        if refused:
            self.rejected[RejectReason.REFUSED] += refused
            self._on_refused(refused)

    def _drain_slice(self) -> None:
        started_s = perf_counter()
        is_behind = len(self._items) > BEHIND_MESSAGES
        with self._lock:
            count = min(len(self._items), self._slice_messages)
            items = [self._items.popleft() for _ in range(count)]
            self._bytes -= sum(len(raw) for _, raw in items if isinstance(raw, str))
            if self._is_patient and len(self._items) < PATIENT_MESSAGES:
                self._has_room.notify_all()
        if not items:
            return
        if self._record is not None:
            self._record(items)
        batch = self._parse_items(items)
        if self._observe_lag is not None:
            self._measure_lag(items[-1][0], batch, self._observe_lag)
        if is_behind and self._may_merge_quotes:
            batch = self._merge_quotes(batch)
        if batch:
            self._deliver(batch)
            if self._observe_processing is not None:  # of the oldest: the slowest of the slice
                self._observe_processing(max(0.0, self._clock.time_s() - items[0][0] / 1e9))
        self._adapt(count, perf_counter() - started_s)

    def _adapt(self, count: int, took_s: float) -> None:
        self.longest_slice_s = max(self.longest_slice_s, took_s)
        if took_s > SLICE_BUDGET_S:
            self._slice_messages = max(SLICE_MESSAGES_MIN, count // 2)
        elif count == self._slice_messages and took_s < SLICE_BUDGET_S / 2:
            self._slice_messages = min(SLICE_MESSAGES_MAX, count * 2)

    def _parse_items(self, items: list[RawItem]) -> list[Message]:
        parse, received, last_received_ns = self._parse, self.received, self.last_received_ns
        batch: list[Message] = []
        for received_ns, raw in items:
            if not isinstance(raw, str):
                batch.append(raw)
                continue
            try:
                channel, messages = parse(raw)
            except FeedPayloadError as error:
                self.rejected[error.reason] += 1
                continue
            received[channel] += 1
            last_received_ns[channel] = received_ns
            batch += messages
        return batch

    def _measure_lag(self, received_ns: int, batch: list[Message], observe: Callable[[float], None]) -> None:
        """Report, once a slice, how old by the exchange's clock its last print or quote was on receipt."""
        newest = next((m for m in reversed(batch) if isinstance(m, TradeMessage | QuoteMessage)), None)
        if newest is None:
            return
        waited_s = self._clock.time_s() - received_ns / 1e9
        lag_s = self._source_time_s() - waited_s - newest.exchange_time_s
        if lag_s < LAG_MAX_S:
            observe(max(0.0, lag_s))

    def _merge_quotes(self, batch: list[Message]) -> list[Message]:
        """Keep, of the quotes of a symbol between two of its trades, the last."""
        kept: list[Message] = []
        followed: set[str] = set()  # symbols whose next message, seen from the end, is a newer quote
        for message in reversed(batch):
            if isinstance(message, QuoteMessage):
                if message.symbol in followed:
                    continue
                followed.add(message.symbol)
            elif isinstance(message, TradeMessage):
                followed.discard(message.symbol)
            kept.append(message)
        self.merged_quotes += len(batch) - len(kept)
        kept.reverse()
        return kept
