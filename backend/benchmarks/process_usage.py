"""What a process costs: CPU time and memory, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def process_cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process, of its threads and of its living children."""
    folder = Path("/proc") / str(pid)
    try:
        fields = (folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        children = [
            int(child)
            for task in (folder / "task").iterdir()
            for child in (task / "children").read_text(encoding="ascii").split()
        ]
    except (OSError, ValueError):
        return 0.0  # it has just ended
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S + sum(map(process_cpu_s, children))


def process_rss_bytes(pid: int) -> int:
    """Return the resident memory of a process, without its children."""
    return int((Path("/proc") / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
