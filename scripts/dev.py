"""`make dev`: the backend restarting itself on a change, and Vite with hot reload beside it; Ctrl-C ends both."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    commands = {
        "backend": (
            [str(ROOT / "backend/.venv/bin/python"), "-m", "app", "serve", "--reload"],
            ROOT / "backend",
        ),
        "dashboard": ([str(ROOT / "scripts/node.sh"), "npx", "vite", "--port", "5173"], ROOT / "frontend"),
    }
    processes = [subprocess.Popen(command, cwd=cwd) for command, cwd in commands.values()]
    try:
        while all(process.poll() is None for process in processes):
            try:
                processes[0].wait(0.5)
            except subprocess.TimeoutExpired:
                continue
    except KeyboardInterrupt:
        print("stopping", file=sys.stderr)
    finally:
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            process.wait(10)
    return 0


if __name__ == "__main__":
    sys.exit(main())
