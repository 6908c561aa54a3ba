"""Frames that a sound client must survive: broken at each JSON layer, of the wrong types, or absurd in value."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.simulator.websocket_frames import OP_BINARY, OP_TEXT, websocket_frame
from app.simulator.wire import HUB, encode_content, hub_entry

type _Content = dict[str, Any]


def _push(*entries: bytes) -> bytes:
    return b'{"C":"d-5F3A1C,bad|x,0","M":[' + b",".join(entries) + b"]}"


def _hub_call(arguments: object, method: str = "Broadcast", hub: str = HUB) -> bytes:
    return _push(json.dumps({"H": hub, "M": method, "A": arguments}).encode())


def _with_content(text: str) -> Callable[[str, bytes], bytes]:
    return lambda channel, _content: _push(hub_entry(channel, text.encode()))


def _with_fields(**fields: Any) -> Callable[[str, bytes], bytes]:
    def make(channel: str, content: bytes) -> bytes:
        changed: _Content = json.loads(content) | fields
        # json, not orjson: it writes NaN and Infinity, which is the point
        return _push(hub_entry(channel, json.dumps(changed, separators=(",", ":")).encode()))

    return make


def _without(*names: str) -> Callable[[str, bytes], bytes]:
    def make(channel: str, content: bytes) -> bytes:
        kept = {key: value for key, value in json.loads(content).items() if key not in names}
        return _push(hub_entry(channel, encode_content(kept)))

    return make


def _frame_text(text: str) -> Callable[[str, bytes], bytes]:
    return lambda _channel, _content: text.encode()


def _argument(value: object) -> Callable[[str, bytes], bytes]:
    return lambda _channel, _content: _hub_call([value])


def _two_arguments(channel: str, content: bytes) -> bytes:
    argument = json.dumps({"DataType": channel, "Content": content.decode()})
    return _hub_call([argument, argument])


def _content_as_object(channel: str, content: bytes) -> bytes:
    return _hub_call([json.dumps({"DataType": channel, "Content": json.loads(content)})])


def _truncated_frame(channel: str, content: bytes) -> bytes:
    whole = _push(hub_entry(channel, content))
    return whole[: len(whole) // 2]


def _all_fields_null(channel: str, content: bytes) -> bytes:
    nothing = dict.fromkeys(json.loads(content))
    return _push(hub_entry(channel, encode_content(nothing)))


def _lower_case_keys(channel: str, content: bytes) -> bytes:
    argument = json.dumps({"datatype": channel, "content": content.decode()})
    return _hub_call([argument])


_PRICES = ("LastPrice", "AskPrice1", "BidPrice1", "IndexValue")
_VOLUMES = ("LastVol", "TotalVol", "AskVol1", "BuyVol")


def _prices(value: object) -> Callable[[str, bytes], bytes]:
    return _with_fields(**dict.fromkeys(_PRICES, value))


def _volumes(value: object) -> Callable[[str, bytes], bytes]:
    return _with_fields(**dict.fromkeys(_VOLUMES, value))


KINDS: dict[str, Callable[[str, bytes], bytes]] = {
    "frame_not_json": _frame_text("<html>502</html>"),
    "frame_truncated": _truncated_frame,
    "frame_array": _frame_text("[]"),
    "frame_number": _frame_text("17"),
    "frame_null": _frame_text("null"),
    "frame_blank": _frame_text(" "),
    "frame_messages_null": _frame_text('{"C":"d-1","M":null}'),
    "frame_messages_number": _frame_text('{"C":"d-1","M":5}'),
    "frame_entry_null": _frame_text('{"C":"d-1","M":[null]}'),
    "frame_unknown_keys": _frame_text('{"Z":1,"G":"groups","L":9,"T":1}'),
    "frame_server_error": _frame_text('{"I":"0","E":"There was an error invoking Hub method","H":true}'),
    "frame_deep": _frame_text('{"C":' + "[" * 500 + "]" * 500 + "}"),
    "frame_1mb": _with_fields(Isin="x" * 1_000_000),
    "frame_binary": _two_arguments,
    "frame_not_utf8": lambda _channel, _content: b'{"C":"\xff\xfe"}',
    "argument_not_json": _argument('{"DataType":"X-TRADE","Content":'),
    "argument_number": _argument(42),
    "argument_null": _argument(None),
    "argument_object": _argument({"DataType": "X-TRADE"}),
    "argument_empty": _argument(""),
    "arguments_none": lambda _channel, _content: _hub_call([]),
    "arguments_two": _two_arguments,
    "argument_no_content": _argument('{"DataType":"X-TRADE"}'),
    "argument_no_type": _argument('{"Content":"{}"}'),
    "argument_lower_case": _lower_case_keys,
    "argument_unknown_type": _argument('{"DataType":"Q-QQ","Content":"{}"}'),
    "hub_unknown_method": lambda _channel, _content: _hub_call(["x"], method="Shout"),
    "hub_unknown_hub": lambda _channel, _content: _hub_call(["x"], hub="OtherHub"),
    "hub_error": lambda _channel, _content: _hub_call(
        ["Connection has been blocked, quota 1 exceeded by 2"], method="Error"
    ),
    "hub_error_object": lambda _channel, _content: _hub_call([{"code": 5}], method="Error"),
    "content_not_json": _with_content("{'Symbol': 'VCB'}"),
    "content_truncated": _with_content('{"RType":"X-TRADE","Symbol":"VC'),
    "content_object": _content_as_object,
    "content_array": _with_content("[1,2,3]"),
    "content_null": _with_content("null"),
    "content_empty": _with_content("{}"),
    "content_nulls": _all_fields_null,
    "content_no_symbol": _without("Symbol", "IndexId"),
    "content_no_date": _without("TradingDate", "Time"),
    "content_no_numbers": _without(*_PRICES, *_VOLUMES),
    "symbol_number": _with_fields(Symbol=123),
    "symbol_unknown": _with_fields(Symbol="QQQQ"),
    "symbol_nul": _with_fields(Symbol="VC\0B"),
    "symbol_long": _with_fields(Symbol="V" * 10_000),
    "date_impossible": _with_fields(TradingDate="31/02/2026"),
    "date_iso": _with_fields(TradingDate="2026-11-23"),
    "time_impossible": _with_fields(Time="25:61:61"),
    "price_text": _prices("abc"),
    "price_nan": _prices(float("nan")),
    "price_infinity": _prices(float("inf")),
    "price_1e308": _prices(1e308),
    "price_negative": _prices(-100.0),
    "price_list": _prices([1]),
    "price_bool": _prices(True),
    "volume_text": _volumes("many"),
    "volume_nan_text": _volumes("NaN"),
    "volume_negative": _volumes(-500.0),
    "volume_huge": _volumes(1e18),
    "volume_fraction": _volumes(0.5),
    "volume_object": _volumes({"v": 1}),
}


# RFC 6455 obliges a client to hang up on these, so "all" leaves them out
FATAL_KINDS = frozenset({"frame_not_utf8"})


def frame(kind: str, channel: str, content: bytes) -> bytes:
    """Return the WebSocket frame of a malformed kind, made from a sound Content of the channel."""
    opcode = OP_BINARY if kind == "frame_binary" else OP_TEXT
    return websocket_frame(KINDS[kind](channel, content), opcode)
