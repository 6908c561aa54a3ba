"""Start the application with its simulator on a free port and drive the built dashboard in Chromium.

Screenshots go to test-results/e2e. The application is ended by its pid, whatever happens.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT_S = 60
DASHBOARD_LINE = re.compile(r"dashboard at (http://[^\s\"]+)")
SHOTS = ROOT / "test-results" / "e2e"


def start_application(log: Path) -> tuple[subprocess.Popen[str], str]:
    """Return the process and its base URL; the port is the kernel's choice, read from the ready line."""
    environment = os.environ | {
        "FEED_SOURCE": "simulator",
        "APP_PORT": "0",
        "LOG_FORMAT": "json",
        "WS_MAX_CONNECTIONS_PER_IP": "200",
        "SIM_SPEED": "10",
        "DATABASE_URL": "off",
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(ROOT / "backend/.venv/bin/python"), "-m", "app", "serve"],
            cwd=ROOT / "backend",
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if match := DASHBOARD_LINE.search(line):
                return process, match[1]
        time.sleep(0.2)
    stop(process)
    raise SystemExit(f"the application did not start within {START_LIMIT_S} s:\n{log.read_text()[-4000:]}")


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the application did not become ready")


def stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> int:
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    process, url = start_application(SHOTS / "application.log")
    try:
        wait_until_ready(url)
        command = [
            str(ROOT / "scripts/node.sh"),
            "npm",
            "run",
            "--silent",
            "e2e",
            "--",
            "--base-url",
            url,
            "--out",
            str(SHOTS),
            "--variants",
            os.environ.get("E2E_VARIANTS", "pairwise"),
        ]
        return subprocess.run(command, cwd=ROOT / "frontend", check=False).returncode
    finally:
        stop(process)


if __name__ == "__main__":
    sys.exit(main())
