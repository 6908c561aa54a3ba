from app.market.tracked_scope import REMEMBERED_MAX, Scope, TrackedScope
from tests.market.builders import (
    FRONT,
    make_foreign,
    make_future,
    make_index,
    make_processor,
    make_quote,
    make_tick,
    make_trade,
)


def test_tracked_scope_set_of_symbols_also_tracks_futures():
    scope = TrackedScope({"VNM"}, "VN30", {"VNM", "SSI"})
    assert scope.of("VNM") is scope.of(FRONT) is scope.of("VN30F2603") is Scope.TRACKED
    assert scope.of("SSI") is scope.of("41I2GC000") is Scope.IGNORED
    assert scope.of("XXXX") is Scope.UNKNOWN


def test_tracked_scope_without_a_master_list_knows_everything():
    scope = TrackedScope({"VNM"}, "VN30", None)
    assert scope.of("XXXX") is Scope.IGNORED
    scope.set_known_symbols({"VNM"})
    assert scope.of("XXXX") is Scope.UNKNOWN


def test_tracked_scope_all_tracks_what_exists():
    scope = TrackedScope(None, "ALL", {"VNM"})
    assert scope.of("VNM") is Scope.TRACKED
    assert scope.of("XXXX") is Scope.UNKNOWN


def test_tracked_scope_memory_is_bounded():
    scope = TrackedScope(None, "ALL", {"VNM"})
    for i in range(REMEMBERED_MAX):
        scope.of(f"S{i}")
    assert len(scope._answers) == REMEMBERED_MAX
    scope.of("ONE MORE")
    assert len(scope._answers) == 1


def test_processor_new_scope_forgets_what_left_it():
    processor = make_processor()
    processor.apply(
        [make_trade("VNM"), make_quote("FPT"), make_foreign("FPT", buy=9), make_foreign("VCB", buy=1)]
    )
    processor.apply([make_future(), make_index()])
    changes = processor.set_tracked({"VNM", "SSI"}, "LIST")
    assert changes.everything
    assert set(processor.get_prices()) == {"VNM", FRONT}
    assert processor.get_foreign_detail() == []
    assert processor.get_foreign_summary().scope == "LIST"
    assert processor.get_foreign_summary().total_buy_volume == 0
    assert set(processor.get_indices()) == {"VN30"}
    assert processor.apply([make_trade("FPT")]).ignored == 1


def test_processor_symbol_tracked_from_mid_day_on_is_a_late_start():
    processor = make_processor()
    processor.apply([make_quote("VNM", time="08:59:00", session="ATO"), make_quote("VNM", time="10:00:00")])
    processor.set_tracked({"SSI"}, "LIST")
    changes = processor.apply([make_trade("SSI", volume=100, total=900)])
    assert changes.gaps[0].cause == "late_start"


def test_processor_other_scope_excuses_only_those_that_are_new_in_it():
    processor = make_processor()
    processor.apply([make_tick("08:44:00"), make_quote("VNM", time="08:59:00", session="ATO")])
    processor.apply([make_tick("10:00:00")])
    processor.set_tracked({"FPT", "SSI"}, "LIST")
    changes = processor.apply(
        [make_trade(symbol, volume=100, total=900, time="10:00:01") for symbol in ("FPT", "SSI")]
        + [make_future(FRONT, volume=1, total=9, time="10:00:01")]
    )
    assert {gap.symbol: gap.cause for gap in changes.gaps} == {
        "FPT": "total_volume_jump",
        "SSI": "late_start",
        FRONT: "total_volume_jump",  # the futures are tracked whatever the scope
    }


def test_processor_symbol_that_left_and_came_back_is_watched_from_then_on():
    processor = make_processor()
    processor.apply([make_quote("VNM", time="08:59:00", session="ATO"), make_tick("10:00:00")])
    processor.set_tracked({"FPT"}, "LIST")
    processor.apply([make_tick("11:00:00")])
    processor.set_tracked({"FPT", "VNM"}, "LIST")
    changes = processor.apply(
        [make_trade(symbol, volume=100, total=900, time="11:00:01") for symbol in ("FPT", "VNM")]
    )
    assert [gap.cause for gap in changes.gaps] == ["total_volume_jump", "late_start"]


def test_processor_same_lists_read_again_excuse_no_gap():
    processor = make_processor()
    processor.apply([make_quote("FPT", time="08:59:00", session="ATO"), make_tick("10:00:00")])
    processor.set_known_symbols({"VNM", "FPT", "VCB"})
    assert not processor.set_tracked({"VNM", "FPT", "VCB"}, "VN30").everything
    assert not processor.set_known_symbols({"VNM", "FPT", "VCB"}).everything
    changes = processor.apply([make_trade("VNM", volume=100, total=900, time="10:00:01")])
    assert (changes.gaps[0].cause, changes.gaps[0].volume) == ("total_volume_jump", 800)


def test_processor_watched_over_the_opening_second_excuses_no_gap():
    processor = make_processor()
    processor.apply([make_tick("08:59:59"), make_quote("FPT", time="09:00:00", session="ATO")])
    changes = processor.apply([make_trade("VNM", volume=100, total=900, time="09:15:00", session="ATO")])
    assert changes.gaps[0].cause == "total_volume_jump"


def test_processor_symbol_tracked_again_begins_anew():
    processor = make_processor()
    processor.apply([make_trade("VNM", total=100)])
    processor.set_tracked({"FPT"}, "LIST")
    processor.set_tracked({"VNM"}, "LIST")
    changes = processor.apply([make_trade("VNM", total=500)])
    assert (changes.gaps[0].cause, changes.gaps[0].from_time) == ("late_start", None)
    assert processor.get_trade_analysis("VNM").total_volume == 500


def test_processor_master_list_drops_symbols_that_do_not_exist():
    processor = make_processor(tracked=None, scope="ALL")
    assert processor.set_known_symbols({"VNM"}).everything
    processor.apply([make_trade("VNM")])
    assert processor.apply([make_trade("XXXX")]).rejected == {"unknown_symbol": 1}
    processor.set_known_symbols({"FPT"})
    assert processor.get_prices() == {}


def test_processor_subscribers_are_told_of_each_change_until_they_leave():
    processor = make_processor()
    heard = []
    leave = processor.subscribe(heard.append)
    changes = processor.apply([make_trade()])
    assert heard == [changes]
    processor.set_tracked({"VNM"}, "LIST")
    processor.reset_session()
    assert len(heard) == 3
    leave()
    leave()
    processor.apply([make_trade(total=200)])
    assert len(heard) == 3
