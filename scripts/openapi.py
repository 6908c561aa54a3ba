"""Write frontend/openapi.json, what the dashboard's types are generated from: `make api`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "backend"))

from app.api.app_factory import openapi_document  # noqa: E402 - the path comes first

if __name__ == "__main__":
    target = ROOT / "frontend" / "openapi.json"
    target.write_text(json.dumps(openapi_document(), indent=4) + "\n", encoding="utf-8")
