"""`python -m benchmarks.whole_market_restore`: a start in the afternoon of a whole market's day.

Two minutes of the simulator's whole market are traded into our own PostgreSQL; 700,000 earlier prints of the same day
are put below them, the application is killed -9 and started again: from the start to the first frame with prices.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import msgspec

from app.history.embedded_postgres import EmbeddedPostgres, database_name
from benchmarks.data_dir import temporary_data_dir
from benchmarks.figures import Figure, format_table
from benchmarks.kill_rig import Process
from benchmarks.served_app import connect_when_up, free_port
from benchmarks.thread_cpu import queued_s_of_process

TARGET_S = 5.0
PRINTS = 700_000
SYMBOLS_MIN = 1_000
FRAME_TIMEOUT_S = 90.0
# as many prints a symbol, from 09:15 to 14:25, below the TotalVol of those that were really traded
_FILL = """
    WITH traded AS (
        SELECT DISTINCT ON (symbol) symbol, price, trading_date, total_volume - volume AS room
        FROM trades ORDER BY symbol, total_volume
    ), shares AS (
        SELECT *, greatest(1, least(room, $1::int8 / (SELECT count(*) FROM traded))) AS prints FROM traded WHERE room > 1
    )
    INSERT INTO trades SELECT symbol, price, 1, 'neutral', price::int8, price, price,
        ((trading_date + TIME '09:15') AT TIME ZONE 'Asia/Ho_Chi_Minh') + (n * 18600.0 / prints) * INTERVAL '1 second',
        trading_date, n, 'continuous', NULL
    FROM shares, generate_series(1, prints) AS n ON CONFLICT DO NOTHING
"""


class _Frame(msgspec.Struct):
    prices: dict[str, msgspec.Raw] = {}


async def measure(prints: int, traded_s: float) -> tuple[float, float, int, str]:
    """Return the seconds to the first whole frame, those of them without a core, the prints stored, and our log's line."""
    with temporary_data_dir() as folder:
        sim_port, log = free_port(), folder / "app.log"
        simulator = await Process.start(
            folder / "simulator.log", {}, "-m", "app.simulator", "--port", str(sim_port), "--exit-with-parent", "--hold",
            "--symbols", "1600", "--start", "14:22:00", "--seed", "7",
        )  # fmt: skip
        settings = {
            "FEED_SOURCE": "simulator",
            "SIM_URL": f"http://127.0.0.1:{sim_port}/",
            "TRACKED_SYMBOLS": "ALL",
            "DATABASE_URL": "",
            "DATA_DIR": str(folder / "data"),
            "RECORD_DIR": "",
        }
        try:
            await _wait_for(f"http://127.0.0.1:{sim_port}/sim/truth")
            app, url = await _start(log, settings)
            await _first_frame(url, 1)
            await asyncio.sleep(traded_s)
            await app.end(signal.SIGKILL)
            stored = await _fill(folder / "data", prints)
            began_s = time.perf_counter()
            app, url = await _start(log, settings)
            queued_s = 0.0
            try:
                await _first_frame(url, SYMBOLS_MIN)
                took_s = time.perf_counter() - began_s
                queued_s = queued_s_of_process(app.pid)
            finally:
                await app.end(signal.SIGTERM)
        finally:
            await simulator.end(signal.SIGTERM)
        said = [line for line in log.read_text().splitlines() if "restored" in line]
        return took_s, queued_s, stored, said[-1] if said else "nothing was restored"


async def _start(log: Path, settings: dict[str, str]) -> tuple[Process, str]:
    port = free_port()
    app = await Process.start(log, settings, "-m", "app", "serve", "--port", str(port))
    return app, f"ws://127.0.0.1:{port}/ws/market"


async def _first_frame(url: str, symbols: int) -> None:
    """Wait for a frame with the prices of `symbols`."""
    async with asyncio.timeout(FRAME_TIMEOUT_S):
        socket = await connect_when_up(url)
        try:
            async for text in socket:
                if len(msgspec.json.decode(text, type=_Frame).prices) >= symbols:
                    return
        finally:
            await socket.close()
    raise RuntimeError("the server closed the socket before it showed the market")


async def _wait_for(url: str) -> None:
    async with httpx.AsyncClient(timeout=5) as http, asyncio.timeout(FRAME_TIMEOUT_S):
        while True:
            with suppress(httpx.HTTPError):
                await http.get(url)
                return
            await asyncio.sleep(0.1)


async def _fill(data_dir: Path, prints: int) -> int:
    """Take over the server the killed application left, add the day's earlier prints, stop it."""
    server = EmbeddedPostgres(data_dir, report=lambda _line: None)
    await server.start()
    try:
        connection = await asyncpg.connect(server.dsn(database_name("simulator")))
        await connection.execute(_FILL, prints, timeout=300)
        await connection.execute("ANALYZE trades", timeout=60)
        count: int = await connection.fetchval("SELECT count(*) FROM trades")
        await connection.close()
    finally:
        await server.stop()
    return count


def main() -> int:
    """Measure once and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prints", type=int, default=PRINTS)
    parser.add_argument(
        "--traded-s", type=float, default=75, help="every state is kept once in the first minute"
    )
    options = parser.parse_args()
    took_s, queued_s, stored, said = asyncio.run(measure(options.prints, options.traded_s))
    figure = Figure(
        f"start to the first frame of the whole market ({stored:,} prints stored)",
        f"< {TARGET_S:.0f} s",
        f"{took_s:.2f} s ({queued_s:.2f} s of it without a core)",
        took_s < TARGET_S,
        queued_s / took_s,
    )
    print(said)
    print(format_table([figure]))
    return 0 if figure.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
