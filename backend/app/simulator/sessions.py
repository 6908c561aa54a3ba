"""The day's timetable of each board, as session codes of the feed.

Units: seconds since midnight in Vietnam.
"""

from __future__ import annotations

from bisect import bisect_right

from app.simulator.clock import time_of_day
from app.simulator.price_rules import DERIVATIVES

# (from, the feed's code, our phase). HOSE's "C" stands at 14:45 in the captures of 2026, put-through or not.
_TIMETABLE = {
    "HOSE": [
        ("00:00", "C", "pre_open"),
        ("09:00", "ATO", "ato"),
        ("09:15", "LO", "continuous"),
        ("11:30", "BREAK", "lunch"),
        ("13:00", "LO", "continuous"),
        ("14:30", "ATC", "atc"),
        ("14:45", "C", "closed"),
    ],
    "HNX": [
        ("00:00", "C", "pre_open"),
        ("09:00", "LO", "continuous"),
        ("11:30", "BREAK", "lunch"),
        ("13:00", "LO", "continuous"),
        ("14:30", "ATC", "atc"),
        ("14:45", "PLO", "plo"),
        ("15:00", "C", "closed"),
    ],
    "UPCOM": [
        ("00:00", "C", "pre_open"),
        ("09:00", "LO", "continuous"),
        ("11:30", "BREAK", "lunch"),
        ("13:00", "LO", "continuous"),
        ("15:00", "C", "closed"),
    ],
    DERIVATIVES: [
        ("00:00", "C", "pre_open"),
        ("08:45", "ATO", "ato"),
        ("09:00", "LO", "continuous"),
        ("11:30", "BREAK", "lunch"),
        ("13:00", "LO", "continuous"),
        ("14:30", "ATC", "atc"),
        ("14:45", "C", "closed"),
    ],
}

RESET_S = time_of_day("08:00")

LATE_S = 0.5  # continuous prints stamped 11:30:00 and 14:30:00 exist on a quarter of the days
AFTER_BURST_S = 3.0  # an opening burst is sent, and the session announced, before the first order matches

type Session = tuple[float, str, str]

SESSIONS: dict[str, list[Session]] = {
    exchange: [(time_of_day(at), code, phase) for at, code, phase in rows]
    for exchange, rows in _TIMETABLE.items()
}
_STARTS = {exchange: [row[0] for row in rows] for exchange, rows in SESSIONS.items()}


def session_at(exchange: str, day_s: float) -> Session:
    """Return the session of a board at a time of day."""
    return SESSIONS[exchange][bisect_right(_STARTS[exchange], day_s) - 1]


def continuous_windows(exchange: str) -> list[tuple[float, float]]:
    """Return the [from, to) windows in which orders match as they come, the late prints included."""
    rows = SESSIONS[exchange]
    return [
        (row[0] + (AFTER_BURST_S if rows[i - 1][2] == "ato" else 0.0), rows[i + 1][0] + LATE_S)
        for i, row in enumerate(rows[:-1])
        if row[2] == "continuous"
    ]
