"""The contract tests of the history on a real TimescaleDB: `make test-timescale DATABASE_URL=postgresql://...`.

DATABASE_URL is that of a superuser: each test makes a database of its own there and drops it. Without a URL nothing is
run, and that is said; with CI=true it is a failure.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKEND = ROOT / "backend"
VERSION_MIN = (2, 28)
# whatever in them asks for a database gets one of the given server; the rest is left out (tests/history/conftest.py)
TESTS = ("tests/history", "tests/api/test_history_routes.py", "tests/test_doctor.py")
WORKERS = "2"
CONNECT_TIMEOUT_S = 10.0


async def version_of(dsn: str) -> str | None:
    """Return the version of TimescaleDB that the server offers, None when it has none."""
    import asyncpg  # noqa: PLC0415 - of the backend's environment

    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    try:
        version: str | None = await connection.fetchval(
            "SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'"
        )
        return version
    finally:
        await connection.close()


def refusal(version: str | None) -> str:
    """Return why this server won't do, an empty text when it will."""
    if version is None:
        return "this server has no TimescaleDB: use the image timescale/timescaledb"
    if tuple(int(part) for part in version.split(".")[:2]) < VERSION_MIN:
        return f"TimescaleDB {version} is too old: at least {VERSION_MIN[0]}.{VERSION_MIN[1]} is needed"
    return ""


def main() -> int:
    dsn = os.environ.get("DATABASE_URL", "")
    if not dsn:
        print(
            "test-timescale: not run (it needs DATABASE_URL=postgresql://superuser:password@host:5432/postgres)"
        )
        return 1 if os.environ.get("CI", "").lower() in {"1", "true"} else 0
    try:
        version = asyncio.run(version_of(dsn))
    except Exception as error:
        print(
            f"test-timescale: the server does not answer ({type(error).__name__}: {error})", file=sys.stderr
        )
        return 1
    if reason := refusal(version):
        print(f"test-timescale: {reason}", file=sys.stderr)
        return 1
    print(f"test-timescale: TimescaleDB {version}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, "-rs", *TESTS, *sys.argv[1:]]
    # for the tests only: the settings of the application stay what they are
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(command, cwd=BACKEND, check=False, env=env | {"TEST_DATABASE_URL": dsn}).returncode


if __name__ == "__main__":
    sys.exit(main())
