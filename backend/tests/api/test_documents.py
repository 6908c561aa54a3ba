"""The documents say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.api.app_factory import openapi_document
from app.api.conversation import ERROR_CODES
from app.publish.close_codes import CLOSE_CODES, CloseCode, reason_of
from tests.api.conftest import Backend

DOCS = Path(__file__).resolve().parents[3] / "docs"
CONFORMANCE = DOCS.parent / "clients" / "conformance"
WEBSOCKET = (DOCS / "websocket-api.md").read_text(encoding="utf-8")
REST = (DOCS / "rest-api.md").read_text(encoding="utf-8")


def test_close_codes_of_the_document_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (4\d{3}) \| (.+?) \| (.+?) \|$", WEBSOCKET, re.MULTILINE)
    assert [(int(code), when, back) for code, when, back in rows] == [
        (code.value, *words) for code, words in CLOSE_CODES.items()
    ]
    assert set(CLOSE_CODES) == set(CloseCode)


def test_close_codes_of_the_clients_are_those_of_the_code() -> None:
    meanings = {
        "no": "stop",
        "after refresh": "refresh",
        "yes, resume": "retry",
        "yes, after the time in `bye`": "retry",
        "yes": "retry",
        "yes, backing off": "later",
    }
    cases = json.loads((CONFORMANCE / "close-codes.json").read_text(encoding="utf-8"))["cases"]
    ours = {case["code"]: case["after"] for case in cases if case["code"] >= 4000}
    assert ours == {code.value: meanings[back] for code, (_, back) in CLOSE_CODES.items()}


def test_reason_of_an_unknown_code_is_empty() -> None:
    assert reason_of(4408) == "too slow"
    assert reason_of(1000) == ""


def test_error_codes_of_the_document_are_those_of_the_code() -> None:
    assert dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|$", WEBSOCKET, re.MULTILINE)) == ERROR_CODES


def test_message_types_of_the_document_are_those_of_openapi(backend: Backend) -> None:
    schemas = backend.app().openapi()["components"]["schemas"]
    types = {
        schema["properties"]["type"]["const"]
        for name, schema in schemas.items()
        if name.endswith("Message") and "type" in schema.get("properties", {})
    }
    assert set(re.findall(r"^\| `([a-z_]+)` \| ", WEBSOCKET, re.MULTILINE)) == types


def test_routes_of_the_document_are_those_of_openapi(backend: Backend) -> None:
    routes = set(re.findall(r"^\| `([A-Z]+) (/[^`?]*)", REST, re.MULTILINE))
    assert routes - {("GET", "/metrics")} == {
        (method.upper(), path)
        for path, methods in backend.app().openapi()["paths"].items()
        for method in methods
    }


def test_openapi_document_is_what_a_running_application_serves(backend: Backend) -> None:
    document = openapi_document()
    assert document == backend.app().openapi()
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert "security" in document["paths"]["/api/indices"]["get"]
    assert "security" not in document["paths"]["/health"]["get"]
