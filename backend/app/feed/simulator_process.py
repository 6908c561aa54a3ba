"""SimulatorProcess: the stand-in SSI as a child process of ours, found by the URL it prints.

Nothing is shared with it but the wire: its module is named, never imported.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from app.feed.redaction import Redactor

START_TIMEOUT_S = 60.0  # 3 s on a slow core, 26 s and more on two that are busy with other things
STOP_TIMEOUT_S = 5.0  # after SIGTERM; then SIGKILL
STDERR_LINES_KEPT = 20
BACKEND = Path(__file__).resolve().parents[2]

logger = logging.getLogger(__name__)


class SimulatorError(Exception):
    """The simulator did not start, or died."""


class SimulatorProcess:
    """Starts `python -m app.simulator` and ends it. It also ends by itself when we die: its stdin closes."""

    def __init__(self, arguments: Sequence[str] = (), *, module: str = "app.simulator") -> None:
        # the arguments come first: one of them may be a verb (replay)
        self._command = (sys.executable, "-m", module, *arguments, "--port", "0", "--exit-with-parent")
        self._process: asyncio.subprocess.Process | None = None
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES_KEPT)
        self._drains: list[asyncio.Task[None]] = []
        self._is_stopping = False
        self.url = ""

    async def start(self) -> str:
        """Start it and return its URL. Raise SimulatorError."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            cwd=BACKEND,
            start_new_session=True,  # Ctrl-C goes to the whole group: it is ours to end the child, last of all
        )
        stdout, stderr = self._process.stdout, self._process.stderr
        if stdout is None or stderr is None:
            raise AssertionError("both were asked for")
        self._drains.append(asyncio.create_task(self._keep_stderr(stderr), name="simulator:stderr"))
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                line = await stdout.readline()
            self.url = json.loads(line)["url"]
        except (TimeoutError, ValueError, KeyError, TypeError):
            await self.stop()
            raise SimulatorError(f"the simulator did not start: {self._last_words()}") from None
        self._drains.append(asyncio.create_task(self._discard(stdout), name="simulator:stdout"))
        return self.url

    async def watch(self) -> None:
        """Return when `stop` ended it; raise SimulatorError when it died by itself."""
        if self._process is None:
            raise SimulatorError("the simulator is not running")
        code = await self._process.wait()
        if not self._is_stopping:
            raise SimulatorError(f"the simulator ended by itself (exit code {code}): {self._last_words()}")

    async def stop(self) -> None:
        """End it: SIGTERM, then after 5 s SIGKILL."""
        self._is_stopping = True
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                logger.warning("simulator did not end on SIGTERM: killed")
                process.kill()
                await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.gather(*self._drains)

    def _last_words(self) -> str:
        return Redactor().clean(self._stderr[-1]) if self._stderr else "no word on stderr"

    async def _keep_stderr(self, stderr: asyncio.StreamReader) -> None:
        async for line in stderr:
            text = line.decode(errors="replace").rstrip()
            if text:
                self._stderr.append(text)

    @staticmethod
    async def _discard(stdout: asyncio.StreamReader) -> None:
        # A full pipe would stop the child.
        while await stdout.read(65_536):
            pass
