"""/v1/ws of a whole application on a simulated market: its events against REST, over connections that are cut."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.wire_subscriber import WireSubscriber
from tests.integration.conftest import ControlOf, StartSimulator
from tests.integration.control import Control
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.processes import Child, ServedApp, SimulatorChild
from tests.integration.waiting import until

SYMBOLS = ("VCB", "FPT", "HPG", "VN30F1M")
CUTS_AFTER_BYTES = (0, 3_000, 40_000, 9_000, 1_000)  # in the snapshots, in live events, in those sent again
BLIND_RETURN = 2  # without a position: events may come twice
ACTIVE_VOLUMES = ("mua_chu_dong_volume", "ban_chu_dong_volume")
APART = {"intraday", "symbol"}
ENVELOPE = {"type", "topic", "epoch", "seq", "ts", "symbol", "skipped"}


@pytest.fixture(scope="module")
def simulator(start_simulator: StartSimulator) -> SimulatorChild:
    return start_simulator("--seed", "5", "--speed", "20", "--start", "09:20")


@pytest.fixture
def control(control_of: ControlOf, simulator: SimulatorChild) -> Control:
    return control_of(simulator)


@pytest.fixture(scope="module")
def app(simulator: SimulatorChild, started: list[Child]) -> ServedApp:
    served = ServedApp(feed_source="simulator", sim_url=simulator.url, ws_max_connections_per_ip=20)
    started.append(served)
    return served


async def _rest(app: ServedApp, path: str) -> Any:
    async with httpx.AsyncClient(base_url=app.http) as http:
        answer = await http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def _since_snapshot(subscriber: WireSubscriber, kind: str, topic: str) -> list[Any]:
    """Return the events of a kind that are not in the topic's snapshot."""
    seq = subscriber.memory.snapshot_seqs.get(topic, 0)
    return [
        event
        for event in subscriber.events
        if (event["type"], event["topic"]) == (kind, topic) and event["seq"] > seq
    ]


def _last(subscriber: WireSubscriber, kind: str, topic: str) -> dict[str, Any] | None:
    """Return the body of a topic's last event of a kind."""
    found = _since_snapshot(subscriber, kind, topic)
    return {name: value for name, value in found[-1].items() if name not in ENVELOPE} if found else None


def _is_known(state: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a row is what REST has; null is absent, and so is the chart of an index."""
    row, state = ({n: v for n, v in one.items() if v is not None and n not in APART} for one in (row, state))
    return row == state


def _differences(subscriber: WireSubscriber, symbol: str, rest: dict[str, Any]) -> list[str]:
    """Return in what a symbol's snapshot and events differ from REST."""
    topic = f"symbol:{symbol}"
    snapshot = subscriber.memory.snapshots[topic]
    price = _last(subscriber, "quote", topic) or snapshot["price"]
    found = [] if _is_known(rest["prices"][symbol], price) else ["price"]
    flow = _last(subscriber, "foreign", topic) or snapshot["foreign"]
    if flow is not None and not _is_known(rest["flows"][symbol], flow):
        found.append("foreign flow")
    prints = _since_snapshot(subscriber, "trade", topic)
    stats, before = rest["quotes"][symbol], snapshot["session_stats"] or {}

    def shown(row: dict[str, Any]) -> int:
        return int(row.get("total_volume", 0) - row.get("missed_volume", 0))

    if shown(stats) != shown(before) + sum(event["volume"] for event in prints):
        found.append("total volume")
    counted = prints[-1] if prints else before
    return found + [side for side in ACTIVE_VOLUMES if stats[side] != counted.get(side, 0)]


def _market_differences(subscriber: WireSubscriber, rest: dict[str, Any]) -> list[str]:
    """Return in what the events that everybody gets differ from REST."""
    found = []
    for index_id, row in rest["indices"].items():
        last = _last(subscriber, "index", f"index:{index_id}")
        if last is not None and not _is_known(row, last):
            found.append(index_id)
    last = _last(subscriber, "derivatives", "derivatives")
    if last is None or not _is_known(rest["derivatives"], last):
        found.append("derivatives")
    return found


def _all_differences(subscriber: WireSubscriber, rest: dict[str, Any]) -> list[str]:
    symbols = [topic.partition(":")[2] for topic in subscriber.memory.snapshots]
    of_symbols = [f"{one}: {what}" for one in symbols for what in _differences(subscriber, one, rest)]
    return of_symbols + _market_differences(subscriber, rest)


async def _agree_with_rest(app: ServedApp, *subscribers: WireSubscriber) -> None:
    """Wait until everybody has heard all there is. The market stands still."""
    found: list[list[str]] = []

    async def agree() -> bool:
        rest = await _rest(app, "/api/market/snapshot")
        rest["flows"] = {row["symbol"]: row for row in (await _rest(app, "/api/foreign"))["stocks"]}
        found[:] = [_all_differences(subscriber, rest) for subscriber in subscribers]
        return not any(found)

    try:
        await until(agree, "what REST says")
    except AssertionError as error:
        raise AssertionError(f"{error}: {found}") from None


async def test_events_over_cut_connections_are_all_there_once_and_agree_with_rest(
    app: ServedApp, control: Control
) -> None:
    steady, cut = WireSubscriber({"symbols": SYMBOLS}), WireSubscriber({"symbols": SYMBOLS})

    async def is_trading() -> bool:
        return set(SYMBOLS[:3]) <= (await _rest(app, "/api/session-stats"))["stats"].keys()

    await until(is_trading, "prints of all symbols")
    async with steady.connected(f"{app.ws}/v1/ws") as client, CuttingProxy(app.http).running() as proxy:
        await steady.read_until(client, lambda: len(steady.memory.snapshots) == len(SYMBOLS))
        listening = asyncio.create_task(steady.read_to_the_end(client))
        for number, proxy.cut_after in enumerate(CUTS_AFTER_BYTES):
            async with (
                asyncio.timeout(60),
                cut.connected(f"{proxy.url}/v1/ws", with_position=number != BLIND_RETURN) as broken,
            ):
                await cut.read_to_the_end(broken)
        assert proxy.cuts == len(CUTS_AFTER_BYTES)
        proxy.cut_after = None
        async with cut.connected(f"{proxy.url}/v1/ws") as whole:
            following = asyncio.create_task(cut.read_to_the_end(whole))
            await control.pause()
            await _agree_with_rest(app, steady, cut)
            # each topic to its end, and EventMemory saw no gap
            await until(lambda: cut.memory.seqs.items() <= steady.memory.seqs.items(), "the same end")
            assert not listening.done()  # nobody was closed
            assert not following.done()
            listening.cancel()
            following.cancel()
    assert steady.resyncs == cut.resyncs == []
    assert (
        cut.memory.seqs.items() <= steady.memory.seqs.items()
    )  # each topic to its end; EventMemory saw no gap
    heard, all_there_is = cut.memory.contents, steady.memory.contents
    assert len(heard) > 100
    assert list(heard.items()) == [(key, event) for key, event in all_there_is.items() if key in heard]
