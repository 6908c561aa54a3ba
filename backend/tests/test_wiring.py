"""The composition root: what it builds from settings, what it does when a part dies, and what a batch goes through."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from app.clock import VIETNAM
from app.config import Settings
from app.feed.errors import FeedConnectError, RejectReason
from app.feed.feed_clock import RemoteFeedClock, WallFeedClock
from app.feed.reference_service import Lists
from app.feed.ssi_market_service import SSIMarketService
from app.feed_wiring import Feed
from app.main import create_app, serve
from app.market.messages import ExchangeSide, TradeMessage
from app.market.models import AuditRow, FeedSource, FeedState, FeedStatus, Phase
from app.market.stored_day import StoredDay
from app.publish.filters import Filter
from app.telemetry.feed_gauges import FeedCounters, FeedGauges
from app.telemetry.metrics import Metrics
from app.wiring import Application
from tests.feed.test_reference_service import FakeMarketService
from tests.publish.event_client import FakeEventSocket
from tests.publish.fakes import OPENING, eventually


def make_settings(**given: Any) -> Settings:
    wanted = {"feed_source": "simulator", "sim_url": "http://127.0.0.1:9/", "database_url": "off"} | given
    return Settings(_env_file=None, **wanted)  # type: ignore[call-arg]


def make_trade(**changed: Any) -> TradeMessage:
    moment = datetime(2026, 11, 20, 10, 0, tzinfo=VIETNAM)
    fields: dict[str, Any] = {
        "symbol": "VCB", "exchange": "HOSE", "trading_date": moment.date(), "exchange_time_s": moment.timestamp(),
        "session": "LO", "price": 61_000, "volume": 100, "total_volume": 300, "total_value": 300 * 61_000,
        "exchange_side": ExchangeSide.BUY_UP, "is_combined": False, "ceiling": 65_000, "floor": 57_000,
        "ref_price": 61_000, "open": 0, "high": 61_000, "low": 61_000, "est_match_price": 0,
    }  # fmt: skip
    return TradeMessage(**(fields | changed))


# -- what is built ------------------------------------------------------------------------------------------------


def test_application_before_it_runs_is_connecting_and_not_ready() -> None:
    application = Application(make_settings())
    assert application.feed_status().state is FeedState.CONNECTING
    assert application.feed_status().source is FeedSource.SIMULATOR
    assert not application.is_ready
    assert list(application.services.vn30_symbols()) == []
    assert application.services.is_known_symbol("41I1GC000")  # a future is known by its code
    assert not application.services.is_known_symbol("VCB")


def test_deliver_takes_a_batch_through_market_publisher_and_metrics() -> None:
    application = Application(make_settings(tracked_symbols=["ALL"]))
    application.deliver([make_trade(), make_trade()])
    stats = application.processor.get_trade_analysis("VCB")
    assert stats is not None
    assert (stats.total_volume, stats.missed_volume) == (300, 200)
    text = application.metrics.exposition().decode()
    assert 'trade_classifications_total{type="neutral"} 1.0' in text
    assert 'ssi_messages_rejected_total{reason="repeat"} 1.0' in text
    assert b'"VCB"' in application.publisher.views.market(None)


def test_subscriber_of_a_symbol_that_is_tracked_no_longer_is_told() -> None:
    application = Application(make_settings())
    processor, publisher = application.processor, application.publisher
    publisher.mark_changed(processor.set_tracked(frozenset({"VCB", "FPT"}), "VN30"))
    subscriber = publisher.events.join(FakeEventSocket())
    publisher.events.set_filter(subscriber, Filter(symbols=frozenset({"VCB", "FPT", "41I1GC000"})))
    lost: list[list[str]] = []
    subscriber.on_lost = lost.append
    publisher.mark_changed(processor.reset_session())
    assert lost == []
    publisher.mark_changed(processor.set_tracked(frozenset({"VCB"}), "VN30"))
    assert lost == [["FPT"]]


async def test_alias_of_a_future_is_its_contract_of_the_markets_day() -> None:
    app = create_app(make_settings())
    future = make_trade(
        symbol="41I1GC000", exchange="DERIVATIVES", price=1900.0, ceiling=2033.0, floor=1767.0, ref_price=1900.0,
        high=1900.0, low=1900.0, volume=3, total_volume=3, total_value=3 * 190_000_000,
    )  # fmt: skip
    app.state.application.deliver([future])  # the day after November's contract expired
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        for alias in ("VN30F1M", "vn30f1m"):
            stats = (await http.get(f"/api/session-stats/{alias}")).json()
            assert (stats["symbol"], stats["total_volume"]) == ("41I1GC000", 3)
            assert (await http.get(f"/api/foreign/{alias}")).json()["symbol"] == "41I1GC000"
            snapshot = (await http.get(f"/api/market/snapshot?symbols={alias}")).json()
            assert list(snapshot["prices"]) == ["41I1GC000"]
        assert (await http.get("/api/market/alerts?symbol=VN30F2M")).json() == []
        assert (await http.get("/api/session-stats/VN30F9M")).status_code == 404


def test_settings_reach_the_parts() -> None:
    application = Application(
        make_settings(
            ws_auth_token="t", ui_default_palette="vn", ws_max_messages_per_s=7, ws_client_buffer_bytes=70_000
        )
    )
    services = application.services
    assert services.access.is_on
    assert services.dashboard.palette == "vn"
    assert (services.limits.messages_per_s, services.limits.buffer_bytes_max) == (7, 70_000)


@pytest.mark.parametrize(
    ("given", "day", "is_open"),
    [
        ({}, date(2026, 11, 20), True),
        ({"extra_holidays": [date(2026, 11, 20)]}, date(2026, 11, 20), False),
        ({"extra_trading_days": [date(2026, 9, 2)]}, date(2026, 9, 2), True),
        ({}, date(2026, 9, 2), False),  # National Day
        ({"holidays_uncertain_closed": True}, date(2026, 11, 20), True),
    ],
)
def test_holidays_come_from_the_list_and_the_settings(
    given: dict[str, Any], day: date, is_open: bool
) -> None:
    application = Application(make_settings(**given))
    moment_s = datetime(day.year, day.month, day.day, 10, 0, tzinfo=VIETNAM).timestamp()
    assert application.calendar.is_live(moment_s) is is_open


def test_scope_of_many_symbols_is_their_number() -> None:
    names = [f"S{n:02}" for n in range(20)]
    application = Application(make_settings(tracked_symbols=names))
    assert application.processor.get_foreign_summary().scope == "20 symbols"


# -- the feed -----------------------------------------------------------------------------------------------------


def make_feed(settings: Settings, **given: Any) -> Feed:
    application = Application(settings)
    wanted: dict[str, Any] = {
        "clock": application.clock,
        "calendar": application.calendar,
        "processor": application.processor,
        "deliver": application.deliver,
        "changed": application.publisher.mark_changed,
        "observe_lag": application.metrics.feed_lag_seconds.observe,
        "observe_processing": application.metrics.processing_seconds.observe,
        "fallback_vn30": ["VCB", "FPT"],
    }
    if "processor" in given:
        wanted["deliver"] = given["processor"].apply
    return Feed(settings, **(wanted | given))


def test_feed_before_it_runs_knows_the_fallback_list_and_counts_nothing() -> None:
    feed = make_feed(make_settings())
    assert feed.status().state is FeedState.CONNECTING
    assert feed.counters() == FeedCounters()
    assert feed.vn30_symbols == ["VCB", "FPT"]
    assert feed.is_known_symbol("VCB")
    assert not feed.is_known_symbol("QQQ")


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        (
            {"sim_speed": 2, "sim_seed": 5, "sim_symbols": 7, "sim_activity": 0.5},
            "--seed 5 --speed 2.0 --activity 0.5 --symbols 7 --start 09:14:40",
        ),
        ({"feed_source": "replay", "sim_speed": 10}, "replay a.csv b.csv --speed 10.0"),
    ],
)
def test_feed_starts_its_simulator_as_the_settings_say(given: dict[str, Any], arguments: str) -> None:
    feed = make_feed(make_settings(**given), replay_options=["a.csv", "b.csv"])
    assert feed._simulator_arguments() == arguments.split()


async def test_feed_of_ssi_takes_its_hosts_its_keys_and_the_wall_clock() -> None:
    settings = make_settings(feed_source="ssi", ssi_consumer_id="id", ssi_consumer_secret="secret")
    feed = make_feed(settings)
    async with httpx.AsyncClient() as http:
        base_url, stream_url = await feed._open_source(SimpleNamespace())  # type: ignore[arg-type]
        assert (base_url, stream_url) == (settings.ssi_base_url, settings.ssi_stream_url)
        assert isinstance(feed._source_clock(base_url, http), WallFeedClock)
        auth = feed._auth(base_url, http)
        assert (auth._consumer_id, auth._consumer_secret) == ("id", "secret")
        assert isinstance(make_feed(make_settings())._source_clock("http://x/", http), RemoteFeedClock)


@pytest.mark.parametrize(
    ("time_of_day", "label"), [((10, 0), "live"), ((12, 0), "lunch"), ((20, 0), "closed")]
)
def test_feed_calls_the_session_by_market_time(time_of_day: tuple[int, int], label: str) -> None:
    application = Application(make_settings(tracked_symbols=["ALL"]))
    feed = make_feed(make_settings(), processor=application.processor)
    moment = datetime(2026, 11, 20, *time_of_day, tzinfo=VIETNAM)
    application.deliver([make_trade(exchange_time_s=moment.timestamp(), session="")])
    assert feed._session_label() == label


# -- its life -----------------------------------------------------------------------------------------------------


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    signals: list[int] = []
    monkeypatch.setattr(
        "app.wiring.os", SimpleNamespace(kill=lambda _pid, number: signals.append(number), getpid=lambda: 1)
    )
    return signals


async def test_running_without_a_source_keeps_trying_and_says_so(killed: list[int]) -> None:
    application = Application(make_settings())  # nobody listens on port 9
    told: list[FeedState] = []
    async with application.running():
        assert application.feed is not None
        unsubscribe = application.feed.on_status(lambda status: told.append(status.state))
        await eventually(lambda: FeedState.CLOSED in told or FeedState.RECONNECTING in told)
        assert application.is_ready
        assert not application.feed_status().connected
        assert "cannot be reached" in str(application.feed_status().reason)
        assert list(application.services.vn30_symbols())[:1] == ["ACB"]  # the dated fallback
        assert application.services.is_known_symbol("VCB")
        unsubscribe()
    assert killed == []
    assert not application.has_died
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith(("feed", "publish"))]


async def test_running_with_a_recorder_closes_its_folder(killed: list[int], tmp_path: Path) -> None:
    application = Application(make_settings(record_dir=tmp_path))
    async with application.running():
        await eventually(lambda: application.is_ready)
    assert killed == []


@pytest.mark.parametrize("part", ["feed", "publish"])
async def test_task_that_dies_ends_the_process_once(
    killed: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    async def die(_self: object) -> None:
        raise RuntimeError("no more")

    owner = "app.wiring.Feed" if part == "feed" else "app.wiring.DataPublisher"
    monkeypatch.setattr(f"{owner}.run", die)
    application = Application(make_settings())
    async with application.running():
        await eventually(lambda: killed)
    assert killed == [signal.SIGTERM]
    assert application.has_died
    assert [r.getMessage() for r in caplog.records if r.levelname == "CRITICAL"] == [
        f"task {part} died, ending the process"
    ]


async def test_app_of_create_app_runs_with_its_lifespan(killed: list[int], tmp_path: Path) -> None:
    app = create_app(make_settings(frontend_dir=tmp_path))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            assert (await client.get("/health")).json()["feed"]["source"] == "simulator"
            assert (await client.get("/metrics")).status_code == 200
    assert killed == []


# -- the feed's gauges --------------------------------------------------------------------------------------------


def test_gauges_follow_the_feeds_totals_by_their_steps() -> None:
    metrics = Metrics()
    counters = FeedCounters({"X-TRADE": 5}, {RejectReason.BAD_JSON: 2}, {"dropped": 1})
    audit = SimpleNamespace(get_classification_audit=lambda: {"VCB": AuditRow("VCB", compared=10, agreed=9)})
    status = FeedStatus(FeedSource.SSI, FeedState.LIVE, OPENING, ages={"X-TRADE": 0.5})
    gauges = FeedGauges(metrics, lambda: counters, lambda: status, audit)
    metrics.before_scrape(gauges.refresh)
    metrics.exposition()
    counters = FeedCounters({"X-TRADE": 7}, {RejectReason.BAD_JSON: 2}, {"dropped": 1, "stalled": 1})
    text = metrics.exposition().decode()
    for line in (
        'ssi_messages_received_total{channel="X-TRADE"} 7.0',
        'ssi_messages_rejected_total{reason="bad_json"} 2.0',
        'ssi_reconnects_total{cause="dropped"} 1.0',
        'ssi_reconnects_total{cause="stalled"} 1.0',
        'feed_state{state="live"} 1.0',
        'feed_age_seconds{channel="X-TRADE"} 0.5',
        "classifier_agreement_ratio 0.9",
    ):
        assert line in text


def test_phases_of_matching_are_those_of_the_auctions_and_between() -> None:
    application = Application(make_settings(tracked_symbols=["ALL"]))
    application.deliver([make_trade()])
    assert application.processor.phase_of("HOSE") is Phase.CONTINUOUS


# -- serve, in this process ---------------------------------------------------------------------------------------


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what a whole process sets for itself."""
    monkeypatch.setattr("app.main.configure_logging", lambda *_: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_as_it_was")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_serve_until_a_signal_returns_0(
    number: signal.Signals, free_port: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    answers: list[int] = []

    def ask_then_end() -> None:
        deadline_s = time.monotonic() + 30
        while not answers and time.monotonic() < deadline_s:
            try:
                answers.append(httpx.get(f"http://127.0.0.1:{free_port}/health/live").status_code)
            except httpx.TransportError:
                time.sleep(0.02)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=ask_then_end)
    thread.start()
    code = serve(make_settings(app_port=free_port, frontend_dir=tmp_path))
    thread.join()
    assert (code, answers) == (0, [200])
    assert f"dashboard at http://localhost:{free_port}" in caplog.messages


@pytest.mark.usefixtures("_as_it_was")
def test_serve_returns_1_when_a_task_died(
    free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(_self: object) -> None:
        await asyncio.sleep(0.2)
        raise RuntimeError("no more")

    monkeypatch.setattr("app.wiring.Feed.run", die)
    assert serve(make_settings(app_port=free_port, frontend_dir=tmp_path)) == 1


@pytest.mark.usefixtures("_as_it_was")
def test_serve_on_an_address_that_is_not_ours_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert serve(make_settings(app_host="192.0.2.1", app_port=0)) == 1
    err = capsys.readouterr().err
    assert err.startswith("port 0 on 192.0.2.1 cannot be used")
    assert err.count("\n") == 1


async def test_scope_of_a_long_list_is_the_same_before_and_after_the_lists_are_read() -> None:
    wanted = [f"AB{number}" for number in range(20)]
    application = Application(make_settings(tracked_symbols=wanted))
    before = application.processor.get_foreign_summary().scope
    feed = make_feed(make_settings(tracked_symbols=wanted), processor=application.processor)
    feed._apply_lists(Lists(tracked=frozenset(wanted)))
    assert application.processor.get_foreign_summary().scope == before == "20 symbols"


class Restart:
    """A start whose stored day holds VCB and FPT, with SSI's lists as `market` gives them."""

    def __init__(self, *wanted: str) -> None:
        self.market = FakeMarketService()
        self.stored: asyncio.Event = asyncio.Event()
        before = Application(make_settings(tracked_symbols=["ALL"])).processor
        trades = [
            trade
            for symbol in ("VCB", "FPT")
            for trade in before.apply([make_trade(symbol=symbol, volume=300)]).trades
        ]
        self.day = StoredDay(date(2026, 11, 20), trades=trades)
        settings = make_settings(tracked_symbols=list(wanted))
        self.feed = make_feed(settings, processor=Application(settings).processor, recover=self.recover)
        self.processor = self.feed._processor

    async def recover(self, _source_time_s: float | None) -> None:
        await self.stored.wait()
        self.processor.restore(self.day)

    async def run(self, *, lists_first: bool) -> None:
        references = self.feed._references(cast("SSIMarketService", self.market))
        load = references.load_tracked

        async def load_in_turn(timeout_s: float) -> None:
            if not lists_first:
                self.stored.set()
                await eventually(lambda: self.processor.trading_date is not None)
            await load(timeout_s)
            self.stored.set()

        references.load_tracked = load_in_turn  # type: ignore[method-assign]
        ticks = WallFeedClock(self.feed._clock)
        await asyncio.wait_for(self.feed._recover_while_reading(references, ticks), 20)


@pytest.mark.parametrize("lists_first", [True, False])
async def test_restart_without_lists_keeps_the_day_until_they_are_read(lists_first: bool) -> None:
    restart = Restart("HOSE", "SHS")
    restart.market.error = FeedConnectError("unreachable")
    await restart.run(lists_first=lists_first)
    assert restart.processor.symbols_of_day() == {"VCB", "FPT"}
    assert restart.processor.is_tracked("VCB")
    restart.processor.apply([make_trade(symbol="SHS", exchange="HNX")])
    assert restart.processor.symbols_of_day() == {"VCB", "FPT", "SHS"}

    restart.market.error = None
    restart.market.securities["HOSE"] = ["VCB"]
    references = restart.feed._references(cast("SSIMarketService", restart.market))
    await references.load_tracked(5)
    assert restart.processor.symbols_of_day() == {"VCB", "SHS"}


@pytest.mark.parametrize("lists_first", [True, False])
async def test_restart_forgets_what_is_no_longer_tracked(lists_first: bool) -> None:
    restart = Restart("VCB")
    await restart.run(lists_first=lists_first)
    assert restart.processor.symbols_of_day() == {"VCB"}
