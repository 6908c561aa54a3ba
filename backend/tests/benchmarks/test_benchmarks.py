"""The benchmarks run, with tiny sizes. No test here looks at a time: those are for people."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import orjson
import pytest

from app.feed.normalizer import SSIFieldNormalizer
from app.market.messages import ForeignMessage, IndexMessage, QuoteMessage, TradeMessage
from app.market.models import TradeType
from benchmarks.__main__ import BENCHES, main
from benchmarks.candle_read_bench import measure_candle_reads
from benchmarks.child_process import ChildError, ChildProcess
from benchmarks.cold_start_bench import measure_cold_start
from benchmarks.fan_out_bench import Latencies, measure_fan_out
from benchmarks.feed_bench import FeedPlan, measure_feed
from benchmarks.feed_rig import Tally, make_settings
from benchmarks.figures import BUSY, MISSED, OK, RECORD, Figure, format_table, percentile
from benchmarks.frame_mix import PATTERN
from benchmarks.machine import describe_machine
from benchmarks.raw_messages import in_batches, make_messages, make_processor, make_raws
from benchmarks.snapshot_bench import measure_snapshot
from benchmarks.stages_bench import measure_stages, measure_wake
from benchmarks.storing_bench import measure_storing
from benchmarks.thread_cpu import StageMeter, cpu_s_of, queued_s_of_process

pytestmark = pytest.mark.minutes
STATES_PER_ROUND = {"Q": QuoteMessage, "T": TradeMessage, "R": ForeignMessage, "M": IndexMessage}


def test_frame_mix_has_the_shares_it_claims() -> None:
    messages = make_messages(30, 2 * len(PATTERN))[-2 * len(PATTERN) :]
    for kind, message_type in STATES_PER_ROUND.items():
        assert sum(isinstance(m, message_type) for m in messages) == 2 * PATTERN.count(kind)


def test_frame_mix_is_taken_whole_and_classified_on_both_sides() -> None:
    processor = make_processor()
    rejected: dict[str, int] = {}
    trades = []
    for batch in in_batches(make_messages(40, 2_000)):
        changes = processor.apply(batch)
        rejected |= changes.rejected
        trades += changes.trades
        assert not changes.gaps
        assert not changes.ignored
    assert rejected == {}
    kinds = {kind: sum(trade.trade_type is kind for trade in trades) for kind in TradeType}
    assert kinds[TradeType.NEUTRAL] == 0
    assert kinds[TradeType.ACTIVE_BUY] > 300
    assert kinds[TradeType.ACTIVE_SELL] > 300


def test_frame_mix_stamps_each_quote_with_the_moment_it_was_made() -> None:
    raw = next(raw for raw in make_raws(3, 20) if orjson.loads(raw)["DataType"] == "X-QUOTE")
    [quote] = SSIFieldNormalizer().parse(raw)[1]
    assert isinstance(quote, QuoteMessage)
    assert quote.bids[2][1] > 0


async def test_feed_bench_loses_nothing() -> None:
    figures = await measure_feed(FeedPlan(5, burst_messages=400, steady_messages=200, flood_messages=300))
    lost = [figure for figure in figures if figure.what.endswith("lost")]
    assert [figure.verdict for figure in lost] == [OK, OK]
    assert "400 sent, 400 received, 400 applied" in lost[1].measured
    assert any("stage: normaliser" in figure.what for figure in figures)


async def test_storing_bench_stores_every_row() -> None:
    figures = await measure_storing(0.2, 500)
    assert "6,500 of all 6,500 in the table" in figures[0].measured
    assert [figure.verdict for figure in figures[2:]] == [RECORD, RECORD]


async def test_candle_read_bench_reads_bars_of_every_interval() -> None:
    figures = await measure_candle_reads(1_200, 2, days=4)  # ten prints a day and symbol
    assert figures[0].what.startswith("1,200 trades in ")
    counts = {figure.what.rpartition(" ")[2]: int(figure.what.split()[-4]) for figure in figures[1:]}
    assert counts == {"1m": 40, "5m": 40, "15m": 40, "30m": 36, "1h": 24, "1d": 4}


async def test_stages_bench_names_every_stage() -> None:
    figures = await measure_stages(5, 100, 1)
    assert len(figures) == 6
    assert all(figure.verdict == RECORD for figure in figures)


async def test_wake_bench_carries_everything_in_all_three_ways() -> None:
    assert len(await measure_wake(50, 1)) == 2


def test_snapshot_bench_measures_both_ways() -> None:
    patch, cached, full = measure_snapshot(20, 2)
    assert patch.measured.endswith("KB")
    assert "1 changed" in cached.what
    assert "ms" in full.measured


async def test_cold_start_bench_sees_a_price() -> None:
    [figure] = await measure_cold_start(0 + 1)
    assert "status and state after" in figure.measured


async def test_fan_out_bench_hears_frames() -> None:
    [figure] = await measure_fan_out(2, 1.0, 100)
    assert "2 clients" in figure.what
    assert " 0 frames" not in figure.measured


def test_latencies_of_a_frame_lie_between_its_newest_and_the_one_before() -> None:
    latencies = Latencies()
    latencies.add(0.1, 0.5)
    assert latencies.newest_s == [0.1]
    assert min(latencies.feed_to_client_s) == pytest.approx(0.1)
    assert max(latencies.feed_to_client_s) < 0.5


def test_main_prints_machine_and_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bench(is_quick: bool) -> list[Figure]:
        await asyncio.sleep(0)
        return [Figure("a thing", "1 s", f"quick {is_quick}", is_met=True)]

    monkeypatch.setitem(BENCHES, "snapshot", bench)
    assert main(["--quick", "snapshot"]) == 0
    printed = capsys.readouterr().out
    assert "cores" in printed
    assert "| a thing | 1 s    | quick True | ok      |" in printed


def test_main_with_an_unknown_bench_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["speed"])
    assert stop.value.code == 2
    assert "no benchmark speed; there are feed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("", "", "", None), RECORD),
        (Figure("", "", "", is_met=True, queued_share=0.9), OK),
        (Figure("", "", "", is_met=False, queued_share=0.01), MISSED),
        (Figure("", "", "", is_met=False, queued_share=0.9), BUSY),
    ],
)
def test_verdict_blames_a_busy_machine_only_for_a_miss(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


def test_format_table_aligns_its_columns() -> None:
    lines = format_table([Figure("short", "", "1"), Figure("a longer name", "2", "3")]).splitlines()
    assert len({len(line) for line in lines}) == 1


def test_percentile_of_nothing_is_0() -> None:
    assert percentile([], 0.5) == 0.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 1.0) == 3.0


def test_tally_counts_a_merged_quote_as_not_lost() -> None:
    tally = Tally(sent=10, received=10, applied=7, merged=2, send_s=2.0, wall_s=2.0, queued_s=1.0)
    assert (tally.lost, tally.rate, tally.queued_share) == (1, 5.0, 0.5)
    assert tally.us_per_message(0.001) == pytest.approx(100.0)


def test_settings_of_a_benchmark_ignore_the_machines_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSI_CONSUMER_ID", "somebody")
    monkeypatch.setenv("SSI_CONSUMER_SECRET", "somebody's")
    assert make_settings().resolved_feed_source == "simulator"


def test_stage_meter_adds_up_and_lets_errors_through() -> None:
    meter = StageMeter()

    def work(number: int) -> float:
        return 1 / number

    measured = meter.wrap("work", work)
    assert measured(2) == 0.5
    with pytest.raises(ZeroDivisionError):
        measured(0)
    assert meter.cpu_s["work"] > 0
    meter.reset()
    assert meter.cpu_s == {"work": 0.0}


def test_thread_cpu_of_another_thread_grows_and_needs_a_start() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    with pytest.raises(ValueError, match="never started"):
        cpu_s_of(thread)
    thread.start()
    assert cpu_s_of(thread) >= 0.0
    stop.set()
    thread.join()
    assert queued_s_of_process() >= 0.0
    assert time.thread_time() > 0


def test_machine_line_names_python_and_the_packages_that_matter() -> None:
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in describe_machine()
    assert "wsaccel" in describe_machine()


async def test_child_that_dies_is_reported_with_its_last_words() -> None:
    async with ChildProcess("-c", "import sys; sys.exit('nothing to do')") as child:
        assert child.pid > 0
        with pytest.raises(ChildError, match="no answer"):
            await child.answer(10)


async def test_child_that_is_not_started_can_not_be_spoken_to() -> None:
    child = ChildProcess("-c", "")
    with pytest.raises(ChildError):
        await child.tell({})
    with pytest.raises(ChildError):
        await child.answer()
    with pytest.raises(ChildError):
        _ = child.pid


async def test_child_that_answers_no_object_is_refused() -> None:
    async with ChildProcess("-c", "print(7)") as child:
        with pytest.raises(ChildError, match="is no answer"):
            await child.answer(10)
