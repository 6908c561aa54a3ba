"""The composition root: builds every object of one running instance, and holds `deliver`, the program in one function.

Messages move one way: feed -> market -> publish. Nobody sends to clients in reaction to a message; each side runs at
its own pace, in batches.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.api.access import AccessPolicy, AccessSettings
from app.api.audit_access import AuditAccess
from app.api.connection_limits import ConnectionLimiter
from app.api.history_reader import HistoryAccess
from app.api.replay_access import ReplayAccess
from app.api.services import ApiServices, DashboardConfig, WebSocketLimits
from app.api.socket_guard import SocketGuard
from app.auth_wiring import sign_in_of
from app.clock import SystemClock
from app.config import Settings
from app.feed.futures_resolver import FuturesResolver
from app.feed.simulator_process import SimulatorError
from app.feed.tape import TapeMode
from app.feed_wiring import Feed, scope_label
from app.history.recount import Recount
from app.history.stored_history import StoredHistory
from app.history_wiring import History
from app.market.alert_rules import AlertThresholds
from app.market.conservation import ConservationCheck, check_conservation, index_residual
from app.market.contract_codes import ALIASES, parse_contract
from app.market.core_settings import LIVE_LEAD_MAX_S, SIMULATED_LEAD_MAX_S, CoreSettings
from app.market.day_digest import DayDigest, DayHash
from app.market.market_time import moment_at
from app.market.messages import Message
from app.market.models import Changes, FeedSource, FeedState, FeedStatus, SessionEvent
from app.market.processor import MarketDataProcessor
from app.market.trading_calendar import TradingCalendar
from app.publish import garbage
from app.publish.data_publisher import DataPublisher
from app.telemetry.audit_gauges import AuditGauges
from app.telemetry.feed_gauges import FeedGauges
from app.telemetry.metrics import Metrics
from app.telemetry_wiring import notifying, service_gauges

REFERENCE_DIR = Path(__file__).parent / "reference"
SESSIONS_PER_CONNECTION = 20  # kept for one user: many times what it may have open at once

logger = logging.getLogger(__name__)


class Application:
    """Every object of one running instance. `running()` starts and ends what moves."""

    def __init__(
        self,
        settings: Settings,
        replay_options: Sequence[str] = (),
        tell_hash: Callable[[DayHash], None] | None = None,
    ) -> None:
        self._settings = settings
        self.clock = SystemClock()
        self.metrics = Metrics()
        self.calendar = trading_calendar(settings)
        self.processor = _processor(settings, self.calendar)
        self._starting = FeedStatus(
            source=FeedSource(settings.resolved_feed_source),
            state=FeedState.CONNECTING,
            since=self.clock.now(),
        )
        self.feed: Feed | None = None
        self.tape_ended = asyncio.Event()  # of a replay
        self.has_died = False  # one of the tasks that live as long as the process ended by itself
        self.publisher = DataPublisher(
            self.processor,
            self.feed_status,
            self.clock,
            self.metrics,
            throttle_interval_s=settings.ws_throttle_interval_ms / 1000,
            delta_interval_s=settings.ws_delta_interval_ms / 1000,
            event_interval_s=settings.ws_batch_interval_ms / 1000,
            heartbeat_interval_s=settings.ws_heartbeat_interval,
            session_ttl_s=settings.ws_session_ttl_s,
            sessions_per_owner=SESSIONS_PER_CONNECTION * settings.ws_max_connections_per_ip,
            sectors=_sectors(),
            is_tracked=self.processor.is_tracked,
        )
        self.history: History | None = None
        if settings.keeps_history:
            self.history = History(
                settings,
                clock=self.clock,
                calendar=self.calendar,
                processor=self.processor,
                metrics=self.metrics,
                changed=self.publisher.mark_changed,
                refuse=self._die,
                on_surprise=self._end_process_on_surprise,
            )
        self.day_digest = self._follow_days(settings, tell_hash or _log_hash)
        self.sign_in = sign_in_of(settings, self.clock)
        self.services = _services(self, settings)
        self._replay_options = replay_options

    def deliver(self, batch: list[Message]) -> None:
        """Take a batch through the program. Runs on the event loop, awaits nothing.

        A bug in here would leave wrong figures behind, so it ends the process: start-up is the recovery.
        """
        try:
            changes = self.processor.apply(batch)
            self.publisher.mark_changed(changes)
            if self.history is not None:
                self.history.put(changes)
            self.metrics.record_changes(changes)
        except Exception:
            self._die("a batch of the feed could not be applied")
            raise

    def begin_tape(self, core: CoreSettings) -> None:
        """Play a recording from its beginning: with the settings it was recorded with, and knowing nothing."""
        self.tape_ended.clear()
        self.processor.clear(core)
        if self.day_digest is not None:
            self.day_digest.restart()

    def deliver_tape(self, batch: list[Message], mode: TapeMode) -> None:
        """Take a batch of a recording: nobody is shown the way to a place, nothing is stored or announced twice."""
        try:
            changes = self.processor.apply(batch)
            if not mode.is_known:
                if self.history is not None:
                    self.history.put(changes)
                self.metrics.record_changes(changes)
            if not mode.is_quiet:
                if mode.is_known:
                    changes.alerts = []
                self.publisher.mark_changed(changes)
        except Exception:
            self._die("a batch of the recording could not be applied")
            raise

    def end_tape(self) -> None:
        """Note that everything of the recording has been taken."""
        self.tape_ended.set()

    def end_seek(self) -> None:
        """Show everybody the place a replay has come to."""
        now = _market_now(self)
        event = SessionEvent("seek", self.processor.trading_date, now)
        self.publisher.mark_changed(Changes(everything=True, session_events=[event]))

    def feed_status(self) -> FeedStatus:
        """Return the feed's source and state, also before there is a feed."""
        return self.feed.status() if self.feed is not None else self._starting

    def is_in_session(self) -> bool:
        """Whether orders may match now, by the source's clock; before it has said its time, by ours."""
        return self.calendar.is_live(self.processor.market_time_s or self.clock.time_s())

    @property
    def is_ready(self) -> bool:
        """Whether clients get an answer worth having: the feed has been tried at least once."""
        return self.feed is not None and self.feed.is_tried

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the history, the publisher and the feed; end them in the reverse order: the feed stops first."""
        gc.set_threshold(*garbage.THRESHOLDS)
        async with AsyncExitStack() as stack:
            history = self.history
            if history is not None:
                await stack.enter_async_context(history.running())
            if self.sign_in is not None:
                stack.callback(self.sign_in.close)
            publishing = asyncio.create_task(self.publisher.run(), name="publish")
            stack.push_async_callback(self._cancel, publishing)
            moving = [publishing]
            if self.services.socket_guard is not None:
                moving.append(asyncio.create_task(self.services.socket_guard.run(), name="socket guard"))
                stack.push_async_callback(self._cancel, moving[-1])
            feed = Feed(
                self._settings,
                clock=self.clock,
                calendar=self.calendar,
                processor=self.processor,
                deliver=self.deliver,
                changed=self.publisher.mark_changed,
                observe_lag=self.metrics.feed_lag_seconds.observe,
                observe_processing=self.metrics.processing_seconds.observe,
                fallback_vn30=_fallback_vn30(),
                recover=history.recover if history is not None else None,
                first_simulated_date=history.first_simulated_date if history is not None else None,
                backfill=history.backfill
                if history is not None and self._settings.resolved_feed_source == "ssi"
                else None,
                repair=history.repair if history is not None else None,
                replay_options=self._replay_options,
                tape_target=self,
            )
            stack.callback(feed.on_status(self.publisher.mark_feed))
            if history is not None:
                stack.callback(feed.on_status(history.gaps.note_feed))
            self.metrics.before_scrape(
                FeedGauges(self.metrics, feed.counters, feed.status, self.processor).refresh
            )
            self.metrics.before_scrape(
                service_gauges(self._settings, self.metrics, history, self.is_in_session).refresh
            )
            self.feed = feed
            notices = await stack.enter_async_context(
                notifying(
                    self._settings,
                    clock=self.clock,
                    status=self.feed_status,
                    is_in_session=self.is_in_session,
                )
            )
            for task in notices:
                moving.append(task)
                stack.push_async_callback(self._cancel, task)
            feeding = asyncio.create_task(feed.run(), name="feed")
            stack.push_async_callback(self._cancel, feeding)
            for task in (*moving, feeding):
                task.add_done_callback(self._end_process_on_surprise)
            gc.freeze()  # what start-up made lives as long as the process
            yield
            self.publisher.dismiss_all()

    def _follow_days(self, settings: Settings, tell: Callable[[DayHash], None]) -> DayDigest | None:
        """Hash the days of a recording while it is made and whenever it is played: they have to be the same."""
        if settings.record_dir is None and settings.resolved_feed_source != "replay":
            return None
        digest = DayDigest(self.processor, tell)
        self.processor.subscribe(digest.batch_applied)
        self.processor.watch_days(digest)
        return digest

    async def _cancel(self, task: asyncio.Task[None]) -> None:
        if task.done():
            return  # it died, and that has been said
        task.remove_done_callback(self._end_process_on_surprise)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def _end_process_on_surprise(self, task: asyncio.Task[None]) -> None:
        """End the process when one of the tasks that live as long as it does died: start-up is the recovery."""
        if task.cancelled():
            return
        error = task.exception()
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if isinstance(error, SimulatorError):  # says itself what is wrong; a traceback would only hide it
            self._die(str(error))
        else:
            self._die(f"task {task.get_name()} died", error)

    def _die(self, reason: str, error: BaseException | None = None) -> None:
        self.has_died = True
        logger.critical("%s, ending the process", reason, exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)


def _log_hash(day: DayHash) -> None:
    counts = ", ".join(f"{count} {kind}" for kind, count in day.counts.items())
    logger.info("day %s: hash %s (%s)", day.trading_date, day.digest, counts)


def _services(application: Application, settings: Settings) -> ApiServices:
    processor = application.processor
    history = application.history
    futures = FuturesResolver(calendar=application.calendar)
    stored: dict[str, Any] = {}
    if history is not None:
        stored = {
            "database_status": lambda: history.database_status,
            "spool_status": history.spool_status,
            "dead_rows": history.dead_rows,
            "open_gaps": lambda: history.gaps.open_gaps,
            "history": _history_access(application, history, futures),
        }

    def is_known_symbol(symbol: str) -> bool:
        feed = application.feed
        return parse_contract(symbol) is not None or (feed is not None and feed.is_known_symbol(symbol))

    def contract_of(name: str) -> str:
        return futures.resolve(name, _market_now(application).date()) if name in ALIASES else ""

    def vn30_symbols() -> Sequence[str]:
        return application.feed.vn30_symbols if application.feed is not None else []

    return ApiServices(
        reader=processor,
        publisher=application.publisher,
        feed_status=application.feed_status,
        is_known_symbol=is_known_symbol,
        contract_of=contract_of,
        is_tracked_symbol=processor.is_tracked,
        vn30_symbols=vn30_symbols,
        is_ready=lambda: application.is_ready,
        metrics=application.metrics,
        clock=application.clock,
        access=AccessPolicy(
            AccessSettings(
                token=settings.ws_auth_token.get_secret_value() or None,
                accounts=application.sign_in,
                anonymous=settings.auth_anonymous,
                cors_origins=tuple(settings.cors_origins),
                trusted_proxies=tuple(settings.trusted_proxies),
            )
        ),
        socket_guard=SocketGuard(application.sign_in, application.clock) if application.sign_in else None,
        limits=WebSocketLimits(
            connections_per_ip=settings.ws_max_connections_per_ip,
            subscriptions_max=settings.ws_max_subscriptions,
            messages_per_s=settings.ws_max_messages_per_s,
            buffer_bytes_max=settings.ws_client_buffer_bytes,
        ),
        connection_limiter=ConnectionLimiter(settings.ws_max_connections_per_ip),
        dashboard=DashboardConfig(palette=settings.ui_default_palette),
        replay=ReplayAccess(
            control=lambda: application.feed.replay if application.feed is not None else None,
            seeks=lambda: application.feed.tape_seeks if application.feed is not None else 0,
            calendar=application.calendar,
        ),
        audit=_audit_access(application, vn30_symbols),
        alert_thresholds=_alert_thresholds(settings),
        **stored,
    )


def _audit_access(application: Application, vn30_symbols: Callable[[], Sequence[str]]) -> AuditAccess:
    processor, history = application.processor, application.history

    def checks() -> list[ConservationCheck]:
        return check_conservation(processor, vn30_symbols())

    application.metrics.before_scrape(AuditGauges(application.metrics, application.clock, checks).refresh)
    audit = AuditAccess(
        checks=checks,
        residual=lambda: index_residual(processor, vn30_symbols()),
    )
    if history is None:
        return audit
    recount = Recount(history.pool, application.clock, lambda: processor.trading_date)
    return replace(audit, recount=recount.get)


def _market_now(application: Application) -> datetime:
    time_s = application.processor.market_time_s
    return moment_at(time_s) if time_s else application.clock.now()


def _history_access(application: Application, history: History, futures: FuturesResolver) -> HistoryAccess:
    return HistoryAccess(
        reader=StoredHistory(history.pool),
        market_now=lambda: _market_now(application),
        calendar=application.calendar,
        contract_of=lambda name: futures.resolve(name, _market_now(application).date()),
        session_date=lambda: application.processor.trading_date,
    )


def _processor(settings: Settings, calendar: TradingCalendar) -> MarketDataProcessor:
    wanted = settings.tracked_symbols
    return MarketDataProcessor(
        calendar=calendar,
        tracked=None if wanted == ["ALL"] else frozenset(),  # filled in once the lists are read
        scope=scope_label(wanted),
        alert_thresholds=_alert_thresholds(settings),
        futures_override=settings.futures_override,
        channel_r_interval_ms=settings.channel_r_interval_ms,
        session_reset_time=settings.session_reset_time,
        time_lead_max_s=LIVE_LEAD_MAX_S if settings.resolved_feed_source == "ssi" else SIMULATED_LEAD_MAX_S,
    )


def _alert_thresholds(settings: Settings) -> AlertThresholds:
    return AlertThresholds(
        volume_spike_ratio=settings.alert_volume_spike_ratio,
        volume_spike_window_s=settings.alert_volume_window_min * 60,
        volume_spike_prints_min=settings.alert_volume_spike_min_prints,
        foreign_change_pct=settings.alert_foreign_change_pct,
        foreign_value_min_vnd=settings.alert_foreign_min_value,
        repeat_after_s=settings.alert_dedup_s,
    )


def _read_reference(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((REFERENCE_DIR / name).read_text(encoding="utf-8"))
    return content


def _fallback_vn30() -> list[str]:
    symbols: list[str] = _read_reference("vn30_constituents.json")["symbols"]
    return symbols


def _sectors() -> dict[str, frozenset[str]]:
    listed: dict[str, list[str]] = _read_reference("sectors.json")["sectors"]
    return {name: frozenset(symbols) for name, symbols in listed.items()}


def trading_calendar(settings: Settings) -> TradingCalendar:
    """Return the exchanges' calendar with the settings' changes to it."""
    return TradingCalendar(_holidays(settings))


def _holidays(settings: Settings) -> frozenset[date]:
    content = _read_reference("trading_holidays.json")
    kinds = ("closed", "uncertain") if settings.holidays_uncertain_closed else ("closed",)
    days = {
        date.fromisoformat(f"{year}-{day}")
        for kind in kinds
        for year, listed in content[kind].items()
        for day in listed
    }
    return frozenset((days | set(settings.extra_holidays)) - set(settings.extra_trading_days))
