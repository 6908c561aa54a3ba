"""CPU time of threads, also of others than the calling one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path


def cpu_s_of(thread: threading.Thread) -> float:
    """Return the CPU seconds a living thread has used."""
    if thread.ident is None:
        raise ValueError(f"{thread.name} was never started")
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


class StageMeter:
    """CPU seconds of the calls it wraps, on the thread they run on. Meant for calls that take a whole batch."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}

    def wrap[**P, R](self, stage: str, function: Callable[P, R]) -> Callable[P, R]:
        """Return the function, measured."""
        cpu_s = self.cpu_s
        cpu_s.setdefault(stage, 0.0)
        now = time.thread_time

        @wraps(function)
        def measured(*args: P.args, **kwargs: P.kwargs) -> R:
            began_s = now()
            try:
                return function(*args, **kwargs)
            finally:
                cpu_s[stage] += now() - began_s

        return measured

    def reset(self) -> None:
        """Begin again."""
        for stage in self.cpu_s:
            self.cpu_s[stage] = 0.0


def queued_s_of_process() -> float:
    """Return the seconds the process's living threads stood ready while others had the cores; 0 off Linux.

    The kernel's run delay (schedstat): what tells a slow program from a busy machine.
    """
    queued_ns = 0
    for task in Path("/proc/self/task").glob("*/schedstat"):
        try:
            queued_ns += int(task.read_text(encoding="ascii").split()[1])
        except (OSError, IndexError, ValueError):
            continue  # a thread that has just ended
    return queued_ns / 1e9
