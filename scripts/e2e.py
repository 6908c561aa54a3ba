"""Start the application with its simulator on a free port and drive the built dashboard in Chromium.

Screenshots go to test-results/e2e. A test may stop and start the application over a control port: POST /stop, /start.
The application is ended by its pid, whatever happens.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT_S = 60
DASHBOARD_LINE = re.compile(r"dashboard at (http://[^\s\"]+)")
SHOTS = ROOT / "test-results" / "e2e"


class Application:
    """The application under test: one process at a time, at one address from the first start on."""

    def __init__(self, log: Path) -> None:
        self.url = ""
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready. The port is the kernel's choice at first, read from the ready line."""
        environment = os.environ | {
            "FEED_SOURCE": "simulator",
            "APP_PORT": str(urlsplit(self.url).port or 0),
            "LOG_FORMAT": "json",
            "WS_MAX_CONNECTIONS_PER_IP": "200",
            "SIM_SPEED": "10",
            "DATABASE_URL": "off",
        }
        with self._log.open("w") as out:
            self._process = process = subprocess.Popen(
                [str(ROOT / "backend/.venv/bin/python"), "-m", "app", "serve"],
                cwd=ROOT / "backend",
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
            )
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline and process.poll() is None:
            if match := DASHBOARD_LINE.search(self._log.read_text()):
                self.url = match[1]
                wait_until_ready(self.url)
                return
            time.sleep(0.2)
        self.stop()
        raise SystemExit(
            f"the application did not start within {START_LIMIT_S} s:\n{self._log.read_text()[-4000:]}"
        )

    def stop(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


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


def control_server(application: Application) -> ThreadingHTTPServer:
    """Return a server on a free port that stops and starts the application."""
    actions = {"/stop": application.stop, "/start": application.start}

    class Control(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            action = actions.get(self.path)
            if action is not None:
                action()
            self.send_response(204 if action is not None else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Control)


def main() -> int:
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    application = Application(SHOTS / "application.log")
    control = control_server(application)
    threading.Thread(target=control.serve_forever, daemon=True).start()
    try:
        application.start()
        command = [
            str(ROOT / "scripts/node.sh"),
            "npm",
            "run",
            "--silent",
            "e2e",
            "--",
            "--base-url",
            application.url,
            "--control",
            f"http://127.0.0.1:{control.server_port}",
            "--out",
            str(SHOTS),
            "--variants",
            os.environ.get("E2E_VARIANTS", "pairwise"),
        ]
        return subprocess.run(command, cwd=ROOT / "frontend", check=False).returncode
    finally:
        control.shutdown()
        application.stop()


if __name__ == "__main__":
    sys.exit(main())
