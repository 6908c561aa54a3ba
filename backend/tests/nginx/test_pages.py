"""Every page in Chromium behind the shipped nginx: nothing that the Content-Security-Policy forbids."""

from __future__ import annotations

import subprocess

from tests.nginx.shipped import ROOT, Nginx


def test_no_page_does_what_the_policy_forbids(edge: Nginx) -> None:
    done = subprocess.run(
        [str(ROOT / "scripts" / "node.sh"), "node", "e2e/policy.mjs", f"http://127.0.0.1:{edge.port}"],
        cwd=ROOT / "frontend", capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("nothing forbidden") >= 7
    statuses = {line["status"] for line in edge.logged() if line["client"] == "127.0.0.1"}
    assert 429 not in statuses, "the limits are too low for a person at the dashboard"
