"""clients/python against a whole application on a simulated market: cut off, killed and restarted under load."""

from __future__ import annotations

import ast
import asyncio
import csv
import json
import runpy
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from vnstock_tracker import ApiError, EventStream, Item, Resync, TopicSnapshot, Tracker, Trade
from websockets.asyncio.client import connect

from app.api.asyncapi import asyncapi_document
from tests.api.asyncapi_frames import ChannelFrames
from tests.integration.conftest import ControlOf, StartSimulator
from tests.integration.control import Control
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.processes import Child, ServedApp, SimulatorChild
from tests.integration.waiting import until

pytestmark = pytest.mark.minutes
EXAMPLES = Path(__file__).resolve().parents[3] / "clients" / "python" / "examples"
SYMBOLS = ("VCB", "FPT", "HPG", "VN30F1M")
KILLS = 3
OTHERS = 5  # clients beside ours, each with a state and events
EVENTS_BETWEEN = 200
CUTS_AFTER_BYTES = (0, 3_000, 40_000, 9_000)
FRAMES = 40
SETTINGS: dict[str, Any] = {"feed_source": "simulator", "ws_max_connections_per_ip": 100}


@pytest.fixture(scope="module")
def simulator(start_simulator: StartSimulator) -> SimulatorChild:
    return start_simulator("--seed", "7", "--speed", "20", "--start", "09:20")


@pytest.fixture
def control(control_of: ControlOf, simulator: SimulatorChild) -> Control:
    return control_of(simulator)


@pytest.fixture(scope="module")
def app(simulator: SimulatorChild, started: list[Child]) -> Iterator[ServedApp]:
    served = ServedApp(sim_url=simulator.url, **SETTINGS)
    started.append(served)
    yield served
    served.end()  # before the next one starts on the same simulator


async def rest(app: ServedApp, path: str) -> Any:
    async with httpx.AsyncClient(base_url=app.http) as http:
        answer = await http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def plain(value: Any) -> Any:
    """Return a state as both ways have it: null is absent, charts and ages aside."""
    if isinstance(value, dict):
        apart = {"intraday", "ages"}
        return {k: plain(v) for k, v in value.items() if v is not None and k not in apart}
    return [plain(item) for item in value] if isinstance(value, list) else value


class Ledger:
    """Everything a stream gave; it fails at the first gap or double that no Resync told of."""

    def __init__(self) -> None:
        self.resyncs: list[Resync] = []
        self.numbered = 0
        self.kinds: Counter[str] = Counter()
        self.shown: dict[str, int] = {}  # symbol -> volume of prints, with what its snapshot had
        self.seqs: dict[str, int] = {}
        self.heard: list[tuple[str, str, int]] = []  # epoch, topic, seq

    async def keep(self, stream: EventStream) -> None:
        async for item in stream:
            self.take(item)

    def take(self, item: Item) -> None:
        self.kinds[type(item).__name__] += 1
        match item:
            case Resync(topic="*"):
                self.resyncs.append(item)
                self.seqs.clear()
                self.shown.clear()
            case Resync(topic=topic):
                self.resyncs.append(item)
                self.seqs.pop(topic, None)
            case TopicSnapshot(topic=topic, seq=seq):
                self.seqs[topic] = seq
                if topic.startswith("symbol:"):
                    stats = item.symbol_state.session_stats
                    self.shown[topic] = stats.total_volume - stats.missed_volume if stats else 0
            case _ if hasattr(item, "seq"):
                known = self.seqs.get(item.topic, item.seq - 1)
                assert item.seq == known + 1, f"{item.topic} went from {known} to {item.seq}"
                self.seqs[item.topic] = item.seq
                self.heard.append((item.epoch, item.topic, item.seq))
                self.numbered += 1
                if isinstance(item, Trade) and item.topic in self.shown:
                    self.shown[item.topic] += item.volume
            case other:
                raise AssertionError(f"unexpected {other}")


@asynccontextmanager
async def kept(stream: EventStream) -> AsyncIterator[Ledger]:
    """Keep a ledger of a stream; a gap in it fails the test."""
    ledger = Ledger()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ledger.keep(stream))
        yield ledger
        await stream.aclose()
        await task


async def agrees_with_rest(app: ServedApp, tracker: Tracker, ledger: Ledger) -> None:
    """Wait until the client shows what REST does. The market stands still."""
    found: list[str] = []

    async def agree() -> bool:
        snapshot = await rest(app, "/api/market/snapshot")
        wanted = (
            ("market", snapshot, tracker.market.raw),
            ("foreign", snapshot["foreign"], tracker.foreign.raw),
            ("index", snapshot["indices"], tracker.index.raw),
        )
        found[:] = [name for name, theirs, ours in wanted if plain(theirs) != plain(ours)]
        stats = {f"symbol:{name}": row for name, row in snapshot["quotes"].items()}
        found.extend(
            topic
            for topic, shown in ledger.shown.items()
            if topic in stats and shown != stats[topic]["total_volume"] - stats[topic]["missed_volume"]
        )
        return not found and len(ledger.shown) == len(SYMBOLS)

    try:
        await until(agree, "what REST says")
    except AssertionError as error:
        raise AssertionError(f"{error}: {found}, {ledger.shown}") from None
    typed = await tracker.rest.snapshot()
    assert tracker.market.state is not None
    assert tracker.market.state.prices == typed.prices
    assert tracker.market.state.quotes == typed.quotes


async def one_more(stack: AsyncExitStack, url: str) -> None:
    """Open another client, and have it listen: what load is made of."""
    other = await stack.enter_async_context(Tracker(url))
    await other.market.ready(60)
    await stack.enter_async_context(kept(other.events(markets=["HOSE"])))


async def test_events_over_connections_that_are_cut_are_all_there_once(
    app: ServedApp, control: Control
) -> None:
    async with (
        CuttingProxy(app.http).running() as proxy,
        Tracker(app.http) as whole,
        Tracker(proxy.url.replace("ws:", "http:")) as cut,
        kept(whole.events(SYMBOLS)) as steady,
    ):
        await until(lambda: len(steady.shown) == len(SYMBOLS), "snapshots")
        async with kept(cut.events(SYMBOLS)) as ledger:
            await until(lambda: len(ledger.shown) == len(SYMBOLS), "snapshots")
            for number, proxy.cut_after in enumerate(CUTS_AFTER_BYTES, 1):
                # the socket that serves was opened before; cut it by cutting the next one, in the middle of a frame
                await cut_off(cut)
                await until(lambda least=number: proxy.cuts >= least, "a cut")  # type: ignore[misc]
            proxy.cut_after = None
            least = ledger.numbered + EVENTS_BETWEEN
            await until(lambda: ledger.numbered >= least, "events after the cuts")
            await control.pause()
            await until(lambda: ledger.seqs.items() <= steady.seqs.items(), "the same end")
            await control.pause(False)
            assert ledger.resyncs == []
            heard = set(ledger.heard)
            assert len(heard) == len(ledger.heard)
            assert ledger.heard == [place for place in steady.heard if place in heard]


async def cut_off(tracker: Tracker) -> None:
    """Break the tracker's sockets as a network does: without a word."""
    for member in tracker._tasks:
        if member.link is not None and member.link._socket is not None:
            member.link._socket.transport.abort()


async def test_full_mode_alerts_and_rest_are_typed(app: ServedApp) -> None:
    async with Tracker(app.http, symbols=["VCB"]) as tracker:
        async with tracker.full("market") as states:
            state = await anext(states)
            assert set(state.prices) <= {"VCB"}
        async with tracker.full("index") as states:
            assert (await anext(states))["VN30"].index_id == "VN30"
        async with tracker.alerts() as alerts:
            last = await anext(alerts)
            assert isinstance(last, TopicSnapshot)
            assert last.topic == "alerts"
        assert (await tracker.rest.snapshot(["VCB"])).session.trading_date is not None
        assert tracker.rest.source == "simulator"
        assert "VN30" in await tracker.rest.indices()
        assert (await tracker.rest.foreign()).summary.scope == "VN30"
        assert "VCB" in await tracker.rest.session_stats()
        assert len(await tracker.rest.alerts(5)) <= 5
        assert (await tracker.rest.audit()).light in {"green", "amber", "unknown"}
        with pytest.raises(ApiError, match="unknown_symbol"):
            await tracker.rest.snapshot(["NOPE"])
        with pytest.raises(ApiError, match="database_unavailable"):
            await tracker.rest.candles("VCB")


async def test_examples_run(app: ServedApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = runpy.run_path(str(EXAMPLES / "record_trades.py"))["record"]
    async with asyncio.timeout(60):
        assert await record(app.http, tmp_path / "trades.csv", ["VCB", "FPT"], 20) == 20
    rows = list(csv.DictReader((tmp_path / "trades.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 20
    assert {row["symbol"] for row in rows} <= {"VCB", "FPT"}
    for name in ("quick_start", "print_alerts"):
        main = runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"]
        task = asyncio.create_task(main(app.http, []) if name == "quick_start" else main(app.http))
        await asyncio.wait([task], timeout=3)
        assert not task.done(), task.exception()  # it goes on until it is stopped
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_notebook_runs(app: ServedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = json.loads((EXAMPLES / "notebook.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    monkeypatch.setenv("TRACKER_URL", app.http)
    names: dict[str, Any] = {}
    async with asyncio.timeout(60):
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code":
                continue
            code = compile("".join(cell["source"]), "notebook", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            outcome = eval(code, names)  # what Jupyter does with a cell
            if asyncio.iscoroutine(outcome):
                await outcome
    assert len(names["trades"]) == 5
    assert names["board"].loc["VCB", "last_price"] > 0


@pytest.mark.parametrize("mode", ["full", "delta"])
async def test_frames_of_a_run_are_of_asyncapi(app: ServedApp, mode: str) -> None:
    document = asyncapi_document()
    for name, channel in document["channels"].items():
        frames = ChannelFrames(document, name)
        async with (
            asyncio.timeout(60),
            connect(f"{app.ws}{channel['address']}?mode={mode}", max_size=None, proxy=None) as client,
        ):
            await client.send(json.dumps({"action": "subscribe", "symbols": SYMBOLS, "channels": ["index"]}))
            for _ in range(FRAMES):
                frames.check(await client.recv())


async def test_state_and_events_outlive_a_server_that_is_killed_under_load(
    control: Control, simulator: SimulatorChild, started: list[Child]
) -> None:
    app = ServedApp(sim_url=simulator.url, **SETTINGS)
    started.append(app)
    async with AsyncExitStack() as stack:
        for _ in range(OTHERS):
            await one_more(stack, app.http)
        tracker = await stack.enter_async_context(Tracker(app.http))
        for channel in (tracker.market, tracker.foreign, tracker.index):
            await channel.ready(60)
        ledger = await stack.enter_async_context(kept(tracker.events(SYMBOLS)))
        for kill in range(1, KILLS + 1):
            before, epoch = ledger.numbered, tracker.market.epoch
            await until(lambda least=before + EVENTS_BETWEEN: ledger.numbered >= least, "events")  # type: ignore[misc]
            assert tracker.is_live, tracker.status
            app.process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(app.ended)
            await until(lambda: not tracker.status.is_current, "the loss is noticed")
            assert not tracker.is_live
            assert tracker.market.state is not None  # the last one, and said to be old
            app = await asyncio.to_thread(ServedApp, app.port, sim_url=simulator.url, **SETTINGS)
            started.append(app)
            await until(lambda was=epoch: tracker.market.epoch not in {None, was}, "a new life")  # type: ignore[misc]
            await until(lambda count=kill: len(ledger.resyncs) == count, "told of the loss")  # type: ignore[misc]
            await until(lambda: tracker.is_live, f"live: {tracker.status}")
            await control.pause()
            await agrees_with_rest(app, tracker, ledger)
            await control.pause(False)
    assert ledger.resyncs == [Resync("*", "epoch_changed")] * KILLS
    assert ledger.kinds["Trade"] > 100, ledger.kinds
