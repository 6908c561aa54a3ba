"""Loads our sample payloads (one jsonl a case) and wraps them as the wire does, three JSON layers deep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"


def load(case: str) -> list[dict[str, Any]]:
    lines = (SAMPLES / f"{case}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def sample(case: str, **changes: Any) -> dict[str, Any]:
    """Return the first payload of a case with fields changed; a value of ... removes the field."""
    content = load(case)[0] | changes
    return {name: value for name, value in content.items() if value is not ...}


def content_of(content: dict[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"))


def raw_of(data_type: str, content: dict[str, Any] | str) -> str:
    text = content if isinstance(content, str) else content_of(content)
    return json.dumps({"DataType": data_type, "Content": text}, separators=(",", ":"))


def frame_of(*raws: str) -> str:
    calls = [{"H": "FcMarketDataV2Hub", "M": "Broadcast", "A": [raw]} for raw in raws]
    return json.dumps({"C": "d-1A2B,5|x,0", "M": calls}, separators=(",", ":"))
