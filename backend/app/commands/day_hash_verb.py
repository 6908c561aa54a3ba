"""The verb day-hash: one hash a day of what a recording makes of the market: state, alerts, rows."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from app.commands.console import CommandError, run_command
from app.commands.history_verbs import Verbs
from app.config import NO_DATABASE, Settings
from app.market.day_digest import DayHash


def add_day_hash_verb(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    text = "print the hash of each day of a recording: the same at any speed and in any batches"
    parser = verbs.add_parser("day-hash", help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("files", nargs="+", type=Path, metavar="RECORDING")
    parser.add_argument(
        "--batch",
        type=int,
        default=500,
        help="messages at a time, straight into the core; 0: all at once (500)",
    )
    parser.add_argument(
        "--speed", help="over the wire instead, at so many times real time; max: as fast as possible"
    )
    parser.set_defaults(
        overrides=lambda _options: {"feed_source": "replay", "database_url": NO_DATABASE, "record_dir": None},
        run=lambda settings, options: run_command(_run(settings, options)),
    )


async def _run(settings: Settings, options: argparse.Namespace) -> int:
    from app.feed.recording import RecordingError  # noqa: PLC0415 - --help need not load it
    from app.feed.simulator_process import SimulatorError  # noqa: PLC0415 - the same
    from app.replay_hash import hash_over_the_wire, hash_recording, in_order_of_date  # noqa: PLC0415 - the same
    from app.wiring import trading_calendar  # noqa: PLC0415 - the same

    speed = _speed(options.speed)
    if options.batch < 0:
        raise CommandError("--batch must be 0 or more")
    started_s = time.perf_counter()
    try:
        paths = [path.resolve() for path in in_order_of_date(options.files)]
        if speed is None:
            hashed = hash_recording(paths, trading_calendar(settings), options.batch)
        else:
            hashed = await hash_over_the_wire(paths, settings, speed)
    except (RecordingError, SimulatorError) as error:
        raise CommandError(str(error)) from error
    took_s = time.perf_counter() - started_s
    for day in hashed.days:
        print(_line(day))
    for count, what in (
        (hashed.garbage_lines, "lines cannot be read and were left out"),
        (hashed.skipped_items, "messages are missing: the recorder could not write them"),
        (int(hashed.is_torn), "file is torn: it was read up to there"),
    ):
        if count:
            sys.stderr.write(f"{count} {what}\n")
    sys.stderr.write(f"{hashed.messages:,} messages, {hashed.rejected:,} rejected, in {took_s:.1f} s\n")
    return 0


def _speed(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        speed = 0.0 if text == "max" else float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= 1000:
        raise CommandError(f"--speed must be a number from 0 to 1000, or max: not {text!r}")
    return speed


def _line(day: DayHash) -> str:
    counts = " ".join(f"{kind}={count}" for kind, count in day.counts.items())
    return f"{day.trading_date} {day.digest} {'final' if day.is_final else 'unfinished'} {counts}"
