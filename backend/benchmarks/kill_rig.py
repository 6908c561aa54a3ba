"""What the kill test is made of: a simulator that never stops, a database and an application that are killed at will.

Accepted is what the spool or the database held when the application died: the rig reads both after every death and
remembers it, so that "none missing" is not the application's own word.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.history.embedded_postgres import EmbeddedPostgres
from app.history.row_codec import decode_rows
from benchmarks.child_process import BACKEND
from benchmarks.served_app import free_port

HEALTH_EVERY_S = 0.25
HEALTH_TIMEOUT_S = 2.0
SIM_TIMEOUT_S = 30.0
START_TIMEOUT_S = 180.0
PREPARE_TIMEOUT_S = 300.0  # of the simulator's thick day, on a machine that others use
DATABASE = "kill_test"

type Key = tuple[str, int]  # symbol, TotalVol


class Process:
    """A child with its output in a file."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, log: Path, environment: dict[str, str], *arguments: str) -> Process:
        with log.open("ab") as out:
            return cls(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    *arguments,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=out,
                    stderr=out,
                    cwd=BACKEND,
                    env={**os.environ, **environment},
                )
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def end(self, number: int) -> float:
        """Send a signal and wait for the end; return the seconds it took."""
        started_s = time.monotonic()
        if self._process.returncode is None:
            self._process.send_signal(number)
            try:
                await asyncio.wait_for(self._process.wait(), 20)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        return time.monotonic() - started_s


class KillRig:
    """The three processes and what is known of them."""

    def __init__(
        self, folder: Path, sim_url: str, health_timeout_s: float, settings: Mapping[str, str] | None = None
    ) -> None:
        self.health_timeout_s = health_timeout_s
        self.settings = dict(settings or {})
        self.folder = folder
        self.sim_url = sim_url
        self.port = free_port()
        self.server = EmbeddedPostgres(folder / "db", report=lambda _line: None)
        self.accepted: set[Key] = set()
        self.health: list[float] = []
        self.health_failures: Counter[str] = Counter()
        self.starts: list[float] = []
        self.stops: list[float] = []
        self.degraded = 0
        self.app: Process | None = None
        self.http = httpx.AsyncClient(timeout=health_timeout_s)
        self.simulator = httpx.AsyncClient(timeout=SIM_TIMEOUT_S)  # nobody measures how fast it answers
        self.is_up = False

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    # -- the application ------------------------------------------------------------------------------------------

    async def start_app(self) -> None:
        """Start it and wait until it answers and has restored the day."""
        started_s = time.monotonic()
        environment = {
            "FEED_SOURCE": "simulator",
            "SIM_URL": self.sim_url,
            "DATABASE_URL": self.server.dsn(DATABASE),
            "DATA_DIR": str(self.data_dir),
            "PYTHONWARNINGS": "error::ResourceWarning",
        } | self.settings
        self.app = await Process.start(
            self.folder / "app.log", environment, "-m", "app", "serve", "--port", str(self.port)
        )
        while True:
            with suppress(httpx.HTTPError):
                answer = await self.http.get(f"http://127.0.0.1:{self.port}/health/ready")
                self.is_up = True  # from now on it has to answer, also while it restores
                if answer.status_code == 200:
                    break
            if time.monotonic() > started_s + START_TIMEOUT_S:
                raise RuntimeError(f"the application does not start: {self.folder}/app.log")
            await asyncio.sleep(0.05)
        self.starts.append(time.monotonic() - started_s)

    async def end_app(self, number: int) -> None:
        """Kill or stop it, then note every row it had accepted."""
        self.is_up = False
        if self.app is not None:
            took_s = await self.app.end(number)
            if number == signal.SIGTERM:
                self.stops.append(took_s)
        self.app = None
        await self.note_accepted()

    async def restart_app(self, number: int) -> None:
        """Do both."""
        await self.end_app(number)
        await self.start_app()

    async def ask(self, path: str) -> Any:
        """Return the JSON of a GET."""
        return (await self.http.get(f"http://127.0.0.1:{self.port}{path}")).json()

    async def watch_health(self) -> None:
        """Ask /health four times a second while the application is up; note how long each answer took."""
        while True:
            await asyncio.sleep(HEALTH_EVERY_S)
            if not self.is_up:
                continue
            started_s = time.monotonic()
            try:
                body = await self.ask("/health")
                self.degraded += body["status"] == "degraded"
                self.health.append(time.monotonic() - started_s)
            except httpx.HTTPError as error:
                if self.is_up:  # else it was killed while it answered
                    self.health_failures[type(error).__name__] += 1

    # -- what is stored -------------------------------------------------------------------------------------------

    async def note_accepted(self) -> None:
        """Read the spool of a dead application, and the database when it is there."""
        self.accepted |= await asyncio.to_thread(self._spooled)
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.accepted |= set(await self.stored())

    def _spooled(self) -> set[Key]:
        path = self.data_dir / "spool-simulator.sqlite"
        if not path.exists():
            return set()
        connection = sqlite3.connect(path, timeout=5)
        try:
            found = connection.execute("SELECT body FROM chunks WHERE table_name = 'trades'").fetchall()
        finally:
            connection.close()
        return {(row[0], row[9]) for (body,) in found for row in decode_rows("trades", body)[0]}

    async def query(self, sql: str) -> list[asyncpg.Record]:
        """Ask the database."""
        connection = await asyncpg.connect(self.server.dsn(DATABASE), timeout=2)
        try:
            return await connection.fetch(sql, timeout=20)
        finally:
            connection.terminate()

    async def stored(self) -> list[Key]:
        """Return every stored print."""
        return [tuple(row) for row in await self.query("SELECT symbol, total_volume FROM trades")]

    # -- the database ---------------------------------------------------------------------------------------------

    async def start_database(self) -> None:
        """Start it, or start it again after a kill."""
        await self.server.start()
        await self.server.ensure_database(DATABASE)

    async def kill_database(self, away_s: float) -> None:
        """Kill -9 the postmaster, and bring it back."""
        if self.server.pid is not None:
            os.kill(self.server.pid, signal.SIGKILL)
        await asyncio.sleep(away_s)
        await self.start_database()

    async def stop_database(self, away_s: float) -> None:
        """Stop it in order, and bring it back."""
        await self.server.stop()
        await asyncio.sleep(away_s)
        await self.start_database()

    async def hang_database(self, away_s: float) -> None:
        """Freeze every process of it, and let them go on."""
        pids = processes_of(self.server.pid or 0)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(away_s)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    # -- the simulator --------------------------------------------------------------------------------------------

    async def truth(self) -> dict[str, Any]:
        """Return what really happened."""
        answer: dict[str, Any] = (await self.simulator.get(f"{self.sim_url}sim/truth")).json()
        return answer

    async def events(self) -> int:
        """Return how many events the simulator has played."""
        return int((await self.simulator.get(f"{self.sim_url}sim/connections")).json()["events_played"])

    async def wait_for_simulator(self) -> None:
        """Return once it answers; a thick day takes seconds to prepare."""
        async with asyncio.timeout(PREPARE_TIMEOUT_S):
            while True:
                with suppress(httpx.HTTPError):
                    await self.events()
                    return
                await asyncio.sleep(0.1)

    async def pause(self, is_paused: bool = True) -> None:
        """Let the market stand still, or go on."""
        await self.simulator.post(f"{self.sim_url}sim/pause", json={"paused": is_paused})

    async def market_time_s(self) -> float:
        """Return the simulator's clock, seconds since the epoch."""
        return float((await self.simulator.get(f"{self.sim_url}sim/clock")).json()["time_s"])

    async def set_speed(self, speed: float) -> None:
        """Set how fast the market goes at most."""
        await self.simulator.post(f"{self.sim_url}sim/speed", json={"speed": speed})

    async def fault(self, name: str, **parameters: object) -> None:
        """Switch a fault of the feed on."""
        answer = await self.simulator.post(f"{self.sim_url}sim/faults", json={"name": name, **parameters})
        if answer.status_code != 200 and "nothing was sent" not in answer.text:
            raise RuntimeError(f"{name}: {answer.text}")

    async def clear_faults(self) -> None:
        """Switch every fault of the feed off."""
        await self.simulator.delete(f"{self.sim_url}sim/faults")


@asynccontextmanager
async def kill_rig(
    folder: Path,
    activity: float,
    speed: float = 4.0,
    health_timeout_s: float = HEALTH_TIMEOUT_S,
    *,
    start: str = "09:15:30",
    seed: int = 7,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[KillRig]:
    """Start the simulator and the database; the application is the caller's to start, with `settings`.

    A thin market played fast is as much load as a thick one at its own pace, and is soon at its start.
    """
    port = free_port()
    simulator = await Process.start(
        folder / "simulator.log", {}, "-m", "app.simulator", "--port", str(port), "--exit-with-parent", "--hold",
        "--activity", str(activity), "--speed", str(speed), "--start", start, "--seed", str(seed),
    )  # fmt: skip
    rig = KillRig(folder, f"http://127.0.0.1:{port}/", health_timeout_s, settings)
    watching = asyncio.create_task(rig.watch_health())
    try:
        await rig.start_database()
        await rig.wait_for_simulator()
        yield rig
    finally:
        watching.cancel()
        if rig.app is not None:
            await rig.app.end(signal.SIGKILL)
        await simulator.end(signal.SIGTERM)
        await rig.http.aclose()
        await rig.simulator.aclose()
        await rig.server.stop()


def processes_of(postmaster: int) -> list[int]:
    """Return the postmaster and its children."""
    pids = [postmaster]
    for children in Path(f"/proc/{postmaster}/task").glob("*/children"):
        pids += [int(pid) for pid in children.read_text().split()]
    return pids
