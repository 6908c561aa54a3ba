from __future__ import annotations

import math
import re

from app.market.conservation import ConservationCheck, Verdict
from app.market.models import (
    AuditRow,
    Changes,
    ClassifiedTrade,
    FeedSource,
    FeedState,
    FeedStatus,
    Gap,
    Phase,
    SessionEvent,
    TradeType,
)
from app.telemetry.audit_gauges import AuditGauges
from app.telemetry.metrics import Metrics, close_code_label
from tests.publish.fakes import OPENING, FakeClock, make_alert

# SPEC section 13, without the database's and the resumes', which come with their parts
NAMES = [
    "ssi_messages_received_total",
    "ssi_messages_rejected_total",
    "ssi_reconnects_total",
    "feed_state",
    "feed_age_seconds",
    "feed_lag_seconds",
    "processing_seconds",
    "trade_classifications_total",
    "classifier_agreement_ratio",
    "missed_volume_total",
    "alerts_total",
    "ws_connections_active",
    "ws_messages_sent_total",
    "ws_bytes_sent_total",
    "ws_frames_skipped_total",
    "ws_closes_total",
    "ws_publish_seconds",
    "gaps_open",
    "http_request_duration_seconds",
]


def value(metrics: Metrics, name: str, **labels: str) -> float:
    sample = metrics.registry.get_sample_value(name, labels)
    return math.nan if sample is None else sample


def test_metrics_have_the_names_of_the_specification() -> None:
    text = Metrics().exposition().decode()
    assert set(NAMES) <= set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))


def test_record_changes_counts_what_a_batch_did() -> None:
    metrics = Metrics()
    trade = ClassifiedTrade(
        "VCB", 61_200, 100, 6_120_000, TradeType.ACTIVE_BUY, 61_100, 61_200, OPENING, "LO", Phase.CONTINUOUS,
        None, 100, OPENING.date(),
    )  # fmt: skip
    gaps = [Gap("VCB", None, OPENING, 300, "disconnect"), Gap("FPT", None, OPENING, 999, "late_start")]
    metrics.record_changes(
        Changes(trades=[trade, trade], alerts=[make_alert(1)], gaps=gaps, rejected={"older_date": 3})
    )
    assert value(metrics, "trade_classifications_total", type="mua_chu_dong") == 2
    assert value(metrics, "alerts_total", type="VOLUME_SPIKE", severity="WARNING") == 1
    assert value(metrics, "missed_volume_total") == 300
    assert value(metrics, "gaps_open") == 1
    assert value(metrics, "ssi_messages_rejected_total", reason="older_date") == 3
    metrics.record_changes(Changes(session_events=[SessionEvent("new_day", None, OPENING)]))
    assert value(metrics, "gaps_open") == 0


def test_record_feed_shows_one_state() -> None:
    metrics = Metrics()
    metrics.record_feed(FeedStatus(FeedSource.SSI, FeedState.LIVE, OPENING, ages={"R": 1.5}))
    metrics.record_feed(FeedStatus(FeedSource.SSI, FeedState.STALLED, OPENING, ages={"R": 31.0}))
    assert [state for state in FeedState if value(metrics, "feed_state", state=state) == 1] == ["stalled"]
    assert value(metrics, "feed_age_seconds", channel="R") == 31.0


def test_record_audit_is_over_all_symbols_and_nan_without_any() -> None:
    metrics = Metrics()
    metrics.record_audit([])
    assert math.isnan(value(metrics, "classifier_agreement_ratio"))
    metrics.record_audit([AuditRow("VCB", compared=8, agreed=8), AuditRow("FPT", compared=2, agreed=1)])
    assert value(metrics, "classifier_agreement_ratio") == 0.9


def test_before_scrape_runs_when_somebody_looks() -> None:
    metrics = Metrics()
    metrics.before_scrape(lambda: metrics.gaps_open.set(7))
    assert b"gaps_open 7.0" in metrics.exposition()


def test_two_metrics_share_nothing() -> None:
    first, second = Metrics(), Metrics()
    first.missed_volume_total.inc(5)
    assert value(second, "missed_volume_total") == 0


def test_close_code_label_is_of_bounded_variety() -> None:
    assert {close_code_label(code) for code in range(1000, 5000)} == {
        "1000", "1001", "1005", "1006", "1007", "1009", "1011", "1012",
        "4400", "4401", "4402", "4403", "4408", "4410", "4412", "4429", "other",
    }  # fmt: skip


def test_exposition_shows_the_process_itself() -> None:
    text = Metrics().exposition().decode()
    for name in (
        "process_open_fds",
        "process_max_fds",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
    ):
        assert re.search(rf"^{name} [0-9.e+]+$", text, re.MULTILINE), name


def test_audit_is_shown_by_check_and_looked_at_once_a_minute() -> None:
    metrics = Metrics()
    clock = FakeClock()
    found = [
        ConservationCheck("foreign_sums", Verdict.FAILED, 30, 2, []),
        ConservationCheck("sides_add_up", Verdict.OK, 30, 0, []),
        ConservationCheck("phases_add_up", Verdict.UNKNOWN, 0, 0, []),
    ]
    looks: list[int] = []

    def checks() -> list[ConservationCheck]:
        looks.append(1)
        return found

    metrics.before_scrape(AuditGauges(metrics, clock, checks).refresh)
    for _ in range(2):
        text = metrics.exposition().decode()
        assert 'audit_failures{check="foreign_sums"} 2.0' in text
        assert 'audit_failures{check="sides_add_up"} 0.0' in text
        assert "phases_add_up" not in text
    assert len(looks) == 1
