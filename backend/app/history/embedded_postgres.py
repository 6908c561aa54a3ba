"""A PostgreSQL of our own: made, started, adopted after a crash, watched and stopped with the application.

There is no TCP: who may open the socket (its owner and root) is the superuser, so `trust` is enough.
Threads: the *_blocking methods may take seconds, one at a time; the async ones run them in a thread.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import asyncpg

from app.history import postgres_process as process
from app.history.errors import EmbeddedPostgresError
from app.history.postgres_cluster import SUPERUSER, PostgresCluster

START_TIMEOUT_S = 300.0  # recovery after a crash replays at most max_wal_size
SILENCE_TIMEOUT_S = 10.0  # a server we find but can't talk to is taken down after this
RESTART_PATIENCE_S = 15.0  # how long a start is tried again when the server ends at once
STOP_STEPS = (  # fast: roll back and end; immediate: end without a checkpoint; both recover on their own
    (signal.SIGINT, 30.0),
    (signal.SIGQUIT, 5.0),
    (signal.SIGKILL, 5.0),
)
HUNG_STOP_STEPS = ((signal.SIGQUIT, 0.3), (signal.SIGKILL, 5.0))
WATCH_INTERVAL_S = 0.5
RESTART_DELAY_MAX_S = 10.0
RETRY_PAUSE_S = 0.2
_POLL_S = 0.02
ORPHAN_TIMEOUT_S = 1.0  # a backend without its server ends by itself, but only between statements
_LOG_BYTES_MAX = 10_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(process.PORT),
    "timezone": "UTC",
    "shared_buffers": "128MB",
    "max_connections": "50",
    "max_wal_size": "1GB",
    "fsync": "on",
    "synchronous_commit": "on",  # the spool forgets a row once PostgreSQL has it
    "jit": "off",  # compiling costs more than these queries take
}

logger = logging.getLogger(__name__)


def database_name(source: str) -> str:
    """Return the database that keeps the history of `source` (ssi, simulator, replay): one each."""
    return f"tracker_{source}"


class EmbeddedPostgres:
    """One server on one base directory. `settings` overrides SETTINGS (tests switch fsync off)."""

    def __init__(
        self,
        base_dir: Path,
        *,
        pg_bin: Path | None = None,
        server_user: str = "nobody",
        settings: Mapping[str, str] | None = None,
        report: Callable[[str], None] = logger.info,
    ) -> None:
        self._cluster = PostgresCluster(base_dir, pg_bin=pg_bin, server_user=server_user, report=report)
        self.base_dir = self._cluster.base_dir
        self.data_dir = self._cluster.data_dir
        self.socket_dir = self._cluster.socket_dir
        self.log_path = self._cluster.log_path
        self.pid: int | None = None
        self.restarts = 0
        self._settings = {**SETTINGS, "unix_socket_directories": str(self.socket_dir), **(settings or {})}
        self._report = report
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    async def start(self) -> None:
        """Start or adopt the server. Raise EmbeddedPostgresError with one clear line."""
        await asyncio.to_thread(self.start_blocking)

    async def stop(self, *, is_hung: bool = False) -> None:
        """Stop the server (fast: open transactions are rolled back) and give the directory free.

        One that hangs is ended at once: it would wait for itself for ever, and recovers at its next start.
        """
        await asyncio.to_thread(self.stop_blocking, is_hung=is_hung)

    async def watch(self) -> None:
        """Start the server again whenever it is gone. Never returns; run it as a task between start and stop."""
        delay_s = WATCH_INTERVAL_S
        while True:
            await asyncio.sleep(delay_s)
            if self.is_running:
                delay_s = WATCH_INTERVAL_S
                continue
            logger.warning("the embedded PostgreSQL is gone, starting it again (log: %s)", self.log_path)
            try:
                await self.start()
                self.restarts += 1
            except EmbeddedPostgresError as error:
                delay_s = min(delay_s * 2, RESTART_DELAY_MAX_S)
                logger.error("%s", error)  # noqa: TRY400 - the line says it all

    async def ensure_database(self, name: str) -> str:
        """Make database `name` unless it is there; return its DSN."""
        connection = await asyncpg.connect(self.dsn("postgres"), timeout=30)
        try:
            if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
                self._report(f"making the database {name}")
                quoted = name.replace('"', '""')
                await connection.execute(f'CREATE DATABASE "{quoted}"')
        finally:
            await connection.close()
        return self.dsn(name)

    def dsn(self, database: str) -> str:
        """Return the asyncpg DSN of `database`."""
        return f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(self.socket_dir), safe='')}"

    @property
    def is_running(self) -> bool:
        """Whether the server's process lives; it may still be hung."""
        if self._child is not None and self._child.poll() is not None:
            return False
        return self.pid is not None and process.is_alive(self.pid)

    def start_blocking(self) -> None:
        """Start or adopt the server and wait until it answers."""
        with self._turn:
            self._cluster.prepare()
            try:
                if not self._adopt():
                    self._cluster.make()
                    self._launch_until_ready()
            except BaseException:
                if not self.is_running:
                    self._cluster.release()
                raise

    def stop_blocking(self, *, is_hung: bool = False) -> None:
        """Stop the server, at once if it does not stop fast, and give the directory free."""
        steps = HUNG_STOP_STEPS if is_hung else STOP_STEPS
        with self._turn:
            if self.pid is not None and self.is_running:
                for number, patience_s in steps:
                    process.send_signal(self.pid, number)
                    if self._wait_gone(patience_s):
                        break
            if self._child is not None:
                self._child.wait()
            if is_hung:
                for orphan in process.pids_in(
                    self.data_dir
                ):  # stopped ones do not notice that their server is gone
                    process.send_signal(orphan, signal.SIGKILL)
            self.pid, self._child = None, None
            self._cluster.release()

    def _adopt(self) -> bool:
        """Take over a live server on our data directory, as a killed application leaves it."""
        deadline_s = time.monotonic() + SILENCE_TIMEOUT_S
        while (found := self._found_server()) is not None:
            is_ours = found.socket_dir == str(self.socket_dir) and found.state == "ready"
            if is_ours and process.answers(self.socket_dir, timeout_s=1.0):
                if found.pid != self.pid:
                    self._report(f"took over the PostgreSQL that was still running (pid {found.pid})")
                self.pid = found.pid
                return True
            if time.monotonic() > deadline_s:
                logger.warning("PostgreSQL (pid %s) does not answer: ending it", found.pid)
                process.send_signal(found.pid, signal.SIGKILL)
                deadline_s = time.monotonic() + SILENCE_TIMEOUT_S
            time.sleep(_POLL_S)
        self._clear_remains()
        return False

    def _found_server(self) -> process.PidFile | None:
        found = process.read_pid_file(self._cluster.pid_path)
        return found if found is not None and self._is_our_server(found.pid) else None

    def _is_our_server(self, pid: int) -> bool:
        """Whether `pid` is a live server, not another program that got a dead server's number."""
        if not process.is_alive(pid):
            return False
        try:
            return process.works_in(pid, self.data_dir)
        except FileNotFoundError:
            return not Path("/proc").is_dir()
        except OSError:
            return False

    def _clear_remains(self) -> None:
        """After a killed server: end its orphans, then remove what would keep the next one from starting.

        PostgreSQL removes a dead server's lock files itself, but not those of one whose number lives on: as a zombie
        nobody has reaped, or as another program.
        """
        deadline_s = time.monotonic() + ORPHAN_TIMEOUT_S
        while orphans := process.pids_in(self.data_dir):
            if time.monotonic() > deadline_s:
                for pid in orphans:
                    process.send_signal(pid, signal.SIGKILL)
            time.sleep(_POLL_S)
        if self._child is not None:
            # seen as gone while it was still ending: collected here, or it stays a zombie for our whole life
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(ORPHAN_TIMEOUT_S)
        if self._found_server() is None:
            self._cluster.pid_path.unlink(missing_ok=True)
            (self.socket_dir / f".s.PGSQL.{process.PORT}.lock").unlink(missing_ok=True)

    def _launch_until_ready(self) -> None:
        begun_s = time.monotonic()
        while not self._launch(begun_s + START_TIMEOUT_S):
            # e.g. backends of a killed server still hold its shared memory: they end within moments
            self._clear_remains()
            if time.monotonic() > begun_s + RESTART_PATIENCE_S:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not start on {self.data_dir}: {self._last_log_line()}"
                )
            time.sleep(RETRY_PAUSE_S)

    def _launch(self, deadline_s: float) -> bool:
        """Start the server and wait until it is ready; False when it ended instead."""
        if self.log_path.exists() and self.log_path.stat().st_size > _LOG_BYTES_MAX:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with self.log_path.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own binaries
                [self._cluster.program("postgres"), "-D", str(self.data_dir), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the application, which then stops the server in order
                **self._cluster.identity,
            )
        self._child, self.pid = child, child.pid
        while child.poll() is None:
            found = process.read_pid_file(self._cluster.pid_path)
            if found is not None and found.pid == child.pid and found.state == "ready":
                return True
            if time.monotonic() > deadline_s:
                raise EmbeddedPostgresError(
                    f"PostgreSQL is not ready after {START_TIMEOUT_S:.0f} s: {self._last_log_line()}"
                )
            time.sleep(_POLL_S)
        self._child, self.pid = None, None
        return False

    def _wait_gone(self, timeout_s: float) -> bool:
        deadline_s = time.monotonic() + timeout_s
        while self.is_running:
            if time.monotonic() > deadline_s:
                return False
            time.sleep(_POLL_S)
        return True

    def _last_log_line(self) -> str:
        try:
            lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        telling = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line or "ERROR" in line]
        return (telling or lines or ["its log is empty"])[-1] + f" (log: {self.log_path})"
