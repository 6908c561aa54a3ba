"""A replayed session against what its files say."""

from __future__ import annotations

from itertools import groupby

from app.market.messages import DERIVATIVES
from app.market.models import AuditRow, SessionStats
from benchmarks.candles import equal_minutes, minutes_of
from benchmarks.findings import Finding, compare
from benchmarks.real_files import RealSession
from benchmarks.session_replay import ReplayedSession

PHASES = ("ato", "continuous", "atc")
CANDLES_SHARE_MIN = (
    0.985  # the bars' README: a few prints stand on the other side of a minute's boundary there
)
_FILE, _BARS = "in the file", "in the provider's bars"


def check_session(session: RealSession, replayed: ReplayedSession) -> list[Finding]:
    """Return every finding of one session."""
    stats, audit = replayed.stats, replayed.audit
    if stats is None or audit is None:
        return [Finding("figures", "none", is_right=False)]
    return [
        compare("messages through the SDK", replayed.messages_received, replayed.messages_sent, "were sent"),
        compare("prints", len(replayed.trades), len(session.trades), _FILE),
        compare("day volume", stats.total_volume, session.bars_volume, _BARS),
        _rejections(replayed),
        compare("missed volume and gaps", (stats.missed_volume, len(replayed.gaps)), (0, 0), "expected"),
        *_phase_findings(session, stats),
        *_phase_order(replayed),
        *_audit_findings(audit),
        _candles(session, replayed),
    ]


def _rejections(replayed: ReplayedSession) -> Finding:
    reasons = ", ".join(f"{count} {reason}" for reason, count in replayed.rejected.items())
    return Finding("rejected rows", reasons or "0", is_right=not reasons)


def _phase_findings(session: RealSession, stats: SessionStats) -> list[Finding]:
    total = sum(row.volume for row in session.trades)
    neutral = stats.ato.neutral_volume + stats.atc.neutral_volume
    return [
        compare("ATO volume", stats.ato.total_volume, session.ato_volume, _FILE),
        compare("ATC volume", stats.atc.total_volume, session.atc_volume, _BARS),
        compare(
            "continuous volume",
            stats.continuous.total_volume,
            total - session.ato_volume - session.atc_volume,
            "is left",
        ),
        compare(
            "auctions neutral", neutral, stats.ato.total_volume + stats.atc.total_volume, "is their volume"
        ),
    ]


def _phase_order(replayed: ReplayedSession) -> list[Finding]:
    of_prints = [phase.value for phase, _ in groupby(trade.phase for trade in replayed.trades)]
    of_exchange = [
        event.phase.value
        for event in replayed.session_events
        if event.event == "phase" and event.exchange == DERIVATIVES and event.phase is not None
    ]
    return [
        compare("phases of the prints in order", " ".join(of_prints), " ".join(PHASES), "expected"),
        # for the record: without a speed limit the source's clock runs ahead of the messages in the sockets
        Finding("phases of the exchange", " ".join(of_exchange)),
    ]


def _audit_findings(audit: AuditRow) -> list[Finding]:
    """Tell what the audit says; the file has no quotes, so that our aggressor is neutral throughout."""
    tick_test = "-" if audit.tick_test_ratio is None else f"{audit.tick_test_ratio:.1%}"
    unclassified = "-" if audit.unclassified_share is None else f"{audit.unclassified_share:.1%}"
    return [
        Finding("audit, continuous prints", f"{audit.prints:,}"),
        Finding("audit, tick test agrees with the provider's side", tick_test),
        Finding("audit, not classified (the file has no quotes)", unclassified),
        compare("prints classified without a quote", audit.compared, 0, "expected"),
    ]


def _candles(session: RealSession, replayed: ReplayedSession) -> Finding:
    equal = equal_minutes(minutes_of(replayed.trades), session.bars)
    share = equal / len(session.bars)
    text = f"{equal} of {len(session.bars)} ({share:.1%})"
    return Finding("1-minute candles equal to the provider's", text, share >= CANDLES_SHARE_MIN)
