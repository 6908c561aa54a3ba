"""Write frontend/openapi.json, what the dashboard's types are generated from, and docs/asyncapi.json: `make api`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "backend"))

from app.api.app_factory import openapi_document  # noqa: E402 - the path comes first
from app.api.asyncapi import asyncapi_document  # noqa: E402


def write(target: Path, document: dict[str, Any], indent: int) -> None:
    """Write a document as JSON."""
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    target.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(ROOT / "frontend" / "openapi.json", openapi_document(), 4)
    write(ROOT / "docs" / "asyncapi.json", asyncapi_document(), 1)
