"""What must add up at any moment, whatever the market does: recounted from what the core hands out.

A check that fails names the figures that differ. Missed volume is no failure: the books balance with it, as a hole.
Units: shares, VND, percent. Rules that have an exception in the market (odd lots in foreign figures, an index that is
up to 15 s older than its constituents) carry their tolerance beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from app.market.market_queries import MarketQueries
from app.market.models import Phase, PriceData, SessionBreakdown, SessionStats

DIFFERENCES_MAX = 20  # of one check; `failed` counts them all
# R counts odd lots and, in some feeds, put-through deals; TotalVol only what was matched in round lots (FEED.md 5, R)
FOREIGN_MARGIN = 0.01
# VN30 is up to 15 s older than the prices of its constituents; one that moves further than this in that time is rare
INDEX_MARGIN_PCT = 0.3
BASIS_MARGIN_POINTS = 0.011  # two figures rounded to a hundredth
INDEX = "VN30"
_FIGURES: dict[str, Callable[[SessionStats | SessionBreakdown], int]] = {
    "total_volume over the phases": lambda part: part.total_volume,
    "mua_chu_dong_volume over the phases": lambda part: part.mua_chu_dong_volume,
    "ban_chu_dong_volume over the phases": lambda part: part.ban_chu_dong_volume,
    "neutral_volume over the phases": lambda part: part.neutral_volume,
}
_LIMITED = {
    "last_price": "last_price inside floor and ceiling",
    "high": "high inside floor and ceiling",
    "low": "low inside floor and ceiling",
}


class Verdict(StrEnum):
    OK = "ok"
    HOLES = "holes"  # it adds up, and says itself that something was not seen
    FAILED = "failed"
    UNKNOWN = "unknown"  # nothing to compare yet


class Difference(Struct, frozen=True):
    """One figure that is not as it must be."""

    subject: str  # a symbol, an index or a contract
    what: str
    expected: float
    actual: float


class ConservationCheck(Struct, frozen=True):
    """One rule over all it applies to. `compared` 0 makes it unknown."""

    name: str
    verdict: Verdict
    compared: int
    failed: int
    differences: list[Difference]


class IndexResidual(Struct, frozen=True):
    """An index's change beside that of its constituents, percent; weights are not public, so the mean is a plain one."""

    index_id: str
    change_pct: float
    constituents_mean_pct: float
    residual_pct: float
    constituents: int


type Findings = Iterator[Difference | None]  # one for each comparison, None where it holds


def check_conservation(market: MarketQueries, constituents: Sequence[str]) -> list[ConservationCheck]:
    """Recount everything the core serves now. `constituents`: the symbols of VN30."""
    stats = market.get_session_stats()
    rules: list[tuple[str, Findings]] = [
        ("sides_add_up", _sides(stats.values())),
        ("phases_add_up", _phases(stats.values())),
        ("totals_are_the_feeds", _totals(stats, market.get_prices())),
        ("prices_inside_limits", _limits(market.get_prices())),
        ("turnover_is_volume_by_price", _turnover(market.get_prices())),
        ("foreign_within_total", _foreign_within(market)),
        ("foreign_sums", _foreign_sums(market)),
        ("index_between_its_constituents", _index(market, constituents)),
        ("basis_is_future_less_index", _basis(market)),
    ]
    return [_judge(name, findings) for name, findings in rules] + [_missed(stats)]


def index_residual(market: MarketQueries, constituents: Sequence[str]) -> IndexResidual | None:
    """Return VN30 against its constituents, None before all of them have traded."""
    index = market.get_indices().get(INDEX)
    changes = _changes_of(market, constituents)
    if index is None or not index.prior_value or not changes:
        return None
    own, mean = _index_change_pct(index.value, index.prior_value), sum(changes) / len(changes)
    return IndexResidual(INDEX, own, mean, own - mean, len(changes))


def _judge(name: str, findings: Findings) -> ConservationCheck:
    compared = failed = 0
    differences: list[Difference] = []
    for finding in findings:
        compared += 1
        if finding is None:
            continue
        failed += 1
        if failed <= DIFFERENCES_MAX:
            differences.append(finding)
    verdict = Verdict.FAILED if failed else Verdict.OK if compared else Verdict.UNKNOWN
    return ConservationCheck(name, verdict, compared, failed, differences)


def _equal(subject: str, what: str, expected: float, actual: float) -> Difference | None:
    return None if expected == actual else Difference(subject, what, expected, actual)


def _sides(stats: Iterable[SessionStats]) -> Findings:
    for day in stats:
        for what, part in _parts(day):
            shown = part.mua_chu_dong_volume + part.ban_chu_dong_volume + part.neutral_volume
            yield _equal(day.symbol, what, part.total_volume, shown)


def _phases(stats: Iterable[SessionStats]) -> Findings:
    for day in stats:
        phases = (day.ato, day.continuous, day.atc, day.plo, day.other)
        for what, figure in _FIGURES.items():
            yield _equal(day.symbol, what, figure(day), sum(map(figure, phases)))


def _parts(day: SessionStats) -> Iterator[tuple[str, SessionStats | SessionBreakdown]]:
    yield "day: buy + sell + neutral", day
    yield "ato: buy + sell + neutral", day.ato
    yield "continuous: buy + sell + neutral", day.continuous
    yield "atc: buy + sell + neutral", day.atc
    yield "plo: buy + sell + neutral", day.plo
    yield "other: buy + sell + neutral", day.other


def _totals(stats: dict[str, SessionStats], prices: dict[str, PriceData]) -> Findings:
    for symbol, day in stats.items():
        row = prices.get(symbol)
        if row is not None:
            yield _equal(symbol, "prints + missed = TotalVol", row.total_volume, day.total_volume)


def _limits(prices: dict[str, PriceData]) -> Findings:
    for symbol, row in prices.items():
        if row.last_price is None or not row.ceiling or not row.floor:
            continue
        for figure, what in _LIMITED.items():
            price = getattr(row, figure)
            if price is not None:
                yield _equal(symbol, what, min(max(price, row.floor), row.ceiling), price)


def _turnover(prices: dict[str, PriceData]) -> Findings:
    """The average price lies between the day's lowest and highest (a tick of rounding either way)."""
    for symbol, row in prices.items():
        if not row.avg_price or row.low is None or row.high is None:
            continue
        slack = max(row.high * 0.001, 0.01)
        nearest = min(max(row.avg_price, row.low - slack), row.high + slack)
        yield _equal(symbol, "average price between low and high", nearest, row.avg_price)


def _foreign_within(market: MarketQueries) -> Findings:
    prices = market.get_prices()
    for flow in market.get_foreign_detail():
        row = prices.get(flow.symbol)
        if row is None or not row.total_volume:
            continue
        for what, volume in (("buy_volume", flow.buy_volume), ("sell_volume", flow.sell_volume)):
            most = row.total_volume * (1 + FOREIGN_MARGIN)
            yield (
                None
                if volume <= most
                else Difference(flow.symbol, f"{what} <= TotalVol", row.total_volume, volume)
            )


def _foreign_sums(market: MarketQueries) -> Findings:
    detail, summary = market.get_foreign_detail(), market.get_foreign_summary()
    if not detail:
        return
    for flow in detail:
        yield _equal(flow.symbol, "net = buy - sell", flow.buy_volume - flow.sell_volume, flow.net_volume)
    for what in ("buy_volume", "sell_volume", "net_volume", "buy_value", "sell_value", "net_value"):
        total = sum(getattr(flow, what) for flow in detail)
        yield _equal(summary.scope, f"{what} over the stocks", total, getattr(summary, f"total_{what}"))


def _index(market: MarketQueries, constituents: Sequence[str]) -> Findings:
    """A weighted mean lies between the least and the greatest of what it is made of, whatever the weights."""
    index = market.get_indices().get(INDEX)
    changes = _changes_of(market, constituents)
    if index is None or not index.prior_value or not index.value or not changes:
        return
    if market.phase_of("HOSE") not in {Phase.CONTINUOUS, Phase.LUNCH, Phase.PUT_THROUGH, Phase.CLOSED}:
        return  # in an auction the index may be an estimate, and prices stand
    own = _index_change_pct(index.value, index.prior_value)
    nearest = min(max(own, min(changes) - INDEX_MARGIN_PCT), max(changes) + INDEX_MARGIN_PCT)
    yield _equal(INDEX, "change % within that of its constituents", nearest, own)


def _changes_of(market: MarketQueries, constituents: Sequence[str]) -> list[float]:
    prices = market.get_prices()
    rows = [prices.get(symbol) for symbol in constituents]
    changes = [row.change_pct for row in rows if row is not None and row.change_pct is not None]
    return changes if changes and len(changes) == len(constituents) else []


def _index_change_pct(value: float, prior: float) -> float:
    return 100 * (value - prior) / prior


def _basis(market: MarketQueries) -> Findings:
    point = market.get_last_basis()
    if point is not None:
        expected = point.futures_price - point.spot_value
        is_right = abs(expected - point.basis) <= BASIS_MARGIN_POINTS and point.is_premium == (
            point.basis > 0
        )
        yield None if is_right else Difference(point.futures_symbol, "basis", expected, point.basis)


def _missed(stats: dict[str, SessionStats]) -> ConservationCheck:
    missed = [day for day in stats.values() if day.missed_volume]
    worst = sorted(missed, key=lambda day: (-day.missed_volume, day.symbol))[:DIFFERENCES_MAX]
    differences = [Difference(day.symbol, "missed_volume", 0, day.missed_volume) for day in worst]
    verdict = Verdict.HOLES if missed else Verdict.OK if stats else Verdict.UNKNOWN
    return ConservationCheck("nothing_missed", verdict, len(stats), len(missed), differences)
