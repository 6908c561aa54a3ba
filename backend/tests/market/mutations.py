"""Mutation check: break one operator of a module, and see that its own tests notice.

Run it whole with `python -m tests.market.mutations` (in backend/); a sample of it runs as a test. Every comparison,
arithmetic operator, `and`/`or` and small number of the subjects is a place to break. A mutant that no test can tell
from the original is listed in EQUIVALENT with the reason.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory

BACKEND = Path(__file__).parents[2]
SUBJECTS = {
    "trade_classifier": ("test_trade_classifier",),
    "volume_reconciler": ("test_volume_reconciler",),
    "session_aggregator": ("test_session_aggregator",),
    "volume_holes": ("test_volume_holes",),
    "foreign_flow": ("test_foreign_tracker", "test_stored_day"),
    "foreign_tracker": ("test_foreign_tracker", "test_stored_day"),
}
SAMPLE_PER_SUBJECT = 3
SEED = 20261120
MUTANT_TIMEOUT_S = 60
VERDICTS = "verdicts.json"

type Mutant = tuple[str, str, str, str]  # subject, line, mutated place, source

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}

# (subject, source of the mutated place): why no test can see it
EQUIVALENT = {
    ("foreign_flow", "stale >= 0"): "with 0 there is nothing to delete",
    ("volume_reconciler", "last_volume <= total_volume"): "both arms are the same number when they are equal",
    ("volume_reconciler", "last_volume <= step"): "both arms are the same number when they are equal",
}


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from ((node, "ops", i) for i, op in enumerate(node.ops) if type(op) in SWAPS)
        elif isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in SWAPS:
            yield node, "op", 0


def source_of(subject: str) -> str:
    """Return the source of a module as it is."""
    return (BACKEND / "app" / "market" / f"{subject}.py").read_text()


def mutants(subject: str) -> list[Mutant]:
    """Return each mutant of a module, equivalent ones included."""
    source = source_of(subject)
    found = []
    for i in range(sum(1 for _ in _places(ast.parse(source)))):
        tree = ast.parse(source)
        node, name, index = list(_places(tree))[i]
        if name == "ops":
            node.ops[index] = SWAPS[type(node.ops[index])]()
        else:
            node.op = SWAPS[type(node.op)]()
        found.append((subject, str(node.lineno), ast.unparse(node), ast.unparse(tree)))
    return found


def distinguishable(subject: str) -> list[Mutant]:
    """Return the mutants that a test could notice."""
    return [mutant for mutant in mutants(subject) if (subject, mutant[2]) not in EQUIVALENT]


def survivors(chosen: list[Mutant], processes: int = 1) -> list[str]:
    """Return a description of each that no test noticed."""
    with ThreadPoolExecutor(processes) as pool:
        shares = pool.map(_survivors, [chosen[n::processes] for n in range(processes)])
        return [":".join(mutant[:3]) for share in shares for mutant in share]


def survives(subject: str, source: str) -> bool:
    """Return whether the subject's tests pass although the module is broken."""
    return bool(_survivors([(subject, "", "", source)]))


def _survivors(chosen: list[Mutant]) -> list[Mutant]:
    """Test mutants one after the other in a process of their own, which forks for each: half of a run is imports."""
    with TemporaryDirectory() as directory:
        for n, (subject, *_, source) in enumerate(chosen):
            Path(directory, f"{n}-{subject}.py").write_text(source)
        # what pytest makes of the plugins is a good part of the other half
        quick = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "MARKET_TEST_EXAMPLES": "25"}
        command = [sys.executable, "-m", "tests.market.mutations", "--run", directory]
        run(command, cwd=BACKEND, env=quick, stdout=DEVNULL, check=True)
        verdicts = json.loads(Path(directory, VERDICTS).read_text())
    return [mutant for mutant, survived in zip(chosen, verdicts, strict=True) if survived]


def run_folder(directory: Path) -> None:
    """Fork for each module in a folder, and write down in their order which survived."""
    import hypothesis
    import pytest

    from app.market import messages, models, trading_calendar

    shared = (hypothesis, pytest, messages, models, trading_calendar)
    if any(f"app.market.{subject}" in sys.modules for subject in SUBJECTS):
        raise AssertionError(f"one of {shared} has loaded what is to be broken")
    paths = sorted(directory.glob("*.py"), key=lambda path: int(path.stem.partition("-")[0]))
    verdicts = []
    for path in paths:
        subject = path.stem.partition("-")[2]
        tests = [f"tests/market/{name}.py" for name in SUBJECTS[subject]]
        pid = os.fork()
        if pid == 0:
            signal.alarm(MUTANT_TIMEOUT_S)  # an endless loop is noticed too
            os._exit(run_tests_on(subject, path, tests))
        verdicts.append(os.waitpid(pid, 0)[1] == 0)
    (directory / VERDICTS).write_text(json.dumps(verdicts))


def run_tests_on(subject: str, path: Path, tests: list[str]) -> int:
    """Run tests in this process with one module of app.market replaced by the file at `path`."""
    import pytest

    name = f"app.market.{subject}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception:  # a mutant that cannot even be imported is a dead one
        return 1
    plain = ["-c", os.devnull, "--rootdir", str(BACKEND), "-p", "no:cacheprovider"]
    return int(pytest.main(["-x", "-q", *plain, *tests]))


def sample(per_subject: int, seed: int) -> list[Mutant]:
    """Return a few mutants of each subject, the same ones for the same seed."""
    random = Random(seed)
    return [mutant for subject in SUBJECTS for mutant in random.sample(distinguishable(subject), per_subject)]


def main(arguments: list[str]) -> int:
    """Check every mutant; or, for one of them, run the tests."""
    if arguments[:1] == ["--run"]:
        run_folder(Path(arguments[1]))
        return 0
    chosen = [mutant for subject in SUBJECTS for mutant in distinguishable(subject)]
    alive = survivors(chosen, processes=2)
    print(f"{len(chosen)} mutants, {len(alive)} survived", *alive, sep="\n  ")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
