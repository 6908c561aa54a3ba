"""/v1/ws of a whole application on a simulated market: its events against REST, over connections that are cut."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

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
ACTIVE_VOLUMES = ("mua_chu_dong_volume", "ban_chu_dong_volume")
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


def _last(subscriber: WireSubscriber, kind: str, topic: str) -> dict[str, Any] | None:
    """Return the body of a topic's last event of a kind."""
    found = [event for event in subscriber.events if (event["type"], event["topic"]) == (kind, topic)]
    return {name: value for name, value in found[-1].items() if name not in ENVELOPE} if found else None


def _is_known(state: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a row is what REST has; null is absent, and so is the chart of an index."""
    return {n: v for n, v in row.items() if v is not None and n != "intraday"} == {
        n: v for n, v in state.items() if v is not None and n not in {"intraday", "symbol"}
    }


def _differences(subscriber: WireSubscriber, symbol: str, rest: dict[str, Any]) -> list[str]:
    """Return in what a symbol's snapshot and events differ from REST."""
    topic = f"symbol:{symbol}"
    snapshot = subscriber.memory.snapshots[topic]
    price = _last(subscriber, "quote", topic) or snapshot["price"]
    found = [] if _is_known(rest["prices"][symbol], price) else ["price"]
    prints = [event for event in subscriber.events if (event["type"], event["topic"]) == ("trade", topic)]
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


async def test_events_over_cut_connections_are_all_there_once_and_agree_with_rest(
    app: ServedApp, control: Control
) -> None:
    steady, cut = WireSubscriber({"symbols": SYMBOLS}), WireSubscriber({"symbols": SYMBOLS})
    host, port = urlsplit(app.http).hostname, urlsplit(app.http).port
    assert host is not None and port is not None  # noqa: PT018 one thing

    async def is_trading() -> bool:
        stats = await _rest(app, "/api/session-stats")
        return set(SYMBOLS[:3]) <= stats["stats"].keys()

    await until(is_trading, "prints of all symbols")
    async with steady.connected(f"{app.ws}/v1/ws") as steady_client:
        await steady.read_until(steady_client, lambda: len(steady.memory.snapshots) == len(SYMBOLS))
        reading = asyncio.create_task(steady.read_to_the_end(steady_client))
        async with CuttingProxy(host, port).running() as proxy:
            for number, proxy.cut_after in enumerate(CUTS_AFTER_BYTES):
                async with (
                    asyncio.timeout(60),
                    cut.connected(f"{proxy.url}/v1/ws", with_position=number != 2) as client,
                ):
                    await cut.read_to_the_end(client)
            assert proxy.cuts == len(CUTS_AFTER_BYTES)
            proxy.cut_after = None
            async with cut.connected(f"{proxy.url}/v1/ws") as client:
                following = asyncio.create_task(cut.read_to_the_end(client))
                await control.pause()
                symbols = [topic.partition(":")[2] for topic in steady.memory.snapshots]

                async def is_even() -> list[str]:
                    rest = await _rest(app, "/api/market/snapshot")
                    assert not reading.done() and not following.done()  # noqa: PT018
                    return [
                        f"{name}: {difference}"
                        for name, one in (("steady", steady), ("cut", cut))
                        for difference in [
                            *_market_differences(one, rest),
                            *(f"{s} {d}" for s in symbols for d in _differences(one, s, rest)),
                        ]
                    ]

                last: list[str] = []

                async def agrees() -> bool:
                    last[:] = await is_even()
                    return not last and steady.memory.seqs.items() >= cut.memory.seqs.items()

                try:
                    await until(agrees, "what REST says")
                except AssertionError as error:
                    raise AssertionError(f"{error}: {last}") from None
                finally:
                    following.cancel()
                    reading.cancel()
    assert steady.memory.resyncs == cut.memory.resyncs == []
    heard = list(cut.memory.contents.items())
    assert len(heard) > 100
    assert heard == list(steady.memory.contents.items())[-len(heard) :]
