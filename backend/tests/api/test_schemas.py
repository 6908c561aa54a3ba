"""The msgspec Structs that travel and the pydantic models that document them are one shape."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from pydantic import BaseModel, TypeAdapter

from app.api import schemas, websocket_schemas
from app.market import models
from app.market.models import (
    AuditRow,
    BasisPoint,
    ClassifiedTrade,
    DerivativesContract,
    FeedSource,
    FeedState,
    FeedStatus,
    IntradayPoint,
    MarketSnapshot,
    Phase,
    PriceData,
    SessionEvent,
    TradeType,
)
from app.publish import messages
from tests.publish.fakes import OPENING, make_alert, make_market

STATUS = FeedStatus(FeedSource.SSI, FeedState.PARTIAL, OPENING, True, {"R": 31.0}, ["R"], "mute")


def sample_structs() -> list[Struct]:
    market = make_market()
    snapshot = MarketSnapshot(
        market.quotes,
        market.prices,
        market.indices,
        market.get_foreign_summary(),
        market.derivatives,
        market.session,
    )
    assert snapshot.derivatives is not None
    snapshot.feed = STATUS
    snapshot.derivatives.contracts = [DerivativesContract("41I1GC000", expiry_date=date(2026, 12, 17))]
    trade = ClassifiedTrade(
        "VCB", 61_200, 100, 6_120_000, TradeType.ACTIVE_BUY, 61_100, 61_200, OPENING, "LO", Phase.CONTINUOUS, "BU",
        100, OPENING.date(),
    )  # fmt: skip
    return [
        snapshot, snapshot.foreign, snapshot.derivatives, snapshot.session, STATUS, trade, make_alert(1),
        market.quotes["VCB"], market.quotes["VCB"].ato, market.prices["VCB"], market.indices["VN30"],
        AuditRow("VCB", compared=10, agreed=9, agreement_ratio=0.9), IntradayPoint(OPENING, 1.0), market.foreign["VCB"], snapshot.derivatives.contracts[0],
        BasisPoint(OPENING, "41I1GC000", 1895.0, 1893.4, 1.6, 0.08, True),
    ]  # fmt: skip


@pytest.mark.parametrize("struct", sample_structs(), ids=lambda struct: type(struct).__name__)
def test_struct_and_its_schema_have_the_same_fields(struct: Struct) -> None:
    schema: type[BaseModel] = getattr(schemas, type(struct).__name__)
    assert list(type(struct).__struct_fields__) == list(schema.model_fields)
    parsed = schema.model_validate_json(msgspec.json.encode(struct))
    back = msgspec.json.decode(parsed.model_dump_json(), type=type(struct))
    assert msgspec.to_builtins(back) == msgspec.to_builtins(struct)


def test_struct_nullable_fields_are_nullable_in_the_schema() -> None:
    schemas.PriceData.model_validate_json(msgspec.json.encode(PriceData()))


def test_structs_of_section_3_all_have_a_schema() -> None:
    internal = {"Changes", "Gap", "SessionEvent", "Struct"}
    names = {
        name
        for name, item in vars(models).items()
        if isinstance(item, type) and issubclass(item, Struct) and name not in internal
    }
    assert {name for name in names if not hasattr(schemas, name)} == set()


@pytest.mark.parametrize(
    "frame",
    [
        messages.encode_status(STATUS),
        messages.encode_session(SessionEvent("new_day", None, OPENING)),
        messages.encode_session(SessionEvent("phase", OPENING.date(), OPENING, "HOSE", Phase.ATC)),
        messages.encode_alert(make_alert(1)),
        messages.encode_alerts_snapshot([make_alert(1)]),
        messages.PING,
        messages.PONG,
        messages.encode_bye((1, 2)),
        messages.encode_error("BAD_JSON", "no"),
    ],
    ids=lambda frame: frame.payload[:20].decode(),
)
def test_message_has_the_shape_of_its_schema(frame: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(websocket_schemas.ServerMessage)
    parsed = adapter.validate_json(frame.payload)
    sent = msgspec.json.decode(frame.payload)
    assert set(type(parsed).model_fields) == set(sent)
