"""The verb doctor: a line for each thing that has to be right."""

from __future__ import annotations

import argparse
import sys

from app.commands.console import run_command
from app.commands.history_verbs import Verbs, data_dir_of, place_of
from app.config import Settings


def add_doctor_verb(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    text = "check keys, both hosts, token, clock, disk, file limit and database"
    parser = verbs.add_parser(
        "doctor",
        help=text,
        description=f"{text[0].upper() + text[1:]}: ok, warn or fail a line, with what to do. Exit code 1 when any fails.",
    )
    parser.set_defaults(
        overrides=lambda _options: {}, run=lambda settings, options: run_command(_doctor(settings, options))
    )


async def _doctor(settings: Settings, _options: argparse.Namespace) -> int:
    from app.clock import SystemClock  # noqa: PLC0415 - --help need not load it
    from app.doctor import DoctorSettings, Verdict, examine, report_line  # noqa: PLC0415 - the same

    wanted = DoctorSettings(
        source=settings.resolved_feed_source,
        consumer_id=settings.ssi_consumer_id,
        consumer_secret=settings.ssi_consumer_secret.get_secret_value(),
        base_url=settings.ssi_base_url,
        stream_url=settings.ssi_stream_url,
        data_dir=data_dir_of(settings),
        place=place_of(settings),
        timescale=settings.timescale,
    )
    failed = 0
    async for finding in examine(wanted, SystemClock()):
        failed += finding.verdict is Verdict.FAIL
        sys.stdout.write(report_line(finding) + "\n")
        sys.stdout.flush()
    return 1 if failed else 0
