"""How a verb speaks and ends: a line of progress, one line for what went wrong, an exit code.

Exit codes: 0 done, 1 it could not be done (or a check found something), 2 the call was wrong, 130 and 143 interrupted.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TextIO

from app.clock import Clock, SystemClock

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
TERMINAL_INTERVAL_S = 0.1
LOG_INTERVAL_S = 10.0  # where nobody looks on: a line now and then


class CommandError(Exception):
    """It can't be done; the message is one line that says what to do."""


class ProgressLine:
    """One line that is written over on a terminal; elsewhere a line every ten seconds."""

    def __init__(self, stream: TextIO | None = None, clock: Clock | None = None) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock or SystemClock()
        self._is_terminal = self._stream.isatty()
        self._interval_s = TERMINAL_INTERVAL_S if self._is_terminal else LOG_INTERVAL_S
        self._shown_s = self._clock.monotonic_s() - (self._interval_s if self._is_terminal else 0.0)
        self._width = 0

    def show(self, text: str) -> None:
        """Show `text`, unless the last one is too fresh."""
        now_s = self._clock.monotonic_s()
        if now_s - self._shown_s < self._interval_s:
            return
        self._shown_s = now_s
        if not self._is_terminal:
            self._stream.write(f"{text}\n")
        else:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        self._stream.flush()

    def clear(self) -> None:
        """Make room for a line of something else."""
        if self._is_terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0


def run_command(work: Coroutine[Any, Any, int]) -> int:
    """Run a verb to its exit code. Errors that an operator can act on become one line on stderr."""
    import asyncpg  # noqa: PLC0415 - --help need not load it

    from app.history.errors import (  # noqa: PLC0415 - the same
        EmbeddedPostgresError,
        HistoryUnavailable,
        SchemaError,
        describe,
    )
    from app.history.row_files import RowFileError  # noqa: PLC0415 - the same

    try:
        with asyncio.Runner() as runner:
            return runner.run(_until_terminated(work))
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        return INTERRUPTED
    except asyncio.CancelledError:
        sys.stderr.write("\nterminated\n")
        return TERMINATED
    except (CommandError, HistoryUnavailable, SchemaError, EmbeddedPostgresError, RowFileError) as error:
        sys.stderr.write(f"{error}\n")
    except asyncpg.UndefinedTableError:
        sys.stderr.write("this database has no tables of ours yet: `python -m app migrate` makes them\n")
    except (
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        ConnectionError,
    ) as error:
        sys.stderr.write(f"the database broke off: {describe(error)}\n")
    return 1


async def _until_terminated(work: Coroutine[Any, Any, int]) -> int:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - inside a coroutine
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work
