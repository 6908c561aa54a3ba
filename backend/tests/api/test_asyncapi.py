"""asyncapi.json: what is committed is what is served, its examples and every frame of a server are of its schemas."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from websockets.asyncio.client import connect

from app.api.asyncapi import asyncapi_document
from app.api.conversation import Conversation
from app.api.websocket_actions import ACTIONS
from app.api.websocket_routes import ENDPOINTS
from app.publish.close_codes import CLOSE_CODES
from tests.api.asyncapi_frames import ChannelFrames
from tests.api.conftest import Backend, Serve

COMMITTED = Path(__file__).resolve().parents[3] / "docs" / "asyncapi.json"
DOCUMENT = asyncapi_document()
TEXTS = (
    '{"action":"subscribe","symbols":["VCB","NOPE"],"markets":["HOSE"],"channels":["index","alerts"]}',
    '{"action":"ping"}',
    '{"action":"resync"}',
    '{"action":"dance"}',
    '{"action":"refresh","refresh_token":"wrong"}',
)


def test_asyncapi_file_equals_what_the_backend_serves() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == DOCUMENT, "run `make api`"


async def test_document_is_served(backend: Backend, serve: Serve) -> None:
    server = await serve(backend)
    async with httpx.AsyncClient(base_url=server.url.replace("ws:", "http:")) as http:
        assert (await http.get("/api/asyncapi.json")).json() == json.loads(json.dumps(DOCUMENT))


def test_channels_are_those_of_the_server_with_every_close_code() -> None:
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    assert addresses == ENDPOINTS.keys() - {"/{path:path}"}
    assert [entry["code"] for entry in DOCUMENT["x-close-codes"]] == [int(code) for code in CLOSE_CODES]


def test_actions_are_those_that_the_server_carries_out() -> None:
    conversation = Conversation(None, None)  # type: ignore[arg-type] # only its table is asked
    assert {action.name for action in ACTIONS} == {*conversation._actions, "refresh"} - {"pong"}


@pytest.mark.parametrize("name", DOCUMENT["components"]["messages"])
def test_examples_are_of_their_schemas(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    schema = {**message["payload"], "components": DOCUMENT["components"]}
    validator = jsonschema_rs.Draft7Validator(schema)
    assert message["examples"]
    for example in message["examples"]:
        assert [error.message for error in validator.iter_errors(example["payload"])] == []


def test_schemas_refuse_what_is_not_theirs() -> None:
    frames = ChannelFrames(DOCUMENT, "index")
    with pytest.raises(AssertionError):
        frames.check('{"type":"bye","reconnect_in_ms":[1,2,3]}')
    with pytest.raises(AssertionError):
        frames.check('{"type":"alert","data":{}}')


@pytest.mark.parametrize("channel", DOCUMENT["channels"])
@pytest.mark.parametrize("mode", ["full", "delta"])
async def test_frames_of_a_server_are_of_the_channels_messages(
    backend: Backend, serve: Serve, channel: str, mode: str
) -> None:
    server = await serve(backend)
    frames = ChannelFrames(DOCUMENT, channel)
    address = DOCUMENT["channels"][channel]["address"]
    seen: set[str] = set()
    async with connect(f"{server.url}{address}?mode={mode}&session_id=0.0", proxy=None) as client:
        for text in TEXTS:
            await client.send(text)
        async with asyncio.timeout(20):
            while "TOKEN_REFRESH_ERROR" not in seen:  # the answer to the last
                text = await client.recv()
                seen |= frames.check(text)
                seen.add(_error_code(text))
    assert {"StatusMessage", "ResyncMessage", "SubscribedMessage", "PongMessage", "ErrorMessage"} <= seen


def _error_code(text: str | bytes) -> Any:
    return json.loads(text).get("code", "")
