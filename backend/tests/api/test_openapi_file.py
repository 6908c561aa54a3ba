"""The document that the dashboard's types are generated from is the one the backend serves."""

from __future__ import annotations

import json
from pathlib import Path

from app.api.app_factory import openapi_document

COMMITTED = Path(__file__).resolve().parents[3] / "frontend" / "openapi.json"


def test_openapi_file_equals_what_the_backend_serves() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == openapi_document(), "run `make api`"
