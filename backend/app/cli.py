"""The command line: `python -m app VERB`. Each verb has --help."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import time
from pathlib import Path

from app.commands.day_hash_verb import add_day_hash_verb
from app.commands.doctor_verb import add_doctor_verb
from app.commands.history_verbs import add_history_verbs
from app.commands.pg_verb import add_pg_verb
from app.commands.users_verb import add_users_verb
from app.config import Settings, SettingsError, load_settings

SPEED_MAX = 1000


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return the exit code; 2 means that the call or a setting was wrong."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["simulate"]:
        # its own program with its own options: the simulator shares nothing with the application but the wire
        os.execv(sys.executable, [sys.executable, "-m", "app.simulator", *words[1:]])  # noqa: S606 - no shell wanted
    parser = _parser()
    options = parser.parse_args(words)
    if "overrides" not in options:
        parser.print_help()
        return 2
    try:
        settings = load_settings(**options.overrides(options))
    except SettingsError as error:
        sys.stderr.write(f"settings: {error}\n")
        return 2
    run: Callable[[Settings, argparse.Namespace], int] = getattr(options, "run", _serve)
    return run(settings, options)


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    files = [str(path.resolve()) for path in getattr(options, "files", settings.replay_files)]
    if settings.feed_source == "replay" and not (settings.sim_url or files):
        sys.stderr.write(
            "settings: FEED_SOURCE: replay needs files: python -m app replay FILE (or REPLAY_FILES, or SIM_URL)\n"
        )
        return 2
    from app.main import serve  # noqa: PLC0415 - here, so that --help does not load the whole application

    return serve(settings, replay_options=[*files, *_tape_options(options)])


def _tape_options(options: argparse.Namespace) -> list[str]:
    start = getattr(options, "start", None)
    return [
        *(["--start", start] if start else []),
        *(["--skip-lunch"] * getattr(options, "skip_lunch", False)),
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")

    serve = verbs.add_parser(
        "serve", help="run the tracker: feed, market core, WebSocket, REST and dashboard"
    )
    _add_address(serve)
    serve.set_defaults(overrides=_address)

    replay = verbs.add_parser("replay", help="run the tracker on recordings or trade files instead of a feed")
    replay.add_argument("files", nargs="+", type=_existing_file, metavar="FILE")
    replay.add_argument(
        "--speed", type=_speed, default=10.0, help="times real time; max (or 0) is as fast as possible (10)"
    )
    replay.add_argument("--start", type=_time_of_day, help="time of day to begin at, HH:MM[:SS]")
    replay.add_argument(
        "--skip-lunch",
        action="store_true",
        help="of a recording: jump lunch, nights and other idle stretches",
    )
    _add_address(replay)
    replay.set_defaults(overrides=_replay)

    record = verbs.add_parser("record", help="run the tracker and keep the feed's raw frames")
    record.add_argument("--dir", type=Path, required=True, help="folder for one file per trading date")
    _add_address(record)
    record.set_defaults(overrides=lambda options: {**_address(options), "record_dir": options.dir})

    add_history_verbs(verbs)
    add_day_hash_verb(verbs)
    add_users_verb(verbs)
    add_doctor_verb(verbs)
    add_pg_verb(verbs)
    verbs.add_parser("simulate", help="run only the stand-in SSI server (simulate --help has its options)")
    return parser


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (APP_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for any free one (APP_PORT, 8000)")


def _address(options: argparse.Namespace) -> dict[str, object]:
    given = {"app_host": options.host, "app_port": options.port}
    return {name: value for name, value in given.items() if value is not None}


def _replay(options: argparse.Namespace) -> dict[str, object]:
    return {
        **_address(options),
        "feed_source": "replay",
        "sim_speed": options.speed,
        "tracked_symbols": ["ALL"],
    }


def _speed(text: str) -> float:
    try:
        speed = 0.0 if text == "max" else float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= SPEED_MAX:
        raise argparse.ArgumentTypeError(f"a number from 0 to {SPEED_MAX}, or max: not {text!r}")
    return speed


def _time_of_day(text: str) -> str:
    try:
        return time.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"no time of day: {text!r}") from None


def _existing_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no such file: {text}")
    return path.resolve()
