"""clients/conformance: frames in, state or events out, and what the client says; the files are those of every language."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from vnstock_tracker.close_codes import after_close
from vnstock_tracker.delta_reader import GaveUp
from vnstock_tracker.event_reader import EventReader
from vnstock_tracker.events import Resync, TopicSnapshot
from vnstock_tracker.frames import ByeFrame, read_frame
from vnstock_tracker.merge_patch import merge_patch
from vnstock_tracker.retry_plan import RetryPlan
from vnstock_tracker.state_channel import StateChannel

FOLDER = Path(__file__).resolve().parents[2] / "conformance"
DELTAS = sorted(FOLDER.glob("delta-*.json"))
EVENTS = sorted(FOLDER.glob("events-*.json"))
RETRIES = sorted(FOLDER.glob("retry-*.json"))


def read(name: Path | str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def without_nulls(value: Any) -> Any:
    """Null and absent mean the same in a state."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return (
        [without_nulls(item) if item is not None else None for item in value]
        if isinstance(value, list)
        else value
    )


def text_of(frame: Any) -> str:
    return frame if isinstance(frame, str) else json.dumps(frame)


class StatePlayer:
    """A StateChannel on a socket of the test's making. It runs timers at the time they are due."""

    def __init__(self, name: str) -> None:
        self.channel: StateChannel[Any] = StateChannel(name, dict, {})
        self.now_s = 0.0
        self.channel.on_open()

    async def play(self, step: dict[str, Any]) -> tuple[list[Any], bool]:
        """Return what is sent, and whether the socket is given up."""
        sends: list[Any] = []
        until_s = step["at_ms"] / 1000 if "at_ms" in step else self.now_s
        try:
            if step.get("reconnect"):
                self.channel.on_lost()
                sends += self.channel.on_open()
            while (due_s := self.channel.due_s) is not None and due_s <= until_s:
                self.now_s = max(self.now_s, due_s)
                sends += self.channel.on_time(self.now_s)
            self.now_s = until_s
            if "receive" in step:
                sends += await self.channel.on_frame(read_frame(text_of(step["receive"])), self.now_s)
        except GaveUp:
            self.now_s = until_s
            self.channel.on_lost()
            return sends, True
        return sends, False


@pytest.mark.parametrize("path", DELTAS, ids=lambda path: path.stem)
async def test_client_of_delta_mode_does_what_the_file_says(path: Path) -> None:
    scenario = read(path)
    player = StatePlayer(scenario["channel"])
    state, is_current = None, False
    for number, step in enumerate(scenario["steps"], 1):
        sends, is_closed = await player.play(step)
        state, is_current = step.get("state", state), step.get("current", is_current)
        assert without_nulls(player.channel.raw) == without_nulls(state), number
        assert player.channel.is_in_step == is_current, number
        assert sends == step.get("sends", []), number
        assert is_closed == step.get("closes", False), number


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_client_of_events_does_what_the_file_says(path: Path) -> None:
    scenario = read(path)
    reader = EventReader({"symbols": scenario["symbols"]})
    position = None
    for number, step in enumerate(scenario["steps"], 1):
        items: list[Any] = []
        if "connects" in step:
            assert reader.query() == step["connects"], number
            sends = reader.first_words()
        else:
            items, sends = reader.take(read_frame(text_of(step["receive"])))
        position = step.get("position", position)
        events = [[item.topic, item.seq] for item in items if hasattr(item, "ts")]
        assert events == step.get("events", []), number
        assert reader.position == position, number
        assert [item.topic for item in items if isinstance(item, Resync)] == step.get("resyncs", []), number
        assert sends == step.get("sends", []), number
        snapshots = [item for item in items if isinstance(item, TopicSnapshot)]
        assert len(snapshots) == (step.get("receive", {}).get("type") == "snapshot"), number


@pytest.mark.parametrize("uniform", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("path", RETRIES, ids=lambda path: path.stem)
def test_client_waits_as_the_file_says(path: Path, uniform: float) -> None:
    plan = RetryPlan(lambda: uniform)
    for number, step in enumerate(read(path)["steps"], 1):
        if "receive" in step:
            frame = read_frame(text_of(step["receive"]))
            assert isinstance(frame, ByeFrame)
            plan.announce(*frame.reconnect_in_ms)
            continue
        held_ms = step["held_ms"]
        is_busy = after_close(step["close"]) == "later"
        delay_s = plan.next_delay_s(None if held_ms is None else held_ms / 1000, is_busy=is_busy)
        low, high = step["waits_ms"]
        assert low <= delay_s * 1000 <= high, number


@pytest.mark.parametrize(
    "case", read("merge-patch.json")["cases"], ids=lambda case: json.dumps(case["patch"])
)
def test_merges(case: dict[str, Any]) -> None:
    target = copy.deepcopy(case["target"])
    assert merge_patch(target, case["patch"]) == case["result"]
    assert target == case["target"]


@pytest.mark.parametrize("case", read("close-codes.json")["cases"], ids=lambda case: str(case["code"]))
def test_after_a_close_code(case: dict[str, Any]) -> None:
    assert after_close(case["code"]) == case["after"]


def test_there_are_files() -> None:
    assert (len(DELTAS) >= 10, len(EVENTS) >= 7, len(RETRIES) >= 2) == (True, True, True)
