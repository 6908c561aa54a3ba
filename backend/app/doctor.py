"""What an operator would check first: keys, both hosts, the token, the clock, the disk, file limit, the database.

Each check is bounded in time, changes nothing, and says what to do. No secret is ever part of a line.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import asyncpg
import httpx
from msgspec import Struct

from app.clock import Clock
from app.feed.errors import FeedConnectError, FeedLoginError
from app.feed.http_client import make_http_client
from app.feed.ssi_auth_service import SSIAuthService, read_expiry
from app.history import schema
from app.history.database_access import DatabasePlace, NoDatabaseYet, connect, is_answering
from app.history.embedded_postgres import database_name
from app.history.errors import EmbeddedPostgresError, HistoryUnavailable
from app.history.postgres_binaries import find_bin_dir, major_version

CHECK_TIMEOUT_S = 20.0
SKEW_WARN_S = 3.0  # the Date header has whole seconds, and an answer takes one
SKEW_FAIL_S = 60.0
DISK_FAIL_BYTES = 300 * 1024**2  # the spool refuses rows below 256 MB
DISK_WARN_BYTES = 5 * 1024**3  # about a month of VN30 uncompressed
FILES_FAIL = 256
FILES_WARN = 4_096  # a socket a client, beside the database's and SSI's


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """One line. `remedy` is empty when there is nothing to do."""

    name: str
    verdict: Verdict
    fact: str
    remedy: str = ""


class DoctorSettings(Struct, frozen=True):
    """What is checked, as plain values. `place` None: no history is kept."""

    source: Literal["ssi", "simulator", "replay"]
    consumer_id: str
    consumer_secret: str
    base_url: str
    stream_url: str
    data_dir: Path
    place: DatabasePlace | None
    timescale: Literal["auto", "require", "off"] = "auto"


type Check = Callable[[], Awaitable[Finding]]


async def examine(settings: DoctorSettings, clock: Clock) -> AsyncIterator[Finding]:
    """Check one thing after the other. A check that hangs or breaks is a failed one."""
    async with make_http_client() as http:
        network = _Network(settings, clock, http)
        checks: dict[str, Check] = {
            "keys": network.keys,
            "REST host": network.rest_host,
            "stream host": network.stream_host,
            "token": network.token,
            "clock": network.clock_skew,
            "disk": lambda: _disk(settings.data_dir),
            "files": _file_limit,
            "database": lambda: _database(settings),
        }
        for name, check in checks.items():
            yield await _bounded(name, check)


async def _bounded(name: str, check: Check) -> Finding:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await check()
    except TimeoutError:
        return Finding(
            name, Verdict.FAIL, f"no answer within {CHECK_TIMEOUT_S:.0f} s", "see whether the network is up"
        )
    except Exception as error:  # the text may hold a password: only the kind of it is told
        return Finding(name, Verdict.FAIL, f"the check broke: {type(error).__name__}", "please report this")


class _Network:
    """SSI's two hosts. Without the source ssi they are not needed, so nothing about them fails."""

    def __init__(self, settings: DoctorSettings, clock: Clock, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._clock = clock
        self._http = http
        self._is_needed = settings.source == "ssi"
        self._skew_s: float | None = None

    def _bad(self, name: str, fact: str, remedy: str) -> Finding:
        if self._is_needed:
            return Finding(name, Verdict.FAIL, fact, remedy)
        return Finding(name, Verdict.WARN, f"{fact}; not needed by the source {self._settings.source}", "")

    async def keys(self) -> Finding:
        has_id, has_secret = bool(self._settings.consumer_id), bool(self._settings.consumer_secret)
        if has_id and has_secret:
            return Finding("keys", Verdict.OK, f"both are set, the source is {self._settings.source}")
        missing = [
            name
            for name, is_set in (("SSI_CONSUMER_ID", has_id), ("SSI_CONSUMER_SECRET", has_secret))
            if not is_set
        ]
        return self._bad(
            "keys",
            f"{' and '.join(missing)} not set",
            "set both in .env: they are made at iboard.ssi.com.vn, Services & Support, API",
        )

    async def rest_host(self) -> Finding:
        sent_s = self._clock.time_s()
        finding, response = await self._reach("REST host", self._settings.base_url)
        if response is not None:
            self._note_skew(response, (sent_s + self._clock.time_s()) / 2)
        return finding

    async def stream_host(self) -> Finding:
        url = self._settings.stream_url.rstrip("/") + "/v2.0/signalr/negotiate"
        return (await self._reach("stream host", url))[0]

    async def _reach(self, name: str, url: str) -> tuple[Finding, httpx.Response | None]:
        host = urlsplit(url).hostname or url
        started_s = self._clock.monotonic_s()
        try:
            response = await self._http.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            remedy = "see whether this machine reaches the Internet (DNS, proxy, firewall, TLS)"
            return self._bad(name, f"{host} can't be reached ({type(error).__name__})", remedy), None
        took_ms = round((self._clock.monotonic_s() - started_s) * 1000)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            remedy = "SSI is having a bad time: try again later"
            return self._bad(name, f"{host} answers HTTP {response.status_code}", remedy), response
        return Finding(name, Verdict.OK, f"{host} answers in {took_ms} ms"), response

    async def token(self) -> Finding:
        if not (self._settings.consumer_id and self._settings.consumer_secret):
            return self._bad("token", "not tried without keys", "set the keys")
        auth = SSIAuthService(
            base_url=self._settings.base_url,
            consumer_id=self._settings.consumer_id,
            consumer_secret=self._settings.consumer_secret,
            http=self._http,
            clock=self._clock,
        )
        try:
            token = await auth.token()
        except FeedLoginError as error:
            return self._bad("token", auth.redactor.clean(str(error)), "check the keys, or make new ones")
        except FeedConnectError as error:
            return self._bad("token", auth.redactor.clean(str(error)), "try again later")
        expires_s = read_expiry(token)
        left_min = None if expires_s is None else round((expires_s - self._clock.time_s()) / 60)
        if left_min is not None and left_min <= 0:
            remedy = "set this machine's clock (NTP)"
            return self._bad("token", "SSI gives one that has expired by our clock", remedy)
        return Finding(
            "token", Verdict.OK, "granted" + ("" if left_min is None else f", valid {left_min} min")
        )

    def _note_skew(self, response: httpx.Response, now_s: float) -> None:
        try:
            said = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError):
            return
        self._skew_s = now_s - said.astimezone(UTC).timestamp() - 0.5  # the header is cut to the second

    async def clock_skew(self) -> Finding:
        skew_s = self._skew_s
        if skew_s is None:
            return Finding("clock", Verdict.WARN, "not compared: the REST host told no time")
        fact = f"{abs(skew_s):.1f} s {'ahead of' if skew_s > 0 else 'behind'} the REST host's"
        remedy = "let NTP set this machine's clock: stalls and trading phases go by it"
        if abs(skew_s) >= SKEW_FAIL_S:
            return self._bad("clock", fact, remedy)
        if abs(skew_s) >= SKEW_WARN_S:
            return Finding("clock", Verdict.WARN, fact, remedy)
        return Finding("clock", Verdict.OK, fact)


async def _disk(data_dir: Path) -> Finding:
    place = next(path for path in (data_dir, *data_dir.parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        fact = f"no permission to write to {place}"
        return Finding(
            "disk", Verdict.FAIL, fact, "name a folder of yours with DATA_DIR: no row could be kept"
        )
    free = shutil.disk_usage(place).free
    fact = f"{free / 1024**3:.1f} GB free for {data_dir}"
    remedy = "make room, or set DATA_DIR: below 256 MB new rows are refused"
    if free < DISK_FAIL_BYTES:
        return Finding("disk", Verdict.FAIL, fact, remedy)
    if free < DISK_WARN_BYTES:
        return Finding("disk", Verdict.WARN, fact, remedy)
    return Finding("disk", Verdict.OK, fact)


async def _file_limit() -> Finding:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    remedy = "`ulimit -n 65536`, or LimitNOFILE= of the service: each client holds one"
    if limit == resource.RLIM_INFINITY:
        return Finding("files", Verdict.OK, "no limit")
    fact = f"{limit} open files allowed"
    if limit < FILES_FAIL:
        return Finding("files", Verdict.FAIL, fact, remedy)
    return Finding(
        "files", Verdict.WARN if limit < FILES_WARN else Verdict.OK, fact, remedy * (limit < FILES_WARN)
    )


async def _database(settings: DoctorSettings) -> Finding:
    place = settings.place
    if place is None:
        return Finding("database", Verdict.WARN, "DATABASE_URL=off: no history is kept", "")
    if place.url:
        return await _stored(place.url, settings, f"{_server_name(place.url)}: ")
    try:
        server = place.own_server()
        major = major_version(find_bin_dir(place.pg_bin))
    except EmbeddedPostgresError as error:
        return Finding("database", Verdict.FAIL, str(error), "see docs/operations.md")
    own = f"our own PostgreSQL {major} in {place.data_dir}: "
    if await is_answering(server):
        return await _stored(server.dsn(database_name(place.source)), settings, own)
    state = "not running now" if server.data_dir.exists() else "made by the first start"
    return Finding("database", Verdict.OK, own + state)


def _server_name(url: str) -> str:
    """Return host and database of a DSN, without user and password."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}{f':{parts.port}' if parts.port else ''}{parts.path}"


async def _stored(dsn: str, settings: DoctorSettings, where: str) -> Finding:
    try:
        async with connect(dsn) as connection:
            status = await schema.read_status(connection)
            version = connection.get_server_version()
            timescale = await connection.fetchval(
                "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"
            )
    except NoDatabaseYet:
        remedy = "`python -m app migrate`, or the next start, makes it"
        return Finding("database", Verdict.WARN, where + "not made yet", remedy)
    except HistoryUnavailable as error:
        return Finding(
            "database", Verdict.FAIL, where + str(error), "start it; until then rows wait in the spool"
        )
    except asyncpg.PostgresError as error:
        return Finding("database", Verdict.FAIL, where + type(error).__name__, "look into the server's log")
    return _judge_schema(
        status, settings, f"{where}PostgreSQL {version.major}, TimescaleDB {timescale or 'none'}"
    )


def _judge_schema(status: schema.SchemaStatus, settings: DoctorSettings, fact: str) -> Finding:
    fact += f", schema {status.revision or 'none'}"
    if status.revision is None:
        return Finding(
            "database", Verdict.WARN, fact, "`python -m app migrate`, or the next start, makes the tables"
        )
    if status.revision not in schema.REVISIONS:
        remedy = "a newer version made it: update the program, or name another DATABASE_URL"
        return Finding("database", Verdict.FAIL, fact, remedy)
    if status.source not in {None, settings.source}:
        remedy = f"name another DATABASE_URL, or set FEED_SOURCE={status.source}"
        fact += f", history of '{status.source}' but the source is '{settings.source}'"
        return Finding("database", Verdict.FAIL, fact, remedy)
    if settings.timescale == "require" and status.branch != "timescale":
        remedy = "use the image timescale/timescaledb and a new database, or TIMESCALE=auto"
        return Finding("database", Verdict.FAIL, fact + ", but TIMESCALE=require", remedy)
    if status.revision != schema.HEAD:
        return Finding("database", Verdict.WARN, fact, f"`python -m app migrate` takes it to {schema.HEAD}")
    return Finding("database", Verdict.OK, fact)


def report_line(finding: Finding) -> str:
    """Return the finding as one line."""
    remedy = f" -> {finding.remedy}" if finding.remedy else ""
    return f"{finding.verdict:4}  {finding.name:<11}  {finding.fact}{remedy}"
