"""The feed's half of the composition root: from settings to a running supervisor, its clock and its reference lists."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import date, datetime
from typing import Any, Literal

import httpx

from app.backfill_wiring import minutes_of
from app.clock import VIETNAM, Clock
from app.config import Settings
from app.feed.feed_clock import RemoteFeedClock, WallFeedClock
from app.feed.futures_resolver import FuturesResolver
from app.feed.http_client import make_http_client
from app.feed.normalizer import SSIFieldNormalizer
from app.feed.recorder import Recorder
from app.feed.recording_folder import RecordingFolder
from app.feed.reference_service import Lists, ReferenceService
from app.feed.replay_control import ReplayControl, ReplayReport, ReplayUnavailableError
from app.feed.request_budget import REQUESTS_PER_S, RequestBudget
from app.feed.simulator_process import SimulatorProcess
from app.feed.ssi_auth_service import SSIAuthService
from app.feed.ssi_market_service import SSIMarketService
from app.feed.ssi_stream_service import SSIStreamService
from app.feed.tape import TAPE_CHANNEL, TapeDelivery, TapeParser, TapeTarget
from app.feed.thread_bridge import ThreadBridge
from app.history.backfill import FetchMinutes
from app.history.candle_repair import TrackedSymbols
from app.market.messages import Message, ReferenceLists, Tick
from app.market.models import Changes, FeedSource, FeedState, FeedStatus, Phase
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from app.telemetry.feed_gauges import FeedCounters

TRADE_FILE_CHANNELS = ["X-TRADE:ALL", "F:ALL"]  # all that a trade file holds; the others would count as mute
SIMULATOR_REQUESTS_PER_S = 50.0  # SSI's budget protects SSI
SIMULATOR_KEYS = ("simulator", "simulator")  # it takes any pair
LIVE_PHASES = frozenset(
    {Phase.ATO, Phase.CONTINUOUS, Phase.ATC}
)  # of HOSE: silence in one of them is a stall
LISTS_PAUSE_S = 5.0  # between looks whether the lists have been read
FIRST_LISTS_TIMEOUT_S = (
    8.0  # the stream waits this long for the list of tracked symbols, then takes the fallback
)
SCOPE_LABEL_CHARACTERS_MAX = 40  # it travels in every ForeignSummary and stands in a heading
NEVER_S = 1e9  # the silence of a recording is no stall: nobody could have done anything about it

logger = logging.getLogger(__name__)

type StatusCallback = Callable[[FeedStatus], None]


def scope_label(wanted: Sequence[str]) -> str:
    """Return what ForeignSummary.scope calls the tracked symbols: their names, or how many there are."""
    names = ",".join(wanted)
    return names if len(names) <= SCOPE_LABEL_CHARACTERS_MAX else f"{len(wanted)} symbols"


def _ignore(_tick: Tick) -> None:
    pass


class Feed:
    """Everything between SSI (or its stand-in) and `deliver`."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        calendar: TradingCalendar,
        processor: MarketDataProcessor,
        deliver: Callable[[list[Message]], None],
        changed: Callable[[Changes], None],
        observe_lag: Callable[[float], None],
        observe_processing: Callable[[float], None],
        fallback_vn30: Sequence[str],
        recover: Callable[[float | None], Awaitable[None]] | None = None,
        first_simulated_date: Callable[[], Awaitable[date | None]] | None = None,
        backfill: Callable[[FetchMinutes, Sequence[str]], Awaitable[object]] | None = None,
        repair: Callable[[FetchMinutes, TrackedSymbols], Coroutine[Any, Any, None]] | None = None,
        replay_options: Sequence[str] = (),
        tape_target: TapeTarget | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._calendar = calendar
        self._processor = processor
        self._deliver = deliver
        self._changed = changed
        self._observe_lag = observe_lag
        self._observe_processing = observe_processing
        self._recover = recover  # comes before the first message; given the time of a simulated source
        self._first_simulated_date = first_simulated_date
        self._backfill = backfill  # runs beside the feed, on what is left of the REST budget
        self._repair = repair  # the same, for as long as the feed lives
        self._replay_options = replay_options  # of the simulator's `replay`: its files first
        self._tape_target = tape_target  # a recording is played into it
        self._tape: ReplayReport | None = None
        self._tape_delivery: TapeDelivery | None = None
        self.replay: ReplayControl | None = None  # of a recording that is being played
        self.recorder: Recorder | None = None
        self._source = FeedSource(settings.resolved_feed_source)
        self._lists = Lists(vn30=list(fallback_vn30))
        self._callbacks: list[StatusCallback] = []
        self._stream: SSIStreamService | None = None
        self._bridge: ThreadBridge | None = None
        self._simulator: SimulatorProcess | None = None
        self._source_time_s = clock.time_s
        self._waiting = FeedStatus(source=self._source, state=FeedState.CONNECTING, since=clock.now())
        self.is_tried = False

    # -- what others ask ----------------------------------------------------------------------------------------

    def status(self) -> FeedStatus:
        """Return source and state; before the stream exists, that it is being connected."""
        return self._stream.status() if self._stream is not None else self._waiting

    def on_status(self, callback: StatusCallback) -> Callable[[], None]:
        """Call back on the loop at each change; return the unsubscribe."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def counters(self) -> FeedCounters:
        """Return the lifetime totals of this feed."""
        if self._bridge is None or self._stream is None:
            return FeedCounters()
        recorder = self.recorder
        recorded = {} if recorder is None else {"recorded": recorder.recorded, "skipped": recorder.skipped}
        return FeedCounters(self._bridge.received, self._bridge.rejected, self._stream.reconnects, recorded)

    @property
    def tape_seeks(self) -> int:
        """How many places of a recording have been arrived at, everything before them applied."""
        return self._tape_delivery.seeks if self._tape_delivery is not None else 0

    @property
    def vn30_symbols(self) -> list[str]:
        return self._lists.vn30

    def is_known_symbol(self, symbol: str) -> bool:
        """Whether the exchanges list it; before their list is read, whether it is tracked."""
        known = self._lists.known
        if known is not None:
            return symbol in known
        return symbol in self._lists.vn30 or symbol in self._lists.tracked

    # -- its life -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect and keep connected until cancelled."""
        async with AsyncExitStack() as stack:
            base_url, stream_url = await self._open_source(stack)
            http = make_http_client()
            stack.push_async_callback(http.aclose)
            auth = self._auth(base_url, http)
            ticks = self._source_clock(base_url, http)
            self._source_time_s = ticks.time_s
            market = self._market(auth, base_url, http)
            references = self._references(market)
            await self._look_for_tape(base_url, http)
            self.recorder = self._start_recorder(stack)
            bridge = self._bridge = self._make_bridge(ticks.time_s)
            stack.push_async_callback(bridge.finish)
            if self._tape is None:
                await self._recover_while_reading(references, ticks)
            elif self._recover is not None:
                await self._recover(self._tape.from_s)
            stream = self._stream = self._make_stream(auth, bridge, stream_url, ticks.time_s)
            stack.callback(stream.on_status(self._tell))
            self.is_tried = True
            async with asyncio.TaskGroup() as tasks:
                # a recording has its own ticks and lists in it
                emit = bridge.append_tick if self._tape is None else _ignore
                tasks.create_task(ticks.run(emit), name="feed:clock")
                tasks.create_task(stream.run(), name="feed:supervisor")
                if self._tape is None:
                    tasks.create_task(references.keep(self._trading_date), name="feed:lists")
                if self._backfill is not None:
                    tasks.create_task(self._fill(self._backfill, market), name="feed:backfill")
                if self._repair is not None and self._tape is None:
                    repairing = self._repair(minutes_of(market), self._symbols_to_keep)
                    tasks.create_task(repairing, name="feed:repair")
                if self._simulator is not None:
                    tasks.create_task(self._simulator.watch(), name="feed:simulator")

    async def _look_for_tape(self, base_url: str, http: httpx.AsyncClient) -> None:
        """Find out whether a replay plays a recording (or trade files, which are a feed like any other)."""
        if self._source is not FeedSource.REPLAY or self._tape_target is None:
            return
        control = ReplayControl(base_url, http)
        try:
            self._tape = await control.find()
        except ReplayUnavailableError as error:
            logger.warning("%s: taken for trade files", error)
        if self._tape is not None:
            self.replay = control

    def _make_bridge(self, source_time_s: Callable[[], float]) -> ThreadBridge:
        recorder, is_tape = self.recorder, self._tape is not None
        deliver, parse = self._deliver, None
        if is_tape and self._tape_target is not None:
            self._tape_delivery = TapeDelivery(self._tape_target, self._note_lists)
            deliver = self._tape_delivery.deliver
            parse = TapeParser(SSIFieldNormalizer().parse).parse
        return ThreadBridge(
            loop=asyncio.get_running_loop(),
            clock=self._clock,
            deliver=deliver,
            on_refused=lambda count: logger.error("%s messages refused: no memory left for them", count),
            record=recorder.put if recorder is not None else None,
            observe_lag=self._observe_lag,
            observe_processing=self._observe_processing,
            source_time_s=source_time_s,
            may_merge_quotes=self._source is not FeedSource.REPLAY and recorder is None,
            parse=parse,
            is_patient=is_tape,
        )

    async def _recover_while_reading(
        self, references: ReferenceService, ticks: WallFeedClock | RemoteFeedClock
    ) -> None:
        """Read the first lists while the stored day comes back, then apply them to that day as well."""
        reading = asyncio.create_task(references.load_tracked(FIRST_LISTS_TIMEOUT_S), name="feed:first-lists")
        try:
            if self._recover is not None:
                await self._recover(await self._simulated_time_s(ticks))
            await reading
        finally:
            reading.cancel()
        if self._processor.trading_date is not None:
            self._apply_lists(self._lists)
            if self._bridge is not None:
                self._bridge.drain_now()  # or the stored day would be cut down to the lists before these
            self._changed(
                self._processor.rescope()
            )  # the stored day knows nothing of what was tracked before

    @staticmethod
    async def _simulated_time_s(ticks: WallFeedClock | RemoteFeedClock) -> float | None:
        if not isinstance(ticks, RemoteFeedClock):
            return None
        tick = await ticks.poll()
        return tick.time_s if tick is not None else None

    async def _open_source(self, stack: AsyncExitStack) -> tuple[str, str]:
        """Return the REST and the stream URL, starting a simulator when one is wanted."""
        settings = self._settings
        if self._source is FeedSource.SSI:
            return settings.ssi_base_url, settings.ssi_stream_url
        url = settings.sim_url
        if not url:
            simulator = self._simulator = SimulatorProcess(
                self._simulator_arguments(await self._simulated_date())
            )
            stack.push_async_callback(simulator.stop)
            url = await simulator.start()
        return url, url

    async def _simulated_date(self) -> date | None:
        """Return the date a simulated market has to begin at, None for the one it chooses."""
        if self._first_simulated_date is None or self._source is not FeedSource.SIMULATOR:
            return None
        return await self._first_simulated_date()

    def _simulator_arguments(self, first: date | None = None) -> list[str]:
        settings = self._settings
        if self._source is FeedSource.REPLAY:
            return ["replay", *self._replay_options, "--speed", str(settings.sim_speed)]
        return [
            *(["--date", first.isoformat()] if first is not None else []),
            "--seed", str(settings.sim_seed),
            "--speed", str(settings.sim_speed),
            "--activity", str(settings.sim_activity),
            "--symbols", str(settings.sim_symbols),
            "--start", settings.sim_start.isoformat(),
        ]  # fmt: skip

    def _auth(self, base_url: str, http: httpx.AsyncClient) -> SSIAuthService:
        settings = self._settings
        keys = (settings.ssi_consumer_id, settings.ssi_consumer_secret.get_secret_value())
        consumer_id, consumer_secret = keys if self._source is FeedSource.SSI else SIMULATOR_KEYS
        return SSIAuthService(
            base_url=base_url,
            consumer_id=consumer_id,
            consumer_secret=consumer_secret,
            http=http,
            clock=self._clock,
        )

    def _source_clock(self, base_url: str, http: httpx.AsyncClient) -> WallFeedClock | RemoteFeedClock:
        if self._source is FeedSource.SSI:
            return WallFeedClock(self._clock)
        return RemoteFeedClock(base_url=base_url, http=http, clock=self._clock)

    def _market(self, auth: SSIAuthService, base_url: str, http: httpx.AsyncClient) -> SSIMarketService:
        rate = REQUESTS_PER_S if self._source is FeedSource.SSI else SIMULATOR_REQUESTS_PER_S
        budget = RequestBudget(self._clock, rate)
        return SSIMarketService(base_url=base_url, auth=auth, http=http, clock=self._clock, budget=budget)

    def _references(self, market: SSIMarketService) -> ReferenceService:
        return ReferenceService(
            market=market,
            wanted=self._settings.tracked_symbols,
            lists=self._lists,
            apply=self._apply_lists,
            clock=self._clock,
        )

    async def _fill(
        self, backfill: Callable[[FetchMinutes, Sequence[str]], Awaitable[object]], market: SSIMarketService
    ) -> None:
        """Backfill what is tracked, and the futures, once it is known which those are."""
        while (symbols := self._symbols_to_keep()) is None:
            await self._clock.sleep(LISTS_PAUSE_S)
        await backfill(minutes_of(market), sorted(symbols))

    def _symbols_to_keep(self) -> set[str] | None:
        """Return what is tracked, and the futures of the day; None before that is known."""
        symbols = self._lists.tracked or self._lists.known
        if not symbols:
            return None
        contracts = FuturesResolver(calendar=self._calendar).contracts(self._trading_date())
        return {*symbols, *contracts}

    def _start_recorder(self, stack: AsyncExitStack) -> Recorder | None:
        settings = self._settings
        if settings.record_dir is None or self._source is FeedSource.REPLAY:
            return None
        folder = RecordingFolder(
            settings.record_dir,
            bytes_max=round(settings.record_max_gb * 1e9),
            days_max=settings.record_keep_days,
        )
        recorder = Recorder(
            folder=folder,
            source=self._source,
            channels=settings.ssi_channels,
            core=self._processor.settings,
        )
        recorder.start()
        stack.callback(recorder.stop)
        return recorder

    def _make_stream(
        self, auth: SSIAuthService, bridge: ThreadBridge, stream_url: str, source_time_s: Callable[[], float]
    ) -> SSIStreamService:
        settings, phase_of = self._settings, self._processor.phase_of
        return SSIStreamService(
            source=self._source,
            auth=auth,
            bridge=bridge,
            clock=self._clock,
            stream_url=stream_url,
            channels=",".join(self._channels()),
            connections=settings.ssi_connections if self._tape is None else "one",
            stall_s=settings.feed_stall_s if self._tape is None else NEVER_S,
            market_time_s=source_time_s,
            is_live_phase=lambda: phase_of("HOSE") in LIVE_PHASES,
            session_label=self._session_label,
            is_matching=lambda: phase_of("HOSE") is Phase.CONTINUOUS,
        )

    def _channels(self) -> list[str]:
        if self._tape is not None:
            return [*self._tape.channels, f"{TAPE_CHANNEL}:ALL"]
        return TRADE_FILE_CHANNELS if self._source is FeedSource.REPLAY else self._settings.ssi_channels

    def _session_label(self) -> Literal["live", "lunch", "closed"]:
        if self._calendar.is_live(self._processor.market_time_s):
            return "live"
        return "lunch" if self._processor.phase_of("HOSE") is Phase.LUNCH else "closed"

    def _tell(self, status: FeedStatus) -> None:
        for callback in tuple(self._callbacks):
            callback(status)

    # -- reference lists ----------------------------------------------------------------------------------------

    def _apply_lists(self, lists: Lists) -> None:
        self._lists = lists
        if lists.is_fallback:  # it must not forget the day a restart has brought back
            lists.tracked |= self._processor.symbols_of_day()
        wanted = self._settings.tracked_symbols
        message = ReferenceLists(
            tracked=None if wanted == ["ALL"] else frozenset(lists.tracked),
            scope=scope_label(wanted),
            known=lists.known,
            limits=tuple(lists.limits),
            vn30=tuple(lists.vn30),
        )
        if self._bridge is not None:
            self._bridge.append_lists(message)  # in its place between the messages, and so in a recording
        else:
            self._deliver([message])

    def _note_lists(self, message: ReferenceLists) -> None:
        """Know the names of a recording."""
        self._lists = Lists(
            vn30=list(message.vn30), tracked=message.tracked or frozenset(), known=message.known
        )

    def _trading_date(self) -> date:
        source_s = self._source_time_s()
        today = datetime.fromtimestamp(source_s, VIETNAM).date() if source_s else self._clock.now().date()
        return self._processor.trading_date or today
