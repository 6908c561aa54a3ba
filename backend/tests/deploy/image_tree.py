"""The backend image's tree made by hand as backend/Dockerfile says, and run as it is in a container.

The same files, user, environment and entry command; a root of its own in a private mount namespace, read-only but for what
docker-compose.prod.yml declares. Of the base image stands in what this machine has: its Python, its libraries.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.integration.processes import Child
from tests.integration.waiting import until_sync

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = ROOT / "backend" / "Dockerfile"
LOCK = ROOT / "backend" / "requirements.lock"
BASE = Path(os.path.realpath(sys.executable)).parents[1]  # the Python that stands in for the base image's
READ_ONLY = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ssl", "/etc/localtime", str(BASE))
DASHBOARD = re.compile(r"dashboard at http://[^:\s]+:(\d+)")


class Dockerfile:
    """What is read of it: the last stage, and what the one before copies into the program's folder."""

    def __init__(self) -> None:
        text = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE))
        stages = re.split(r"^FROM .*\n", text, flags=re.MULTILINE)[1:]
        self._builder, self._last = (
            [line.split(None, 1) for line in stage.splitlines() if line] for stage in stages
        )

    def last(self, name: str) -> list[str]:
        """Return the arguments of every `name` instruction of the last stage."""
        return [rest for word, rest in self._last if word == name]

    @property
    def program_dir(self) -> str:
        (folder,) = (rest.split()[-1] for rest in self.last("COPY") if "/opt/venv" not in rest)
        return folder

    def copies(self) -> list[tuple[str, str]]:
        """Return (path in the repository, path in the image) of the program's files."""
        found = []
        for word, rest in self._builder:
            if word == "COPY" and rest.split()[-1].startswith(self.program_dir):
                *sources, target = rest.split()
                found += [(source, target) for source in sources]
        return found

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for rest in self.last("ENV") for pair in shlex.split(rest))

    @property
    def command(self) -> list[str]:
        return [*json.loads(self.last("ENTRYPOINT")[0]), *json.loads(self.last("CMD")[0])]


class ImageTree:
    """The root folder of the container that would be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dockerfile = Dockerfile()
        self.data, self.tmp = folder.with_name("data"), folder.with_name("tmp")
        folder.mkdir()
        for path in (self.data, self.tmp):
            path.mkdir()
        os.chown(self.data, 1000, 1000)
        self.data.chmod(0o700)
        self.tmp.chmod(0o1777)
        self._copy_program()
        self._install()
        self._make_places()

    def _copy_program(self) -> None:
        for source, target in self.dockerfile.copies():
            path, place = ROOT / source, self.folder / target.lstrip("/")
            if path.is_dir():
                shutil.copytree(path, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)

    def _install(self) -> None:
        venv = self.folder / "opt" / "venv"
        uv = str(ROOT / "backend" / ".venv" / "bin" / "uv")
        subprocess.run(
            [uv, "venv", "--quiet", "--python", str(BASE / "bin" / "python3"), str(venv)],
            check=True,
            timeout=60,
        )
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--link-mode", "copy", "--python", str(venv / "bin" / "python"),
             "--require-hashes", "-r", str(LOCK)],
            check=True, timeout=240,
        )  # fmt: skip

    def _make_places(self) -> None:
        for path in READ_ONLY:
            place = self.folder / path.lstrip("/")
            if Path(path).is_file():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
            elif Path(path).is_dir():
                place.mkdir(parents=True, exist_ok=True)
        for name in ("dev", "proc", "tmp", "data", "etc"):
            (self.folder / name).mkdir(exist_ok=True)
        etc = self.folder / "etc"
        (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\nstock:x:1000:1000::/data:/usr/sbin/nologin\n")
        (etc / "group").write_text("root:x:0:\nstock:x:1000:\n")
        (etc / "hosts").write_text("127.0.0.1 localhost\n")

    def start(self, **settings: str) -> ContainedApp:
        return ContainedApp(self, settings)

    def script(self, environment: Mapping[str, str]) -> str:
        """Return what a shell in a mount namespace of its own has to do."""
        root = shlex.quote(str(self.folder))
        binds = [
            f"mount --rbind {shlex.quote(path)} {root}{shlex.quote(path)}"
            for path in READ_ONLY
            if Path(path).exists()
        ]
        assigned = " ".join(shlex.quote(f"{name}={value}") for name, value in environment.items())
        command = shlex.join(["/opt/venv/bin/" + self.dockerfile.command[0], *self.dockerfile.command[1:]])
        enter = f"cd {shlex.quote(self.dockerfile.last('WORKDIR')[0])} && exec env -i {assigned} {command}"
        return "\n".join(
            (
                "set -e",
                f"mount --bind {root} {root}",
                *binds,
                f"mount --rbind /dev {root}/dev",
                f"mount --rbind /proc {root}/proc",
                f"mount -o remount,bind,ro {root}",
                f"mount --bind {shlex.quote(str(self.data))} {root}/data",
                f"mount --bind {shlex.quote(str(self.tmp))} {root}/tmp",
                f"exec chroot --userspec={self.dockerfile.last('USER')[0]} --groups= {root} /bin/sh -c {shlex.quote(enter)}",
            )
        )


class ContainedApp(Child):
    """The image's entry command in that tree, ended by its pid: every exec keeps it."""

    def __init__(self, tree: ImageTree, settings: Mapping[str, str]) -> None:
        environment = {**tree.dockerfile.environment, "APP_HOST": "127.0.0.1", "APP_PORT": "0", **settings}
        words = ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", tree.script(environment)]
        super().__init__(*words, is_module=False)
        try:
            until_sync(lambda: self._port() or self.process.poll() is not None, "the dashboard line", 120)
            assert self._port(), self.output
        except BaseException:
            self.end()
            raise
        self.address = f"127.0.0.1:{self._port()}"

    def _port(self) -> int | None:
        found = DASHBOARD.search(self.output)
        return int(found[1]) if found else None
