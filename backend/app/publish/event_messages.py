"""Typed events as they travel: flat JSON objects, and the frames around them.

Format: `{"type","topic","epoch","seq","ts",...}`; `ts` is when the event was numbered. Units: market/models.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from app.market.messages import Price
from app.market.models import (
    Alert,
    ClassifiedTrade,
    DerivativesData,
    ForeignInvestorData,
    IndexData,
    Phase,
    PriceData,
    SessionEvent,
    TradeType,
)
from app.publish.fragments import encode_json
from app.publish.wire_frame import WireFrame


class Event(Struct, frozen=True, gc=False):
    """One numbered event. `symbol` None: it goes to every subscriber."""

    position: int  # its place in the whole log
    topic: str
    seq: int  # its place in its topic
    symbol: str | None
    payload: bytes


class TradeBody(Struct, gc=False):
    """One print; the active volumes are the symbol's day after it."""

    symbol: str
    price: Price
    volume: int
    value: int
    trade_type: TradeType
    exchange_side: str | None
    phase: Phase
    mua_chu_dong_volume: int
    ban_chu_dong_volume: int
    timestamp: datetime


class SessionBody(Struct, gc=False):
    event: str
    trading_date: date | None
    timestamp: datetime
    exchange: str | None
    phase: Phase | None


def trade_body(trade: ClassifiedTrade, bought: int, sold: int) -> bytes:
    """Return a print with the active volumes of its symbol's day after it."""
    return encode_json(
        TradeBody(
            symbol=trade.symbol,
            price=trade.price,
            volume=trade.volume,
            value=trade.value,
            trade_type=trade.trade_type,
            exchange_side=trade.exchange_side,
            phase=trade.phase,
            mua_chu_dong_volume=bought,
            ban_chu_dong_volume=sold,
            timestamp=trade.timestamp,
        )
    )


def quote_body(symbol: str, price: PriceData, skipped: int) -> bytes:
    """Return every field of a symbol's PriceData."""
    return b'{"symbol":' + encode_json(symbol) + b"," + _with_skipped(encode_json(price), skipped)[1:]


def foreign_body(row: ForeignInvestorData, skipped: int) -> bytes:
    """Return a symbol's foreign flow."""
    return _with_skipped(encode_json(row), skipped)


def index_body(index: IndexData, skipped: int) -> bytes:
    """Return an index without its day chart."""
    return _with_skipped(encode_json(index_row(index)), skipped)


def derivatives_body(data: DerivativesData, skipped: int) -> bytes:
    """Return the active contract with all listed ones."""
    return _with_skipped(encode_json(data), skipped)


def alert_body(alert: Alert) -> bytes:
    """Return an alert under `data`."""
    return b'{"data":' + encode_json(alert) + b"}"


def session_body(event: SessionEvent) -> bytes:
    """Return a session event."""
    return encode_json(
        SessionBody(event.event, event.trading_date, event.timestamp, event.exchange, event.phase)
    )


def event_payload(kind: str, topic: str, epoch: str, seq: int, ts: str, body: bytes) -> bytes:
    """Return a whole event. `body` is a JSON object with at least one field."""
    head = f'{{"type":"{kind}","topic":"{topic}","epoch":"{epoch}","seq":{seq},"ts":"{ts}",'
    return head.encode() + body[1:]


def encode_batch(epoch: str, position: int, events: Iterable[Event]) -> WireFrame:
    """Return one frame of events in their order; `position` is the place in the log it brings a client to."""
    messages = b",".join([event.payload for event in events])
    return WireFrame(
        f'{{"type":"batch","epoch":"{epoch}","position":{position},"messages":['.encode() + messages + b"]}"
    )


def encode_topic_snapshot(topic: str, epoch: str, seq: int, ts: str, position: int, data: bytes) -> WireFrame:
    """Return the present state behind a topic; its next event has seq + 1."""
    head = f'{{"type":"snapshot","topic":"{topic}","epoch":"{epoch}","seq":{seq},"ts":"{ts}","position":{position},"data":'
    return WireFrame(head.encode() + data + b"}")


def encode_alerts_channel(epoch: str, seq: int, ts: str, position: int, alerts: Sequence[Alert]) -> WireFrame:
    """Return the last alerts as the first state of the alerts channel in delta mode."""
    head = f'{{"type":"snapshot","channel":"alerts","epoch":"{epoch}","seq":{seq},"ts":"{ts}","position":{position},"data":'
    return WireFrame(head.encode() + encode_json(alerts) + b"}")


def encode_resync(topic: str, reason: str) -> WireFrame:
    """Return the verdict that a topic could not be completed; a snapshot follows."""
    return WireFrame(f'{{"type":"resync","topic":"{topic}","reason":"{reason}"}}'.encode())


def index_row(index: IndexData) -> dict[str, Any]:
    """Return an index without `intraday`."""
    row = msgspec.structs.asdict(index)
    del row["intraday"]
    return row


def moment_text(moment: datetime) -> str:
    """Return RFC 3339 with microseconds."""
    return moment.isoformat(timespec="microseconds")


def _with_skipped(body: bytes, skipped: int) -> bytes:
    return body[:-1] + b',"skipped":%d}' % skipped if skipped else body
