from app.market.index_tracker import INTRADAY_POINTS_MAX, IndexTracker
from tests.market.builders import make_index, make_processor


def test_index_tracker_breadth_counts_limits_with_their_direction():
    tracker = IndexTracker()
    assert tracker.apply(make_index(advances=10, ceilings=2, declines=5, floors=1)) is None
    data = tracker.indices["VN30"]
    assert (data.advances, data.ceilings, data.declines, data.floors, data.no_changes) == (12, 2, 6, 1, 12)
    assert data.advance_ratio == 12 / 18
    assert (data.value, data.prior_value, data.change, data.ratio_change) == (1900.0, 1890.0, 10.0, 0.53)
    assert (data.total_volume, data.total_value, data.put_through_volume) == (1000, 2000, 30)
    assert data.last_updated.isoformat() == "2026-11-20T10:00:00+07:00"


def test_index_tracker_without_movers_has_no_ratio():
    tracker = IndexTracker()
    tracker.apply(make_index(advances=0, ceilings=0, declines=0, floors=0, no_changes=30))
    assert tracker.indices["VN30"].advance_ratio is None


def test_index_tracker_all_counts_zero_after_the_close_keeps_the_breadth():
    tracker = IndexTracker()
    tracker.apply(make_index())
    tracker.apply(
        make_index(value=1901.0, time="15:05:05", advances=0, ceilings=0, declines=0, floors=0, no_changes=0)
    )
    data = tracker.indices["VN30"]
    assert (data.value, data.advances, data.no_changes) == (1901.0, 12, 12)


def test_index_tracker_intraday_has_one_point_a_minute():
    tracker = IndexTracker()
    for clock, value in (("10:00:05", 1.0), ("10:00:55", 2.0), ("10:01:00", 3.0)):
        tracker.apply(make_index(time=clock, value=value))
    points = tracker.indices["VN30"].intraday
    assert [(p.timestamp.isoformat()[11:19], p.value) for p in points] == [
        ("10:00:00", 2.0),
        ("10:01:00", 3.0),
    ]


def test_index_tracker_intraday_is_bounded():
    tracker = IndexTracker()
    for minute in range(INTRADAY_POINTS_MAX + 1):
        tracker.apply(make_index(time=f"{minute // 60}:{minute % 60}:00", value=1.0 + minute))
    points = tracker.indices["VN30"].intraday
    assert len(points) == INTRADAY_POINTS_MAX == 1440
    assert (points[0].value, points[-1].value) == (2.0, 1441.0)


def test_index_tracker_older_or_zero_value_changes_nothing():
    tracker = IndexTracker()
    tracker.apply(make_index(time="10:00:05"))
    assert tracker.apply(make_index(time="10:00:04", value=1.0)) == "out_of_order"
    assert tracker.apply(make_index(time="10:00:06", value=0.0)) == "pre_open"
    assert tracker.apply(make_index(time="10:00:05", value=1901.0)) is None
    assert tracker.indices["VN30"].value == 1901.0


def test_processor_index_message_is_a_change_and_a_row():
    processor = make_processor()
    first, last = make_index("HNX", value=210.0), make_index("HNX", value=211.0, time="10:00:01")
    changes = processor.apply([first, make_index("VNINDEX"), make_index("HNX", value=0.0), last])
    assert changes.indices == {"HNX", "VNINDEX"}
    rows = [(row.index_id, row.value) for row in changes.index_rows if row.index_id == "HNX"]
    assert rows == [("HNX", 210.0), ("HNX", 211.0)]
    assert changes.index_rows[0].intraday == []
    assert len(processor.get_indices()["HNX"].intraday) == 1
    assert changes.rejected == {"pre_open": 1}
    assert set(processor.get_indices()) == {"HNX", "VNINDEX"}
    assert processor.handle_index(make_index("VN30")).indices == {"VN30"}
