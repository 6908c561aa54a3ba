"""`verify_real` on made-up files: it agrees where they agree, and says where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.aggressor_check import check_aggressor, count_right_in_core
from benchmarks.candles import equal_minutes
from benchmarks.real_files import Bar, Execution, RealDataError, read_folder
from benchmarks.verify_real import main
from tests.benchmarks.real_folder import (
    BARS,
    EXECUTIONS,
    TRADES,
    write_bars,
    write_executions,
    write_folder,
    write_trades,
)


def test_verify_real_with_files_that_agree_exits_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write_folder(tmp_path))]) == 0
    printed = capsys.readouterr().out
    assert "MISS" not in printed
    assert "everything agrees" in printed
    assert "day volume: 35" in printed
    assert "ATO volume: 12" in printed
    assert "ATC volume: 11" in printed
    assert "1-minute candles equal to the provider's: 3 of 3" in printed
    assert "phases of the prints in order: ato continuous atc" in printed


def test_verify_real_with_a_bar_that_differs_exits_1_and_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path)
    write_bars(tmp_path, (("09:00", 1900.0, 1900.3, 1900.0, 1900.2, 18), *BARS[1:]))
    assert main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "MISS  day volume: 35, but 36 in the provider's bars" in printed
    assert "MISS  1-minute candles" in printed
    assert "something differs" in printed


def test_verify_real_with_an_initiator_the_quotes_contradict_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path)
    write_executions(tmp_path, (*EXECUTIONS[:-1], (*EXECUTIONS[-1][:-1], -1)))
    assert main([str(tmp_path)]) == 1
    assert "MISS  rule with the quote before: 3 of 4" in capsys.readouterr().out


def test_verify_real_without_files_says_which_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_trades(tmp_path)
    assert main([str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "no vn30f1m_bars_1m.csv.gz" in said
    assert "no amzn_*.csv.gz" in said
    assert "trades" not in said


def test_verify_real_without_a_folder_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_read_folder_with_another_days_bars_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path)
    write_trades(tmp_path).rename(tmp_path / "vn30f1m_trades_2026-03-03.csv.gz")
    with pytest.raises(RealDataError, match="no bar of 2026-03-03"):
        read_folder(tmp_path)


def test_read_folder_with_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path)
    path = write_trades(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(RealDataError, match="vn30f1m_trades"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("seq,time\n1,09:00:00\n", "no column price"), ("time,price,volume,side\n", "no row")],
)
def test_read_folder_with_an_unusable_trade_file_is_refused(
    tmp_path: Path, content: str, complaint: str
) -> None:
    import gzip

    write_folder(tmp_path)
    write_trades(tmp_path).write_bytes(gzip.compress(content.encode()))
    with pytest.raises(RealDataError, match=complaint):
        read_folder(tmp_path)


def test_session_without_an_opening_match_has_no_ato(tmp_path: Path) -> None:
    write_folder(tmp_path)
    write_trades(tmp_path, TRADES[3:])
    assert read_folder(tmp_path).sessions[0].ato_volume == 0


def _executions() -> list[Execution]:
    return [Execution(*row) for row in EXECUTIONS]


def test_core_with_a_later_quote_that_says_otherwise_never_uses_it() -> None:
    # The book after each of these rows names the other side: a core that looked at it would be wrong on every one.
    executions = _executions()
    assert count_right_in_core(executions) == len(executions)
    swapped = [
        Execution(
            row.time_s,
            row.price,
            row.size,
            row.bid_after,
            row.ask_after,
            row.bid_before,
            row.ask_before,
            row.side,
        )
        for row in executions
    ]
    assert count_right_in_core(swapped) == 0


def test_check_aggressor_prints_the_quote_after_without_a_verdict() -> None:
    before, core, after = check_aggressor(_executions())
    assert (before.is_right, core.is_right, after.is_right) == (True, True, None)
    assert "0 of 4" in after.text


def test_core_with_an_empty_book_before_leaves_the_trade_neutral() -> None:
    row = Execution(34200.0, 1000200, 100, 0, 0, 1000000, 1000200, 1)
    assert count_right_in_core([row]) == 0


def test_equal_minutes_counts_only_bars_that_are_equal_in_all() -> None:
    bar = Bar(1.0, 2.0, 1.0, 2.0, 10)
    assert equal_minutes({"09:00": bar, "09:01": bar}, {"09:00": bar, "09:02": bar}) == 1
    assert equal_minutes({"09:00": bar}, {"09:00": Bar(1.0, 2.0, 1.0, 2.0, 11)}) == 0
