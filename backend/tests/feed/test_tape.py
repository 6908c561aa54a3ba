"""What comes between the messages of a replay, and what it does."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from app.feed.errors import FeedPayloadError, RejectReason
from app.feed.normalizer import SSIFieldNormalizer
from app.feed.recording import RecordingHeader
from app.feed.tape import TAPE_CHANNEL, TapeBegin, TapeDelivery, TapeEnd, TapeMode, TapeParser
from app.market.core_settings import CoreSettings
from app.market.messages import Message, ReferenceLists, Tick, TradeMessage
from tests.feed.payload_samples import raw_of, sample

CORE = CoreSettings(None, "ALL", futures_override="VN30F2M")
HEADER = RecordingHeader(2, date(2026, 11, 23), "ssi", [], CORE)
LISTS = ReferenceLists(frozenset({"VCB"}), "VN30")


def parse(line: dict[str, Any] | str) -> list[Any]:
    content = line if isinstance(line, str) else json.dumps(line)
    channel, messages = TapeParser(SSIFieldNormalizer().parse).parse(raw_of(TAPE_CHANNEL, content))
    assert channel == TAPE_CHANNEL
    return messages


class Target:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.lists: list[ReferenceLists] = []
        self.delivery = TapeDelivery(self, self.lists.append)

    def begin_tape(self, core: CoreSettings) -> None:
        self.told.append(core)

    def deliver_tape(self, batch: list[Message], mode: TapeMode) -> None:
        self.told.append((batch, mode.is_quiet, mode.is_known))

    def end_seek(self) -> None:
        self.told.append("arrived")

    def end_tape(self) -> None:
        self.told.append("end")


def test_lines_of_a_tape_are_ticks_lists_and_marks() -> None:
    assert parse({"received_ns": 5, "tick_s": 1.5, "is_outrun": True}) == [Tick(1.5, True)]
    assert parse({"received_ns": 5, "lists": {"tracked": ["VCB"], "scope": "VN30"}}) == [LISTS]
    assert parse({"begin": "seek"}) == [TapeBegin("seek")]
    assert parse({"mode": {"is_quiet": True, "is_known": False}}) == [TapeMode(True, False)]
    assert parse({"end": True}) == [TapeEnd()]
    assert parse({"received_ns": 5, "skipped": 3, "reason": "full"}) == []
    header = {
        "version": 2,
        "day": "2026-11-23",
        "source": "ssi",
        "channels": [],
        "core": {"futures_override": "X"},
    }
    assert parse({"received_ns": 5, "header": header})[0].core.futures_override == "X"


@pytest.mark.parametrize("line", ["", "[]", '{"tick_s":"x"}', '{"mode":7}', '{"lists":{}}'])
def test_line_that_cannot_be_read_is_rejected(line: str) -> None:
    with pytest.raises(FeedPayloadError) as caught:
        parse(line)
    assert caught.value.reason is RejectReason.BAD_JSON


def test_messages_of_the_feed_are_left_to_the_normaliser() -> None:
    channel, messages = TapeParser(SSIFieldNormalizer().parse).parse(raw_of("X-TRADE", sample("x_trade")))
    assert channel == "X-TRADE"
    assert isinstance(messages[0], TradeMessage)


def test_batch_is_cut_at_its_marks_wherever_they_stand() -> None:
    items: list[Any] = [
        TapeBegin("seek"), TapeMode(True, True), HEADER, LISTS, Tick(1.0), TapeMode(False, True, 1), Tick(2.0),
        HEADER, TapeMode(False, False, 1), Tick(3.0), TapeEnd(),
    ]  # fmt: skip
    expected = [
        CORE, ([LISTS, Tick(1.0)], True, True), "arrived", ([Tick(2.0)], False, True), ([Tick(3.0)], False, False), "end",
    ]  # fmt: skip
    for size in (1, 2, 3, len(items)):
        target = Target()
        for start in range(0, len(items), size):
            target.delivery.deliver(items[start : start + size])
        if size == len(items):
            assert target.told == expected
        assert [told for told in target.told if not isinstance(told, tuple)] == [CORE, "arrived", "end"]
        assert target.lists == [LISTS]
        assert not target.delivery.is_quiet


def test_seek_that_is_overtaken_by_another_arrives_once() -> None:
    target = Target()
    target.delivery.deliver([TapeBegin("seek"), TapeMode(True, True), HEADER, Tick(1.0)])  # type: ignore[list-item]
    assert target.delivery.is_quiet
    target.delivery.deliver([TapeBegin("seek"), TapeMode(True, True), HEADER, Tick(1.0), TapeMode(seeks=1)])  # type: ignore[list-item]
    assert target.told.count("arrived") == 1
    assert target.told.count(CORE) == 2
