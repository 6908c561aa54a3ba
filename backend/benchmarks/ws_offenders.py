"""Bad clients among good ones: 50 that never read, one that floods, one that sends 10 MB. What do the others notice?

Rounds without and with the offenders alternate, so that both see the same machine.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

import websockets

from benchmarks.figures import Figure
from benchmarks.process_usage import process_rss_bytes
from benchmarks.ws_load import LoadClients, LoadReport, load_clients
from benchmarks.ws_rig import LOAD_CPUS, Rig, RigOptions, board_path, running_rig

SETTLE_S = 2.0
FLOOD_RATE = 1_000
LARGE_BYTES = 10_000_000
SLOWER_MAX = 1.10
GROWTH_MAX_BYTES = 30_000_000  # of 52 sockets and what the kernel did not take of theirs
FLOOD_CODE, LARGE_CODE = 4429, 1009


@dataclass(frozen=True)
class OffendersPlan:
    clients: int = 500
    stalled: int = 50
    rounds: int = 3
    seconds: float = 5.0  # a round without, and a round with


@dataclass
class Rounds:
    """The good clients' reports, and what became of the bad."""

    without: list[LoadReport] = field(default_factory=list)
    among: list[LoadReport] = field(default_factory=list)
    flood_codes: set[int] = field(default_factory=set)
    large_codes: set[int] = field(default_factory=set)
    rss_before_bytes: int = 0
    rss_after_bytes: int = 0


async def measure_offenders(plan: OffendersPlan) -> list[Figure]:
    """Return what others lose by bad clients."""
    rounds = Rounds()
    good = plan.clients - plan.stalled
    async with (
        running_rig(RigOptions()) as (rig, _),
        rig.feeding(),
        load_clients(rig.load_program, rig.port, good, board_path(), cpus=LOAD_CPUS) as clients,
    ):
        await asyncio.sleep(SETTLE_S)
        for _ in range(plan.rounds):
            rounds.without.append(await _round(clients, plan.seconds))
            rounds.rss_before_bytes = rounds.rss_before_bytes or process_rss_bytes(rig.pid)
            await _round_among(rig, clients, plan, rounds)
        rounds.rss_after_bytes = process_rss_bytes(rig.pid)
        queued_share = (await rig.watch(1.0)).queued_share
    return _figures(plan, rounds, queued_share)


async def _round(clients: LoadClients, seconds: float) -> LoadReport:
    await clients.report()
    await asyncio.sleep(seconds)
    return await clients.report()


async def _round_among(rig: Rig, clients: LoadClients, plan: OffendersPlan, rounds: Rounds) -> None:
    async with AsyncExitStack() as stack:
        stalled = load_clients(
            rig.load_program, rig.port, plan.stalled, board_path(), cpus=LOAD_CPUS, never_reads=True
        )
        await stack.enter_async_context(stalled)
        await asyncio.sleep(SETTLE_S)
        url = f"ws://127.0.0.1:{rig.port}{board_path()}"
        offences = asyncio.gather(flood(url, FLOOD_RATE), send_large(url, LARGE_BYTES))
        rounds.among.append(await _round(clients, plan.seconds))
        flood_code, large_code = await offences
        rounds.flood_codes.add(flood_code)
        rounds.large_codes.add(large_code)


async def flood(url: str, rate: int) -> int:
    """Send messages at a rate until closed; return the code."""
    async with websockets.connect(url, compression=None, max_size=None, proxy=None) as socket:
        reading = asyncio.create_task(_read(socket))
        with suppress(websockets.ConnectionClosed):
            while True:
                await socket.send('{"action":"ping"}')
                await asyncio.sleep(1 / rate)
        await reading
        return socket.close_code or 0


async def send_large(url: str, size: int) -> int:
    """Send one message of `size` bytes; return the code the server closes with."""
    async with websockets.connect(url, compression=None, max_size=None, proxy=None) as socket:
        reading = asyncio.create_task(_read(socket))
        with suppress(websockets.ConnectionClosed):
            await socket.send("x" * size)
        await reading
        return socket.close_code or 0


async def _read(socket: websockets.ClientConnection) -> None:
    with suppress(websockets.ConnectionClosed):
        async for _ in socket:
            pass


def _figures(plan: OffendersPlan, rounds: Rounds, queued_share: float) -> list[Figure]:
    name = f"{plan.stalled} of {plan.clients} never read, one floods, one sends 10 MB"
    grown_bytes = rounds.rss_after_bytes - rounds.rss_before_bytes
    codes = f"flood {sorted(rounds.flood_codes)}, 10 MB {sorted(rounds.large_codes)}"
    return [
        _ratio(f"{name}: others' feed to client", rounds, "feed_ms", queued_share),
        _ratio(f"{name}: others' publish to client", rounds, "publish_ms", queued_share),
        Figure(
            f"{name}: server's memory",
            "flat",
            f"{rounds.rss_before_bytes / 1e6:.0f} MB, {grown_bytes / 1e6:+.1f} MB after {plan.rounds} rounds",
            grown_bytes < GROWTH_MAX_BYTES,
        ),
        Figure(
            f"{name}: closed with",
            f"{FLOOD_CODE} and {LARGE_CODE}",
            codes,
            rounds.flood_codes == {FLOOD_CODE} and rounds.large_codes == {LARGE_CODE},
        ),
    ]


def _ratio(what: str, rounds: Rounds, ages: str, queued_share: float) -> Figure:
    without, among = (
        sorted(getattr(report, ages).p99 for report in reports)[len(reports) // 2]
        for reports in (rounds.without, rounds.among)
    )
    return Figure(
        what,
        "p99 within 10 %",
        f"{among:.1f} ms, {without:.1f} ms without them (medians of {len(rounds.among)} rounds)",
        among <= without * SLOWER_MAX if without else None,
        queued_share,
    )
