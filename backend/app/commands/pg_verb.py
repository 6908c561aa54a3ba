"""The verb pg: a program of PostgreSQL (pg_dump, pg_restore, psql ...) on our own server, which is started for it."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from app.commands.console import CommandError, run_command
from app.commands.history_verbs import Verbs, add_source, place_of, source_override
from app.config import Settings

STOP_TIMEOUT_S = 10.0  # pg_dump ends within moments of a SIGTERM


def add_pg_verb(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    text = "run a program of PostgreSQL (pg_dump, pg_restore, psql) on our own server"
    parser = verbs.add_parser(
        "pg",
        help=text,
        description=f"{text[0].upper() + text[1:]}, whether the application runs or not. "
        "PGHOST, PGUSER and PGDATABASE are set for it. Example: pg pg_dump -Fc -f backup.dump",
    )
    add_source(parser)
    parser.add_argument("program", help="its name, as in PostgreSQL's bin folder")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="handed on as they are")
    parser.set_defaults(
        overrides=source_override, run=lambda settings, options: run_command(_run(settings, options))
    )


async def _run(settings: Settings, options: argparse.Namespace) -> int:
    from app.history.database_access import database_at  # noqa: PLC0415 - --help need not load it
    from app.history.embedded_postgres import database_name  # noqa: PLC0415 - the same
    from app.history.postgres_binaries import find_bin_dir  # noqa: PLC0415 - the same

    place = place_of(settings)
    if place is None or place.url:
        raise CommandError(
            "pg is for our own server: with DATABASE_URL use that server's programs, e.g. pg_dump --dbname URL"
        )
    bin_dir = find_bin_dir(place.pg_bin)
    program = bin_dir / Path(options.program).name
    if not program.is_file():
        raise CommandError(f"there is no {options.program} in {bin_dir}")
    async with database_at(place, may_create=True):
        environment = (
            os.environ
            | {
                "PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', os.defpath)}",  # for what the program starts itself
                "PGHOST": str(place.own_server().socket_dir),
                "PGUSER": "postgres",
                "PGDATABASE": database_name(place.source),
            }
        )
        child = await asyncio.create_subprocess_exec(program, *options.arguments, env=environment)
        try:
            return await child.wait()
        finally:
            if child.returncode is None:
                child.terminate()
                await asyncio.wait_for(child.wait(), STOP_TIMEOUT_S)
