"""Everything a test made us write, and the secrets that must not be in it (SPEC 4.1)."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

JWT_BEGINS = "eyJhbGciOi"  # {"alg": in base64: every token of the simulator begins so
SECRETS = (JWT_BEGINS, "Bearer ey", "test-consumer-secret", "test-ws-token")


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter())
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@contextmanager
def everything_written() -> Iterator[list[str]]:
    """Collect log lines of every level and library, before any redaction, and what is printed."""
    records, root, printed = _Records(), logging.getLogger(), io.StringIO()
    level = root.level
    for name in (
        "httpcore",
        "httpx",
        "websockets",
    ):  # the test's own clients, and the level configure_logging sets
        logging.getLogger(name).setLevel(logging.WARNING)
    root.addHandler(records)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            yield records.texts
    finally:
        root.removeHandler(records)
        root.setLevel(level)
        records.texts.append(printed.getvalue())


def find_secrets(texts: list[str]) -> list[str]:
    return [secret for text in texts for secret in SECRETS if secret in text]
