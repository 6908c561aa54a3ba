"""The command line of the simulator.

Format: one JSON line on stdout, {"url": ...}, once it listens; everything else goes to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from app.simulator.clock import midnight_s, time_of_day
from app.simulator.market_model import SimulatedMarket
from app.simulator.securities import SYMBOLS_MAX
from app.simulator.server import Simulator
from app.simulator.settings import SimulatorSettings
from app.simulator.trading_dates import next_trading_day

DEFAULT_START = "09:14:40"  # twenty seconds before HOSE opens: the first burst is about to come


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; SIM_* variables give the defaults."""
    env = os.environ.get
    defaults = SimulatorSettings()
    parser = argparse.ArgumentParser(
        prog="python -m app.simulator", description="A stand-in SSI FastConnect server."
    )
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=int(env("SIM_PORT", "0")), help="0: a free one")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when stdin reaches its end")
    parser.add_argument("--seed", type=int, default=int(env("SIM_SEED", "1")))
    parser.add_argument(
        "--symbols", type=int, default=int(env("SIM_SYMBOLS", "30")), help=f"1 to {SYMBOLS_MAX}"
    )
    parser.add_argument(
        "--speed", type=float, default=float(env("SIM_SPEED", "1")), help="a ceiling; 0: none"
    )
    parser.add_argument("--activity", type=float, default=float(env("SIM_ACTIVITY", "1")), help="event rates")
    parser.add_argument("--start", default=env("SIM_START", DEFAULT_START), help="time of day, HH:MM[:SS]")
    parser.add_argument(
        "--date", default=env("SIM_DATE", ""), help="YYYY-MM-DD; default: the next trading day"
    )
    parser.add_argument("--night-speed", type=float, default=defaults.night_speed)
    parser.add_argument("--hold", action="store_true", help="stand still until the first subscription")
    parser.add_argument("--consumer-id", default="", help="the only key accepted; default: any")
    parser.add_argument("--consumer-secret", default="")
    parser.add_argument("--token-ttl", type=float, default=defaults.token_ttl_s, help="seconds")
    parser.add_argument("--switch-mode", choices=("replace", "add"), default=defaults.switch_mode)
    parser.add_argument("--unknown-channel", choices=("error", "silence"), default=defaults.unknown_channel)
    parser.add_argument("--keep-alive", type=float, default=defaults.keep_alive_s, help="seconds")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run until told to stop; return the exit code."""
    parser = build_parser()
    options = parser.parse_args(argv)
    try:
        start_day_s = time_of_day(options.start)
        first_date = date.fromisoformat(options.date) if options.date else _next_session()
    except ValueError as error:
        parser.error(str(error))
    if not 1 <= options.symbols <= SYMBOLS_MAX:
        parser.error(f"--symbols must be from 1 to {SYMBOLS_MAX}")
    settings = SimulatorSettings(
        host=options.host,
        port=options.port,
        speed=options.speed,
        night_speed=options.night_speed,
        consumer_id=options.consumer_id,
        consumer_secret=options.consumer_secret,
        token_ttl_s=options.token_ttl,
        switch_mode=options.switch_mode,
        unknown_channel=options.unknown_channel,
        keep_alive_s=options.keep_alive,
        hold=options.hold,
    )
    source = SimulatedMarket(first_date, options.seed, options.symbols, options.activity)
    start_s = midnight_s(first_date) + start_day_s
    try:
        asyncio.run(_serve(Simulator, source, settings, start_s, options.exit_with_parent))
    except OSError as error:
        print(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _next_session() -> date:
    return next_trading_day((datetime.now(UTC) + timedelta(hours=7)).date())


async def _serve(
    make: type[Simulator],
    source: SimulatedMarket,
    settings: SimulatorSettings,
    start_s: float,
    exit_with_parent: bool,
) -> None:
    loop = asyncio.get_running_loop()
    simulator = make(source, settings, start_s)
    await simulator.start()
    print(json.dumps({"url": simulator.url}), flush=True)
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    if exit_with_parent:
        _watch_stdin(loop, stopping)
    stopped = loop.create_task(stopping.wait())
    failed = loop.create_task(simulator.failed())
    try:
        done, _ = await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
        if failed in done:
            failed.result()
    finally:
        stopped.cancel()
        failed.cancel()
        await simulator.stop()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """A killed parent closes our stdin: then there is nobody left to serve."""

    def readable() -> None:
        if not os.read(sys.stdin.fileno(), 4_096):
            loop.remove_reader(sys.stdin.fileno())
            stopping.set()

    try:
        loop.add_reader(sys.stdin.fileno(), readable)
    except PermissionError:  # a plain file cannot be watched, and never ends with a parent
        return
