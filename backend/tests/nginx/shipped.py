"""The shipped nginx configuration, run by the machine's nginx: only addresses, ports and paths are replaced."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.integration.waiting import until_sync

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "nginx"
DIST = ROOT / "frontend" / "dist"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HAS_IPV6 = Path("/proc/net/if_inet6").exists() and Path("/proc/net/if_inet6").read_text() != ""


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Nginx:
    """One nginx in a folder of its own; `end` it by its pid."""

    def __init__(
        self, source: Path, replaced: dict[str, str], port: int, *, label: str, plain_port: int = 0
    ) -> None:
        assert NGINX, "apt-get install nginx-light"
        self.folder = Path(tempfile.mkdtemp(prefix=f"vnst-{label}-"))
        self.folder.chmod(0o755)  # workers are another user when we are root
        (self.folder / "tmp").mkdir()
        (self.folder / "tmp").chmod(0o777)
        self.access_log, self.error_log = self.folder / "access.log", self.folder / "error.log"
        for log in (self.access_log, self.error_log):
            log.touch()
        self.port, self.plain_port = port, plain_port or port
        paths = {
            "/etc/nginx/mime.types": "/etc/nginx/mime.types",
            "/etc/nginx/": f"{self.folder}/",
            "/dev/stdout": str(self.access_log),
            "/dev/stderr": str(self.error_log),
            " /tmp/": f" {self.folder}/tmp/",
            **replaced,
        }
        names = re.compile(
            "|".join(re.escape(name) for name in paths)
        )  # at once: no path is replaced in another
        for path in source.rglob("*.conf"):
            text = names.sub(lambda found: paths[found[0]], path.read_text())
            if not HAS_IPV6:
                text = re.sub(r"^\s*listen \[::1?\].*\n", "", text, flags=re.MULTILINE)
            target = self.folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        self._command = [
            NGINX, "-p", str(self.folder), "-e", str(self.error_log), "-c", str(self.folder / "nginx.conf"),
        ]  # fmt: skip

    def check(self) -> str:
        """Return what `nginx -t` says; raise when it refuses the configuration."""
        done = subprocess.run([*self._command, "-t"], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def start(self) -> None:
        self.check()
        self.process = subprocess.Popen([*self._command, "-g", "daemon off;"])
        until_sync(self._listens, f"nginx on {self.port}")

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.error_log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def logged(self) -> list[dict[str, Any]]:
        """Return the access log's lines so far; raise when one is not JSON."""
        return [json.loads(line) for line in self.access_log.read_text().splitlines()]

    def texts(self) -> str:
        """Return everything it has written."""
        return self.access_log.read_text() + self.error_log.read_text()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)
        shutil.rmtree(self.folder, ignore_errors=True)


def start_static() -> Nginx:
    """Start what the frontend image is: the built dashboard behind static/nginx.conf."""
    assert (DIST / "index.html").is_file(), "the dashboard is not built: make frontend/dist/index.html"
    port = free_port()
    static = Nginx(SHIPPED / "static", {"listen 8080": f"listen 127.0.0.1:{port}"}, port, label="static")
    shutil.copytree(DIST, static.folder / "dist")
    done = subprocess.run(
        [str(ROOT / "scripts" / "node.sh"), "node", "scripts/prepare-static.mjs",
         str(static.folder / "dist"), str(static.folder / "content_security_policy.conf")],
        cwd=ROOT / "frontend", capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    config = static.folder / "nginx.conf"
    config.write_text(config.read_text().replace("/srv/dashboard", str(static.folder / "dist")))
    static.start()
    return static


def start_edge(backend: str, dashboard_port: int, *, tls: tuple[Path, Path] | None = None) -> Nginx:
    """Start the edge in front of a backend at `host:port`. `tls`: certificate and key; its port is then HTTPS."""
    port, plain_port = free_port(), free_port()
    if tls is None:
        plain_port = port
    replaced = {
        "backend:8000": backend,
        "frontend:8080": f"127.0.0.1:{dashboard_port}",
        "listen 8080": f"listen 127.0.0.1:{plain_port}",
        "listen [::]:8080": f"listen [::1]:{plain_port}",
        "listen 8443": f"listen 127.0.0.1:{port}",
        "listen [::]:8443": f"listen [::1]:{port}",
    }
    edge = Nginx(SHIPPED, replaced, port, label="edge", plain_port=plain_port)
    if tls is not None:
        shutil.rmtree(edge.folder / "servers")
        (edge.folder / "servers-tls").rename(edge.folder / "servers")  # as docker-compose.tls.yml mounts it
        (edge.folder / "tls").mkdir()
        for path, name in zip(tls, ("fullchain.pem", "privkey.pem"), strict=True):
            shutil.copy(path, edge.folder / "tls" / name)
    edge.start()
    return edge
