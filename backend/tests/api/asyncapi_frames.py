"""Frames of one channel held to what asyncapi.json says that the channel sends."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs


class ChannelFrames:
    """The messages that a channel's send operation lists."""

    def __init__(self, document: dict[str, Any], channel: str) -> None:
        operation = document["operations"][f"{channel}_send"]
        names = [reference["$ref"].rpartition("/")[2] for reference in operation["messages"]]
        components = document["components"]
        self._validators = {
            name: jsonschema_rs.Draft7Validator(
                {**components["messages"][name]["payload"], "components": components}
            )
            for name in names
        }

    def check(self, text: str | bytes) -> set[str]:
        """Return the messages that a frame can be; raise AssertionError if it is none of the channel's."""
        frame = json.loads(text)
        found = {name for name, validator in self._validators.items() if validator.is_valid(frame)}
        assert found, str(frame)[:500]
        return found
