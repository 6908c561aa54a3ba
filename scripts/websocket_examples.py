"""Write backend/app/reference/websocket_examples.json: frames of a running server, cut short, for asyncapi.json.

python scripts/websocket_examples.py [ws://localhost:8000]; then `make api`. Wanted when a message changes its shape.
What a run says seldom (bye, tokens, a change of session) is in backend/app/api/asyncapi.py.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

TARGET = Path(__file__).resolve().parents[1] / "backend" / "app" / "reference" / "websocket_examples.json"
SYMBOLS = ["FPT", "VCB"]
WAIT_S = 180.0
BY_NAME = {"quotes", "prices", "stats"}  # objects with a member for each symbol
ENVELOPE_FREE = {"/ws/market": "MarketSnapshot", "/ws/foreign": "ForeignSummary", "/ws/index": "Indices"}


def cut(value: Any, name: str = "") -> Any:
    """Return the same with two of whatever there are many of."""
    if isinstance(value, list):
        return [cut(item) for item in value[: 3 if name in {"bids", "asks"} else 2]]
    if isinstance(value, dict):
        kept = list(value.items())
        if name in BY_NAME:
            kept = [pair for pair in kept if pair[0] in SYMBOLS] or kept[:1]
        elif name == "indices":
            kept = [pair for pair in kept if pair[0] == "VN30"] or kept[:1]
        return {key: cut(inner, key) for key, inner in kept}
    return value


def one_of_each(frame: dict[str, Any]) -> dict[str, Any]:
    """Return a batch with one event of each type."""
    return {**frame, "messages": list({event["type"]: cut(event) for event in frame["messages"]}.values())}


def model_of(frame: dict[str, Any], path: str) -> str:
    """Return the name of the model that a frame is of."""
    kind = frame.get("type")
    if kind is None:
        return ENVELOPE_FREE[path]
    if kind == "snapshot" and "topic" in frame:
        return "TopicSnapshotMessage"
    if kind == "snapshot" and frame["channel"] == "alerts":
        return "AlertsChannelMessage" if "seq" in frame else "AlertsSnapshotMessage"
    return "ChannelSnapshotMessage" if kind == "snapshot" else f"{kind.title()}Message"


async def listen(client: ClientConnection, path: str, found: dict[str, Any], wanted: set[str]) -> None:
    """Keep an example of each model until all that are wanted are there."""
    while not wanted <= found.keys():
        frame = json.loads(await client.recv())
        name = model_of(frame, path)
        if name == "BatchMessage":
            best = found.get(name, {"messages": []})
            frame = one_of_each(frame)
            if len(frame["messages"]) > len(best["messages"]):
                found[name] = frame
            continue
        whole = frame if name != "Indices" else {"indices": frame}
        found.setdefault(name, cut(whole)["indices"] if name == "Indices" else cut(frame))


async def collect(url: str) -> dict[str, Any]:
    """Return an example of each model by its name."""
    found: dict[str, Any] = {}
    async with asyncio.timeout(WAIT_S):
        for path, name in ENVELOPE_FREE.items():
            async with connect(f"{url}{path}", max_size=None, proxy=None) as client:
                await listen(client, path, found, {name})
        async with connect(f"{url}/ws/index?mode=delta", max_size=None, proxy=None) as client:
            await listen(client, "", found, {"ChannelSnapshotMessage", "DeltaMessage"})
        async with connect(f"{url}/v1/ws?session_id=0.0", max_size=None, proxy=None) as client:
            await client.send('{"action":"dance"}')
            await client.send('{"action":"ping"}')
            subscribe = {"action": "subscribe", "symbols": [*SYMBOLS, "NOPE"], "channels": ["alerts"]}
            await client.send(json.dumps({**subscribe, "markets": ["HOSE"]}))
            wanted = {"ResyncMessage", "ErrorMessage", "PongMessage", "SubscribedMessage", "BatchMessage"}
            await listen(client, "", found, wanted | {"TopicSnapshotMessage", "AlertsChannelMessage"})
            for _ in range(100):  # a richer batch
                frame = json.loads(await client.recv())
                if frame["type"] == "batch" and len(one_of_each(frame)["messages"]) > len(
                    found["BatchMessage"]["messages"]
                ):
                    found["BatchMessage"] = one_of_each(frame)
        async with connect(f"{url}/ws/alerts", max_size=None, proxy=None) as client:
            await listen(client, "", found, {"AlertsSnapshotMessage"})
    return found


if __name__ == "__main__":
    examples = asyncio.run(collect(sys.argv[1] if len(sys.argv) > 1 else "ws://localhost:8000"))
    TARGET.write_text(json.dumps(dict(sorted(examples.items())), indent=1) + "\n", encoding="utf-8")
    print(f"{len(examples)} examples: {', '.join(sorted(examples))}")
