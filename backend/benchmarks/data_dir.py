"""A folder for an application's database and spool, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_data_dir() -> Iterator[Path]:
    """Yield a new folder that PostgreSQL's user can enter, with a path short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="vnst-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
