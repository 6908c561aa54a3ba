"""What every test shares: no setting of the machine reaches a test, and measured figures are shown at the end.

Format: `measured("name", value)` in a test is one line under "measured" in the summary, also with xdist.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator

import pytest
import structlog

from app.config import Settings

type Measured = Callable[[str, object], None]

OURS = tuple(name.upper() for name in Settings.model_fields)


# A file is one process's (module fixtures): the long ones begin first, or the run ends with one process alone.
LONGEST_FIRST = (
    "deploy/test_backup_restore.py",
    "deploy/test_image_tree.py",
    "integration/test_replay.py",
    "integration/test_accounts.py",
    "history/test_kill.py",
    "integration/test_bad_messages.py",
    "history/test_history_wiring.py",
    "integration/test_whole_day.py",
    "market/test_mutations.py",
    "integration/test_lost_connections.py",
    "integration/test_serve.py",
    "api/test_documents.py",
    "simulator/test_sdk_stream.py",
    "benchmarks/test_benchmarks.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get("/".join(item.path.parts[-2:]), len(ranks)))


def pytest_configure() -> None:
    for name in (*OURS, "SIM_PORT", "SIM_DATE"):
        os.environ.pop(name, None)  # a developer's exported keys must not decide a test


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measured:
    """Keep a figure for the summary."""
    return lambda name, value: record_property(f"measured {name}", value)


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Undo what configure_logging did to the process."""
    loggers = [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error", "uvicorn.access")]
    before = [(item.handlers[:], item.level, item.propagate, item.filters[:]) for item in loggers]
    yield
    structlog.reset_defaults()
    for item, (handlers, level, propagate, filters) in zip(loggers, before, strict=True):
        item.handlers[:], item.propagate, item.filters[:] = handlers, propagate, filters
        item.setLevel(level)


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
