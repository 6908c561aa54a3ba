"""The application as other servers start it: `uvicorn app.main:app`, `uvicorn app.main:create_app --factory`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from uvicorn.importer import import_from_string

from app import cli, main
from app.config import Settings

pytestmark = pytest.mark.usefixtures("restored_logging")


@pytest.fixture(autouse=True)
def _fresh_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "none")
    yield
    vars(main).pop("app", None)


def test_app_is_built_once_and_keeps_tokens_out_of_the_server_s_access_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = import_from_string("app.main:app")
    assert isinstance(app, FastAPI)
    assert import_from_string("app.main:app") is app
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /api/indices?token=%s" 200', "s3cret")
    written = capsys.readouterr().err
    assert "token=[redacted]" in written
    assert "s3cret" not in written


def test_app_with_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_PORT", "70000")
    with pytest.raises(SystemExit, match=r"^settings: APP_PORT: should be less than or equal to 65535$"):
        main.create_app()


def test_serve_of_a_replay_without_files_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FEED_SOURCE", "replay")
    assert cli.main(["serve"]) == 2
    assert capsys.readouterr().err.startswith("settings: FEED_SOURCE: replay needs files")


def test_main_has_no_other_late_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'application'"):
        main.application  # noqa: B018 - the access is the test
