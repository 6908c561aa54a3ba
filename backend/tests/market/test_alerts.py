import pytest

from app.market.alert_rules import (
    AlertThresholds,
    basis_flip,
    breakout_direction,
    foreign_change_pct,
    volume_ratio,
)
from app.market.alert_service import ALERTS_MAX, AlertService
from app.market.market_time import moment_at
from app.market.models import AlertType, Severity
from tests.market.builders import (
    FRONT,
    SECOND,
    at,
    make_foreign,
    make_future,
    make_index,
    make_processor,
    make_tick,
    make_trade,
)

DEFAULTS = AlertThresholds()
BILLION = 1_000_000_000


@pytest.mark.parametrize(
    ("volume", "prints", "prints_volume", "expected"),
    [
        (301, 10, 1000, 3.01),
        (300, 10, 1000, None),
        (301, 9, 900, None),
        (301, 11, 1100, 3.01),
        (301, 10, 0, None),
    ],
)
def test_volume_spike_rule_is_more_than_three_times_ten_prints(volume, prints, prints_volume, expected):
    assert volume_ratio(DEFAULTS, volume, prints, prints_volume) == expected


def test_volume_spike_rule_without_its_guard_needs_one_print():
    bare = AlertThresholds(volume_spike_prints_min=0)
    assert volume_ratio(bare, 400, 0, 0) is None
    assert volume_ratio(bare, 400, 1, 100) == 4.0


@pytest.mark.parametrize(
    ("price", "ceiling", "floor", "expected"),
    [
        (107, 107, 93, "ceiling"),
        (108, 107, 93, "ceiling"),
        (106, 107, 93, ""),
        (94, 107, 93, ""),
        (93, 107, 93, "floor"),
        (92, 107, 93, "floor"),
        (107, 107, 0, ""),
        (93, 0, 93, ""),
        (1, 1, 1, "ceiling"),
    ],
)
def test_breakout_rule_is_at_or_beyond_a_limit_that_exists(price, ceiling, floor, expected):
    assert breakout_direction(price, ceiling, floor) == expected


@pytest.mark.parametrize(
    ("change", "before", "expected"),
    [
        (310_000_000, BILLION, 31.0),
        (300_000_000, BILLION, None),
        (-310_000_000, BILLION, -31.0),
        (310_000_000, -BILLION, 31.0),
        (-310_000_000, -BILLION, -31.0),
        (310_000_000, BILLION - 1, None),
        (310_000_000, 0, None),
    ],
)
def test_foreign_rule_is_more_than_thirty_percent_of_a_billion(change, before, expected):
    assert foreign_change_pct(DEFAULTS, change, before) == expected


def test_foreign_rule_without_its_guard_takes_any_value_but_zero():
    bare = AlertThresholds(foreign_value_min_vnd=0)
    assert foreign_change_pct(bare, 31, 100) == 31.0
    assert foreign_change_pct(bare, 31, 0) is None


@pytest.mark.parametrize(
    ("sign", "basis", "expected"),
    [
        (1, -0.1, "premium→discount"),
        (-1, 0.1, "discount→premium"),
        (1, 0.1, ""),
        (-1, -0.1, ""),
        (1, 0.0, ""),
        (-1, 0.0, ""),
        (0, 0.1, ""),
        (0, -0.1, ""),
    ],
)
def test_basis_rule_is_a_change_of_sign(sign, basis, expected):
    assert basis_flip(sign, basis) == expected


def fire(service, now="10:00:00", symbol="VNM", alert_type=AlertType.VOLUME_SPIKE, **data):
    return service.fire(alert_type, symbol, "text", data, at(now), at(now))


def test_alert_service_holds_back_the_same_for_sixty_seconds():
    service = AlertService(60)
    assert fire(service) is not None
    assert fire(service, "10:00:59") is None
    assert fire(service, "10:00:59", symbol="FPT") is not None
    assert fire(service, "10:00:59", alert_type=AlertType.PRICE_BREAKOUT) is not None
    assert fire(service, "10:01:00") is not None
    service.reset()
    assert fire(service, "10:01:01") is not None
    assert len(service.get_alerts()) == 5


def test_alert_service_without_a_pause_fires_every_time():
    service = AlertService(0)
    assert fire(service) is not None
    assert fire(service) is not None


def test_alert_service_id_is_made_of_the_content():
    one, other = fire(AlertService(60), price=1), fire(AlertService(60), price=1)
    assert one == other
    assert fire(AlertService(60), price=2).id != one.id
    assert fire(AlertService(60), "10:00:01", price=1).id != one.id
    assert fire(AlertService(60), symbol="FPT", price=1).id != one.id
    assert fire(AlertService(60), alert_type=AlertType.PRICE_BREAKOUT, price=1).id != one.id


@pytest.mark.parametrize(
    ("alert_type", "severity"),
    [
        (AlertType.VOLUME_SPIKE, Severity.WARNING),
        (AlertType.PRICE_BREAKOUT, Severity.CRITICAL),
        (AlertType.FOREIGN_ACCELERATION, Severity.WARNING),
        (AlertType.BASIS_DIVERGENCE, Severity.WARNING),
    ],
)
def test_alert_service_severity_follows_the_type(alert_type, severity):
    assert fire(AlertService(60), alert_type=alert_type).severity is severity


def test_alert_service_buffer_keeps_the_last_five_hundred():
    service = AlertService(0)
    for i in range(ALERTS_MAX + 1):
        fire(service, i=i)
    alerts = service.get_alerts(limit=1000)
    assert len(alerts) == 500
    assert (alerts[0].data, alerts[-1].data) == ({"i": 500}, {"i": 1})
    assert len(service.get_alerts()) == 50
    assert service.get_alerts(limit=0) == service.get_alerts(limit=-1) == []


def test_alert_service_filters_narrow_the_answer():
    service = AlertService(0)
    fire(service, "10:00:00", "VNM")
    fire(service, "10:00:01", "FPT", AlertType.PRICE_BREAKOUT)
    fire(service, "10:00:02", "VNM", AlertType.PRICE_BREAKOUT)
    assert [a.symbol for a in service.get_alerts()] == ["VNM", "FPT", "VNM"]
    assert len(service.get_alerts(alert_type=AlertType.PRICE_BREAKOUT)) == 2
    assert len(service.get_alerts(severity=Severity.WARNING)) == 1
    assert len(service.get_alerts(symbol="FPT")) == 1
    assert len(service.get_alerts(since=moment_at(at("10:00:01")))) == 2
    assert len(service.get_alerts(since=moment_at(at("10:00:01")), symbol="FPT", limit=5)) == 1


def make_prints(volumes, start="10:00:00", symbol="VNM", **fields):
    """Return one print a second, after a first one of the opening."""
    messages, total = [], 0
    for i, volume in enumerate(volumes):
        total += volume
        clock = f"{start[:6]}{int(start[6:]) + i:02d}"
        messages.append(make_trade(symbol, volume=volume, total=total, time=clock, **fields))
    return messages


def test_processor_volume_spike_fires_above_three_times_the_average():
    changes = make_processor().apply(make_prints([100] * 10 + [301]))
    (alert,) = changes.alerts
    assert (alert.alert_type, alert.symbol) == (AlertType.VOLUME_SPIKE, "VNM")
    assert alert.data["ratio"] == 3.01
    assert alert.data["average_volume"] == 100.0
    assert alert.timestamp.isoformat() == "2026-11-20T10:00:10+07:00"


@pytest.mark.parametrize("volumes", [[100] * 10 + [300], [100] * 9 + [400]])
def test_processor_volume_spike_stays_silent_below_its_thresholds(volumes):
    assert make_processor().apply(make_prints(volumes)).alerts == []


@pytest.mark.parametrize("session", ["ATO", "ATC", "PLO", "PCA"])
def test_processor_volume_spike_never_fires_in_an_auction(session):
    assert make_processor().apply(make_prints([100] * 10 + [900], session=session)).alerts == []


def test_processor_volume_spike_window_is_twenty_minutes():
    prints = make_prints([100] * 10)
    early, late = make_processor(), make_processor()
    early.apply(prints)
    late.apply(prints)
    assert len(early.apply([make_trade(volume=400, total=1400, time="10:19:59")]).alerts) == 1
    assert late.apply([make_trade(volume=400, total=1400, time="10:20:00")]).alerts == []


def test_processor_volume_spike_counts_prints_of_one_second_apart():
    prints = [make_trade(volume=100, total=100 * i) for i in range(1, 11)]
    changes = make_processor().apply([*prints, make_trade(volume=400, total=1400)])
    assert len(changes.alerts) == 1
    assert changes.alerts[0].data["average_volume"] == 100.0


def test_processor_volume_spike_excludes_prints_that_left_the_window():
    prints = make_prints([1000] * 10)
    later = [make_trade(volume=100, total=10_000 + 100 * i, time=f"10:21:{i:02d}") for i in range(1, 11)]
    changes = make_processor().apply([*prints, *later, make_trade(volume=301, total=11_301, time="10:21:30")])
    assert [alert.data["average_volume"] for alert in changes.alerts] == [100.0]


def test_processor_breakout_fires_on_entering_and_again_after_leaving():
    processor = make_processor()
    prices = [64_100, 64_200, 64_200, 64_100, 64_200]
    fired = []
    for i, price in enumerate(prices):
        changes = processor.apply([make_trade(price=price, total=100 * (i + 1), time=f"10:0{2 * i}:00")])
        fired.append([alert.data["direction"] for alert in changes.alerts])
    assert fired == [[], ["ceiling"], [], [], ["ceiling"]]
    (alert, *_) = processor.get_alerts()
    assert (alert.severity, alert.alert_type) == (Severity.CRITICAL, AlertType.PRICE_BREAKOUT)


def test_processor_breakout_at_the_floor_names_the_floor():
    changes = make_processor().apply([make_trade(price=55_800, session="ATO")])
    assert changes.alerts[0].data == {
        "direction": "floor",
        "price": 55_800,
        "ceiling": 64_200,
        "floor": 55_800,
    }


def test_processor_zero_price_is_no_breakout():
    processor = make_processor()
    processor.apply([make_trade()])
    reset = make_trade("FPT", price=0, volume=0, total=0, session="C", time="10:00:01")
    assert processor.apply([reset]).alerts == []


def test_processor_baseline_never_alerts_but_remembers_the_limit():
    processor = make_processor()
    assert processor.apply([make_trade(price=64_200, volume=100, total=900)]).alerts == []
    assert processor.apply([make_trade(price=64_200, volume=100, total=1000, time="10:05:00")]).alerts == []


@pytest.mark.parametrize(("clock", "alerts"), [("10:01:00", 1), ("10:01:01", 0)])
def test_processor_message_over_a_minute_old_never_alerts(clock, alerts):
    processor = make_processor()
    processor.apply([make_trade(price=60_000), make_tick(clock)])
    assert len(processor.apply([make_trade(price=64_200, total=200)]).alerts) == alerts


def make_foreign_flow(second_buy: int, first_buy: int = 20_000):
    return [
        make_foreign(buy=first_buy, time="10:00:00"),
        make_foreign(buy=second_buy, time="10:05:00"),
    ]


def test_processor_foreign_acceleration_fires_above_thirty_percent():
    changes = make_processor().apply(make_foreign_flow(26_100))
    (alert,) = changes.alerts
    assert (alert.alert_type, alert.symbol) == (AlertType.FOREIGN_ACCELERATION, "VNM")
    assert alert.data == {
        "direction": "buying",
        "change_pct": 30.5,
        "net_value": 1_566_000_000,
        "net_value_before": 1_200_000_000,
    }


@pytest.mark.parametrize(("first", "second"), [(20_000, 26_000), (16_000, 30_000)])
def test_processor_foreign_acceleration_stays_silent_below_its_thresholds(first, second):
    assert make_processor().apply(make_foreign_flow(second, first)).alerts == []


def test_processor_foreign_acceleration_of_sales_is_selling():
    processor = make_processor()
    changes = processor.apply(
        [make_foreign(buy=20_000), make_foreign(buy=20_000, sell=7_000, time="10:05:00")]
    )
    assert changes.alerts[0].data["direction"] == "selling"
    assert changes.alerts[0].data["change_pct"] == -35.0


def test_processor_foreign_acceleration_ignores_a_correction():
    flow = [make_foreign(buy=40_000), make_foreign(buy=20_000, time="10:00:01")]
    assert make_processor().apply([*flow, make_foreign(buy=20_000, time="10:05:00")]).alerts == []


def test_processor_foreign_acceleration_from_a_stale_message_is_silent():
    processor = make_processor()
    changes = processor.apply(
        [make_foreign(buy=20_000), make_tick("10:06:30"), make_foreign(buy=30_000, time="10:05:00")]
    )
    assert changes.alerts == []


def make_basis(*prices, start=0):
    messages = []
    for i, price in enumerate(prices):
        clock = f"10:{(start + i) * 2:02d}:00"
        messages += [make_index(time=clock), make_future(price=price, total=start + i + 1, time=clock)]
    return messages


def test_processor_basis_divergence_fires_on_a_change_of_sign():
    changes = make_processor().apply(make_basis(1901.0, 1899.0, 1898.0, 1900.0, 1902.0))
    assert [(alert.symbol, alert.data["direction"]) for alert in changes.alerts] == [
        (FRONT, "premium→discount"),
        (FRONT, "discount→premium"),
    ]
    assert changes.alerts[0].data["basis"] == -1.0
    assert changes.alerts[0].data["basis_pct"] == -0.0526


def test_processor_basis_divergence_of_another_contract_is_silent():
    changes = make_processor().apply([*make_basis(1901.0), make_future(SECOND, price=1890.0)])
    assert changes.alerts == []


def test_processor_basis_divergence_forgets_its_sign_on_a_contract_switch():
    processor = make_processor()
    processor.apply(make_basis(1901.0))
    switch = [make_future(SECOND, price=1890.0, volume=9, total=9)]
    assert processor.apply(switch).alerts == []
    assert processor.get_derivatives_data().symbol == SECOND
    assert processor._roll.tracker._basis_signs == {SECOND: -1}


def test_processor_basis_divergence_from_a_stale_basis_is_silent():
    processor = make_processor()
    processor.apply([make_index(), make_future(price=1901.0)])
    assert processor.apply([make_future(price=1899.0, total=2, time="10:00:20")]).alerts == []


def test_processor_thresholds_are_settings():
    processor = make_processor(
        alert_thresholds=AlertThresholds(volume_spike_ratio=5.0, volume_spike_prints_min=2)
    )
    assert processor.apply(make_prints([100, 100, 500])).alerts == []
    assert len(processor.apply([make_trade(volume=1300, total=2000, time="10:00:05")]).alerts) == 1


def test_processor_alerts_can_be_filtered():
    processor = make_processor()
    processor.apply([make_trade(price=64_200), make_trade("FPT", price=55_800)])
    assert len(processor.get_alerts()) == 2
    assert len(processor.get_alerts(symbol="FPT", alert_type=AlertType.PRICE_BREAKOUT)) == 1
    assert processor.get_alerts(severity=Severity.INFO) == []
