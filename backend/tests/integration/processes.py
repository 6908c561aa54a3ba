"""Child processes of the tests: the simulator and `python -m app`, each ended by its pid, its output kept."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from tests.integration.waiting import DEADLINE_S, until_sync

BACKEND = Path(__file__).resolve().parents[2]
START_DEADLINE_S = 120.0  # 1.5 s on an idle machine
_DASHBOARD = re.compile(r"dashboard at http://[^:\s]+:(\d+)")


class Child:
    """A process with everything it printed."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None, is_module: bool = True) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *words] if is_module else words,
            cwd=BACKEND,
            env=_environment(env or {}),
            stdin=subprocess.PIPE,  # the simulator ends with it, should this test process be killed
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.lines: list[str] = []  # stdout and stderr, as they came
        self.stdout_lines: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(stream, is_stdout), daemon=True)
            for stream, is_stdout in ((self.process.stdout, True), (self.process.stderr, False))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def children(self) -> list[int]:
        """Return the pids of its child processes."""
        found: list[int] = []
        for task in Path(f"/proc/{self.pid}/task").glob("*/children"):
            found += [int(pid) for pid in task.read_text().split()]
        return found

    def ended(self, deadline_s: float = DEADLINE_S) -> tuple[int, float]:
        """Wait for its end; return the exit code and the seconds it took."""
        started_s = time.monotonic()
        code = self.process.wait(deadline_s)
        for reader in self._readers:
            reader.join(5)
        return code, time.monotonic() - started_s

    def end(self) -> None:
        """End it whatever state it is in."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for reader in self._readers:
            reader.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read(self, stream: object, is_stdout: bool) -> None:
        for line in stream:  # type: ignore[attr-defined]
            text = line.decode(errors="replace").rstrip()
            self.lines.append(text)
            if is_stdout:
                self.stdout_lines.append(text)


class SimulatorChild(Child):
    """`python -m app.simulator`, found by the URL it prints."""

    def __init__(self, *words: str) -> None:
        super().__init__("app.simulator", "--port", "0", "--exit-with-parent", *words)
        try:
            until_sync(
                lambda: self.stdout_lines or self.process.poll() is not None, "a URL", START_DEADLINE_S
            )
            self.url: str = json.loads(self.stdout_lines[0])["url"]
        except BaseException:
            self.end()
            raise


class ServedApp(Child):
    """`python -m app serve` on a free port, or on one that another had before."""

    def __init__(self, port: int = 0, **settings: object) -> None:
        env = {name.upper(): str(value) for name, value in {"database_url": "off", **settings}.items()}
        super().__init__("app", "serve", "--port", str(port), env=env)
        try:
            until_sync(
                lambda: self._port() or self.process.poll() is not None,
                "the dashboard line",
                START_DEADLINE_S,
            )
            port = self._port() or 0
            assert port, f"it did not start:\n{self.output}"
        except BaseException:
            self.end()
            raise
        self.port = port
        self.http = f"http://127.0.0.1:{port}"
        self.ws = f"ws://127.0.0.1:{port}"

    def _port(self) -> int | None:
        found = _DASHBOARD.search(self.output)
        return int(found[1]) if found else None


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "error::ResourceWarning", "PYTHONUNBUFFERED": "1", **env}
