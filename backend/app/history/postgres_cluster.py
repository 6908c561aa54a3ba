"""The files of an embedded PostgreSQL: its base directory, whose it is, and that only one application uses it.

Layout: `pgdata` (the cluster, 0700), `run` (the socket, 0700), `launcher.lock`, `postgres.log`, as root perhaps a copy
of the binaries. As root everything the server touches belongs to an unprivileged user; nothing outside is changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from app.history.errors import EmbeddedPostgresError
from app.history.postgres_binaries import find_bin_dir, is_reachable, major_version, reachable_bin_dir
from app.history.postgres_process import PORT

SUPERUSER = "postgres"
ROOT_DATA_DIR = Path("/var/lib/vn-stock-tracker")
SOCKET_DIR_BYTES_MAX = 107 - len(f"/.s.PGSQL.{PORT}")  # the kernel's sun_path, less its final NUL


def default_data_dir(repository_dir: Path) -> Path:
    """Return `data` in the repository, or /var/lib/vn-stock-tracker for root where `nobody` can't reach that."""
    local = repository_dir / "data"
    return ROOT_DATA_DIR if os.geteuid() == 0 and not is_reachable(local) else local


class PostgresCluster:
    """One base directory, usable between `prepare` and `release`."""

    def __init__(
        self, base_dir: Path, *, pg_bin: Path | None, server_user: str, report: Callable[[str], None]
    ) -> None:
        self.base_dir = base_dir.expanduser().absolute()
        self.data_dir = self.base_dir / "pgdata"
        self.socket_dir = _socket_dir(self.base_dir)
        self.log_path = self.base_dir / "postgres.log"
        self._pg_bin = pg_bin
        self._bin_dir: Path | None = None
        self._report = report
        self._lock: TextIO | None = None
        self._server_user = server_user
        self._owner: pwd.struct_passwd | None = None  # set as root: whom the server runs as

    @property
    def pid_path(self) -> Path:
        """The server's own note of itself."""
        return self.data_dir / "postmaster.pid"

    @property
    def identity(self) -> dict[str, Any]:
        """Whom to start the server as: arguments for subprocess."""
        owner = self._owner
        return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def prepare(self) -> None:
        """Take the lock and make ready what the server needs. Raise EmbeddedPostgresError, with nothing held."""
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
            self.release()
            raise

    def release(self) -> None:
        """Give the directory free."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def make(self) -> None:
        """Make the cluster, unless it is there."""
        if (self.data_dir / "PG_VERSION").exists():
            return
        if self._owner is None:
            _passwd_entry(os.geteuid())
        self._report(f"making a PostgreSQL database cluster in {self.data_dir}")
        # renamed when complete: a half-made one is never taken for a whole
        fresh = self.base_dir / "pgdata.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give_to_server(fresh)
        done = subprocess.run(  # noqa: S603 - our own binaries
            [
                self.program("initdb"), "--pgdata", fresh, "--username", SUPERUSER, "--auth-local=trust",
                "--auth-host=reject", "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
            ],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", check=False, **self.identity,
        )  # fmt: skip
        if done.returncode != 0:
            lines = [line for line in done.stdout.splitlines() if "error" in line] or done.stdout.splitlines()
            raise EmbeddedPostgresError(f"initdb failed in {fresh}: {' '.join(lines[-2:])}")
        fresh.rename(self.data_dir)

    def program(self, name: str) -> str:
        """Return the path of a PostgreSQL program. Known once prepared."""
        return str((self._bin_dir or Path()) / name)

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        path = self.base_dir / "launcher.lock"
        try:
            lock = path.open("a+", encoding="utf-8")
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

    def _reachable_bin_dir(self) -> Path:
        bin_dir = find_bin_dir(self._pg_bin)
        major = major_version(bin_dir)
        made_by = self.data_dir / "PG_VERSION"
        if made_by.exists() and made_by.read_text(encoding="utf-8").strip() != str(major):
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

    @property
    def _server_uid(self) -> int:
        return os.geteuid() if self._owner is None else self._owner.pw_uid

    def _give_to_server(self, path: Path) -> None:
        if self._owner is not None:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)


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
