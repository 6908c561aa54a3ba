"""A child of ours that says on its first line where it can be found, and that is ended by its own handle."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BACKEND = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 8.0


class ChildError(Exception):
    """The child did not start, or did not answer."""


class ChildProcess:
    """`python -m MODULE ...`, or another program, spoken to in lines of JSON. `cpus`: the cores it may use."""

    def __init__(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        program: str | Path = sys.executable,
        cpus: Collection[int] | None = None,
    ) -> None:
        self._command: Sequence[str] = (str(program), *arguments)
        self._environment = dict(environment or {})
        self._cpus = cpus
        self._process: asyncio.subprocess.Process | None = None
        self._stderr: deque[str] = deque(maxlen=20)
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ChildProcess:
        pipe = asyncio.subprocess.PIPE
        with _on_cpus(self._cpus):
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                cwd=BACKEND,
                env={**os.environ, **self._environment},
            )
        self._reading = asyncio.create_task(self._keep_stderr())
        return self

    async def __aexit__(self, *_error: object) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if self._reading is not None:
            await self._reading

    @property
    def pid(self) -> int:
        """Return the child's process id."""
        if self._process is None:
            raise ChildError("not started")
        return self._process.pid

    async def tell(self, order: Mapping[str, object]) -> None:
        """Send a line."""
        stdin = self._process.stdin if self._process is not None else None
        if stdin is None:
            raise ChildError("not started")
        stdin.write(json.dumps(order).encode() + b"\n")
        await stdin.drain()

    async def answer(self, timeout_s: float = START_TIMEOUT_S) -> dict[str, Any]:
        """Return the next line. Raise ChildError."""
        stdout = self._process.stdout if self._process is not None else None
        if stdout is None:
            raise ChildError("not started")
        try:
            async with asyncio.timeout(timeout_s):
                answer = json.loads(await stdout.readline())
        except (TimeoutError, ValueError):
            raise ChildError(f"{' '.join(self._command[1:])}: no answer; {self.last_words}") from None
        if not isinstance(answer, dict):
            raise ChildError(f"{answer!r} is no answer")
        return answer

    @property
    def last_words(self) -> str:
        """Return what it said on stderr at last."""
        return " / ".join(self._stderr) or "no word on stderr"

    async def _keep_stderr(self) -> None:
        stderr = self._process.stderr if self._process is not None else None
        if stderr is None:
            return
        async for line in stderr:
            self._stderr.append(line.decode(errors="replace").rstrip())


@contextmanager
def _on_cpus(cpus: Collection[int] | None) -> Iterator[None]:
    """Have what is started meanwhile run on these cores only: a child inherits them from the thread that makes it."""
    before = os.sched_getaffinity(0)
    if cpus:
        os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
