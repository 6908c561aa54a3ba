from __future__ import annotations

import json
import logging

import pytest
import structlog

from app.telemetry.logging import RedactFilter, configure_logging, redact

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


pytestmark = pytest.mark.usefixtures("restored_logging")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("GET /ws/market?token=s3cret&mode=full", "GET /ws/market?token=[redacted]&mode=full"),
        ("?access_token=abc", "?access_token=[redacted]"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"),
        ("Sec-WebSocket-Protocol: bearer, s3cret", "Sec-WebSocket-Protocol: bearer, [redacted]"),
        (f"got {JWT} back", "got [redacted] back"),
        ('{"consumerSecret": "abc", "x": 1}', '{"consumerSecret": "[redacted]", "x": 1}'),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_redact_blots_out_what_looks_like_a_secret(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_json_format_writes_one_object_a_line_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    structlog.get_logger("app.feed").info(
        "connected", url="wss://x?token=s3cret", headers={"a": ["Bearer zzz"]}
    )
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "1.2.3.4", "/ws?token=s3cret")
    logging.getLogger("httpx").info("noise")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == [
        "connected",
        '1.2.3.4 - "WebSocket /ws?token=[redacted]" [accepted]',
    ]
    assert lines[0]["url"] == "wss://x?token=[redacted]"
    assert lines[0]["headers"] == {"a": ["Bearer [redacted]"]}
    assert lines[0]["level"] == "info"
    assert lines[0]["logger"] == "app.feed"


def test_console_format_hides_secrets_of_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug")
    try:
        raise RuntimeError(f"login failed: {JWT}")  # noqa: TRY301
    except RuntimeError:
        structlog.get_logger("app").exception("failed")
    output = capsys.readouterr().err
    assert "login failed: [redacted]" in output
    assert JWT not in output


def test_level_hides_what_is_below(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning")
    structlog.get_logger("app").info("quiet")
    assert capsys.readouterr().err == ""


def test_redact_filter_guards_handlers_that_are_not_ours() -> None:
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 1, "%s", ("/ws?token=s3cret",), None)
    assert RedactFilter().filter(record)
    assert record.getMessage() == "/ws?token=[redacted]"
