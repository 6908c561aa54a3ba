"""clients/conformance: events in its files could come from this server, and our own client obeys them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.api.frame_check import checked
from tests.api.wire_subscriber import WireSubscriber

FOLDER = Path(__file__).resolve().parents[3] / "clients" / "conformance"
EVENTS = sorted(FOLDER.glob("events-*.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_client_of_events_does_what_the_file_says(path: Path) -> None:
    scenario = read(path)
    client = WireSubscriber({"symbols": scenario["symbols"]})
    position, events, resyncs = None, 0, 0
    for number, step in enumerate(scenario["steps"], 1):
        if "connects" in step:
            assert dict(parse_qsl(client.query().removeprefix("?"))) == step["connects"], number
            client.memory.may_repeat |= scenario.get("repeats", False)
            sends = client.first_words()
        else:
            sends = client.take(json.dumps(step["receive"]))
        position = step.get("position", position)
        assert [json.loads(text) for text in sends] == step.get("sends", []), number
        given = [[event["topic"], event["seq"]] for event in client.events[events:]]
        assert (given, client.memory.position) == (step.get("events", []), position), number
        assert [topic for topic, _ in client.resyncs[resyncs:]] == step.get("resyncs", []), number
        events, resyncs = len(client.events), len(client.resyncs)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_frames_of_the_files_are_of_the_schema(path: Path) -> None:
    for step in read(path)["steps"]:
        if "receive" in step:
            checked(json.dumps(step["receive"]))


def test_there_are_files_of_events() -> None:
    assert len(EVENTS) >= 5
