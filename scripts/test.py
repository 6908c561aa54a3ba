"""Everything CI runs, a line a stage: `python scripts/test.py [check] [client] [backend] [frontend] [e2e]`; or `long`.

Three lanes run side by side: the backend's tests and those in browsers mostly wait. What a stage of the second or third
lane says is shown when it ends, in one piece. A tool that is missing (Chromium) is installed when CI=true, or is a
failure there; elsewhere its stage is left out. Ends with a table of what passed and how long it took, a loud line for
each thing that was not run, and `stages: N passed, N failed, N skipped`.

`long` is not of CI: the same tests with branches and many more examples, every mutant, and the kill test of minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
CLIENT = ROOT / "clients" / "python"
BIN = BACKEND / ".venv" / "bin"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
COVERAGE_MIN_PCT = 95  # of the lines
BRANCH_COVERAGE_MIN_PCT = 90  # of lines and branches, in `long`
GROUPS = ("check", "client", "backend", "frontend", "e2e")
LONG = "long"
UNIT_TESTS = "unit tests"
LANES = 3
OK, FAILED, NOT_RUN = "ok", "FAILED", "NOT RUN"


@dataclass(frozen=True)
class Tool:
    """A program from Debian's packages that a stage needs."""

    name: str
    programs: tuple[str, ...]
    package: str

    def path(self) -> str | None:
        return next((found for name in self.programs if (found := shutil.which(name))), None)


CHROMIUM = Tool("Chromium", ("chromium", "chromium-browser", "google-chrome"), "chromium")
NGINX = Tool("nginx", ("nginx", "/usr/sbin/nginx"), "nginx-light")
PROMTOOL = Tool("promtool", ("promtool",), "prometheus")


@dataclass(frozen=True)
class Stage:
    group: str
    name: str
    command: list[str]
    cwd: Path
    needs: Tool | None = None
    env: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.group}: {self.name}"

    @property
    def lane(self) -> int:
        """What runs one after the other: the backend's tests, what needs only the sources, what needs the build."""
        if self.group in {"backend", LONG}:
            return 0
        return 1 if self.group == "check" or self.name == UNIT_TESTS else 2


@dataclass(frozen=True)
class Outcome:
    """What became of a stage: its verdict, its seconds by the clock and of the processor, and a reason."""

    title: str
    verdict: str
    took_s: float = 0.0
    cpu_s: float = 0.0
    reason: str = ""


def npm(*words: str) -> list[str]:
    return [str(ROOT / "scripts" / "node.sh"), "npm", *words, "--silent"]


def pytest_command(min_pct: int, *options: str) -> list[str]:
    # the longest files first (tests/conftest.py), else a minute-long one begins when the other process is done
    spread = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "5"]
    coverage = ["--cov", "--cov-report", "term:skip-covered", f"--cov-fail-under={min_pct}"]
    return [str(BIN / "python"), "-m", "pytest", *spread, *coverage, *options]


# Every page around the session, its figures against REST, with its server gone and without a database; the board, its
# socket, the keyboard. The whole day, with log-in, faults and tabs that stay open through it, is `make test-browser`.
BROWSER_DAY = ("--stages", "before,data,board,deltas,keyboard,down,closed")


def browser_tests(*options: str) -> list[str]:
    return [*npm("run", "e2e"), "--", "--out", str(ROOT / "test-results" / "e2e"), *options]


def nginx_tests() -> list[str]:
    return [str(BIN / "python"), "-m", "pytest", "-m", "nginx and not minutes", "tests/nginx"]


def stages() -> list[Stage]:
    return [
        Stage("check", "ruff format", [str(BIN / "ruff"), "format", "--check", "."], BACKEND),
        Stage("check", "ruff", [str(BIN / "ruff"), "check", ".", "../scripts"], BACKEND),
        Stage("check", "mypy", [str(BIN / "mypy")], BACKEND),
        Stage("check", "import directions", [str(BIN / "lint-imports"), "--no-cache"], BACKEND),
        Stage("check", "client: ruff format", [str(BIN / "ruff"), "format", "--check", "."], CLIENT),
        Stage("check", "client: ruff", [str(BIN / "ruff"), "check", "."], CLIENT),
        Stage("check", "client: mypy", [str(BIN / "mypy")], CLIENT),
        Stage("check", "asyncapi.json", [str(BIN / "python"), "scripts/asyncapi_check.py"], ROOT),
        Stage("check", "dashboard types", npm("run", "typecheck"), FRONTEND),
        Stage("check", "dashboard lint", npm("run", "lint"), FRONTEND),
        Stage("check", "container files", [str(BIN / "python"), "scripts/lint_files.py"], ROOT, PROMTOOL),
        Stage("client", "tests", [str(BIN / "python"), "-m", "pytest"], CLIENT),
        Stage("backend", "tests", pytest_command(COVERAGE_MIN_PCT), BACKEND),
        Stage("frontend", UNIT_TESTS, npm("test"), FRONTEND),
        Stage("frontend", "build", npm("run", "build"), FRONTEND),
        Stage("frontend", "size", npm("run", "size"), FRONTEND),
        Stage("e2e", "dashboard in Chromium", browser_tests(*BROWSER_DAY), FRONTEND, CHROMIUM),
        # after it: the pages behind nginx need Chromium as well
        Stage("e2e", "behind nginx", nginx_tests(), BACKEND, NGINX),
    ]


def long_stages() -> list[Stage]:
    """Return what takes too long for every push: minutes each, one after the other."""
    python = str(BIN / "python")
    many = {"COVERAGE_CORE": "ctrace", "CONFORMANCE_EXAMPLES": "200", "MARKET_TEST_EXAMPLES": "1000"}
    tests = pytest_command(BRANCH_COVERAGE_MIN_PCT, "--cov-branch", "--timeout", "900")
    return [
        Stage(LONG, "tests with branches and many examples", tests, BACKEND, env=many),
        Stage(LONG, "every mutant", [python, "-m", "tests.market.mutations"], BACKEND),
        Stage(LONG, "kill test", [python, "-m", "benchmarks.kill_test"], BACKEND),
        Stage(LONG, "dashboard build", npm("run", "build"), FRONTEND),
        Stage(LONG, "every case in Chromium", browser_tests("--cases", "all"), FRONTEND, CHROMIUM),
    ]


def install(*tools: Tool) -> None:
    """Install Debian packages as root; leave it to the caller to see whether the programs are there now."""
    packages = [tool.package for tool in tools]
    print(f"missing, installing from Debian: {' '.join(packages)}", flush=True)
    installing = ["apt-get", "install", "-y", "-qq", *packages]
    for command in (["apt-get", "update", "-qq"], installing):
        subprocess.run(
            command,
            check=False,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )


def run(stage: Stage, is_quiet: bool) -> Outcome:
    """Run a stage; a quiet one is shown when it ends."""
    print(f"== {stage.title}: started", flush=True)
    started_s = time.monotonic()
    with tempfile.TemporaryFile() as output:
        stdout = output if is_quiet else None
        process = subprocess.Popen(
            stage.command,
            cwd=stage.cwd,
            env=os.environ | stage.env,
            stdout=stdout,
            stderr=subprocess.STDOUT if is_quiet else None,
        )
        _, status, usage = os.wait4(process.pid, 0)  # as wait(), with the processor's time of it all
        process.returncode = code = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace").strip()
    took_s = time.monotonic() - started_s
    verdict = OK if code == 0 else FAILED
    said = f"\n{text}\n" if text else "\n"
    print(f"{said}== {stage.title}: {verdict}, {took_s:.1f} s", flush=True)
    return Outcome(
        stage.title, verdict, took_s, usage.ru_utime + usage.ru_stime, f"exit {code}" if code else ""
    )


def run_or_leave_out(stage: Stage, is_quiet: bool, installing: Future[None] | None) -> Outcome:
    """Run a stage unless a tool it needs is missing."""
    tool = stage.needs
    if tool is None:
        return run(stage, is_quiet)
    if installing is not None:
        installing.result()
    if tool.path():
        return run(stage, is_quiet)
    if IN_CI:
        return Outcome(
            stage.title, FAILED, reason=f"{tool.name} could not be installed; CI leaves nothing out"
        )
    reason = f"{tool.name} is missing: apt-get install {tool.package}"
    return Outcome(stage.title, NOT_RUN, reason=reason)


def run_all(wanted: list[Stage]) -> list[Outcome]:
    """Run the stages in their lanes; return the outcomes in the stages' order."""
    lanes = [its for n in range(LANES) if (its := [stage for stage in wanted if stage.lane == n])]
    is_alone = len(lanes) < 2
    missing = {s.needs.name: s.needs for s in wanted if s.needs and not s.needs.path()}
    with ThreadPoolExecutor(LANES + 1) as pool:
        installing = pool.submit(install, *missing.values()) if missing and IN_CI else None

        def lane(its: list[Stage], is_quiet: bool) -> list[Outcome]:
            return [run_or_leave_out(stage, is_quiet, installing) for stage in its]

        running = [pool.submit(lane, its, n > 0 and not is_alone) for n, its in enumerate(lanes)]
        done = {outcome.title: outcome for one in running for outcome in one.result()}
    return [done[stage.title] for stage in wanted]


def unavailable(wanted: list[Stage]) -> list[Outcome]:
    """Return what no machine of ours can run by itself, so that it is said."""
    if not any(stage.group in {"backend", LONG} for stage in wanted) or os.environ.get("TEST_DATABASE_URL"):
        return []
    # the first is in no package a test run can install, the others take minutes; GitHub Actions has jobs for them
    return [
        Outcome("backend: history on TimescaleDB", NOT_RUN, reason="make test-timescale DATABASE_URL=..."),
        Outcome(
            "backend: what takes minutes (kills under load, backups, replays, mutants)",
            NOT_RUN,
            reason="make test-minutes",
        ),
        Outcome("e2e: lunch, log-in, faults, replay, all moments", NOT_RUN, reason="make test-browser"),
        Outcome("e2e: two thousand sockets through nginx", NOT_RUN, reason="make test-nginx"),
    ]


def print_table(outcomes: list[Outcome], took_s: float) -> None:
    width = max(len(outcome.title) for outcome in outcomes)
    print(f"\n{'stage':<{width}}  {'result':<7}  {'time':>8}  {'processor':>9}")
    for outcome in outcomes:
        times = "" if outcome.verdict == NOT_RUN else f"{outcome.took_s:>6.1f} s  {outcome.cpu_s:>7.1f} s"
        print(f"{outcome.title:<{width}}  {outcome.verdict:<7}  {times}  {outcome.reason}".rstrip())
    cpu_s = sum(outcome.cpu_s for outcome in outcomes)
    print(f"{'all of it':<{width}}  {'':<7}  {took_s:>6.1f} s  {cpu_s:>7.1f} s")


def main(groups: list[str]) -> int:
    unknown = sorted(set(groups) - {*GROUPS, LONG})
    if unknown:
        print(
            f"no such stage: {' '.join(unknown)}; there are {', '.join(GROUPS)}; and {LONG}", file=sys.stderr
        )
        return 2
    wanted = [stage for stage in stages() + long_stages() if stage.group in (groups or GROUPS)]
    started_s = time.monotonic()
    ran = run_all(wanted)
    outcomes = ran + unavailable(wanted)
    print_table(outcomes, time.monotonic() - started_s)
    counts = {verdict: sum(o.verdict == verdict for o in outcomes) for verdict in (OK, FAILED, NOT_RUN)}
    for outcome in outcomes:
        if outcome.verdict == NOT_RUN:
            print(f"NOT RUN: {outcome.title} ({outcome.reason})")
    print(f"stages: {counts[OK]} passed, {counts[FAILED]} failed, {counts[NOT_RUN]} skipped")
    return 1 if counts[FAILED] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
