"""What the machine knows about a PostgreSQL server: its pid file, whether it lives, whether it answers.

Format: postmaster.pid has one fact a line: pid, data directory, start time, port, socket directory, listen address,
shared memory, and since PostgreSQL 10 the state (`starting`, `ready`, `stopping`).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import struct
from pathlib import Path

from msgspec import Struct

PORT = 5432  # only a part of the socket's name; there is no TCP
_SSL_REQUEST = struct.pack("!ii", 8, 80_877_103)  # the one question a server answers before a login
_PROC = Path("/proc")


class PidFile(Struct, frozen=True):
    """The facts of postmaster.pid that matter here."""

    pid: int
    socket_dir: str
    state: str


def read_pid_file(path: Path) -> PidFile | None:
    """Return what `path` says; None when there is none, or it is still being written."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        pid = abs(int(lines[0]))  # negative for a standalone backend
    except (OSError, ValueError, IndexError):
        return None
    return PidFile(
        pid=pid,
        socket_dir=lines[4].strip() if len(lines) > 4 else "",
        state=lines[7].strip() if len(lines) > 7 else "",
    )


def is_alive(pid: int) -> bool:
    """Return whether `pid` runs. A zombie does not, though the kernel still knows it."""
    try:
        status = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return not _PROC.is_dir() and _answers_signal(pid)  # macOS has no /proc
    except ProcessLookupError:
        return False
    return status.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}


def _answers_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def works_in(pid: int, data_dir: Path) -> bool:
    """Return whether `pid` is a process of the server of `data_dir`: each of them has it as its working directory.

    Where the kernel does not show that (root in a container without SYS_PTRACE) only the server itself is known, by
    its `-D data_dir`. Raise FileNotFoundError for one that is gone, or without /proc.
    """
    entry = _PROC / str(pid)
    try:
        return (entry / "cwd").readlink() == data_dir
    except PermissionError:
        words = (entry / "cmdline").read_bytes().split(b"\0")
        return (b"-D", os.fsencode(data_dir)) in itertools.pairwise(words)


def pids_in(data_dir: Path) -> list[int]:
    """Return the live processes of the server of `data_dir`: itself and its children, as far as `works_in` sees them.

    Empty where there is no /proc.
    """
    found = []
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if works_in(int(entry.name), data_dir) and is_alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def send_signal(pid: int, number: signal.Signals) -> None:
    """Signal `pid`; nothing when it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def answers(socket_dir: Path, timeout_s: float) -> bool:
    """Return whether a server answers at the socket. A stopped or hung one accepts and says nothing."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(socket_dir / f".s.PGSQL.{PORT}"))
            connection.sendall(_SSL_REQUEST)
            return connection.recv(1) in {b"N", b"S"}
    except OSError:
        return False
