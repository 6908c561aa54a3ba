"""Hold docs/asyncapi.json to AsyncAPI's own JSON Schema (npm's @asyncapi/specs): a stage of `make check`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema_rs

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "asyncapi.json"
SPECIFICATION = ROOT / "frontend" / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"


def differences() -> list[str]:
    """Return where the document is not what AsyncAPI 3.0.0 allows."""
    validator = jsonschema_rs.validator_for(json.loads(SPECIFICATION.read_text(encoding="utf-8")))
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return [f"{error.instance_path}: {error.message[:300]}" for error in validator.iter_errors(document)]


if __name__ == "__main__":
    found = differences()
    print("\n".join(found) or "docs/asyncapi.json is of AsyncAPI 3.0.0")
    sys.exit(1 if found else 0)
