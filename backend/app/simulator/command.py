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
from pathlib import Path

from app.simulator.clock import midnight_s, rfc3339, time_of_day
from app.simulator.events import TimedMessages
from app.simulator.replay import ReplayFileError, TradeFiles
from app.simulator.securities import SYMBOLS_MAX
from app.simulator.server import Simulator
from app.simulator.settings import SimulatorSettings
from app.simulator.simulated_market import SimulatedMarket
from app.simulator.tape import Tape, is_recording
from app.simulator.trading_dates import is_trading_day, next_trading_day

DEFAULT_START = "09:14:40"  # twenty seconds before HOSE opens: the first burst is about to come
_PROGRESS_S = 1.0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the simulated market; SIM_* variables give the defaults."""
    env = os.environ.get
    defaults = SimulatorSettings()
    parser = argparse.ArgumentParser(
        prog="python -m app.simulator",
        description="A stand-in SSI FastConnect server with a market of its own.",
        epilog="`python -m app.simulator replay FILE...` plays trade files instead; see its --help.",
    )
    _add_server_options(parser)
    parser.add_argument("--seed", type=int, default=int(env("SIM_SEED", "1")))
    parser.add_argument(
        "--symbols", type=int, default=int(env("SIM_SYMBOLS", "30")), help=f"1 to {SYMBOLS_MAX}"
    )
    parser.add_argument("--activity", type=float, default=float(env("SIM_ACTIVITY", "1")), help="event rates")
    parser.add_argument("--start", default=env("SIM_START", DEFAULT_START), help="time of day, HH:MM[:SS]")
    parser.add_argument(
        "--date", default=env("SIM_DATE", ""), help="YYYY-MM-DD; default: the next trading day"
    )
    parser.add_argument("--days", type=int, default=0, help="stand still after so many; 0: go on for ever")
    parser.add_argument("--night-speed", type=float, default=defaults.night_speed, help="0: nights last")
    parser.add_argument(
        "--hold",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="stand still until a subscription",
    )
    return parser


def build_replay_parser() -> argparse.ArgumentParser:
    """Return the parser of `replay`."""
    parser = argparse.ArgumentParser(
        prog="python -m app.simulator replay",
        description="Play recordings (feed-DATE.jsonl.gz) as they were received, or trade files "
        "(seq,time,price,volume,side,side_raw; the date in the name) as SSI would.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_server_options(parser)
    parser.add_argument("--start", default="", help="time of day to begin at, HH:MM[:SS]")
    parser.add_argument(
        "--skip-lunch",
        action="store_true",
        help="of a recording: jump lunch, nights and other idle stretches",
    )
    parser.add_argument("--night-speed", type=float, default=SimulatorSettings().night_speed)
    parser.add_argument(
        "--hold", action=argparse.BooleanOptionalAction, default=True, help="wait for the first subscription"
    )
    return parser


def _add_server_options(parser: argparse.ArgumentParser) -> None:
    defaults = SimulatorSettings()
    env = os.environ.get
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=int(env("SIM_PORT", "0")), help="0: a free one")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when stdin reaches its end")
    parser.add_argument(
        "--speed", type=float, default=float(env("SIM_SPEED", "1")), help="a ceiling; 0: none"
    )
    parser.add_argument("--consumer-id", default="", help="the only key accepted; default: any")
    parser.add_argument("--consumer-secret", default="")
    parser.add_argument("--token-ttl", type=float, default=defaults.token_ttl_s, help="seconds")
    parser.add_argument("--switch-mode", choices=("replace", "add"), default=defaults.switch_mode)
    parser.add_argument("--unknown-channel", choices=("error", "silence"), default=defaults.unknown_channel)
    parser.add_argument("--keep-alive", type=float, default=defaults.keep_alive_s, help="seconds")


def main(argv: Sequence[str] | None = None) -> int:
    """Run until told to stop; return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    is_replay = arguments[:1] == ["replay"]
    try:
        parser = build_replay_parser() if is_replay else build_parser()
    except ValueError as error:
        print(f"a SIM_ variable is not a number: {error}", file=sys.stderr)
        return 2
    options = parser.parse_args(arguments[1:] if is_replay else arguments)
    try:
        source, start_s = _open_replay(options) if is_replay else _open_market(options)
    except ReplayFileError as error:
        print(error, file=sys.stderr)
        return 1
    except ValueError as error:
        parser.error(str(error))
    settings = _settings(options)
    try:
        asyncio.run(_serve(source, settings, start_s, options.exit_with_parent))
    except OSError as error:
        print(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _settings(options: argparse.Namespace) -> SimulatorSettings:
    return SimulatorSettings(
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
        skips_idle=getattr(options, "skip_lunch", False),
    )


def _open_market(options: argparse.Namespace) -> tuple[TimedMessages, float]:
    if not 1 <= options.symbols <= SYMBOLS_MAX:
        raise ValueError(f"--symbols must be from 1 to {SYMBOLS_MAX}")
    if not 0 < options.activity <= 100 or options.speed < 0:
        raise ValueError("--activity must be above 0 and at most 100, --speed 0 or more")
    today = (datetime.now(UTC) + timedelta(hours=7)).date()
    first_date = date.fromisoformat(options.date) if options.date else next_trading_day(today)
    if not is_trading_day(first_date):
        raise ValueError(f"the exchanges are closed on {first_date}")
    days = options.days if options.days > 0 else None
    market = SimulatedMarket(first_date, options.seed, options.symbols, options.activity, days)
    return market, midnight_s(first_date) + time_of_day(options.start)


def _open_replay(options: argparse.Namespace) -> tuple[TimedMessages, float]:
    recordings = sum(is_recording(path) for path in options.files)
    if recordings not in {0, len(options.files)}:
        raise ReplayFileError("recordings and trade files cannot be played together")
    files: Tape | TradeFiles
    if recordings:
        files = Tape(options.files)
        print(f"{files.lines} lines in {recordings} recordings", file=sys.stderr)
        _warn(files)
    else:
        files = TradeFiles(options.files)
        print(f"{files.trades_total} trades in {len(options.files)} files", file=sys.stderr)
    start_s = files.start_s
    if options.start:
        start_s = midnight_s(files.trading_date) + time_of_day(options.start)
    return files, start_s


def _warn(tape: Tape) -> None:
    """Say what a recording lacks: it is played all the same."""
    if tape.garbage_lines:
        print(f"{tape.garbage_lines} lines cannot be read and are left out", file=sys.stderr)
    if tape.skipped:
        print(f"{tape.skipped} messages are missing: the recorder could not write them", file=sys.stderr)


async def _serve(
    source: TimedMessages, settings: SimulatorSettings, start_s: float, exit_with_parent: bool
) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    simulator = Simulator(source, settings, start_s)
    await simulator.start()
    print(json.dumps({"url": simulator.url}), flush=True)
    if exit_with_parent:
        _watch_stdin(loop, stopping)
    waits = {loop.create_task(stopping.wait()), loop.create_task(simulator.failed())}
    if source.source == "replay":
        waits.add(loop.create_task(_show_progress(simulator)))
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in waits:
            task.cancel()
        await simulator.stop()


async def _show_progress(simulator: Simulator) -> None:
    """Keep one line on stderr up to date."""
    while True:
        state = "ended" if simulator.player.ended else f"{simulator.clock.speed:g}x"
        line = f"\r{rfc3339(simulator.player.time_s())[:19]} {simulator.player.events_played} events {state} "
        print(line, end="", file=sys.stderr, flush=True)
        await asyncio.sleep(_PROGRESS_S)


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
