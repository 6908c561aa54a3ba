"""A consistent copy of a SQLite file to standard output, while others use it: copy_sqlite.py FILE > copy.

Exit code 3: there is no such file. 4: a running tracker holds it for itself, as it does with its spool.
"""

import sqlite3
import sys
import tempfile
from pathlib import Path

MISSING, HELD = 3, 4


def main(path: Path) -> int:
    if not path.is_file():
        return MISSING
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite"
        source, target = (
            sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=2),
            sqlite3.connect(copy),
        )
        try:
            source.execute(
                "SELECT count(*) FROM sqlite_master"
            ).fetchone()  # backup() would wait for its holder for ever
            source.backup(target)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                return HELD
            raise
        finally:
            source.close()
            target.close()
        sys.stdout.buffer.write(copy.read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
