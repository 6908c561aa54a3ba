"""A PostgreSQL of our own: made, started, adopted after a crash, watched and stopped with the application.

Layout of the base directory: `pgdata` (0700), `run` (the socket, 0700), `launcher.lock`, `postgres.log`.
There is no TCP: who may open the socket (its owner and root) is the superuser, so `trust` is enough.
As root the server runs as `nobody`; nothing outside the base directory is touched.
Threads: the *_blocking methods may take seconds; the async ones run them in a thread, one at a time.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import logging
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import asyncpg

from app.history import postgres_process as process
from app.history.errors import EmbeddedPostgresError
from app.history.postgres_binaries import find_bin_dir, is_reachable, major_version, reachable_bin_dir

SUPERUSER = "postgres"
ROOT_DATA_DIR = Path("/var/lib/vn-stock-tracker")
SOCKET_DIR_BYTES_MAX = 107 - len(f"/.s.PGSQL.{process.PORT}")  # the kernel's sun_path, less its final NUL
START_TIMEOUT_S = 300.0  # recovery after a crash replays at most max_wal_size
SILENCE_TIMEOUT_S = 10.0  # a server we find but can't talk to is taken down after this
FAST_STOP_TIMEOUT_S = 30.0
WATCH_INTERVAL_S = 0.5
RESTART_DELAY_MAX_S = 10.0
_POLL_S = 0.02
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


def default_data_dir(repository_dir: Path) -> Path:
    """Return `data` in the repository, or /var/lib/vn-stock-tracker for root where `nobody` can't reach that."""
    local = repository_dir / "data"
    return ROOT_DATA_DIR if os.geteuid() == 0 and not is_reachable(local) else local


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
        self.base_dir = base_dir.expanduser().absolute()
        self.data_dir = self.base_dir / "pgdata"
        self.socket_dir = _socket_dir(self.base_dir)
        self.log_path = self.base_dir / "postgres.log"
        self.pid: int | None = None
        self.restarts = 0
        self._pg_bin = pg_bin
        self._bin_dir: Path | None = None
        self._settings = {**SETTINGS, "unix_socket_directories": str(self.socket_dir), **(settings or {})}
        self._report = report
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: TextIO | None = None
        self._server_user = server_user
        self._owner: pwd.struct_passwd | None = None  # set as root: whom the server runs as

    # -- for the application ------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start or adopt the server. Raise EmbeddedPostgresError with one clear line."""
        await asyncio.to_thread(self.start_blocking)

    async def stop(self) -> None:
        """Stop the server (fast: open transactions are rolled back) and give the directory free."""
        await asyncio.to_thread(self.stop_blocking)

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

    # -- blocking -----------------------------------------------------------------------------------------------------

    def start_blocking(self) -> None:
        """Start or adopt the server and wait until it answers."""
        self._prepare()
        if self._adopt():
            return
        self._make_cluster()
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while not self._launch(deadline_s):
            # e.g. backends of a killed server still hold its shared memory: they end within moments
            self._clear_remains()
            if time.monotonic() > deadline_s - START_TIMEOUT_S + 15:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not start on {self.data_dir}: {self._last_log_line()}"
                )
            time.sleep(0.2)

    def stop_blocking(self) -> None:
        """Stop the server, at once if it does not stop fast, and release the lock."""
        if self.pid is not None and self.is_running:
            for number, patience_s in (
                (signal.SIGINT, FAST_STOP_TIMEOUT_S),
                (signal.SIGQUIT, 5.0),
                (signal.SIGKILL, 5.0),
            ):
                process.send_signal(self.pid, number)
                if self._wait_gone(patience_s):
                    break
        if self._child is not None:
            self._child.wait()
        self.pid, self._child = None, None
        self._release()

    # -- steps --------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        if os.geteuid() == 0 and self._owner is None:
            self._owner = _passwd_entry(self._server_user)
        try:
            self.base_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"can't make the data directory {self.base_dir} ({error.strerror}): set DATA_DIR"
            ) from None
        if self._owner is not None and not is_reachable(self.base_dir):
            raise EmbeddedPostgresError(
                f"{self.base_dir} is closed to user {self._owner.pw_name}, whom PostgreSQL runs as under root:"
                f" set DATA_DIR to a place such as {ROOT_DATA_DIR}"
            )
        self._take_lock()
        try:
            if self._bin_dir is None:
                self._bin_dir = self._reachable_bin_dir()
            self._make_socket_dir()
        except BaseException:
            self._release()
            raise

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        path = self.base_dir / "launcher.lock"
        try:
            lock = path.open("a+", encoding="ascii")
        except OSError as error:
            raise EmbeddedPostgresError(f"can't write to {self.base_dir}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "?"
            lock.close()
            raise EmbeddedPostgresError(
                f"another instance (pid {holder}) uses {self.base_dir}: stop it, or set another DATA_DIR"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _reachable_bin_dir(self) -> Path:
        bin_dir = find_bin_dir(self._pg_bin)
        major = major_version(bin_dir)
        made_by = self.data_dir / "PG_VERSION"
        if made_by.exists() and made_by.read_text(encoding="ascii").strip() != str(major):
            raise EmbeddedPostgresError(
                f"{self.data_dir} was made by PostgreSQL {made_by.read_text(encoding='ascii').strip()}, not {major}:"
                " set PG_BIN to that version, or another DATA_DIR"
            )
        return reachable_bin_dir(bin_dir, self.base_dir) if self._owner is not None else bin_dir

    def _make_socket_dir(self) -> None:
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if self.socket_dir.is_symlink() or self.socket_dir.stat().st_uid not in {
            os.geteuid(),
            self._server_uid,
        }:
            raise EmbeddedPostgresError(
                f"{self.socket_dir} belongs to somebody else: remove it or set DATA_DIR"
            )
        self.socket_dir.chmod(0o700)
        self._give_to_server(self.socket_dir)

    def _adopt(self) -> bool:
        """Take over a live server on our data directory, as a killed application leaves it."""
        deadline_s = time.monotonic() + SILENCE_TIMEOUT_S
        while (found := process.read_pid_file(self.data_dir / "postmaster.pid")) is not None:
            if not self._is_our_server(found.pid):
                break
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

    def _is_our_server(self, pid: int) -> bool:
        """Whether `pid` is a live server, not another program that got a dead server's number."""
        if not process.is_alive(pid):
            return False
        cwd = Path(f"/proc/{pid}/cwd")
        try:
            return cwd.readlink() == self.data_dir
        except FileNotFoundError:
            return not Path("/proc").is_dir()
        except PermissionError:
            return False

    def _clear_remains(self) -> None:
        """After a killed server: end its orphans, then remove a pid file that would keep the next one from starting."""
        pid_path = self.data_dir / "postmaster.pid"
        found = process.read_pid_file(pid_path)
        if found is not None and self._is_our_server(found.pid):
            return
        deadline_s = time.monotonic() + 5
        while orphans := process.pids_in(self.data_dir):
            if time.monotonic() > deadline_s:
                for pid in orphans:
                    process.send_signal(pid, signal.SIGKILL)
            time.sleep(_POLL_S)
        pid_path.unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        if (self.data_dir / "PG_VERSION").exists():
            return
        if self._owner is None:
            _passwd_entry(os.geteuid())
        self._report(f"making a PostgreSQL database cluster in {self.data_dir}")
        fresh = (
            self.base_dir / "pgdata.new"
        )  # renamed when complete: a half-made one is never taken for a whole
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give_to_server(fresh)
        done = subprocess.run(  # noqa: S603 - our own binaries
            [
                self._program("initdb"), "--pgdata", fresh, "--username", SUPERUSER, "--auth-local=trust",
                "--auth-host=reject", "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
            ],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", check=False, **self._identity,
        )  # fmt: skip
        if done.returncode != 0:
            lines = [line for line in done.stdout.splitlines() if "error" in line] or done.stdout.splitlines()
            raise EmbeddedPostgresError(f"initdb failed in {fresh}: {' '.join(lines[-2:])}")
        fresh.rename(self.data_dir)

    def _launch(self, deadline_s: float) -> bool:
        """Start the server and wait until it is ready; False when it ended instead."""
        if self.log_path.exists() and self.log_path.stat().st_size > _LOG_BYTES_MAX:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with self.log_path.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own binaries
                [self._program("postgres"), "-D", str(self.data_dir), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the application, which then stops the server in order
                **self._identity,
            )
        self._child, self.pid = child, child.pid
        while child.poll() is None:
            found = process.read_pid_file(self.data_dir / "postmaster.pid")
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

    # -- small facts --------------------------------------------------------------------------------------------------

    @property
    def _identity(self) -> dict[str, Any]:
        owner = self._owner
        return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    @property
    def _server_uid(self) -> int:
        return os.geteuid() if self._owner is None else self._owner.pw_uid

    def _give_to_server(self, path: Path) -> None:
        if self._owner is not None:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def _program(self, name: str) -> str:
        return str((self._bin_dir or Path()) / name)

    def _last_log_line(self) -> str:
        try:
            lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        telling = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line or "ERROR" in line]
        return (telling or lines or ["its log is empty"])[-1] + f" (log: {self.log_path})"


def _socket_dir(base_dir: Path) -> Path:
    """Return `run` below the base, or a short place in /tmp when the path is too long for a socket's address."""
    wanted = base_dir / "run"
    is_plain = re.fullmatch(r"[\w./+@~-]+", str(wanted), re.ASCII) is not None
    if is_plain and len(os.fsencode(wanted)) <= SOCKET_DIR_BYTES_MAX:
        return wanted
    digest = hashlib.sha256(os.fsencode(base_dir)).hexdigest()[:12]
    name = f"vn-stock-tracker-{os.geteuid()}-{digest}"
    short = Path(tempfile.gettempdir()) / name
    return short if len(os.fsencode(short)) <= SOCKET_DIR_BYTES_MAX else Path("/tmp") / name  # noqa: S108 - 0700


def _passwd_entry(who: str | int) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(who) if isinstance(who, str) else pwd.getpwuid(who)
    except KeyError:
        subject = f"user {who}" if isinstance(who, str) else f"uid {who}"
        raise EmbeddedPostgresError(
            f"{subject} has no entry in /etc/passwd, which PostgreSQL's initdb needs: add one, or set DATABASE_URL"
        ) from None
