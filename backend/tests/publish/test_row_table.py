from __future__ import annotations

import json
import math
from typing import Any

from app.market.models import IndexData, IntradayPoint, Phase, PriceData, SessionInfo, SessionStats
from app.publish.fragments import encode_json
from app.publish.row_table import RowTable
from tests.publish.fakes import OPENING


def table_of(rows: dict[str, Any]) -> RowTable:
    table = RowTable(lambda: rows)
    table.refresh(1)
    return table


def patch_of(table: RowTable, since: int, keys: list[str] | None = None) -> Any:
    return json.loads(b"{" + b",".join(table.patch(since, keys)) + b"}")


def test_row_table_patch_has_only_the_fields_that_changed() -> None:
    rows = {"VCB": PriceData(last_price=1, ref_price=9), "FPT": PriceData(last_price=2)}
    table = table_of(rows)
    rows["VCB"].last_price = 10
    rows["VCB"].bids = ((9, 100),)
    table.mark(["VCB", "FPT"])
    assert table.refresh(2)
    assert patch_of(table, 1) == {"VCB": {"last_price": 10, "bids": [[9, 100]]}}
    assert patch_of(table, 1, ["FPT"]) == {}
    assert table.patch(2) == []


def test_row_table_each_since_gets_what_came_after_it() -> None:
    rows = {"VCB": PriceData()}
    table = table_of(rows)
    for version, (name, value) in enumerate((("low", 5), ("high", 7), ("low", 4)), start=2):
        setattr(rows["VCB"], name, value)
        table.mark(["VCB"])
        table.refresh(version)
    assert patch_of(table, 1) == {"VCB": {"high": 7, "low": 4}}
    assert patch_of(table, 2) == {"VCB": {"high": 7, "low": 4}}
    assert patch_of(table, 3) == {"VCB": {"low": 4}}


def test_row_table_marked_but_the_same_is_no_change() -> None:
    rows = {"VCB": PriceData(last_price=60_000, change_pct=math.nan), "FPT": SessionStats("FPT")}
    table = table_of(rows)
    rows["VCB"] = PriceData(last_price=int("60000"), change_pct=math.inf)  # null both, and a row of its own
    rows["FPT"] = SessionStats("FPT")
    table.mark(rows)
    assert not table.refresh(2)
    assert table.version == 1
    assert table.patch(1) == []


def test_row_table_nested_objects_merge_field_by_field() -> None:
    rows = {"VCB": SessionStats("VCB")}
    table = table_of(rows)
    rows["VCB"].atc.total_volume = 5
    rows["VCB"].total_volume = 5
    table.mark(["VCB"])
    table.refresh(2)
    assert patch_of(table, 1) == {"VCB": {"total_volume": 5, "atc": {"total_volume": 5}}}


def test_row_table_row_gone_is_null_until_it_comes_back_whole() -> None:
    rows = {"VCB": PriceData(last_price=1), "FPT": PriceData(last_price=2)}
    table = table_of(rows)
    gone = rows.pop("VCB")
    table.mark(["VCB"])
    table.refresh(2)
    assert patch_of(table, 1) == {"VCB": None}
    assert json.loads(table.join()).keys() == {"FPT"}
    rows["VCB"] = gone
    table.mark_all()
    table.refresh(3)
    assert patch_of(table, 1) == patch_of(table, 2) == {"VCB": json.loads(encode_json(gone))}


def test_row_table_key_of_an_object_that_went_is_said_to_be_null() -> None:
    rows = {"session": SessionInfo(phase={"HOSE": Phase.ATC, "HNX": Phase.ATC})}
    table = table_of(rows)
    rows["session"].phase = {"HOSE": Phase.PLO}
    table.mark_all()
    table.refresh(2)
    assert patch_of(table, 1) == {"session": {"phase": {"HOSE": "plo", "HNX": None}}}
    assert json.loads(table.row("session"))["phase"] == {"HOSE": "plo"}
    rows["session"].phase["HOSE"] = Phase.CLOSED  # in place
    table.mark_all()
    table.refresh(3)
    assert patch_of(table, 1) == {"session": {"phase": {"HOSE": "closed", "HNX": None}}}


def test_row_table_intraday_is_in_no_row_and_no_patch() -> None:
    rows = {"VN30": IndexData("VN30", value=1.0)}
    table = table_of(rows)
    rows["VN30"].intraday.append(IntradayPoint(OPENING, 1.0))
    table.mark(["VN30"])
    assert not table.refresh(2)
    rows["VN30"].value = 2.0
    table.mark(["VN30"])
    table.refresh(2)
    assert patch_of(table, 1) == {"VN30": {"value": 2.0}}
    assert "intraday" not in json.loads(table.row("VN30"))
    assert json.loads(table.join_over({"VN30": b"7"})) == {"VN30": 7}


def test_row_table_nothing_marked_reads_nothing() -> None:
    reads: list[int] = []
    rows = {"VCB": PriceData()}

    def read() -> dict[str, PriceData]:
        reads.append(1)
        return rows

    table = RowTable(read)
    table.refresh(1)
    reads.clear()
    assert not table.is_stale
    table.refresh(2)
    assert not reads


def test_row_table_join_is_the_rows_as_they_are() -> None:
    rows = {"VCB": PriceData(last_price=1), "FPT": PriceData(last_price=2)}
    table = table_of(rows)
    table.join()
    rows["FPT"].last_price = 20
    table.mark(["FPT"])
    table.refresh(2)
    assert json.loads(table.join()) == json.loads(encode_json(rows))
    assert json.loads(table.join(["FPT", "NONE"])) == {"FPT": json.loads(encode_json(rows["FPT"]))}
    assert [json.loads(row)["last_price"] for row in table.values()] == [1, 20]
    assert table.row("NONE") == b"null"
    assert table.row_patch("VCB", 1) is None
    assert json.loads(table.row_patch("FPT", 1)) == {"last_price": 20}


def test_encode_json_not_finite_becomes_null() -> None:
    assert encode_json([math.nan, math.inf, -math.inf]) == b"[null,null,null]"
