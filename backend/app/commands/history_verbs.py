"""The verbs about what is stored: migrate, export, db-check."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.console import CommandError, ProgressLine, run_command
from app.config import REPOSITORY_DIR, Settings

if TYPE_CHECKING:
    from app.history.database_access import DatabasePlace
    from app.history.database_check import DayChecked
    from app.history.export import ExportProgress, ExportRequest
    from app.history.paging import TimeRange

# as history/export.py and history/candles.py have them; spelled out, so that --help does not load the database driver
TABLES = (
    "candles",
    "trades",
    "foreign_snapshots",
    "index_snapshots",
    "basis_points",
    "alerts",
    "gaps",
    "candle_repairs",
)
INTERVALS = ("1m", "5m", "15m", "30m", "1h", "1d")

type Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


def add_history_verbs(verbs: Verbs) -> None:
    """Add the verbs to the command line."""
    _add_migrate(verbs)
    _add_export(verbs)
    _add_check(verbs)


def _add_migrate(verbs: Verbs) -> None:
    text = "bring the database's tables up to date"
    parser = verbs.add_parser(
        "migrate", help=text, description=f"{text[0].upper() + text[1:]}. A start does the same."
    )
    parser.add_argument(
        "--downgrade",
        metavar="REVISION",
        help="go back to a revision instead (base: before the first); no row is lost",
    )
    add_source(parser)
    parser.set_defaults(
        overrides=source_override, run=lambda settings, options: run_command(_migrate(settings, options))
    )


def _add_export(verbs: Verbs) -> None:
    text = "write a table, or candles, to a file"
    parser = verbs.add_parser("export", help=text, description=f"{text[0].upper() + text[1:]}.")
    parser.add_argument("table", choices=TABLES, metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--symbol", help="one symbol or index (all)")
    _add_range(parser)
    parser.add_argument("--interval", choices=INTERVALS, default="1m", help="of candles (1m)")
    parser.add_argument(
        "--format",
        choices=("csv", "parquet"),
        help="by the name of the file, else csv; parquet needs pyarrow",
    )
    parser.add_argument(
        "--out",
        default="-",
        metavar="FILE",
        help="name ending in .csv, .csv.gz or .parquet; - is standard output (-)",
    )
    add_source(parser)
    parser.set_defaults(
        overrides=source_override, run=lambda settings, options: run_command(_export(settings, options))
    )


def _add_check(verbs: Verbs) -> None:
    text = "recount candles against trades, and each day against the feed's TotalVol"
    parser = verbs.add_parser(
        "db-check",
        help=text,
        description=f"{text[0].upper() + text[1:]}. Prints what differs; exit code 1 when anything does.",
    )
    parser.add_argument("--symbol", help="one symbol (all)")
    _add_range(parser)
    add_source(parser)
    parser.set_defaults(
        overrides=source_override, run=lambda settings, options: run_command(_check(settings, options))
    )


def _add_range(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="start", metavar="MOMENT", help="a date, or RFC 3339 (the beginning)")
    parser.add_argument(
        "--to", dest="end", metavar="MOMENT", help="the same, included; a date is its end (now)"
    )


def add_source(parser: argparse.ArgumentParser) -> None:
    """Let the caller say whose database is meant."""
    parser.add_argument(
        "--source",
        choices=("ssi", "simulator", "replay"),
        help="whose database (FEED_SOURCE); our own server has one for each",
    )


def source_override(options: argparse.Namespace) -> dict[str, object]:
    """Return the settings that --source overrides."""
    return {"feed_source": options.source} if options.source else {}


def place_of(settings: Settings) -> DatabasePlace | None:
    """Return where the history is, None when none is kept."""
    from app.history.database_access import DatabasePlace  # noqa: PLC0415 - --help need not load it
    from app.history.postgres_cluster import default_data_dir  # noqa: PLC0415 - the same

    if not settings.keeps_history:
        return None
    return DatabasePlace(
        source=settings.resolved_feed_source,
        url=settings.database_url.get_secret_value(),
        data_dir=data_dir_of(settings) if settings.data_dir else default_data_dir(REPOSITORY_DIR),
        pg_bin=settings.pg_bin,
    )


def data_dir_of(settings: Settings) -> Path:
    """Return DATA_DIR, or its default."""
    from app.history.postgres_cluster import default_data_dir  # noqa: PLC0415 - --help need not load it

    return (settings.data_dir or default_data_dir(REPOSITORY_DIR)).expanduser().absolute()


def _place(settings: Settings) -> DatabasePlace:
    place = place_of(settings)
    if place is None:
        raise CommandError("DATABASE_URL=off: no history is kept")
    return place


async def _migrate(settings: Settings, options: argparse.Namespace) -> int:
    from app.history import schema  # noqa: PLC0415 - --help need not load it
    from app.history.database_access import database_at  # noqa: PLC0415 - the same

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    place = _place(settings)
    if options.downgrade not in {None, "base", *schema.REVISIONS}:
        raise CommandError(
            f"there is no revision {options.downgrade}: base, {', '.join(schema.REVISIONS)} are there"
        )
    async with database_at(place, may_create=True) as dsn:
        if options.downgrade is not None:
            status = await schema.downgrade(dsn, options.downgrade, report=say)
        else:
            status = await schema.upgrade(dsn, source=place.source, timescale=settings.timescale, report=say)
    branch = {"timescale": "TimescaleDB", "native": "native"}.get(status.branch or "", "no tables")
    say(f"database: schema {status.revision or 'none'}, {branch}, source {status.source or 'not decided'}")
    return 0


async def _export(settings: Settings, options: argparse.Namespace) -> int:
    from app.history import export, row_files  # noqa: PLC0415 - --help need not load it
    from app.history.database_access import connect, database_at, lent_pool  # noqa: PLC0415 - the same

    request = _export_request(options)
    file_format = options.format or ("parquet" if options.out.endswith(".parquet") else "csv")
    if Path(options.out).suffix == ".parquet" and file_format != "parquet":
        raise CommandError("--format csv into a file named .parquet: choose one of them")
    progress = ProgressLine()
    async with database_at(_place(settings)) as dsn, connect(dsn) as connection, lent_pool(dsn) as pool:
        file = row_files.open_row_file(options.out, file_format, export.columns_of(request.table))
        with row_files.Writing(file):
            rows = await export.export_rows(
                connection, pool, request, file, lambda done: progress.show(_progress_text(request, done))
            )
    progress.clear()
    sys.stderr.write(
        f"{request.table}: {rows:,} rows to {'standard output' if options.out == '-' else options.out}\n"
    )
    if not rows and request.symbol is not None:
        sys.stderr.write(f"nothing of {request.symbol} is stored in {request.table} for that span\n")
    return 0


def _export_request(options: argparse.Namespace) -> ExportRequest:
    from app.api.parameters import parse_index_name  # noqa: PLC0415 - --help need not load it
    from app.history.candles import Interval  # noqa: PLC0415 - the same
    from app.history.export import ExportRequest  # noqa: PLC0415 - the same

    symbol = options.symbol
    if symbol is not None:
        symbol = parse_index_name(symbol) if options.table == "index_snapshots" else symbol.strip().upper()
    return ExportRequest(options.table, _span(options), symbol, Interval(options.interval))


def _span(options: argparse.Namespace) -> TimeRange:
    from app.api.history_parameters import parse_span  # noqa: PLC0415 - --help need not load it
    from app.api.parameters import BadParameterError  # noqa: PLC0415 - the same

    try:
        return parse_span(options.start, options.end)
    except BadParameterError as error:
        raise CommandError(f"--{error}") from None


def _progress_text(request: ExportRequest, progress: ExportProgress) -> str:
    text = f"{request.table}: {progress.rows:,} rows"
    if progress.rows_expected:
        text += f" of {progress.rows_expected:,} ({progress.rows / progress.rows_expected:.0%})"
    return f"{text} {progress.part}".rstrip()


async def _check(settings: Settings, options: argparse.Namespace) -> int:
    from app.clock import SystemClock  # noqa: PLC0415 - --help need not load it
    from app.commands.waiting_rows import waiting_text  # noqa: PLC0415 - the same
    from app.history.database_access import connect, database_at  # noqa: PLC0415 - the same
    from app.history.database_check import CheckRange, check_days  # noqa: PLC0415 - the same

    first, last = _span(options).dates
    symbol = options.symbol.strip().upper() if options.symbol else None
    wanted = CheckRange(symbol, first, last, settings.retain_trades_days)
    report = _CheckReport()
    async with database_at(_place(settings)) as dsn, connect(dsn) as connection:
        waiting = await waiting_text(
            settings
        )  # before the recount: rows that arrive meanwhile are in neither
        async for day in check_days(connection, wanted, today=SystemClock().now().date(), begun=report.begin):
            report.note(day)
    return report.end(waiting)


class _CheckReport:
    """What db-check prints: the differences as they are found, then one line about all of it."""

    def __init__(self) -> None:
        self._progress = ProgressLine()
        self._days = self._checked = self._trades = self._candles = self._differences = 0

    def begin(self, days: int) -> None:
        self._days = days

    def note(self, day: DayChecked) -> None:
        self._checked += 1
        self._trades += day.trades
        self._candles += day.candles
        self._differences += len(day.differences)
        if day.differences:
            self._progress.clear()
        for difference in day.differences:
            sys.stdout.write(
                f"{difference.trading_date} {difference.symbol} {difference.what}: {difference.detail}\n"
            )
        self._progress.show(f"db-check: {self._checked} of {self._days} days, {day.trading_date}")

    def end(self, waiting: str) -> int:
        self._progress.clear()
        verdict = f"{self._differences:,} differences" if self._differences else "all of it adds up"
        if not self._checked:
            verdict = "nothing is stored there, so nothing was compared"
        sys.stdout.write(
            f"db-check: {self._checked} days, {self._trades:,} trades, {self._candles:,} one-minute candles: {verdict};"
            f" {waiting}\n"
        )
        return 1 if self._differences else 0
