"""Stored rows as the market core knows them: prints, gaps, foreign totals and indices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.history.index_repository import IndexSnapshot
from app.history.stored_price import price_reader
from app.market.market_time import moment_at
from app.market.models import (
    ClassifiedTrade,
    ForeignInvestorData,
    Gap,
    IndexData,
    IntradayPoint,
    Phase,
    TradeType,
)

_TYPES = {kind.value: kind for kind in TradeType}
_PHASES = {phase.value: phase for phase in Phase}


def trades_of(rows: Sequence[Sequence[Any]]) -> list[ClassifiedTrade]:
    """Build prints. They come by symbol: what depends on it is looked up once a symbol, not once a print."""
    trades: list[ClassifiedTrade] = []
    current, price_of = "", price_reader("")
    for symbol, price, volume, kind, value, bid, ask, moment, day, total, phase, side in rows:
        if symbol != current:
            current, price_of = symbol, price_reader(symbol)
        trades.append(
            ClassifiedTrade(
                current,
                price_of(price),
                volume,
                value,
                _TYPES[kind],
                price_of(bid),
                price_of(ask),
                moment_at(moment.timestamp()),
                "",
                _PHASES[phase],
                side,
                total,
                day,
            )
        )
    return trades


def gap_of(row: Sequence[Any]) -> Gap:
    """Build a gap."""
    symbol, from_time, to_time, volume, cause = row
    began = None if from_time is None else moment_at(from_time.timestamp())
    return Gap(symbol, began, moment_at(to_time.timestamp()), volume, cause)


def foreign_of(row: Sequence[Any]) -> ForeignInvestorData:
    """Build a symbol's foreign totals; what no column holds is left empty."""
    symbol, buy_volume, sell_volume, buy_value, sell_value, room, moment = row
    return ForeignInvestorData(
        symbol,
        buy_volume=buy_volume,
        sell_volume=sell_volume,
        net_volume=buy_volume - sell_volume,
        buy_value=buy_value,
        sell_value=sell_value,
        net_value=buy_value - sell_value,
        current_room=room,
        last_updated=moment_at(moment.timestamp()),
    )


def with_kept(indices: list[IndexData], kept: Mapping[str, IndexData]) -> list[IndexData]:
    """Add what no column holds, and the value when the kept one is newer; the rows have all points but the last."""
    stored = {data.index_id: data for data in indices}
    for name, ours in kept.items():
        data = stored.setdefault(name, ours)
        points = {point.timestamp: point for point in (*ours.intraday, *data.intraday)}
        if data.last_updated is None or (
            ours.last_updated is not None and ours.last_updated >= data.last_updated
        ):
            data = stored[name] = ours
        data.put_through_volume, data.no_changes = ours.put_through_volume, ours.no_changes
        data.ceilings, data.floors = ours.ceilings, ours.floors
        data.prior_value = ours.prior_value
        data.intraday = [points[moment] for moment in sorted(points)]
    return list(stored.values())


def indices_of(minutes: Iterable[IndexSnapshot]) -> list[IndexData]:
    """Return each index as its last snapshot shows it, with a point for each minute (they come oldest first)."""
    indices: dict[str, IndexData] = {}
    for snapshot in minutes:
        data = indices.setdefault(snapshot.index_id, IndexData(snapshot.index_id))
        prior = round(snapshot.value - snapshot.change, 2)
        data.value, data.change, data.prior_value = snapshot.value, snapshot.change, prior
        data.ratio_change = round(100 * snapshot.change / prior, 2) if prior > 0 else 0.0
        data.total_volume, data.total_value = snapshot.total_volume, snapshot.total_value
        data.advances, data.declines = snapshot.advances, snapshot.declines
        moved = snapshot.advances + snapshot.declines
        data.advance_ratio = snapshot.advances / moved if moved else None
        data.last_updated = snapshot.timestamp
        minute = snapshot.timestamp.replace(second=0, microsecond=0)
        data.intraday.append(IntradayPoint(minute, snapshot.value))
    return list(indices.values())
