"""Figures and the table they are printed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OK, MISSED, BUSY, RECORD = "ok", "MISSED", "missed, machine busy", "-"
BUSY_SHARE = 0.15  # of the time spent ready but without a core: a miss then says nothing about the program
_COLUMNS = ("what", "target", "this run", "verdict")


@dataclass(frozen=True)
class Figure:
    """One measured thing. `is_met` None: there is no target, the figure is for the record."""

    what: str
    target: str
    measured: str
    is_met: bool | None = None
    queued_share: float = 0.0  # how much of the time it stood ready while others had the cores

    @property
    def verdict(self) -> str:
        if self.is_met is None:
            return RECORD
        if self.is_met:
            return OK
        return BUSY if self.queued_share > BUSY_SHARE else MISSED


def format_table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table, aligned to be read on a terminal."""
    rows = [_COLUMNS, *((f.what, f.target, f.measured, f.verdict) for f in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(_COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
