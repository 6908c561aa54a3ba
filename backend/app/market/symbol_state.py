"""SymbolState: what a day knows of one symbol, to be kept while it trades and put back after a restart.

It holds what no stored print tells (limits, book, rooms, the feed's own totals) and what the prints so far add up to,
so that a restart replays only the prints after it. Windows of single prints and flows are not in it.
"""

from __future__ import annotations

from msgspec import Struct

from app.market.classification_audit import AuditCounts
from app.market.contract_codes import parse_contract
from app.market.market_day import MarketDay
from app.market.models import DerivativesContract, ForeignInvestorData, PriceData, SessionStats
from app.market.volume_holes import Hole


class SymbolState(Struct, omit_defaults=True):
    """One symbol as of TotalVol `total_volume`; None: no message of it has had a total yet."""

    symbol: str
    price: PriceData | None = None
    stats: SessionStats | None = None
    audit: AuditCounts | None = None
    foreign: ForeignInvestorData | None = None
    contract: DerivativesContract | None = None  # of a future
    is_active: bool = False  # the contract is the active one
    total_volume: int | None = None
    total_time_s: float | None = None  # exchange time of that total
    holes: tuple[Hole, ...] = ()  # of `stats`: to be filled after a restart too


def state_of(day: MarketDay, symbol: str) -> SymbolState | None:
    """Return what `day` knows of `symbol`, not copied: encode it before the next message. None: nothing."""
    price, foreign = day.board.prices.get(symbol), day.foreign.get(symbol)
    if price is None and foreign is None:
        return None
    is_future = parse_contract(symbol) is not None
    return SymbolState(
        symbol,
        price=price,
        stats=day.aggregator.stats.get(symbol),
        audit=day.audit.counts_of(symbol),
        foreign=foreign,
        contract=day.derivatives.get_contract(symbol) if is_future else None,
        is_active=is_future and day.derivatives.active == symbol,
        total_volume=day.reconciler.known_total(symbol),
        total_time_s=day.gaps.time_of_total(symbol),
        holes=day.holes.of(symbol),
    )


def restore_state(day: MarketDay, state: SymbolState) -> None:
    """Put a kept state into an empty day; the foreign flow, which has windows, is the restorer's affair."""
    symbol, price = state.symbol, state.price
    if price is not None:
        day.board.prices[symbol] = price
        day.quotes.put_price_refs(symbol, price.ref_price or 0, price.ceiling or 0, price.floor or 0)
    if state.stats is not None:
        day.aggregator.stats[symbol] = state.stats
        day.holes.add(symbol, *state.holes)
    if state.audit is not None:
        day.audit.restore(symbol, state.audit)
    if state.total_volume is not None:
        day.reconciler.restore(symbol, state.total_volume)
    day.gaps.note_restored(symbol, state.total_time_s)
    if state.contract is not None:
        day.derivatives.restore_contract(state.contract, state.total_time_s or 0.0, is_active=state.is_active)
