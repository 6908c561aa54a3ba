import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from app.market.market_time import moment_at
from app.market.models import Changes, Gap, Phase
from app.market.stored_day import StoredDay, last_moment_s
from tests.market.builders import (
    FRONT,
    TODAY,
    at,
    make_foreign,
    make_future,
    make_index,
    make_processor,
    make_quote,
    make_tick,
    make_trade,
)
from tests.market.test_session_aggregator import PARTS, STEPS, assert_adds_up, make_messages


def store(processor, *all_changes: Changes, **fields) -> StoredDay:
    """Return what the history would have kept of these changes."""
    rows = {row.symbol: row for changes in all_changes for row in changes.foreign_rows}
    kept = {
        "trades": [trade for changes in all_changes for trade in changes.trades],
        "gaps": [gap for changes in all_changes for gap in changes.gaps],
        "foreign": list(rows.values()),
        "indices": list(processor.get_indices().values()),
        "basis_points": [point for changes in all_changes for point in changes.basis_points],
        "alerts": [alert for changes in all_changes for alert in changes.alerts],
        "exchanges": {"VNM": "HOSE", "FPT": "HOSE"},
    }
    return StoredDay(TODAY, **(kept | fields))


def restart(messages, **fields):
    """Return a processor restored from what another one stored of these messages."""
    before = make_processor()
    stored = store(before, before.apply(messages), **fields)
    after = make_processor()
    after.restore(stored)
    return before, after


@given(STEPS, st.integers(0, 60))
def test_stored_day_restart_at_any_moment_keeps_every_total(steps, cut):
    messages, _, _ = make_messages(steps)
    whole, before, after = make_processor(), make_processor(), make_processor()
    whole.apply(messages)
    after.restore(store(before, before.apply(messages[:cut])))
    after.apply(messages[cut:])
    assert after.get_session_stats().keys() == whole.get_session_stats().keys()
    for symbol, expected in whole.get_session_stats().items():
        stats = after.get_session_stats()[symbol]
        assert_adds_up(stats)
        assert (stats.total_volume, stats.missed_volume) == (expected.total_volume, expected.missed_volume)
        assert stats.last_updated == expected.last_updated
        for part in PARTS:
            assert getattr(stats, part).total_volume == getattr(expected, part).total_volume
        assert after.get_prices()[symbol].last_price == whole.get_prices()[symbol].last_price


def test_stored_day_print_that_a_full_disk_refused_is_missed_once():
    messages = [make_trade(total=100, volume=100), make_trade(total=300, volume=200, time="10:00:05")]
    before, after = make_processor(), make_processor()
    changes = before.apply(messages)
    stored, refused = changes.trades
    gap = Gap("VNM", refused.timestamp, refused.timestamp, refused.volume, "refused")
    after.restore(store(before, changes, trades=[stored], gaps=[gap]))
    assert (after.get_trade_analysis("VNM").total_volume, after.get_trade_analysis("VNM").missed_volume) == (
        300,
        200,
    )
    again = after.apply([messages[1]])  # the hub repeats the last message of each symbol to who subscribes
    assert (again.trades, again.gaps) == ([], [])
    more = after.apply([make_trade(total=350, volume=50, time="10:00:09")])
    assert (len(more.trades), more.gaps) == (1, [])


def test_stored_day_keeps_classes_values_and_prices():
    messages = [
        make_quote(bid=59_900, ask=60_000),
        make_trade(price=60_000),
        make_trade(price=59_900, total=300, volume=200),
        make_trade(price=61_000, total=600, volume=100, session="ATC"),
    ]
    before, after = restart(messages)
    assert after.get_trade_analysis("VNM") == before.get_trade_analysis("VNM")
    row = after.get_prices()["VNM"]
    assert (row.open, row.high, row.low, row.last_price, row.last_volume) == (
        60_000,
        61_000,
        59_900,
        61_000,
        100,
    )
    assert (row.total_volume, row.total_value, row.avg_price) == (600, 36_280_000, 60_467)
    assert (row.phase, row.exchange) == (Phase.ATC, "HOSE")
    assert after.get_classification_audit() == before.get_classification_audit()
    assert after.market_time_s == at("10:00:00")


def test_stored_day_what_traded_while_down_is_a_restart_gap():
    _, after = restart([make_trade()])
    changes = after.apply([make_trade(total=900, volume=100, time="10:05:00")])
    assert [(gap.cause, gap.volume) for gap in changes.gaps] == [("restart", 700)]
    assert changes.gaps[0].from_time == moment_at(at("10:00:00"))
    changes = after.apply([make_trade(total=1100, volume=100, time="10:06:00")])
    assert [(gap.cause, gap.volume) for gap in changes.gaps] == [("total_volume_jump", 100)]


def test_stored_day_replayed_last_print_is_a_repeat():
    _, after = restart([make_trade()])
    assert after.apply([make_trade()]).rejected == {"repeat": 1}


def test_stored_day_row_that_was_lost_is_missed_volume():
    before = make_processor()
    changes = before.apply(
        [make_trade(), make_trade(total=300, volume=200), make_trade(total=400, session="ATC")]
    )
    after = make_processor()
    after.restore(store(before, changes, trades=[changes.trades[0], changes.trades[2]]))
    stats = after.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume, stats.atc.total_volume) == (400, 200, 300)
    assert_adds_up(stats)


def test_stored_day_gaps_of_other_causes_are_not_counted_twice():
    moment = moment_at(at("10:00:00"))
    later = moment_at(at("10:00:01"))
    gaps = [Gap("VNM", None, later, 500, "disconnect"), Gap("VNM", None, moment, 500, "total_volume_jump")]
    _, after = restart([make_trade(total=100), make_trade(total=400, volume=100)], gaps=gaps)
    stats = after.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume) == (400, 200)


def test_stored_day_gap_without_any_print_is_counted():
    before, after = restart([make_trade(volume=0, total=700)])
    assert before.get_trade_analysis("VNM").total_volume == 700
    stats = after.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume, stats.other.total_volume) == (700, 700, 700)
    assert after.apply([make_trade(volume=100, total=800, time="10:00:01")]).gaps == []


def test_stored_day_gap_after_the_last_print_is_counted():
    _, after = restart([make_trade(), make_trade(volume=0, total=700, time="10:00:05")])
    assert after.get_trade_analysis("VNM").total_volume == 700
    assert after.get_trade_analysis("VNM").last_updated == moment_at(at("10:00:05"))


@pytest.mark.parametrize("is_kept", [False, True])
def test_stored_day_gap_before_a_print_that_was_held_up_is_counted_once(is_kept):
    before = make_processor()
    messages = [make_trade(), make_trade(total=400, time="10:00:05"), make_trade(total=500, time="10:00:03")]
    stored = store(before, before.apply(messages))
    if is_kept:
        stored = structs.replace(stored, states=[before.symbol_state("VNM")], trades=())
    after = make_processor()
    after.restore(stored)
    stats = after.get_trade_analysis("VNM")
    assert (stats.total_volume, stats.missed_volume) == (500, 200)
    assert after.apply([make_trade(total=600, time="10:00:09")]).rejected == {}
    assert after.get_trade_analysis("VNM").total_volume == 600


def test_stored_day_gap_before_the_last_print_looks_no_newer():
    messages = [make_trade(), make_trade(total=400, time="10:00:05"), make_trade(total=500, time="10:00:09")]
    before, after = restart(messages)
    assert after.get_trade_analysis("VNM") == before.get_trade_analysis("VNM")
    changes = after.apply([make_trade(total=900, time="10:00:20")])
    assert changes.gaps[0].from_time == moment_at(at("10:00:09"))


def test_stored_day_foreign_totals_are_back_and_the_next_message_is_a_baseline():
    before, after = restart([make_foreign(buy=900, sell=100), make_foreign("FPT", buy=5)])
    assert after.get_foreign("VNM") == before.get_foreign("VNM")
    assert after.get_foreign_summary() == before.get_foreign_summary()
    after.apply([make_foreign(buy=2000, sell=100, time="10:05:00")])
    assert (after.get_foreign("VNM").buy_volume, after.get_foreign("VNM").buy_speed_per_min) == (2000, 0)
    after.apply([make_foreign(buy=2500, sell=100, time="10:05:01"), make_tick("10:05:02")])
    assert after.get_foreign("VNM").buy_speed_per_min == 100


def test_stored_day_foreign_windows_come_back_with_the_rows_of_the_last_minutes():
    messages = [make_foreign(buy=100 * n, time=f"10:0{n}:00") for n in range(8)]
    messages.append(make_tick("10:07:02"))
    whole, before, after = make_processor(), make_processor(), make_processor()
    whole.apply(messages)
    changes = before.apply(messages)
    after.restore(store(before, changes, foreign=changes.foreign_rows))
    expected, restored = whole.get_foreign("VNM"), after.get_foreign("VNM")
    assert restored.buy_speed_per_min == expected.buy_speed_per_min == 100
    for processor in (whole, after):
        processor.apply([make_tick("10:11:30")])
    assert after.get_foreign("VNM") == whole.get_foreign("VNM")
    assert after.get_foreign("VNM").buy_speed_per_min == 20


def test_stored_day_trades_in_parts_give_the_same_day():
    before, after, parts = make_processor(), make_processor(), make_processor()
    messages = [make_trade(total=100 * n, time=f"10:00:{n:02d}") for n in range(1, 20)]
    stored = store(before, before.apply(messages))
    after.restore(stored)
    restorer = parts.begin_restore(TODAY, last_moment_s(stored), stored.exchanges)
    for n in range(0, 20, 6):
        restorer.add_trades(stored.trades[n : n + 6])
    parts.finish_restore(restorer, stored)
    assert parts.get_market_snapshot() == after.get_market_snapshot()


def test_stored_day_foreign_row_without_a_time_is_back_too():
    before, after = make_processor(), make_processor()
    before.apply([make_foreign(buy=900)])
    row = before.get_foreign("VNM")
    row.last_updated = None
    after.restore(StoredDay(TODAY, foreign=[row]))
    assert after.get_foreign("VNM").buy_volume == 900
    assert after.apply([make_foreign(buy=950)]).foreign == {"VNM"}


def test_stored_day_indices_and_basis_are_back():
    messages = [make_index(), make_future(price=1905.0), make_quote("VNM")]
    before, after = restart(messages)
    assert after.get_indices() == before.get_indices()
    data = after.get_derivatives_data()
    assert (data.symbol, data.basis, data.is_premium, data.stale) == (FRONT, 5.0, True, True)
    assert (data.last_price, data.volume) == (1905.0, 1)
    assert [point.basis for point in after.get_basis_trend(30)] == [5.0]
    assert after.apply([make_index(time="09:59:59")]).rejected == {"out_of_order": 1}
    fired = after.apply([make_index(time="10:00:05"), make_future(price=1899.0, total=2, time="10:00:05")])
    assert [alert.data["direction"] for alert in fired.alerts] == ["premium→discount"]


def test_stored_day_points_of_a_contract_without_prints_are_kept():
    before = make_processor()
    changes = before.apply([make_index(), make_future(price=1905.0), make_future("41I1H1000", price=1910.0)])
    points = [*changes.basis_points, changes.basis_points[0]]
    after = make_processor()
    after.restore(store(before, changes, trades=changes.trades[:1], basis_points=points))
    assert len(after.get_derivatives_data().contracts) == 2
    assert len(after.get_basis_trend(30)) == 1


def test_stored_day_index_without_a_time_is_back_too():
    before = make_processor()
    before.apply([make_index()])
    data = before.get_indices()["VN30"]
    data.last_updated = None
    after = make_processor()
    after.restore(StoredDay(TODAY, indices=[data]))
    assert after.apply([make_index()]).indices == {"VN30"}


@pytest.mark.parametrize(("price_now", "alerts"), [(64_200, 0), (60_000, 1)])
def test_stored_day_price_still_at_its_limit_does_not_fire_again(price_now, alerts):
    messages = [make_trade(price=64_200), make_trade(price=price_now, total=200, time="10:00:01")]
    _, after = restart([*messages, make_trade("FPT")])
    assert len(after.get_alerts()) == 1
    changes = after.apply([make_trade(price=64_200, total=300, time="10:05:00")])
    assert len(changes.alerts) == alerts


def test_stored_day_alert_of_a_moment_ago_holds_back_the_next():
    messages = [make_trade(price=64_200), make_trade(price=60_000, total=200, time="10:00:01")]
    _, after = restart(messages)
    assert after.apply([make_trade(price=64_200, total=300, time="10:00:59")]).alerts == []


def test_stored_day_alert_of_a_symbol_without_prints_is_only_shown():
    before = make_processor()
    changes = before.apply([make_trade(price=64_200)])
    after = make_processor()
    after.restore(store(before, changes, trades=[], gaps=[]))
    assert len(after.get_alerts()) == 1


def test_stored_day_of_another_kind_of_alert_sets_no_limit():
    volumes = [100] * 10 + [400]
    totals = [sum(volumes[: i + 1]) for i in range(len(volumes))]
    _, after = restart([make_trade(volume=v, total=t) for v, t in zip(volumes, totals, strict=True)])
    assert len(after.get_alerts()) == 1
    assert len(after.apply([make_trade(price=64_200, total=1500)]).alerts) == 1


def test_stored_day_spike_window_is_back():
    _, after = restart([make_trade(total=100 * i) for i in range(1, 11)])
    changes = after.apply([make_trade(volume=400, total=1400, time="10:00:05")])
    assert [alert.data["average_volume"] for alert in changes.alerts] == [100.0]


def test_stored_day_empty_is_an_empty_day():
    stored = StoredDay(TODAY)
    assert last_moment_s(stored) == 0.0
    processor = make_processor()
    assert processor.restore(stored).everything
    assert processor.trading_date == TODAY


def test_stored_day_restored_after_the_reset_time_is_final():
    processor = make_processor()
    processor.apply([make_tick("15:10:00")])
    processor.restore(StoredDay(TODAY))
    assert processor.get_session().is_final


def test_stored_day_unknown_exchange_is_learnt_from_the_feed():
    _, after = restart([make_trade()], exchanges={})
    assert after.get_prices()["VNM"].exchange == ""
    after.apply([make_quote()])
    assert after.get_prices()["VNM"].exchange == "HOSE"


def test_restore_after_the_feed_has_started_is_a_programmer_s_error():
    processor = make_processor()
    processor.apply([make_trade()])
    with pytest.raises(AssertionError, match="restore comes before the feed"):
        processor.restore(StoredDay(TODAY))
