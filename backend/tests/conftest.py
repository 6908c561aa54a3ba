"""What every test shares: no setting of the machine reaches a test, and measured figures are shown at the end.

Format: `measured("name", value)` in a test is one line under "measured" in the summary, also with xdist.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from app.config import Settings

type Measured = Callable[[str, object], None]

OURS = tuple(name.upper() for name in Settings.model_fields)


def pytest_configure() -> None:
    for name in (*OURS, "SIM_PORT", "SIM_DATE"):
        os.environ.pop(name, None)  # a developer's exported keys must not decide a test


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measured:
    """Keep a figure for the summary."""
    return lambda name, value: record_property(f"measured {name}", value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        f"{report.nodeid.rpartition('/')[2]}: {name.removeprefix('measured ')} = {value}"
        for kind in ("passed", "failed")
        for report in terminalreporter.stats.get(kind, [])
        if report.when == "call"
        for name, value in report.user_properties
        if name.startswith("measured ")
    ]
    if lines:
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.write_line(line)
