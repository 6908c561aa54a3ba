"""The verbs of `python -m app`: what each passes on, and how a wrong call ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.config import Settings


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, list[str]]]:
    """Take the place of the server; keep what it would have run with."""
    calls: list[tuple[Settings, list[str]]] = []

    def serve(settings: Settings, replay_options: list[str]) -> int:
        calls.append((settings, replay_options))
        return 0

    monkeypatch.setattr("app.main.serve", serve)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    return calls


def test_serve_without_options_takes_the_settings(served: list[Any]) -> None:
    assert main(["serve"]) == 0
    settings, files = served[0]
    assert (settings.app_host, settings.app_port, files) == ("127.0.0.1", 8000, [])


def test_serve_with_options_prefers_them_to_the_environment(
    served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_PORT", "9000")
    assert main(["serve", "--host", "0.0.0.0"]) == 0
    assert main(["serve", "--port", "9100"]) == 0
    assert [(s.app_host, s.app_port) for s, _ in served] == [("0.0.0.0", 9000), ("127.0.0.1", 9100)]


def test_replay_runs_on_the_files_as_its_source(served: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "vn30f1m_trades_2026-08-14.csv"
    path.touch()
    assert main(["replay", str(path), "--speed", "50", "--port", "0"]) == 0
    settings, files = served[0]
    assert (settings.feed_source, settings.sim_speed, settings.tracked_symbols) == ("replay", 50.0, ["ALL"])
    assert files == [str(path)]


def test_replay_of_a_missing_file_names_it(served: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["replay", "/nowhere/trades.csv"])
    assert exit_info.value.code == 2
    assert "no such file: /nowhere/trades.csv" in capsys.readouterr().err
    assert served == []


def test_record_keeps_frames_in_its_folder(served: list[Any], tmp_path: Path) -> None:
    assert main(["record", "--dir", str(tmp_path)]) == 0
    assert served[0][0].record_dir == tmp_path


def test_simulate_hands_its_words_to_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execv", lambda path, words: calls.append((path, words)))
    with pytest.raises(SystemExit):  # the real execv does not come back
        main(["simulate", "--speed", "2"])
    assert calls == [(sys.executable, [sys.executable, "-m", "app.simulator", "--speed", "2"])]


def test_wrong_setting_is_one_line_that_names_it(
    served: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FEED_STALL_S", "1")
    assert main(["serve"]) == 2
    assert capsys.readouterr().err == "settings: FEED_STALL_S: should be greater than or equal to 5\n"
    assert served == []


def test_no_verb_prints_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out = capsys.readouterr().out
    assert all(verb in out for verb in ("serve", "replay", "record", "simulate"))


@pytest.mark.parametrize("verb", ["serve", "replay", "record"])
def test_help_of_a_verb_ends_with_0(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main([verb, "--help"])
    assert exit_info.value.code == 0
    assert "--port" in capsys.readouterr().out
