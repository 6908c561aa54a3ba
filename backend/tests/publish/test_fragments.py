from __future__ import annotations

import json
import math

from app.market.models import PriceData
from app.publish.fragments import FragmentTable, encode_json


def test_fragment_table_one_row_changed_encodes_only_that_row() -> None:
    encoded: list[object] = []

    def encode(row: PriceData) -> bytes:
        encoded.append(row.last_price)
        return encode_json(row)

    rows = {symbol: PriceData(last_price=price) for symbol, price in (("VCB", 1), ("FPT", 2), ("HPG", 3))}
    table = FragmentTable(encode)
    table.refresh(rows)
    encoded.clear()
    rows["FPT"].last_price = 20
    table.mark({"FPT"})
    table.refresh(rows)
    assert encoded == [20]
    assert {key: row["last_price"] for key, row in json.loads(table.join()).items()} == {
        "VCB": 1,
        "FPT": 20,
        "HPG": 3,
    }


def test_fragment_table_after_a_change_versions_tell_what_changed_since() -> None:
    rows = {"VCB": PriceData(), "FPT": PriceData()}
    table: FragmentTable[PriceData] = FragmentTable()
    table.refresh(rows)
    seen = table.version
    table.mark({"FPT"})
    table.refresh(rows)
    assert [key for key in rows if table.version_of(key) > seen] == ["FPT"]
    assert table.version_of("NONE") == 0


def test_fragment_table_nothing_marked_reads_nothing() -> None:
    table: FragmentTable[PriceData] = FragmentTable()
    table.refresh({"VCB": PriceData()})
    version = table.version
    table.refresh({"VCB": PriceData(last_price=1)})
    assert table.version == version
    assert not table.is_stale


def test_fragment_table_row_gone_leaves_the_join() -> None:
    table: FragmentTable[PriceData] = FragmentTable()
    table.refresh({"VCB": PriceData(), "FPT": PriceData()})
    table.mark({"VCB"})
    table.refresh({"FPT": PriceData()})
    assert list(json.loads(table.join())) == ["FPT"]


def test_fragment_table_mark_all_forgets_every_row() -> None:
    table: FragmentTable[PriceData] = FragmentTable()
    table.refresh({"VCB": PriceData()})
    table.mark_all()
    table.mark({"VCB"})
    assert table.is_stale
    table.refresh({"FPT": PriceData()})
    assert list(json.loads(table.join())) == ["FPT"]


def test_fragment_table_join_of_some_leaves_absent_ones_out() -> None:
    table: FragmentTable[int] = FragmentTable()
    table.refresh({"VCB": 1, "FPT": 2})
    assert json.loads(table.join(["FPT", "NONE"])) == {"FPT": 2}
    assert table.values() == [b"1", b"2"]


def test_encode_json_not_finite_becomes_null() -> None:
    assert encode_json([math.nan, math.inf, -math.inf]) == b"[null,null,null]"
