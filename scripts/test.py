"""Everything CI runs, a line a stage: `python scripts/test.py [check] [backend] [frontend] [e2e]`.

A tool that is missing (Chromium) is installed when CI=true, or is a failure there; elsewhere its stage is left out
and named at the end. Ends with `N passed, N failed`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
BIN = BACKEND / ".venv" / "bin"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
COVERAGE_MIN_PCT = 90


@dataclass(frozen=True)
class Tool:
    """A program from Debian's packages that a stage needs."""

    name: str
    programs: tuple[str, ...]
    package: str

    def path(self) -> str | None:
        return next((found for name in self.programs if (found := shutil.which(name))), None)


CHROMIUM = Tool("Chromium", ("chromium", "chromium-browser", "google-chrome"), "chromium")


@dataclass(frozen=True)
class Stage:
    group: str
    name: str
    command: list[str]
    cwd: Path
    needs: Tool | None = None
    env: dict[str, str] = field(default_factory=dict)


def npm(*words: str) -> list[str]:
    return [str(ROOT / "scripts" / "node.sh"), "npm", *words, "--silent"]


def stages() -> list[Stage]:
    return [
        Stage("check", "ruff format", [str(BIN / "ruff"), "format", "--check", "."], BACKEND),
        Stage("check", "ruff", [str(BIN / "ruff"), "check", ".", "../scripts"], BACKEND),
        Stage("check", "mypy", [str(BIN / "mypy")], BACKEND),
        Stage("check", "import directions", [str(BIN / "lint-imports"), "--no-cache"], BACKEND),
        Stage("check", "dashboard types", npm("run", "typecheck"), FRONTEND),
        Stage("check", "dashboard lint", npm("run", "lint"), FRONTEND),
        Stage(
            "backend",
            "tests",
            [
                str(BIN / "python"),
                "-m",
                "pytest",
                "-n",
                "2",
                "--dist",
                "loadfile",
                "--durations",
                "5",
                "--cov",
                "--cov-report",
                "term:skip-covered",
                f"--cov-fail-under={COVERAGE_MIN_PCT}",
            ],
            BACKEND,
        ),
        Stage("frontend", "unit tests", npm("test"), FRONTEND),
        Stage("frontend", "build", npm("run", "build"), FRONTEND),
        Stage("frontend", "size", npm("run", "size"), FRONTEND),
        Stage(
            "e2e",
            "dashboard in Chromium",
            [str(BIN / "python"), str(ROOT / "scripts" / "e2e.py")],
            ROOT,
            CHROMIUM,
        ),
    ]


def install(tool: Tool) -> None:
    """Install a Debian package as root; leave it to the caller to see whether the program is there now."""
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", tool.package]):
        subprocess.run(
            command,
            check=False,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )


def run(stage: Stage) -> bool:
    print(f"\n== {stage.group}: {stage.name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(stage.command, cwd=stage.cwd, check=False, env=os.environ | stage.env)
    verdict = "ok" if done.returncode == 0 else f"FAILED (exit {done.returncode})"
    print(f"== {stage.group}: {stage.name}: {verdict}, {time.monotonic() - started:.1f} s", flush=True)
    return done.returncode == 0


def main(groups: list[str]) -> int:
    wanted = [stage for stage in stages() if not groups or stage.group in groups]
    if not wanted:
        print(f"no such stage: {' '.join(groups)}; there are check, backend, frontend, e2e", file=sys.stderr)
        return 2
    passed, failed, not_run = [], [], []
    for stage in wanted:
        tool = stage.needs
        if tool and not tool.path() and IN_CI:
            print(f"{tool.name} is missing: installing Debian's {tool.package}", flush=True)
            install(tool)
        if tool and not tool.path():
            if IN_CI:
                print(f"{tool.name} could not be installed, and in CI nothing is skipped", flush=True)
                failed.append(stage)
            else:
                not_run.append(f"{stage.name} ({tool.name} is missing: apt-get install {tool.package})")
            continue
        (passed if run(stage) else failed).append(stage)
    print()
    for stage in failed:
        print(f"failed: {stage.group}: {stage.name}")
    if any(stage.group == "backend" for stage in wanted) and not os.environ.get("TEST_DATABASE_URL"):
        # in no package a test run can install; GitHub Actions has a job of its own for it
        not_run.append("history on TimescaleDB: make test-timescale DATABASE_URL=...")
    for line in not_run:
        print(f"NOT RUN: {line}")
    print(f"stages: {len(passed)} passed, {len(failed)} failed, {len(not_run)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
