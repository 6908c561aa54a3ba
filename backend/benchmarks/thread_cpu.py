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


def queued_s_of_process(pid: int | None = None) -> float:
    """Return the seconds the living threads of a process and its children stood ready while others had the cores.

    The kernel's run delay (schedstat), which tells a slow program from a busy machine; 0 off Linux.
    """
    folder = Path("/proc") / (str(pid) if pid is not None else "self") / "task"
    queued_s = 0.0
    for task in folder.glob("*"):
        try:
            queued_s += int((task / "schedstat").read_text(encoding="ascii").split()[1]) / 1e9
            children = (task / "children").read_text(encoding="ascii").split() if pid is not None else []
        except (OSError, IndexError, ValueError):
            continue  # a thread that has just ended
        queued_s += sum(queued_s_of_process(int(child)) for child in children)
    return queued_s
