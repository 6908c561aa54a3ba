"""The models are those of the server's documents: every field is there, and what may be null is optional."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from vnstock_tracker import events, models

ROOT = Path(__file__).resolve().parents[3]
OPENAPI = json.loads((ROOT / "frontend" / "openapi.json").read_text(encoding="utf-8"))["components"][
    "schemas"
]
ASYNCAPI = json.loads((ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))["components"]
NAMES = {"Candle": "Bar"}
MODELS = [
    model
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, msgspec.Struct) and model is not msgspec.Struct
]
EVENTS = {
    events.Trade: "TradeMessage",
    events.Quote: "QuoteMessage",
    events.ForeignFlow: "ForeignMessage",
    events.IndexChange: "IndexMessage",
    events.Derivatives: "DerivativesMessage",
    events.AlertRaised: "AlertEventMessage",
    events.SessionChange: "SessionEventMessage",
}


def is_nullable(schema: dict[str, Any]) -> bool:
    return "default" in schema or any(one.get("type") == "null" for one in schema.get("anyOf", ()))


def compare(model: type[msgspec.Struct], schema: dict[str, Any]) -> None:
    fields = {field.encode_name: field.required for field in msgspec.structs.fields(model)}
    properties = {name: value for name, value in schema["properties"].items() if name != "type"}
    assert fields.keys() == properties.keys()
    wrong = [name for name, is_required in fields.items() if is_required and is_nullable(properties[name])]
    assert wrong == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_is_the_documents(model: type[msgspec.Struct]) -> None:
    name = NAMES.get(model.__name__, model.__name__)
    compare(model, OPENAPI[name])


@pytest.mark.parametrize("model", EVENTS, ids=lambda model: model.__name__)
def test_event_is_the_documents(model: type[msgspec.Struct]) -> None:
    compare(model, ASYNCAPI["schemas"][EVENTS[model]])
    assert set(get_args(events._EVENTS)) == EVENTS.keys()


def test_examples_of_the_document_are_read() -> None:
    """Frames of a real run: each event of them is understood."""
    batch = ASYNCAPI["messages"]["BatchMessage"]["examples"][0]["payload"]
    assert len(batch["messages"]) >= 4
    assert all(events.read_event(message) is not None for message in batch["messages"])
    market = ASYNCAPI["messages"]["MarketSnapshot"]["examples"][0]["payload"]
    assert msgspec.convert(market, models.MarketSnapshot).prices
    state = ASYNCAPI["messages"]["TopicSnapshotMessage"]["examples"][0]["payload"]["data"]
    assert msgspec.convert(state, models.SymbolState).symbol == state["symbol"]
